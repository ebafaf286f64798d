import assert from "node:assert/strict";
import { SUPPRESSION_RULE } from "../../src/engine/lint.ts";
import { overlaps } from "../../src/engine/location.ts";
import { lintFiles, loadWorkspace, rules } from "../../src/core.ts";
import { listOf, unmark } from "../support/example.ts";
import type { ExampleFiles } from "../../src/engine/rule.ts";

/** Its examples run here, with all rules: the engine raises it, and only where no rule has been singled out. */
describe(SUPPRESSION_RULE, () => {
  const rule = rules.get(SUPPRESSION_RULE)!;
  for (const kind of ["bad", "good", "lookalike"] as const) {
    listOf(rule.examples[kind]).forEach((example, index) => {
      it(`${kind} ${index + 1}`, async () => {
        const { files, marks } = unmark(example as ExampleFiles, rule);
        const found = lintFiles(await loadWorkspace(files)).findings.filter((finding) => finding.rule === SUPPRESSION_RULE);
        assert.equal(found.length, marks.length);
        for (const { location } of found) assert.ok(marks.some((mark) => mark.path === location.path && overlaps(mark.range, location.range)));
        assert.equal(marks.length > 0, kind === "bad");
      });
    });
  }
});
