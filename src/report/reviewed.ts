import type { Finding } from "../engine/finding.ts";
import type { Lesson } from "../engine/lesson.ts";
import type { RuleMeta } from "../engine/rule.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Report } from "./report.ts";

/** A report with the two states that it speaks of: what the page with pictures is made of. */
export interface Reviewed {
  readonly report: Report;
  /** The base; undefined for a check of the state. */
  readonly before?: Workspace;
  readonly after: Workspace;
  /** Paths that differ, as the report shows them, sorted; empty for a check of the state. */
  readonly changed: readonly string[];
  /** Findings of the base that the change mends, as the report shows them. */
  readonly mended: readonly Finding[];
  /** Ids of the rules that ran; undefined where nobody says. */
  readonly ran?: readonly string[];
  /** The path under which the report shows a path of the workspaces. */
  shown(path: string): string;
  /** True where the text that the head has of a shown path is the one at hand, so that a fix can be applied to it. Default: every one is. */
  readonly present?: (shown: string) => boolean;
  /** A post-mortem that a finding cites, be it shipped or the team's own. */
  lesson(id: string): Lesson | undefined;
  /** What a rule is about, be it built in or the team's own. */
  rule(id: string): RuleMeta | undefined;
}

/**
 * Says a text in the reader's language; `{0}`, `{1}`, … stand for the arguments. The signature is that of VS Code's
 * `l10n.t`, and the first argument is always a literal, so that tools find what there is to translate.
 */
export type Translate = (message: string, ...args: (string | number)[]) => string;
