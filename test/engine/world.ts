import { DEFAULT_CONFIGURATION } from "../../src/engine/configuration.ts";
import type { LintOptions } from "../../src/engine/lint.ts";
import { SUPPRESSION_RULE } from "../../src/engine/lint.ts";
import type { CheckContext, CompareContext, Rule, RuleSet, World } from "../../src/engine/rule.ts";

/** A world of plain texts, in which every file says its text in the respect `text`. */
export function world(files: Record<string, string>): World {
  return {
    paths: Object.keys(files).sort(),
    text: (path) => files[path],
    subject: (reads, path) => (reads === "text" ? files[path] : undefined),
    comments: () => ({ openers: ["#"], inline: true }),
  };
}

type Parts = Partial<Pick<Rule, "severity" | "fix" | "lessons">> & {
  check?(context: CheckContext<World>): void;
  compare?(context: CompareContext<World>): void;
};

export function testRule(parts: Parts): Rule {
  return {
    what: "A test.",
    why: "A test.",
    instead: "A test.",
    lessons: [],
    reads: ["text"],
    severity: "warning",
    fix: "none",
    lifecycle: "stable",
    examples: { bad: "", good: "", lookalike: "" },
    ...parts,
  };
}

/** Reports every occurrence of a word in a file. */
export function finds(word: string, parts: Parts = {}): Rule {
  return testRule({
    ...parts,
    check({ path, subject, report }) {
      for (const match of (subject as string).matchAll(new RegExp(word, "g"))) {
        report({ location: { path, range: { start: match.index, end: match.index + word.length } }, message: `There is ${word}.` });
      }
    },
  });
}

export function options(rules: Record<string, Rule>, more: Partial<LintOptions<World>> = {}): LintOptions<World> {
  const all: RuleSet = new Map(Object.entries({ ...rules, [SUPPRESSION_RULE]: testRule({}) }));
  return { rules: all, configuration: DEFAULT_CONFIGURATION, ...more };
}
