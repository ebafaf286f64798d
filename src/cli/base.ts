import { statSync } from "node:fs";
import { resolve } from "node:path";
import { loadWorkspace } from "../core.ts";
import type { Workspace } from "../model/workspace.ts";
import { readDirectory } from "../vcs/directory.ts";
import { GitDirectory } from "../vcs/git.ts";
import type { Tree, Wanted } from "../vcs/tree.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import type { Head } from "./head.ts";
import { commitHead, indexHead } from "./head.ts";
import type { Selection } from "./selection.ts";
import type { State } from "./state.ts";

/** What a change is measured against. */
export interface Base {
  /** For a person: `HEAD`, `origin/main`, `the directory before`. */
  readonly name: string;
  /** The files that count as the head's; undefined: all that are there. */
  listing(): string[] | undefined;
  read(wanted: Wanted): Tree;
}

/** Which two states to compare, as the options say. */
export interface EndOptions {
  /** `--base REV|DIR`. */
  readonly base?: string;
  /** `--merge-base [REF]`; true without a REF. */
  readonly mergeBase?: string | true;
  /** `--staged`: the head is git's index. */
  readonly staged?: boolean;
  /** `--head REV`: the head is a commit. */
  readonly head?: string;
}

/** The two states of a review. */
export interface Ends {
  /** Undefined where there is no git and nothing is named. */
  readonly base: Base | undefined;
  /** Undefined for what lies on the disk. */
  readonly head: Head | undefined;
}

/** The two states that the options name: by default HEAD and the working tree. */
export function findEnds(selection: Selection, options: EndOptions): Ends {
  const { mergeBase, staged, head } = options;
  if (mergeBase === undefined && head === undefined && staged !== true) return { base: findBase(selection, options.base), head: undefined };
  const git = GitDirectory.open(selection.root);
  const flag = head !== undefined ? "--head" : staged === true ? "--staged" : "--merge-base";
  if (git === undefined) throw new Unavailable(`${flag} needs git, and ${selection.root} is in no git repository (or git is not installed). Compare two directories with --base DIR.`);
  const commit = head === undefined ? undefined : commitOf(git, head);
  const name = head ?? "HEAD";
  const end = commit !== undefined ? commitHead(git, commit, head!) : staged === true ? indexHead(git) : undefined;
  if (options.base !== undefined || (mergeBase === undefined && head === undefined)) return { base: findBase(selection, options.base), head: end };
  return { base: partingOf(git, typeof mergeBase === "string" ? mergeBase : undefined, name, commit ?? commitOf(git, "HEAD")), head: end };
}

/** The base that `--base` names, by default HEAD. Undefined where there is no git and nothing is named. */
export function findBase(selection: Selection, given: string | undefined): Base | undefined {
  // As a path it would be the current directory.
  if (given === "") throw new Unavailable("The base is empty. Name a revision or a directory.");
  const directory = given === undefined ? undefined : directoryAt(given);
  if (given !== undefined && directory !== undefined) {
    if (/^[^./]/.test(given) && isRevision(selection.root, given)) {
      throw new Unavailable(`${given} is both a directory and a revision. Write ./${given} for the directory, or refs/heads/${given} for the branch.`);
    }
    return { name: `the directory ${given}`, listing: () => undefined, read: (wanted) => readDirectory(directory, wanted) };
  }
  const git = GitDirectory.open(selection.root);
  if (git === undefined) {
    if (given === undefined) return undefined;
    throw new Unavailable(
      `The base ${given} cannot be had: there is no such directory, and ${selection.root} is in no git repository (or git is not installed). Give a directory: --base DIR.`,
    );
  }
  const revision = given ?? "HEAD";
  const commit = git.resolve(revision);
  if (commit === undefined) {
    if (given === undefined && git.unborn) return undefined;
    throw new Unavailable(`There is no revision or directory ${revision}. Check the name, ${fetching(git, revision)}, or give a directory: --base DIR.`);
  }
  return atCommit(git, commit, revision);
}

/** The commit in which the head parted from a branch. */
function partingOf(git: GitDirectory, given: string | undefined, head: string, commit: string): Base {
  const ref = given ?? git.defaultBranch();
  if (ref === undefined) throw new Unavailable("It is not known which branch is the default one: there is no origin/HEAD, main or master. Name it: --merge-base REF.");
  const base = git.mergeBase(commitOf(git, ref), commit);
  if (base === undefined) {
    const help = git.shallow
      ? "this is a shallow clone, whose history is cut off before the two part. Fetch the rest: git fetch --unshallow (with actions/checkout: fetch-depth: 0; in GitLab: GIT_DEPTH: 0)"
      : "their histories have nothing in common. Name another branch with --merge-base REF, or a revision with --base REV";
    throw new Unavailable(`There is no merge base of ${head} and ${ref}: ${help}.`);
  }
  return atCommit(git, base, `the merge base of ${head} and ${ref} (${base.slice(0, 12)})`);
}

function atCommit(git: GitDirectory, commit: string, name: string): Base {
  return { name, listing: () => git.workingFiles(), read: (wanted) => git.readCommit(commit, wanted) };
}

/** Throws where there is no such commit. */
function commitOf(git: GitDirectory, revision: string): string {
  const commit = git.resolve(revision);
  if (commit === undefined) throw new Unavailable(`There is no revision ${revision}. Check the name, or ${fetching(git, revision)}.`);
  return commit;
}

/** How to get a revision that is not here. */
function fetching(git: GitDirectory, revision: string): string {
  const ancestor = /[~^]/.test(revision);
  if (ancestor && git.shallow) return "deepen this shallow clone (git fetch --deepen=1, or --unshallow for all; with actions/checkout: fetch-depth; in GitLab: GIT_DEPTH)";
  const name = revision.replace(/^origin\//, "").replace(/[~^].*$/, "");
  // What is proposed will be pasted into a shell.
  return /^\w[\w./-]*$/.test(name) ? `fetch it (git fetch origin ${name})` : "fetch it with git";
}

/** The base as a workspace that `state` can be compared with. */
export async function readBase(base: Base, state: State): Promise<{ tree: Tree; workspace: Workspace }> {
  const tree = base.read(state.wanted);
  for (const [path, text] of tree.texts) {
    const now = state.tree.texts.get(path);
    // With core.autocrlf a checkout has other line ends than the commit, which is no change of the configuration.
    if (now !== undefined && now !== text && unixLines(now) === unixLines(text)) tree.texts.set(path, now);
  }
  return { tree, workspace: await loadWorkspace(tree.texts, state.settings.text) };
}

function isRevision(root: string, name: string): boolean {
  try {
    return GitDirectory.open(root)?.resolve(name) !== undefined;
  } catch {
    // Two directories can be compared where git refuses to look.
    return false;
  }
}

function unixLines(text: string): string {
  return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
}

function directoryAt(path: string): string | undefined {
  let found;
  try {
    found = statSync(resolve(path));
  } catch {
    return undefined;
  }
  if (!found.isDirectory()) throw new Unavailable(`The base ${path} is a file. Give a directory or a revision.`);
  return resolve(path);
}
