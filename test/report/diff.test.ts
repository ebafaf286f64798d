import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { unifiedDiff } from "../../src/report/diff.ts";
import { folder } from "../support/folder.ts";
import { skip } from "../support/skip.ts";

describe("a unified diff", () => {
  it("shows changes with three lines around them", () => {
    const before = Array.from({ length: 20 }, (_, i) => `line ${i + 1}\n`).join("");
    const after = before.replace("line 5\n", "line five\n").replace("line 18\n", "");
    assert.equal(
      unifiedDiff("etc/a.conf", before, after),
      `--- a/etc/a.conf
+++ b/etc/a.conf
@@ -2,7 +2,7 @@
 line 2
 line 3
 line 4
-line 5
+line five
 line 6
 line 7
 line 8
@@ -15,6 +15,5 @@
 line 15
 line 16
 line 17
-line 18
 line 19
 line 20
`,
    );
  });

  it("creates and removes files", () => {
    assert.equal(unifiedDiff("a", undefined, "x\n"), "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n");
    assert.equal(unifiedDiff("a", "x\n", undefined), "--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n");
  });

  it("is empty where nothing changes", () => {
    assert.equal(unifiedDiff("a", "x\n", "x\n"), "");
  });

  it("marks a missing last line break", () => {
    assert.equal(unifiedDiff("a", "x", "x\n"), "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
  });

  it("takes a bounded time for texts that have nothing in common", () => {
    const side = (name: string): string => Array.from({ length: 4000 }, (_, i) => `${name} ${i}\n`).join("");
    assert.ok(unifiedDiff("a", side("old"), side("new")).length > 0);
  });

  it("is what patch applies", function () {
    if (!existsSync("/usr/bin/patch")) skip(this, "there is no patch on this machine");
    const text = fc.array(fc.constantFrom("a\n", "b\n", "c\r\n", "\n", "d\n"), { maxLength: 25 }).chain((lines) => fc.constantFrom("", "end").map((end) => lines.join("") + end));
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before !== after && before !== "" && after !== "");
        const at = folder({ f: before }).path;
        execFileSync("patch", ["-p1", "--binary", "-s", "-d", at], { input: unifiedDiff("f", before, after) });
        assert.equal(readFileSync(`${at}/f`, "utf8"), after);
      }),
      { numRuns: 60 },
    );
  });
});
