import { statSync } from "node:fs";
import { resolve } from "node:path";
import { loadWorkspace } from "../core.ts";
import type { Workspace } from "../model/workspace.ts";
import { readDirectory } from "../vcs/directory.ts";
import { GitDirectory } from "../vcs/git.ts";
import type { Tree, Wanted } from "../vcs/tree.ts";
import { Unavailable } from "../vcs/unavailable.ts";
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

/** The base that `--base` names, by default HEAD. Undefined where there is no git and nothing is named. */
export function findBase(selection: Selection, given: string | undefined): Base | undefined {
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
    throw new Unavailable(
      `There is no revision or directory ${revision}. Check the name, fetch it (git fetch origin ${revision.replace(/^origin\//, "")}), or give a directory: --base DIR.`,
    );
  }
  return { name: revision, listing: () => git.workingFiles(), read: (wanted) => git.readCommit(commit, wanted) };
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
