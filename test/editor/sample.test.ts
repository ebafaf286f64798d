import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { lintFiles, loadWorkspace, reviewChange } from "../../src/core.ts";
import { applyFixes } from "../../src/engine/fix.ts";
import type { Workspace } from "../../src/model/workspace.ts";

const RULESET = "groups/storage/etc/iptables/rules.v4";

function load(side: string): Promise<Workspace> {
  const root = join("media/walkthrough/sample", side);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return loadWorkspace(new Map(files.map((file) => [relative(root, file).split(sep).join("/"), readFileSync(file, "utf8")])));
}

describe("the walkthrough's sample", () => {
  it("is clean before the change, and its ruleset is what the first incident teaches after it", async () => {
    assert.deepEqual(lintFiles(await load("before")).findings.map(({ rule }) => rule), []);
    const found = lintFiles(await load("after"), [RULESET]).findings;
    assert.deepEqual(found.map(({ rule, fixes }) => `${rule} ${fixes.length}`), ["firewall/tracked-storage-traffic 1"]);
    assert.ok(found[0]!.lessons.includes("2014-osd-restart-corruption"));
  });

  it("is mended by the one fix that it offers, and the review says what is left", async () => {
    const before = await load("before");
    const after = await load("after");
    const [finding] = lintFiles(after, [RULESET]).findings;
    const mended = after.with(applyFixes((path) => after.text(path), [finding!.fixes[0]!]).files);
    assert.deepEqual(lintFiles(mended, [RULESET]).findings, []);
    assert.deepEqual(reviewChange(before, mended).findings.map(({ rule }) => rule), ["ceph/pool-size-two", "firewall/flow-closed"]);
  });

  it("has the files that the extension asks for", () => {
    const names = /const FILES = \[([^\]]*)\]/.exec(readFileSync("src/editor/sample.ts", "utf8"))![1]!.match(/[^",\s]+/g)!;
    for (const side of ["before", "after"]) for (const name of names) assert.ok(readFileSync(join("media/walkthrough/sample", side, name)));
  });
});
