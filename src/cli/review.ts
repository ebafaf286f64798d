import { existsSync } from "node:fs";
import { Unavailable } from "../vcs/unavailable.ts";
import type { EndOptions } from "./base.ts";
import { findEnds } from "./base.ts";
import type { ReportOptions } from "./options.ts";
import { splitRules } from "./options.ts";
import { printOutcome } from "./print.ts";
import type { RunOptions } from "./run.ts";
import { check, reviewFrom } from "./run.ts";
import type { Selection } from "./selection.ts";
import { select } from "./selection.ts";
import type { Terminal } from "./terminal.ts";
import { warn } from "./terminal.ts";

/** `premortem check [PATH...]`. */
export async function checkCommand(paths: readonly string[], options: ReportOptions, terminal: Terminal): Promise<number> {
  const { only, paths: all } = splitRules(options.rule, paths);
  const selections = select(all).map((selection) => placed(selection, options));
  return printOutcome(options, only, terminal, (progress) => check(selections, runOptions(options, only, progress)));
}

/** `premortem review [PATH]` with the options of its two ends. */
export async function reviewCommand(path: string | undefined, options: ReportOptions & EndOptions, terminal: Terminal): Promise<number> {
  const { only, paths } = splitRules(options.rule, path === undefined ? [] : [path]);
  const { ends: wanted, paths: all } = splitReference(options, paths);
  if (all.length > 1) throw new Unavailable(`A review is of one path, not of ${all.join(" and ")}. Name the directory that holds them.`);
  const selection = placed(select(all)[0]!, options);
  const { base, head } = findEnds(selection, wanted);
  if (base === undefined) {
    warn(terminal, `There is no commit to compare with, so this is a check of the state. For a review, name a base: --base REV|DIR.`);
  }
  return printOutcome(options, only, terminal, (progress) => {
    const run = { ...runOptions(options, only, progress), head };
    return base === undefined ? check([selection], run) : reviewFrom(base, selection, run);
  });
}

/** `--merge-base PATH` takes the path for the branch that it may name; one that is there and looks like a path is meant as such. */
function splitReference(options: EndOptions, paths: readonly string[]): { ends: EndOptions; paths: string[] } {
  const { mergeBase } = options;
  const isPath = typeof mergeBase === "string" && paths.length === 0 && (/^\.{0,2}\/|^\.{1,2}$/.test(mergeBase) || mergeBase.endsWith("/")) && existsSync(mergeBase);
  return isPath ? { ends: { ...options, mergeBase: true }, paths: [mergeBase] } : { ends: options, paths: [...paths] };
}

/** The selection with what `--path-prefix` puts before its paths. */
function placed(selection: Selection, { pathPrefix }: ReportOptions): Selection {
  return pathPrefix === undefined ? selection : { ...selection, prefix: pathPrefix + selection.prefix };
}

function runOptions(options: ReportOptions, only: RunOptions["only"], progress: (files: number) => void): RunOptions {
  return { config: options.config, only, shard: options.shard, progress };
}
