import { Unavailable } from "../vcs/unavailable.ts";
import { findBase } from "./base.ts";
import type { ReportOptions } from "./options.ts";
import { splitRules } from "./options.ts";
import { printOutcome } from "./print.ts";
import type { RunOptions } from "./run.ts";
import { check, reviewFrom } from "./run.ts";
import { select } from "./selection.ts";
import type { Terminal } from "./terminal.ts";
import { warn } from "./terminal.ts";

/** `premortem check [PATH...]`. */
export async function checkCommand(paths: readonly string[], options: ReportOptions, terminal: Terminal): Promise<number> {
  const { only, paths: all } = splitRules(options.rule, paths);
  const selections = select(all);
  return printOutcome(options, terminal, (progress) => check(selections, runOptions(options, only, progress)));
}

/** `premortem review [PATH] [--base REV|DIR]`. */
export async function reviewCommand(path: string | undefined, options: ReportOptions & { readonly base?: string }, terminal: Terminal): Promise<number> {
  const { only, paths } = splitRules(options.rule, path === undefined ? [] : [path]);
  if (paths.length > 1) throw new Unavailable(`A review is of one path, not of ${paths.join(" and ")}. Name the directory that holds them.`);
  const selection = select(paths)[0]!;
  const base = findBase(selection, options.base);
  if (base === undefined) {
    warn(terminal, `There is no commit to compare with, so this is a check of the state. For a review, name a base: --base REV|DIR.`);
  }
  return printOutcome(options, terminal, (progress) => {
    const run = runOptions(options, only, progress);
    return base === undefined ? check([selection], run) : reviewFrom(base, selection, run);
  });
}

function runOptions(options: ReportOptions, only: RunOptions["only"], progress: (files: number) => void): RunOptions {
  return { config: options.config, only, shard: options.shard, progress };
}
