import { readFileSync, writeFileSync } from "node:fs";
import { rules } from "../core.ts";
import type { Known } from "../report/baseline.ts";
import { compareWith, entriesOf, readBaseline, writeBaseline } from "../report/baseline.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import type { Outcome } from "./run.ts";

/** What ran, as far as a baseline must know it. */
export interface BaselineScope {
  /** Ids of the only rules that ran; undefined: all. */
  readonly only: ReadonlySet<string> | undefined;
}

/** The entries of a baseline's file. Throws where there is none, or it is none. */
export function loadBaseline(file: string): Known[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new Unavailable(
      code === "ENOENT"
        ? `There is no baseline ${file}. Record today's findings with the same command and --update-baseline, and commit the file.`
        : `The baseline ${file} cannot be read (${code}). Make it readable, or correct the path.`,
    );
  }
  const entries = readBaseline(text);
  if (typeof entries === "string") throw new Unavailable(`${file} is no baseline: ${entries}. Correct it, or write it anew with --update-baseline.`);
  return entries;
}

/** Takes what a baseline knows out of an outcome, and says which of its entries are gone. */
export function withBaseline(outcome: Outcome, entries: readonly Known[], scope: BaselineScope): Outcome {
  const { fresh, known, left } = compareWith(entries, outcome.report.findings);
  const baseline = { known, gone: goneOf(outcome, left, scope) };
  const keep = new Set(fresh);
  const of = (report: Outcome["report"]): Outcome["report"] => ({ ...report, findings: report.findings.filter((finding) => keep.has(finding)), baseline });
  return { ...outcome, report: of(outcome.report), reviewed: outcome.reviewed.map((one) => ({ ...one, report: of(one.report) })) };
}

/**
 * Writes today's findings into a baseline. What this run could not find stays in it: other paths, other rules, and for a
 * review whatever the change does not mend. Gives how many entries came and went.
 */
export function updateBaseline(file: string, outcome: Outcome, scope: BaselineScope): { total: number; added: number; removed: number } {
  const old = existing(file);
  const present = entriesOf(outcome.report.findings);
  const gone = new Set(goneOf(outcome, compareWith(old, outcome.report.findings).left, scope).map(key));
  const next = new Map(old.filter((entry) => !gone.has(key(entry))).map((entry) => [key(entry), entry]));
  for (const entry of present) next.set(key(entry), entry);
  const text = writeBaseline([...next.values()]);
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Unavailable(`The baseline ${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}). Give a path that can be written.`);
  }
  const before = new Set(old.map(key));
  return { total: next.size, added: [...next.keys()].filter((entry) => !before.has(entry)).length, removed: old.filter((entry) => !next.has(key(entry))).length };
}

function existing(file: string): Known[] {
  try {
    return loadBaseline(file);
  } catch (error) {
    if (error instanceof Unavailable && error.message.startsWith("There is no baseline")) return [];
    throw error;
  }
}

/** Entries that this run would have answered to. A review tells only what a change brings, so there those that it mends. */
function goneOf(outcome: Outcome, left: readonly Known[], { only }: BaselineScope): Known[] {
  if (outcome.report.change !== undefined) {
    const mended = entriesOf(outcome.reviewed.flatMap((one) => one.mended));
    const counts = new Map(mended.map((entry) => [key(entry), entry.count]));
    return left.flatMap((entry) => {
      const count = Math.min(entry.count, counts.get(key(entry)) ?? 0);
      return count === 0 ? [] : [{ ...entry, count }];
    });
  }
  return left.filter(({ path, rule }) => outcome.covers(path) && (only?.has(rule) ?? true) && ofState(rule, outcome));
}

/** What compares two states alone is found by a review, and no check can miss it. */
function ofState(id: string, { report }: Outcome): boolean {
  const rule: { readonly check?: unknown; readonly compare?: unknown } | undefined = rules.get(id) ?? report.own?.find((own) => own.id === id)?.rule;
  return rule === undefined || rule.compare === undefined || rule.check !== undefined;
}

function key({ path, rule, fingerprint }: Known): string {
  return `${path}\0${rule}\0${fingerprint}`;
}
