import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../src/engine/configuration.ts";
import { atLeast, milder } from "../../src/engine/finding.ts";
import { Fingerprints, hash } from "../../src/engine/fingerprint.ts";
import { lint } from "../../src/engine/lint.ts";
import { nearest } from "../../src/engine/similar.ts";
import { finds, options, testRule, world } from "./world.ts";

describe("lint", () => {
  it("sorts by path, place, severity and rule, whatever the order of the rules", () => {
    const files = { b: "bad evil", a: "ok\nbad" };
    const one = lint(world(files), options({ "x/bad": finds("bad"), "x/evil": finds("evil"), "a/bad": finds("bad", { severity: "error" }) }));
    const two = lint(world(files), options({ "a/bad": finds("bad", { severity: "error" }), "x/evil": finds("evil"), "x/bad": finds("bad") }));
    assert.deepEqual(one.findings.map(({ rule, location }) => `${location.path} ${location.range.start} ${rule}`), ["a 3 a/bad", "a 3 x/bad", "b 0 a/bad", "b 0 x/bad", "b 4 x/evil"]);
    assert.deepEqual(one, two);
  });

  it("looks only at the paths that it is given", () => {
    const result = lint(world({ a: "bad", b: "bad" }), options({ "x/bad": finds("bad") }), ["b"]);
    assert.deepEqual(result.findings.map(({ location }) => location.path), ["b"]);
  });

  it("keeps the other rules' findings when one throws, and drops what that one had reported", () => {
    const throwing = testRule({
      check({ path, report }) {
        report({ location: { path, range: { start: 0, end: 1 } }, message: "Half." });
        throw new Error("broken");
      },
    });
    const result = lint(world({ a: "bad" }), options({ "x/throws": throwing, "x/bad": finds("bad") }));
    assert.deepEqual(result.findings.map(({ rule }) => rule), ["x/bad"]);
    assert.deepEqual(result.failures.map(({ rule, path, error }) => `${rule} ${path} ${(error as Error).message}`), ["x/throws a broken"]);
  });

  it("refuses a finding in another file and a fix that the metadata does not announce", () => {
    const elsewhere = testRule({ check: ({ report }) => report({ location: { path: "other", range: { start: 0, end: 0 } }, message: "Elsewhere." }) });
    const fixing = testRule({
      check: ({ path, report }) =>
        report({ location: { path, range: { start: 0, end: 1 } }, message: "Fix.", fixes: [{ title: "Fix", safety: "safe", edits: [] }] }),
    });
    const result = lint(world({ a: "text" }), options({ "x/elsewhere": elsewhere, "x/fixing": fixing }));
    assert.deepEqual([result.findings.length, result.failures.length], [0, 2]);
  });

  it("takes severities from the configuration, and otherwise never more than the rule's own", () => {
    const loud = testRule({
      severity: "warning",
      check: ({ path, report }) => report({ location: { path, range: { start: 0, end: 1 } }, message: "Loud.", severity: "error" }),
    });
    const severities = (severity: Record<string, "error" | "off">): string[] =>
      lint(world({ a: "x" }), options({ "x/loud": loud }, { configuration: { ...DEFAULT_CONFIGURATION, severity } })).findings.map((finding) => finding.severity);
    assert.deepEqual([severities({}), severities({ "x/loud": "error" }), severities({ "x/loud": "off" })], [["warning"], ["error"], []]);
  });

  it("says once for each reason what could not be computed", () => {
    const unsure = testRule({
      check({ path, notComputed }) {
        notComputed(path, "the kernel is not known");
        notComputed(path, "the kernel is not known");
      },
    });
    const { notComputed } = lint(world({ b: "", a: "" }), options({ "x/unsure": unsure }));
    assert.deepEqual(notComputed.map(({ path }) => path), ["a", "b"]);
  });

  it("stops between files once it is cancelled", () => {
    let asked = 0;
    const result = lint(world({ a: "bad", b: "bad" }), options({ "x/bad": finds("bad") }, { cancelled: () => asked++ > 0 }));
    assert.deepEqual(result.findings.map(({ location }) => location.path), ["a"]);
  });
});

describe("fingerprints", () => {
  const of = (text: string): string[] => lint(world({ f: text }), options({ "x/bad": finds("bad +thing") })).findings.map((finding) => finding.fingerprint);

  it("stay when lines move", () => {
    const marked = (text: string): string[] => lint(world({ f: text }), options({ "x/bad": finds("bad") })).findings.map((finding) => finding.fingerprint);
    assert.deepEqual(marked("bad"), marked("# new\n\n  bad"));
    assert.deepEqual(of("bad thing"), of("ok\nbad thing"));
  });

  it("number equal findings, so that a second one is another", () => {
    const [first, second] = lint(world({ f: "bad bad" }), options({ "x/bad": finds("bad") })).findings.map((finding) => finding.fingerprint);
    assert.notEqual(first, second);
    assert.equal(first, lint(world({ f: "bad" }), options({ "x/bad": finds("bad") })).findings[0]!.fingerprint);
  });

  it("fold white space and tell rules, paths and anchors apart", () => {
    const next = (...args: [string, string, string]): string => new Fingerprints().next(...args);
    assert.equal(next("r", "p", " a \n b "), next("r", "p", "a b"));
    assert.equal(new Set([next("r", "p", "a"), next("s", "p", "a"), next("r", "q", "a"), next("r", "p", "b")]).size, 4);
  });

  it("are FNV-1a with 64 bits", () => {
    // Landon Curt Noll's published test vectors.
    assert.equal(hash(""), "cbf29ce484222325");
    assert.equal(hash("a"), "af63dc4c8601ec8c");
    assert.equal(hash("foobar"), "85944171f73967e8");
  });
});

describe("severities", () => {
  it("are ordered", () => {
    assert.ok(atLeast("error", "warning") && atLeast("info", "info") && !atLeast("info", "warning"));
    assert.equal(milder("error", "info"), "info");
  });
});

describe("did you mean", () => {
  it("finds what was mistyped, shortened or written in another case", () => {
    const words = ["dirtyRate", "bandwidth", "parallel", "warning"];
    assert.equal(nearest("dirty_rate", words), "dirtyRate");
    assert.equal(nearest("bandwith", words), "bandwidth");
    assert.equal(nearest("parlalel", words), "parallel");
    assert.equal(nearest("warn", words), "warning");
    assert.equal(nearest("zebra", words), undefined);
    assert.equal(nearest("", words), undefined);
  });
});
