import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory of its own for one test. */
export class Folder {
  readonly path: string;

  constructor(files: Record<string, string | Buffer> = {}) {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), "premortem-test-")));
    this.write(files);
  }

  write(files: Record<string, string | Buffer>): this {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(this.at(path)), { recursive: true });
      writeFileSync(this.at(path), content);
    }
    return this;
  }

  at(path: string): string {
    return join(this.path, path);
  }

  /** Runs git here, by nobody's configuration but its own. */
  git(...args: string[]): string {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"];
    return execFileSync("git", [...identity, ...args], { cwd: this.path, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  /** Makes a repository of it and commits everything. */
  commit(message = "Begin"): this {
    this.git("init", "-q");
    this.git("add", "-A", "-f");
    this.git("commit", "-q", "--allow-empty", "-m", message);
    return this;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const made: Folder[] = [];

/** A directory that is taken away after the tests of the file. */
export function folder(files: Record<string, string | Buffer> = {}): Folder {
  const one = new Folder(files);
  made.push(one);
  return one;
}

after(() => {
  for (const one of made.splice(0)) one.remove();
});
