import assert from "node:assert/strict";
import type { Finding } from "../../src/engine/finding.ts";
import { applyFixes } from "../../src/engine/fix.ts";
import { overlaps } from "../../src/engine/location.ts";
import { SUPPRESSION_RULE } from "../../src/engine/lint.ts";
import { rules } from "../../src/core.ts";
import { listOf, runnable } from "../support/example.ts";

const describeFinding = (finding: Finding): string =>
  `${finding.rule} at ${finding.location.path}:${finding.location.range.start}-${finding.location.range.end}: ${finding.message}`;

for (const [id, rule] of rules) {
  // The engine raises it after all rules have run; test/engine covers it.
  if (id === SUPPRESSION_RULE) continue;
  describe(id, () => {
    let offered = 0;
    listOf(rule.examples.bad).forEach((example, index) => {
      it(`bad ${index + 1}: fires where it is marked, and its fix mends it`, async () => {
        const { files, marks, run } = runnable(example, rule);
        assert.ok(marks.length > 0, "a bad example marks where the finding must be: ⟦…⟧");
        const { findings, failures } = await run(files, id);
        assert.deepEqual(failures, []);
        assert.equal(findings.length, marks.length, `findings:\n${findings.map(describeFinding).join("\n")}`);
        for (const finding of findings) {
          const { path, range } = finding.location;
          assert.ok(
            marks.some((mark) => mark.path === path && overlaps(mark.range, range)),
            `not at a mark: ${describeFinding(finding)}`,
          );
        }
        const fixes = findings.flatMap((finding) => finding.fixes.slice(0, 1));
        offered += fixes.length;
        if (fixes.length === 0) return;
        const everything = await run(files);
        const { files: mended, applied } = applyFixes((path) => files.get(path), fixes);
        assert.ok(applied.length > 0, "a fix applies");
        const fixed = new Map([...files, ...mended]);
        const after = await run(fixed);
        const left = after.findings.filter((finding) => finding.rule === id);
        assert.ok(left.length === 0 || applied.length < fixes.length, `still there after the fix:\n${left.map(describeFinding).join("\n")}\n${[...mended.values()].join("\n")}`);
        const known = new Set(everything.findings.map((finding) => `${finding.rule} ${finding.message}`));
        const raised = after.findings.filter((finding) => finding.rule !== id && !known.has(`${finding.rule} ${finding.message}`) && finding.severity !== "info");
        assert.deepEqual(raised.map(describeFinding), [], `the fix raises others:\n${[...mended.values()].join("\n")}`);
        for (const [path] of mended) {
          const before = everything.workspace.document(path)?.errors.length ?? 0;
          assert.ok((after.workspace.document(path)?.errors.length ?? 0) <= before, `${path} still parses after the fix`);
        }
      });
    });
    for (const kind of ["good", "lookalike"] as const) {
      listOf(rule.examples[kind]).forEach((example, index) => {
        it(`${kind} ${index + 1}: silent`, async () => {
          const { files, marks, run } = runnable(example, rule);
          assert.deepEqual(marks, [], "only bad examples have marks");
          const { findings, failures } = await run(files, id);
          assert.deepEqual(failures, []);
          assert.deepEqual(findings.map(describeFinding), []);
        });
      });
    }
    it("offers the fix that it announces", () => {
      assert.equal(offered > 0, rule.fix !== "none", `announced: ${rule.fix}, offered by the bad examples: ${offered}`);
    });
  });
}
