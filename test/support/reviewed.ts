import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { lintFiles, loadWorkspace, reviewChange, rules } from "../../src/core.ts";
import type { Finding } from "../../src/engine/finding.ts";
import { lessons } from "../../src/lessons/index.ts";
import type { Report } from "../../src/report/report.ts";
import type { Reviewed } from "../../src/report/reviewed.ts";

/** Texts by path. */
export type Texts = { readonly [path: string]: string };

/** The texts of a directory, by their paths relative to it. */
export function textsOf(directory: string): Texts {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(directory, path).split(sep).join("/"), readFileSync(path, "utf8")]));
}

/** The review of a change between texts, or with no `before` the check of a state, as pages and pictures take it. */
export async function reviewedOf(before: Texts | undefined, after: Texts, overrides: Partial<Report> = {}): Promise<Reviewed> {
  const loaded = await loadWorkspace(new Map(Object.entries(after)));
  const rest = { shown: (path: string) => path, lesson: (id: string) => lessons.get(id), rule: (id: string) => rules.get(id) };
  if (before === undefined) {
    const { findings, notComputed, suppressed } = lintFiles(loaded);
    const report = { findings, notComputed, suppressed, files: loaded.paths.length, text: (path: string) => loaded.text(path), ...overrides };
    return { report, after: loaded, changed: [], mended: [], ...rest };
  }
  const base = (await loadWorkspace(new Map(Object.entries(before)))).with(new Map(), loaded.configuration);
  const head = loaded.sharing(base);
  const { findings, notComputed, suppressed, changed, fixed, unchanged } = reviewChange(base, head);
  const report = {
    findings,
    notComputed,
    suppressed,
    files: head.paths.length,
    change: { base: "HEAD", changed: changed.length, fixed: fixed.length, unchanged },
    text: (path: string) => head.text(path) ?? base.text(path),
    ...overrides,
  };
  return { report, before: base, after: head, changed, mended: fixed, ...rest };
}

/** A finding with what a test does not care about filled in. */
export function findingOf(given: Partial<Finding>): Finding {
  return {
    rule: "firewall/flow-opened",
    severity: "warning",
    confidence: "certain",
    message: "Something is wrong. It breaks. Mend it.",
    location: { path: "nftables.conf", range: { start: 0, end: 4 } },
    lessons: [],
    related: [],
    fixes: [],
    data: {},
    fingerprint: "0123456789abcdef",
    ...given,
  };
}
