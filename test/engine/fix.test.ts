import assert from "node:assert/strict";
import fc from "fast-check";
import type { Fix, TextEdit } from "../../src/engine/fix.ts";
import { applyEdits, applyFixes } from "../../src/engine/fix.ts";
import { LineIndex, overlaps } from "../../src/engine/location.ts";

const edit = (start: number, end: number, newText: string, path = "f"): TextEdit => ({ path, range: { start, end }, newText });
const fix = (...edits: TextEdit[]): Fix => ({ title: "Fix", safety: "safe", edits });

describe("edits", () => {
  it("are applied in any order", () => {
    const edits = [edit(4, 7, "TWO"), edit(0, 3, "ONE"), edit(8, 8, "3")];
    assert.equal(applyEdits("one two ", edits), "ONE TWO 3");
    assert.equal(applyEdits("one two ", [...edits].reverse()), "ONE TWO 3");
  });

  it("that insert at one place keep their order", () => {
    assert.equal(applyEdits("ab", [edit(1, 1, "1"), edit(1, 1, "2")]), "a12b");
  });

  it("that overlap an earlier one, or reach past the end, are left out", () => {
    assert.equal(applyEdits("abcdef", [edit(1, 4, "-"), edit(3, 5, "+")]), "a-ef");
    assert.equal(applyEdits("abc", [edit(2, 9, "-")]), "abc");
  });

  it("never lose text outside their ranges", () => {
    const edits = fc.array(fc.tuple(fc.nat(30), fc.nat(30)).map(([a, b]) => edit(Math.min(a, b), Math.max(a, b), "")), { maxLength: 8 });
    fc.assert(
      fc.property(fc.string({ minLength: 30, maxLength: 40 }), edits, (text, list) => {
        const covered = [...text].length === text.length ? list : [];
        const kept = text.split("").filter((_, i) => !covered.some(({ range }) => range.start <= i && i < range.end));
        const result = applyEdits(text, covered);
        let at = 0;
        for (const unit of result) if (unit === kept[at]) at++;
        assert.equal(at, kept.length);
      }),
    );
  });
});

describe("fixes", () => {
  const files: Record<string, string> = { f: "one two", g: "other" };
  const apply = (...fixes: Fix[]): { files: Record<string, string>; applied: number } => {
    const result = applyFixes((path) => files[path], fixes);
    return { files: Object.fromEntries(result.files), applied: result.applied.length };
  };

  it("are applied whole, over several files", () => {
    assert.deepEqual(apply(fix(edit(0, 3, "ONE"), edit(0, 5, "OTHER", "g"))), { files: { f: "ONE two", g: "OTHER" }, applied: 1 });
  });

  it("that clash with an earlier one are left out whole", () => {
    assert.deepEqual(apply(fix(edit(0, 3, "ONE")), fix(edit(2, 5, "-"), edit(0, 5, "OTHER", "g"))), { files: { f: "ONE two" }, applied: 1 });
    assert.deepEqual(apply(fix(edit(3, 3, "!")), fix(edit(3, 3, "!"))), { files: { f: "one! two" }, applied: 1 });
  });

  it("create files", () => {
    assert.deepEqual(apply(fix(edit(0, 0, "new\n", "h"))), { files: { h: "new\n" }, applied: 1 });
  });
});

describe("places", () => {
  it("count lines at LF, CRLF and CR, and columns in UTF-16 units", () => {
    const text = "a\r\nb\rc\n😀d";
    const lines = new LineIndex(text);
    const at = (needle: string): string => Object.values(lines.positionAt(text.indexOf(needle))).join(":");
    assert.deepEqual(["a", "b", "c", "d"].map(at), ["1:1", "2:1", "3:1", "4:3"]);
    assert.equal(lines.count, 4);
    assert.deepEqual(lines.rangeOfLine(2), { start: 3, end: 4 });
    assert.deepEqual(lines.positionAt(999), lines.positionAt(text.length));
  });

  it("overlap when they share a unit, or touch where one is empty", () => {
    assert.ok(overlaps({ start: 0, end: 2 }, { start: 1, end: 3 }));
    assert.ok(!overlaps({ start: 0, end: 2 }, { start: 2, end: 3 }));
    assert.ok(overlaps({ start: 2, end: 2 }, { start: 2, end: 3 }));
  });
});
