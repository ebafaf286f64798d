import * as vscode from "vscode";
import type { Comparison } from "./comparison.ts";
import type { Repository } from "./git-api.ts";
import { below } from "./projects.ts";
import type { Revision } from "./revision.ts";

/** The two revisions of a repository that a comparison is between, with their names for a person. */
export interface Ends {
  readonly base: Revision;
  readonly head: Revision;
  /** `HEAD`, `the merge base with origin/main (1a2b3c4d)`. */
  readonly name: string;
  /** What is reviewed, where it is not the working tree. */
  readonly headName?: string;
}

type Kind = Exclude<Comparison, { readonly kind: "folder" }>;

const WORKING: Revision = { at: "working" };
const INDEX: Revision = { at: "index" };
const NOTHING: Revision = { at: "nothing" };

/** The ends of a comparison in a repository; a sentence for the user where it has none. */
export async function endsOf(repository: Repository, comparison: Kind): Promise<Ends | string> {
  const { HEAD } = repository.state;
  const head: Revision = HEAD?.commit === undefined ? NOTHING : at(HEAD.commit);
  const unborn = head.at === "nothing";
  switch (comparison.kind) {
    case "head":
      return { base: head, head: WORKING, name: unborn ? vscode.l10n.t("nothing: there is no commit yet") : "HEAD" };
    case "staged":
      return { base: head, head: INDEX, name: unborn ? vscode.l10n.t("nothing: there is no commit yet") : "HEAD", headName: vscode.l10n.t("what is staged") };
    case "unstaged":
      return { base: INDEX, head: WORKING, name: vscode.l10n.t("what is staged") };
    case "mergeBase":
      if (unborn) return noCommit(repository);
      return withDefaultBranch(repository, HEAD!.commit!, WORKING);
    case "upstream": {
      if (unborn) return noCommit(repository);
      const upstream = HEAD!.upstream;
      if (upstream === undefined) return vscode.l10n.t("The branch {0} follows no other, so there is no upstream to compare with. Set one (git branch --set-upstream-to), or choose another base.", HEAD!.name ?? "HEAD");
      const ref = `${upstream.remote}/${upstream.name}`;
      const base = await repository.getMergeBase(ref, HEAD!.commit!);
      return base === undefined ? await noneInCommon(repository, ref) : { base: at(base), head: WORKING, name: mergeBaseName(ref, base) };
    }
    case "ref": {
      const commit = await commitOf(repository, comparison.ref);
      return commit === undefined ? missing(comparison.ref) : { base: at(commit), head: WORKING, name: named(comparison.ref, commit) };
    }
    case "branch": {
      const commit = await commitOf(repository, comparison.ref);
      if (commit === undefined) return missing(comparison.ref);
      return withDefaultBranch(repository, commit, at(commit), named(comparison.ref, commit));
    }
  }
}

/** The ends in a repository that lies in another one: for a submodule, the commits that the outer one's revisions name. */
export async function innerEnds(inner: Repository, outer: Repository, ends: Ends): Promise<Ends> {
  const path = below(outer.rootUri, inner.rootUri)!;
  const own = inner.state.HEAD?.commit;
  const of = async (revision: Revision): Promise<Revision> => {
    if (revision.at === "working" || revision.at === "nothing") return revision;
    try {
      const { mode, object } = await outer.getObjectDetails(revision.at === "index" ? "" : revision.commit, path);
      if (mode === "160000") return at(object);
    } catch {
      // It is no submodule there, but a repository of its own.
    }
    return own === undefined ? NOTHING : at(own);
  };
  const ofIndex = ends.base.at === "index" || ends.head.at === "index";
  // What is staged inside of a submodule is staged there.
  if (ofIndex) return { ...ends, base: ends.base.at === "index" ? INDEX : own === undefined ? NOTHING : at(own) };
  return { ...ends, base: await of(ends.base), head: await of(ends.head) };
}

/** The repository that an inner one lies in, of those at hand. */
export function outerOf(inner: Repository, repositories: readonly Repository[]): Repository | undefined {
  return repositories
    .filter((other) => below(other.rootUri, inner.rootUri) !== undefined)
    .sort((a, b) => b.rootUri.path.length - a.rootUri.path.length)[0];
}

/** The commit that a name stands for; undefined where there is none. */
export async function commitOf(repository: Repository, ref: string): Promise<string | undefined> {
  try {
    return (await repository.getCommit(ref)).hash;
  } catch {
    return undefined;
  }
}

/** The branch that others go into: the remote's HEAD, else main or master, the remote's first. */
export async function defaultBranch(repository: Repository): Promise<string | undefined> {
  const names = repository.state.remotes.map(({ name }) => name);
  const remote = names.includes("origin") ? "origin" : names[0];
  const candidates = [...(remote === undefined ? [] : ["HEAD", "main", "master"].map((name) => `${remote}/${name}`)), "main", "master"];
  for (const candidate of candidates) if ((await commitOf(repository, candidate)) !== undefined) return candidate;
  return undefined;
}

async function withDefaultBranch(repository: Repository, commit: string, head: Revision, headName?: string): Promise<Ends | string> {
  const branch = await defaultBranch(repository);
  if (branch === undefined) {
    return vscode.l10n.t("There is no default branch to compare with: neither origin/HEAD, main nor master is here. Fetch it (git fetch origin, git remote set-head origin --auto), or choose a base (Premortem: Review Against…).");
  }
  const base = await repository.getMergeBase(branch, commit);
  if (base === undefined) return noneInCommon(repository, branch);
  return { base: at(base), head, name: mergeBaseName(branch, base), ...(headName !== undefined && { headName }) };
}

async function noneInCommon(repository: Repository, ref: string): Promise<string> {
  if ((await commitOf(repository, ref)) === undefined) return missing(ref);
  return vscode.l10n.t("{0} and what is to be reviewed have no commit in common here, so there is no merge base. A shallow clone lacks it: fetch the rest (git fetch --unshallow), or choose another base.", ref);
}

function missing(ref: string): string {
  return vscode.l10n.t("There is no revision {0} here. Check the name, or fetch it (git fetch), then try again.", ref);
}

function noCommit(repository: Repository): string {
  return vscode.l10n.t("{0} has no commit yet, so it has no merge base. Commit first, or compare with HEAD: every file then counts as new.", repository.rootUri.path.split("/").pop() ?? "");
}

function mergeBaseName(ref: string, commit: string): string {
  return vscode.l10n.t("the merge base with {0} ({1})", ref, commit.slice(0, 8));
}

function named(ref: string, commit: string): string {
  return commit.startsWith(ref) ? ref.slice(0, 8) : `${ref} (${commit.slice(0, 8)})`;
}

function at(commit: string): Revision {
  return { at: "commit", commit };
}
