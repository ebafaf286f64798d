import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { rules } from "../../src/core.ts";
import { lessons } from "../../src/lessons/index.ts";

describe("metadata", () => {
  for (const [id, rule] of rules) {
    it(`${id}: is complete`, () => {
      for (const field of ["what", "why", "instead"] as const) {
        assert.match(rule[field], /^\S.*[.?]$/s, `${field} is one or more whole sentences`);
      }
      assert.ok(!rule.what.includes("\n") && rule.what.length <= 140, "`what` is one short line");
      assert.ok(rule.reads.length > 0, "names what it reads");
      assert.ok(rule.check !== undefined || rule.compare !== undefined || id === "premortem/suppression", "does something");
      assert.equal(rule.fixSafety !== undefined, rule.fix !== "none", "says why its fix is safe or not, exactly if it has one");
      for (const lesson of rule.lessons) assert.ok(lessons.has(lesson), `lesson ${lesson} is there`);
    });

    it(`${id}: has a page whose first line says what it finds`, () => {
      const page = `docs/rules/${id}.md`;
      assert.ok(existsSync(page), `${page} is there; run npm run gen`);
      const [heading, , first] = readFileSync(page, "utf8").split("\n");
      assert.equal(heading, `# ${id}`);
      assert.equal(first, rule.what);
    });
  }

  it("every lesson is one of at least one rule", () => {
    const cited = new Set([...rules.values()].flatMap((rule) => rule.lessons));
    assert.deepEqual([...lessons.keys()].filter((id) => !cited.has(id)), []);
  });

  it("every lesson's id is the name of its file", () => {
    for (const [id, lesson] of lessons) assert.equal(lesson.id, id);
  });
});
