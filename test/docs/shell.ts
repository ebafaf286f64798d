import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { commitAll } from "../../scripts/fixture.mjs";
import { root } from "../../scripts/setup.mjs";

/** Programs whose commands are run; a sample with any other is only parsed. */
const RUN = new Set(["premortem", "npx premortem", "cat", "echo", "test"]);
const HERE = join(root, "test/docs");

/** What came of a sample's commands. */
export interface Ran {
  readonly out: string;
  readonly err: string;
  /** The exit status of each call of premortem. */
  readonly statuses: readonly number[];
}

/** A shell in which `premortem` is this checkout's, in a repository with a change that is not committed. */
export class Shell {
  readonly #home = mkdtempSync(join(tmpdir(), "premortem-docs-"));

  get #directory(): string {
    return join(this.#home, "repository");
  }

  constructor() {
    const programs = join(this.#home, "bin");
    mkdirSync(programs);
    buildSync({ absWorkingDir: root, entryPoints: ["src/cli.ts"], bundle: true, platform: "node", outfile: join(this.#home, "cli.cjs"), logLevel: "error" });
    const call = `"${process.execPath}" "${join(this.#home, "cli.cjs")}" "$@"\nstatus=$?\necho $status >> "${join(this.#home, "statuses")}"\nexit $status\n`;
    for (const [name, text] of [["premortem", `#!/bin/sh\n${call}`], ["npx", `#!/bin/sh\nshift\n${call}`]] as const) {
      writeFileSync(join(programs, name), text);
      chmodSync(join(programs, name), 0o755);
    }
  }

  dispose(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** Empties the directory in which `run` goes on with `again`. */
  empty(): void {
    rmSync(this.#directory, { recursive: true, force: true });
    mkdirSync(this.#directory);
  }

  /** What a file of that directory says; empty where it is not there. */
  read(path: string): string {
    const file = join(this.#directory, path);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  write(path: string, text: string): void {
    const file = join(this.#directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /**
   * Runs the commands in a fresh repository, or with `again` where those before have run; undefined where they are of other
   * programs and were only parsed.
   */
  run(commands: string, { again = false }: { readonly again?: boolean } = {}): Ran | undefined {
    const parsed = spawnSync("bash", ["-n"], { input: commands, encoding: "utf8" });
    if (parsed.status !== 0) throw new Error(`the shell does not parse it: ${parsed.stderr}`);
    if (programsOf(commands).some((program) => !RUN.has(program))) return undefined;
    const directory = this.#directory;
    if (!again) {
      rmSync(directory, { recursive: true, force: true });
      cpSync(join(HERE, "fixture"), directory, { recursive: true });
      commitAll(directory);
      cpSync(join(HERE, "change"), directory, { recursive: true });
    }
    const statuses = join(this.#home, "statuses");
    rmSync(statuses, { force: true });
    const env = { ...process.env, PATH: `${join(this.#home, "bin")}${delimiter}${process.env["PATH"]}`, NO_COLOR: "1" };
    const { stdout, stderr } = spawnSync("bash", ["-c", commands], { cwd: directory, encoding: "utf8", env, input: "" });
    return { out: stdout, err: stderr, statuses: existsSync(statuses) ? readFileSync(statuses, "utf8").trim().split("\n").map(Number) : [] };
  }
}

/** The first words of the commands. */
export function programsOf(commands: string): string[] {
  const lines = commands.replace(/\\\n/g, " ").split("\n").map((line) => line.replace(/(^|\s)#.*$/, "")).filter((line) => line.trim() !== "");
  return lines.flatMap((line) => line.split(/&&|\|\||[|;]/)).map((command) => {
    const [first = "", second = ""] = command.trim().split(/\s+/);
    return first === "npx" ? `npx ${second}` : first;
  });
}
