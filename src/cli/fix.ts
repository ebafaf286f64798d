import { atLeast } from "../engine/finding.ts";
import { unifiedDiff } from "../report/diff.ts";
import { plural, printable } from "../report/text.ts";
import type { Applied } from "./apply.ts";
import { fixState } from "./apply.ts";
import type { Level } from "./options.ts";
import { splitRules } from "./options.ts";
import { select } from "./selection.ts";
import type { State } from "./state.ts";
import { loadState } from "./state.ts";
import type { Terminal } from "./terminal.ts";
import { warn } from "./terminal.ts";
import { writeFile } from "./write.ts";

/** The options of `fix`, as commander hands them over. */
export interface FixCommandOptions {
  readonly unsafe?: boolean;
  readonly dryRun?: boolean;
  readonly config?: string;
  readonly failOn: Level | "never";
  readonly rule?: readonly string[];
}

/** `premortem fix [PATH...] [--unsafe] [--dry-run]`. The status tells of the findings that are left. */
export async function fixCommand(paths: readonly string[], options: FixCommandOptions, terminal: Terminal): Promise<number> {
  const { only, paths: all } = splitRules(options.rule, paths);
  const { failOn } = options;
  let failed = false;
  let incomplete = false;
  let applied = 0;
  let left = 0;
  for (const selection of select(all)) {
    const state = await loadState(selection, { config: options.config });
    const omissions = [...state.settings.omissions, ...state.tree.omissions];
    for (const { path, reason } of omissions) warn(terminal, `${selection.prefix}${path}: ${reason}.`);
    const fixed = await fixState(state, { unsafe: options.unsafe === true, only });
    for (const reason of fixed.refused) warn(terminal, `${reason}.`);
    if (!fixed.settled) warn(terminal, "Some fixes still follow one another. What is written is sound; run premortem fix again.");
    const lost = new Set<string>();
    for (const [path, text] of fixed.files) {
      const before = state.workspace.text(path);
      if (options.dryRun === true) {
        terminal.out(unifiedDiff(selection.prefix + path, before, text));
        continue;
      }
      const problem = writeFile(selection.root, path, before, text);
      if (problem === undefined) continue;
      lost.add(path);
      warn(terminal, `${selection.prefix}${path}: ${problem}.`);
    }
    if (options.dryRun !== true) list(fixed.applied.filter((fix) => !lost.has(fix.path)), selection.prefix, terminal);
    applied += fixed.applied.length;
    left += fixed.findings.length;
    incomplete ||= lost.size > 0 || isIncomplete(state);
    failed ||= failOn !== "never" && fixed.findings.some((finding) => atLeast(finding.severity, failOn));
  }
  const verb = options.dryRun === true ? "would be applied" : "applied";
  warn(terminal, `${plural(applied, "fix").replace(/fixs$/, "fixes")} ${verb}, ${plural(left, "finding")} left${left > 0 ? " (premortem check lists them)" : ""}.`);
  return incomplete ? 2 : failed ? 1 : 0;
}

function list(applied: readonly Applied[], prefix: string, terminal: Terminal): void {
  for (const { rule, path, title } of applied) terminal.out(printable(`${prefix}${path}: ${title} (${rule})`) + "\n");
}

function isIncomplete(state: State): boolean {
  return [...state.settings.omissions, ...state.tree.omissions].some((omission) => omission.incomplete);
}
