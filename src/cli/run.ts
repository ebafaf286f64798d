import type { Finding, NotComputed } from "../engine/finding.ts";
import { compareFindings, compareText, sortedNotes } from "../engine/finding.ts";
import { lessonRules, lintFiles, ownRules, reviewChange } from "../core.ts";
import { nearest } from "../engine/similar.ts";
import type { Workspace } from "../model/workspace.ts";
import { hostReach } from "../report/host-reach.ts";
import { knownLesson, knownRule, knownRules } from "../report/known.ts";
import type { Report } from "../report/report.ts";
import type { Reviewed } from "../report/reviewed.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import type { Base } from "./base.ts";
import { readBase } from "./base.ts";
import { inShard, notes, prefixed, unalias } from "./findings.ts";
import type { Shard } from "./findings.ts";
import type { Selection } from "./selection.ts";
import { selects } from "./selection.ts";
import type { State, StateOptions } from "./state.ts";
import { loadState, settingsFindings } from "./state.ts";

/** How to read the files, which rules to run, and on which part of the files. */
export interface RunOptions extends StateOptions {
  readonly only: ReadonlySet<string> | undefined;
  readonly shard: Shard | undefined;
}

/** A report, and whether files had to be left out that Premortem would have reviewed. */
export interface Outcome {
  readonly report: Report;
  /** The same with the states that it speaks of, one for each selection. */
  readonly reviewed: readonly Reviewed[];
  readonly incomplete: boolean;
  /** True for a path, as the report shows it, whose findings this run would tell. */
  covers(path: string): boolean;
}

