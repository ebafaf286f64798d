import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sysctl } from "../../src/formats/sysctl/index.ts";
import { isGlob, normaliseKey } from "../../src/model/kernel/key.ts";
import { needsRecord, recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";

const corpus = recorded("corpus/sysctl");
const version = spawnSync("sysctl", ["--version"], { encoding: "utf8" });
const dryRun = spawnSync("sysctl", ["--dry-run", "-p", "/dev/null"], { encoding: "utf8" });

/** The assignments that procps would write, as `key = value` lines; nothing is written. */
function byProcps(folder: string, text: string): string[] {
  const file = join(folder, "x.conf");
  writeFileSync(file, text);
  return spawnSync("sysctl", ["--dry-run", "-p", file], { encoding: "utf8" }).stdout.split("\n").filter((line) => line !== "");
}

/** The same, read by us: keys that this kernel lets one set, globs left out. */
function byUs(text: string): string[] {
  return sysctl
    .parse(text)
    .tree.lines.filter(({ key, value }) => value !== undefined && !isGlob(key) && writable(procPath(key)))
    .map(({ key, value }) => `${normaliseKey(key)} = ${value!}`);
}

/** procps leaves out keys that this kernel only shows. */
function writable(path: string): boolean {
  return existsSync(path) && (statSync(path).mode & 0o222) !== 0;
}

function procPath(key: string): string {
  return `/proc/sys/${normaliseKey(key).replace(/[./]/g, (character) => (character === "." ? "/" : "."))}`;
}

describe("sysctl files: as procps reads them", function () {
  if (version.status !== 0 || dryRun.status !== 0) {
    it("are compared", function () {
      skip(this, "procps 4 with --dry-run is not on this machine");
    });
    return;
  }
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "premortem-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("line by line", () => {
    const text = "# c\n ; d\nvm.swappiness =  1  \n-vm/overcommit_memory=2\r\nkernel.core_pattern = a=b # c\nnonsense\nvm.dirty_ratio : 3\n\tkernel.panic\t=\t5\nvm.swappiness=2\n";
    assert.deepEqual(byUs(text), byProcps(folder, text));
  });

  it("over other people's files", function () {
    needsRecord(this, corpus);
    this.timeout(60_000);
    let lines = 0;
    for (const path of readdirSync(corpus, { recursive: true }) as string[]) {
      const full = join(corpus, path);
      if (!statSync(full).isFile()) continue;
      const text = readFileSync(full, "utf8");
      if (sysctl.recognise(path.replaceAll("__", "/").replace(/@[0-9a-f]{8}$/, ""), text.slice(0, 4096)) === false || /\{\{|\{%|<%|\$\{/.test(text)) continue;
      const ours = byUs(text);
      const keys = new Set(ours.map((line) => line.split(" = ")[0]));
      // What a glob expands to depends on this machine's interfaces.
      const theirs = byProcps(folder, text).filter((line) => keys.has(line.split(" = ")[0]!));
      assert.deepEqual([...ours].sort(), theirs.sort(), path);
      lines += ours.length;
    }
    assert.ok(lines > 1000, String(lines));
    return undefined;
  });
});
