import { CONFIGURATION_FILE, readConfiguration } from "../core.ts";
import type { GitDirectory } from "../vcs/git.ts";
import type { Tree, Wanted } from "../vcs/tree.ts";
import type { Settings } from "./state.ts";

/** What a review looks at, where it is not what lies on the disk. Nothing is checked out for it. */
export interface Head {
  read(wanted: Wanted): Tree;
  /** The premortem.yaml that holds there. */
  settings(): Promise<Settings>;
}

/** A commit as the head. */
export function commitHead(git: GitDirectory, commit: string, name: string): Head {
  return { read: (wanted) => git.readCommit(commit, wanted, `at ${name}`), settings: () => settingsIn(git, commit) };
}

/** What is staged as the head. */
export function indexHead(git: GitDirectory): Head {
  return { read: (wanted) => git.readIndex(wanted), settings: () => settingsIn(git, "") };
}

/** The nearest premortem.yaml from the directory upwards to the top of the repository, at a commit or in the index. */
async function settingsIn(git: GitDirectory, commit: string): Promise<Settings> {
  const { depth } = git;
  for (let up = 0; up <= depth; up++) {
    const path = "../".repeat(up) + CONFIGURATION_FILE;
    const text = git.readText(commit, path);
    if (text !== undefined) return { configuration: await readConfiguration(text), text, path, outside: up > 0, omissions: [] };
  }
  return { configuration: await readConfiguration(undefined), text: undefined, path: undefined, outside: false, omissions: [] };
}