/** Findings of the state of the selections. */
export async function check(selections: readonly Selection[], options: RunOptions): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const selection of selections) outcomes.push(await checkOne(selection, options));
  if (outcomes.length === 1) return outcomes[0]!;
  const reports = outcomes.map((outcome) => outcome.report);
  const brought = new Map(reports.flatMap((one) => one.own ?? []).map((own) => [own.id, own]));
  const report: Report = {
    findings: reports.flatMap((one) => one.findings).sort(compareFindings),
    notComputed: sortedNotes(reports.flatMap((one) => one.notComputed)),
    suppressed: total(reports, (one) => one.suppressed),
    files: total(reports, (one) => one.files),
    ...(options.only && { only: [...options.only].sort(compareText) }),
    ...(brought.size > 0 && { own: [...brought.values()] }),
    removed: (path) => reports.some((one) => one.removed?.(path) === true),
    text: (path) => {
      for (const one of reports) {
        const text = one.text(path);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
  return {
    report,
    reviewed: outcomes.flatMap((outcome) => outcome.reviewed),
    incomplete: outcomes.some((outcome) => outcome.incomplete),
    covers: (path) => outcomes.some((outcome) => outcome.covers(path)),
  };
}

async function checkOne(selection: Selection, options: RunOptions): Promise<Outcome> {
  const state = await loadState(selection, options);
  const { workspace, tree, settings } = state;
  requireLessons(options.only, workspace);
  const targets = workspace.paths.filter((path) => selects(selection, path) && inShard(path, options.shard, tree.aliases));
  const result = lintFiles(workspace, targets, options.only && { only: options.only });
  const ofSettings = (await settingsFindings(settings)).filter(
    ({ rule, location }) => (options.only?.has(rule) ?? true) && inShard(location.path, options.shard),
  );
  return finish(state, [...ofSettings, ...unalias(result.findings, tree.aliases)], {
    notComputed: result.notComputed,
    failures: result.failures,
    suppressed: result.suppressed,
    files: targets.length,
    shard: options.shard,
    only: options.only,
  });
}

/** Findings of the change from `base` to the selection as it stands on the disk, or to the head of the options. */
export async function reviewFrom(base: Base, selection: Selection, options: RunOptions): Promise<Outcome> {
  const listing = options.head === undefined ? base.listing() : undefined;
  const after = await loadState(selection, { ...options, ...(listing && { listing }) });
  const before = await readBase(base, after);
  const dropped = [...after.tree.omissions, ...before.tree.omissions].filter((omission) => omission.incomplete);
  // What only one side could read is no change.
  const left = (path: string): boolean => !dropped.some((omission) => path === omission.path || path.startsWith(`${omission.path}/`));
  const remove = (workspace: Workspace): Workspace =>
    workspace.with(new Map(workspace.paths.filter((path) => !left(path)).map((path) => [path, undefined])));
  // What is worked out for the review is kept for the page, which asks the same again: so it gets the very same two states.
  const old = (dropped.length === 0 ? before.workspace : remove(before.workspace)).with(new Map(), after.workspace.configuration);
  const head = (dropped.length === 0 ? after.workspace : remove(after.workspace)).sharing(old);
  requireLessons(options.only, head);
  const result = reviewChange(old, head, options.only && { only: options.only });
  const aliases = new Map([...before.tree.aliases, ...after.tree.aliases]);
  const mine = (path: string): boolean => selects(selection, path) && inShard(path, options.shard, aliases);
  const own = (findings: readonly Finding[]): number => findings.filter((finding) => mine(finding.location.path)).length;
  const changed = result.changed.filter((path) => mine(path) && !aliases.has(path));
  const mended = unalias(result.fixed, aliases).filter((finding) => mine(finding.location.path));
  return finish(
    { ...after, workspace: head },
    unalias(result.findings, aliases).filter((finding) => mine(finding.location.path)),
    {
      notComputed: result.notComputed,
      failures: result.failures,
      suppressed: own(result.hidden),
      files: new Set([...old.paths, ...head.paths].filter(mine)).size,
      shard: options.shard,
      only: options.only,
      omissions: before.tree.omissions,
      before: old,
      changed,
      mended,
      change: { base: base.name, changed: changed.length, fixed: mended.length, unchanged: own(result.standing) },
      reach: hostReach(old, head),
    },
  );
}

interface Rest {
  readonly notComputed: readonly NotComputed[];
  readonly failures: Parameters<typeof notes>[1];
  readonly suppressed: number;
  readonly files: number;
  readonly shard: Shard | undefined;
  readonly only: RunOptions["only"];
  readonly omissions?: State["tree"]["omissions"];
  readonly before?: Workspace;
  readonly changed?: readonly string[];
  readonly mended?: readonly Finding[];
  readonly change?: NonNullable<Report["change"]>;
  readonly reach?: Report["reach"] | undefined;
}

function finish(state: State, findings: readonly Finding[], rest: Rest): Outcome {
  const { selection, tree, settings, workspace } = state;
  const { prefix } = selection;
  const omissions = [...settings.omissions, ...tree.omissions.filter(({ path }) => selects(selection, path)), ...(rest.omissions ?? [])];
  const own = (path: string): string => tree.aliases.get(path) ?? path;
  const all = [...notes(omissions, rest.failures), ...rest.notComputed.map((note) => ({ ...note, path: own(note.path) }))];
  const brought = ownRules(workspace);
  const report: Report = {
    findings: findings.map((finding) => prefixed(finding, prefix)).sort(compareFindings),
    notComputed: sortedNotes(all.map((note) => ({ ...note, path: note.path === "" ? "" : prefix + note.path }))),
    suppressed: rest.suppressed,
    files: rest.files,
    ...(rest.change && { change: rest.change }),
    ...(rest.only && { only: [...rest.only].sort(compareText) }),
    ...(brought.length > 0 && { own: brought }),
    ...(rest.reach && { reach: rest.reach }),
    removed: (shown) => {
      const path = shown.slice(prefix.length);
      return shown.startsWith(prefix) && workspace.text(path) === undefined && rest.before?.text(path) !== undefined;
    },
    text: (shown) => {
      if (!shown.startsWith(prefix)) return undefined;
      const path = shown.slice(prefix.length);
      return workspace.text(path) ?? rest.before?.text(path) ?? (path === settings.path ? settings.text : undefined);
    },
  };
  const reviewed: Reviewed = {
    report,
    ...(rest.before && { before: rest.before }),
    after: workspace,
    changed: (rest.changed ?? []).map((path) => prefix + path),
    mended: (rest.mended ?? []).map((finding) => prefixed(finding, prefix)),
    shown: (path) => prefix + own(path),
    lesson: (id) => knownLesson(workspace, id),
    rule: (id) => knownRule(workspace, id),
    ran: ranOf(report.only, workspace),
  };
  return {
    report,
    reviewed: [reviewed],
    incomplete: omissions.some((omission) => omission.incomplete),
    covers: (shown) => {
      if (!shown.startsWith(prefix)) return false;
      const path = shown.slice(prefix.length);
      // What could not be read may still be at fault.
      return selects(selection, path) && inShard(path, rest.shard) && !omissions.some((omission) => path === omission.path || path.startsWith(`${omission.path}/`));
    },
  };
}

/** Throws for a lesson that is asked for and not there: a gate that runs nothing must not pass. */
function requireLessons(only: ReadonlySet<string> | undefined, workspace: Workspace): void {
  const own = lessonRules(workspace);
  const missing = [...(only ?? [])].find((id) => id.startsWith("lesson/") && !own.has(id));
  if (missing === undefined) return;
  const meant = nearest(missing, own.keys());
  throw new Unavailable(`There is no ${missing} among the reviewed files. ${meant ? `Did you mean ${meant}?` : "Try the lessons that are there with: premortem lesson test."}`);
}

/** The rules that ran: those that were asked for, or all, the team's own included. */
export function ranOf(only: Report["only"], workspace: Workspace): readonly string[] {
  return only ?? knownRules(workspace);
}

function total(reports: readonly Report[], count: (report: Report) => number): number {
  return reports.reduce((sum, report) => sum + count(report), 0);
}
