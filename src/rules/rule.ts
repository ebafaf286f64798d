import type { CheckContext, CompareContext, Reporter, Rule, RuleMeta } from "../engine/rule.ts";
import type { Subjects, Workspace } from "../model/workspace.ts";

/** A respect in which rules read files. */
export type Reads = keyof Subjects;

/** What `check` gets: the subject under its own name, the file, and everything else in the workspace. */
type Context<R extends Reads> = R extends Reads
  ? Reporter & { readonly [K in R]: Subjects[K] } & { readonly reads: R; readonly path: string; readonly workspace: Workspace }
  : never;

/** A rule as its file writes it, with its subjects under their own names. */
export interface RuleSpec<R extends Reads> extends RuleMeta {
  readonly reads: readonly R[];
  check?(context: Context<R>): void;
  compare?(context: CompareContext<Workspace>): void;
}

/** Declares a rule. Its id is the path of its file in `rules/`. */
export function rule<const R extends Reads>(spec: RuleSpec<R>): Rule<Workspace> {
  const { check, ...rest } = spec;
  if (check === undefined) return rest as Rule<Workspace>;
  return {
    ...rest,
    check: ({ subject, ...context }: CheckContext<Workspace>) =>
      check({ ...context, [context.reads]: subject } as unknown as Context<R>),
  } as Rule<Workspace>;
}
