import assert from "node:assert/strict";
import { changedPaths, review } from "../../src/engine/review.ts";
import { finds, options, testRule, world } from "./world.ts";

const rules = { "x/bad": finds("bad") };

describe("review", () => {
  it("gives what the change brings, and counts what it mends and leaves", () => {
    const result = review(world({ a: "bad", b: "bad", c: "ok" }), world({ a: "# moved\nbad", b: "ok", c: "bad" }), options(rules));
    assert.deepEqual(result.findings.map(({ location }) => location.path), ["c"]);
    assert.deepEqual(result.fixed.map(({ location }) => location.path), ["b"]);
    assert.equal(result.unchanged, 1);
    assert.deepEqual(result.changed, ["a", "b", "c"]);
  });

  it("sees files that come and go", () => {
    const before = world({ gone: "bad", same: "x" });
    const after = world({ come: "bad", same: "x" });
    assert.deepEqual(changedPaths(before, after), ["come", "gone"]);
    const result = review(before, after, options(rules));
    assert.deepEqual([result.findings[0]!.location.path, result.fixed[0]!.location.path], ["come", "gone"]);
  });

  it("finds a second fault of the same words", () => {
    assert.equal(review(world({ a: "bad" }), world({ a: "bad bad" }), options(rules)).findings.length, 1);
  });

  it("hears a rule once that reports the same fault of the state and of the change", () => {
    const both = testRule({
      check: ({ path, report }) => report({ location: { path, range: { start: 0, end: 3 } }, message: "State." }),
      compare: ({ changed, report }) => {
        for (const path of changed) report({ location: { path, range: { start: 0, end: 3 } }, message: "Change." });
      },
    });
    const result = review(world({}), world({ a: "bad" }), options({ "x/both": both }));
    assert.deepEqual(result.findings.map(({ message }) => message), ["Change."]);
  });

  it("honours suppressions for what is said of the change", () => {
    const change = testRule({ compare: ({ report }) => report({ location: { path: "a", range: { start: 36, end: 39 } }, message: "Change." }) });
    const text = "# premortem-ignore x/change -- agreed\nbad\n";
    const result = review(world({ a: "" }), world({ a: text.replace("agreed", "ok") }), options({ "x/change": change }));
    assert.deepEqual([result.findings.length, result.suppressed], [0, 1]);
  });

  it("notes only what could be computed before and no more", () => {
    const unsure = testRule({
      check({ path, subject, notComputed }) {
        if ((subject as string).includes("?")) notComputed(path, "a value is not known");
      },
    });
    const result = review(world({ a: "?", b: "1" }), world({ a: "? ", b: "?" }), options({ "x/unsure": unsure }));
    assert.deepEqual(result.notComputed.map(({ path }) => path), ["b"]);
  });

  it("is silent where nothing changes", () => {
    const same = { a: "bad" };
    const result = review(world(same), world(same), options(rules));
    assert.deepEqual([result.findings, result.fixed, result.changed], [[], [], []]);
  });
});
