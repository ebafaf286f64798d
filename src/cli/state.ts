import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Configuration } from "../engine/configuration.ts";
import type { Finding } from "../engine/finding.ts";
import { relocated } from "../engine/finding.ts";
import { lintFiles, loadWorkspace, readConfiguration } from "../core.ts";
import { isReviewed, recognise } from "../formats/index.ts";
import { ignoring } from "../formats/premortem-config/ignore.ts";
import type { Workspace } from "../model/workspace.ts";
import { decode, exceeds, readDirectory, unreadable } from "../vcs/directory.ts";
import type { Omission, Tree, Wanted } from "../vcs/tree.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import type { Head } from "./head.ts";
import type { Selection } from "./selection.ts";
import { nearestConfiguration, slashes } from "./selection.ts";

/** Above this many files, a directory that nothing marks as a repository is not taken for one. */
export const UNMARKED_LIMIT = 5000;

/** The `premortem.yaml` that holds for a selection. */
export interface Settings {
  readonly configuration: Configuration;
  /** Its text; undefined where there is none. */
  readonly text: string | undefined;
  /** Its path relative to the root; it may lie above. */
  readonly path: string | undefined;
  /** True where it is not among the reviewed files. */
  readonly outside: boolean;
  readonly omissions: readonly Omission[];
}

/** A selection as it stands on the disk. */
export interface State {
  readonly selection: Selection;
  readonly settings: Settings;
  readonly wanted: Wanted;
  readonly tree: Tree;
  readonly workspace: Workspace;
}

/** How to read a selection. */
export interface StateOptions {
  /** `--config FILE`. */
  readonly config?: string | undefined;
  readonly listing?: readonly string[];
  /** What to read where it is not the disk. */
  readonly head?: Head | undefined;
  readonly progress?: (files: number) => void;
}

/** Reads a selection from the disk. Throws `Unavailable` only for an explicit configuration that cannot be read. */
export async function loadState(selection: Selection, options: StateOptions): Promise<State> {
  const { head } = options;
  const settings = head === undefined || options.config !== undefined ? await settingsOf(selection.root, options.config) : await head.settings();
  const wanted = wantedBy(settings, selection.root);
  if (head !== undefined) {
    const tree = head.read(wanted);
    return { selection, settings, wanted, tree, workspace: await loadWorkspace(tree.texts, settings.text) };
  }
  let { listing } = options;
  if (listing === undefined && !selection.marked && exceeds(selection.root, UNMARKED_LIMIT)) listing = selection.targets!;
  const tree = readDirectory(selection.root, wanted, { ...(listing && { listing }), ...(options.progress && { progress: options.progress }) });
  const workspace = await loadWorkspace(tree.texts, settings.text);
  return { selection, settings, wanted, tree, workspace };
}

/** What is wrong with a `premortem.yaml` that is not among the reviewed files. */
export async function settingsFindings(settings: Settings): Promise<Finding[]> {
  if (!settings.outside || settings.text === undefined) return [];
  const workspace = await loadWorkspace(new Map([["premortem.yaml", settings.text]]));
  const path = settings.path!;
  return lintFiles(workspace).findings.map((finding) => relocated(finding, () => path));
}

/** The `premortem.yaml` that holds below `root`: the one that is named, else the nearest upwards. */
export async function settingsOf(root: string, explicit: string | undefined): Promise<Settings> {
  const file = explicit === undefined ? nearestConfiguration(root) : resolve(explicit);
  if (file === undefined) return { configuration: await readConfiguration(undefined), text: undefined, path: undefined, outside: false, omissions: [] };
  const path = slashes(relative(root, file));
  const { text, problem } = readSettings(file);
  if (problem !== undefined && explicit !== undefined) throw new Unavailable(`The configuration ${explicit} cannot be read: ${problem}.`);
  const omissions = problem === undefined ? [] : [{ path, reason: `${problem}; the default settings hold`, incomplete: true }];
  return { configuration: await readConfiguration(text), text, path, outside: path !== "premortem.yaml", omissions };
}

function readSettings(file: string): { text?: string; problem?: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return { problem: `it cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}); correct the path or make it readable` };
  }
  const problem = unreadable(bytes.length, bytes);
  return problem === undefined ? { text: decode(bytes).text } : { problem: problem.replace(/, or list it below ignore.*$/, "") };
}

/** Which files below `root` to read where these settings hold. */
export function wantedBy(settings: Settings, root: string): Wanted {
  const ignores = ignoring(settings.configuration.ignore);
  // Globs start where the premortem.yaml is; one that lies elsewhere altogether speaks of the root.
  const directory = settings.path === undefined ? "" : slashes(relative(dirname(resolve(root, settings.path)), root));
  const prefix = directory === "" || directory.startsWith("..") ? "" : `${directory}/`;
  return {
    byName: (path) => recognise(path, "") !== undefined,
    byHead: isReviewed,
    ignored: (path) => ignores(prefix + path),
  };
}
