import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RUNS, median } from "./measure.ts";

/**
 * The median time in which a reference tool checks a text, in a network namespace of its own; undefined where the tool
 * is missing or refuses. `command` ends where the file's name goes.
 */
export async function timeOfTool(text: string, command: readonly string[]): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "premortem-bench-"));
  try {
    const file = join(folder, "rules");
    writeFileSync(file, text);
    const run = (): boolean => spawnSync("unshare", [...(process.getuid?.() === 0 ? [] : ["--map-root-user"]), "--net", ...command, file], { stdio: "ignore" }).status === 0;
    return run() ? await median(run) : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Milliseconds until a bundle of the extension is loaded and activated, in a Node.js of its own, with something in place
 * of VS Code that has its names and takes every call. So this is our part of the start alone.
 */
export function activationTime(bundle: string): number {
  const declared = readFileSync("node_modules/@types/vscode/index.d.ts", "utf8");
  const names = [...declared.matchAll(/^\texport (?:class|enum|namespace|const|function) (\w+)/gm)].map((match) => match[1]!);
  const script = `
    const Module = require("node:module");
    const get = (made, key) => (key === "prototype" ? made.prototype : key === Symbol.toPrimitive ? () => "" : key === "then" ? undefined : anything);
    const anything = new Proxy(class {}, { get, set: () => true, apply: () => anything, construct: () => anything, getPrototypeOf: () => anything });
    const vscode = Object.fromEntries(${JSON.stringify([...new Set(names)])}.map((name) => [name, anything]));
    const load = Module._load;
    Module._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));
    const start = performance.now();
    require(${JSON.stringify(bundle)}).activate(anything);
    console.log(performance.now() - start);
    process.exit();`;
  const times = Array.from({ length: RUNS }, () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  });
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}
