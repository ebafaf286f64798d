import type { Configuration } from "./engine/configuration.ts";
import { DEFAULT_CONFIGURATION } from "./engine/configuration.ts";
import type { LintOptions, LintResult } from "./engine/lint.ts";
import { lint, linting } from "./engine/lint.ts";
import type { ReviewResult } from "./engine/review.ts";
import { review, reviewing } from "./engine/review.ts";
import type { RuleSet } from "./engine/rule.ts";
import { prepare } from "./formats/index.ts";
import { loadLessons } from "./formats/lesson/load.ts";
import { configurationOf } from "./formats/premortem-config/index.ts";
import { loadYaml } from "./formats/yaml/load.ts";
import { Workspace } from "./model/workspace.ts";
import { lessonRules } from "./rules/lesson.ts";
import { rules } from "./rules/index.ts";

export { rules };
export { lessonFor, lessonRules, ownRules } from "./rules/lesson.ts";

/** The file that tells what the repository cannot. */
export const CONFIGURATION_FILE = "premortem.yaml";

/** What a lint or review may be asked for: only some rules, or a stop in between. */
export type CoreOptions = Partial<Omit<LintOptions<Workspace>, "configuration">>;

/**
 * A workspace over the given texts (by path, `/` between its parts). `configuration` is the text of the premortem.yaml
 * that applies; default: the one among the texts, at the top. What is wrong with it are findings of `premortem/config`.
 */
export async function loadWorkspace(texts: ReadonlyMap<string, string>, configuration?: string): Promise<Workspace> {
  await prepare(texts.keys());
  return new Workspace(texts, await readConfiguration(configuration ?? texts.get(CONFIGURATION_FILE)));
}

let last: { readonly text: string; readonly configuration: Configuration } | undefined;

/** The configuration that a premortem.yaml gives; the defaults where there is none. The same object for the same text. */
export async function readConfiguration(text: string | undefined): Promise<Configuration> {
  if (text === undefined) return DEFAULT_CONFIGURATION;
  await loadYaml();
  if (last?.text !== text) last = { text, configuration: configurationOf(text) };
  if (last.configuration.lessons.length > 0) await loadLessons();
  return last.configuration;
}

/** Findings of the state, for some files or all. */
export function lintFiles(workspace: Workspace, paths?: readonly string[], options: CoreOptions = {}): LintResult {
  return lint(workspace, withDefaults(workspace, options), paths);
}

/** The same in steps, one a file, for a caller that shares its thread. */
export function lintInSteps(workspace: Workspace, paths: readonly string[], options: CoreOptions = {}): Generator<void, LintResult> {
  return linting(workspace, withDefaults(workspace, options), paths);
}

/** Findings of a change. The head's configuration holds for both sides. */
export function reviewChange(before: Workspace, after: Workspace, options: CoreOptions = {}): ReviewResult {
  return review(before.with(new Map(), after.configuration), after.sharing(before), withDefaults(after, options));
}

/** The same in steps, so that an editor stays responsive while thousands of files are reviewed. */
export function reviewInSteps(before: Workspace, after: Workspace, options: CoreOptions = {}): Generator<void, ReviewResult> {
  return reviewing(before.with(new Map(), after.configuration), after.sharing(before), withDefaults(after, options));
}

function withDefaults(workspace: Workspace, options: CoreOptions): LintOptions<Workspace> {
  return { rules: rules as RuleSet<Workspace>, own: lessonRules(workspace), configuration: workspace.configuration, ...options };
}
