import * as vscode from "vscode";
import { CONFIGURATION_FILE, readConfiguration } from "../core.ts";
import { isReviewed, prepare, recognise } from "../formats/index.ts";
import type { Workspace } from "../model/workspace.ts";
import { foreignEnding, skippedPath } from "../vcs/tree.ts";
import type { Ends } from "./ends.ts";
import type { GitApi, Repository } from "./git-api.ts";
import type { Project } from "./project.ts";
import { below } from "./projects.ts";
import type { Revision, RevisionTexts } from "./revision.ts";
import { differing, repositoryOf } from "./revision.ts";

/** A side of a change. */
export type Side = "before" | "after";

/** The two states of a project that a review compares, and where each text can be looked at. */
export interface States {
  readonly before: Workspace;
  readonly after: Workspace;
  /** Where a side's text of a path is shown: in the project where it is the present one, else read-only. */
  uriOf(path: string, side: Side): vscode.Uri;
}

/** How many files git is asked for at the same time. */
const PARALLEL = 8;

type Texts = Map<string, string | undefined>;

/** Makes the states of projects, and hands out the same one while nothing differs, with all that was worked out from it. */
export class StateReader {
  readonly #texts: RevisionTexts;
  readonly #last = new WeakMap<Project, Partial<Record<Side, Workspace>>>();

  constructor(texts: RevisionTexts) {
    this.#texts = texts;
  }

  /**
   * A project at both ends of each repository (inner ones first). `counts`: the files whose changes count. Undefined
   * where nothing that Premortem reads differs, or `stopped` says so.
   */
  async between(git: GitApi, project: Project, ends: ReadonlyMap<Repository, Ends>, counts: (uri: vscode.Uri) => boolean, stopped: () => boolean): Promise<States | undefined> {
    const live = await project.workspace();
    const repositories = [...ends.keys()];
    const changes: Record<Side, Texts> = { before: new Map(), after: new Map() };
    for (const repository of repositories) {
      const { base, head } = ends.get(repository)!;
      const files = new Map([...(await differing(repository, base)), ...(await differing(repository, head))]);
      const mine = [...files.values()].filter((uri) => repositoryOf(repositories, uri) === repository);
      await this.#read(repository, mine, project, live, [["before", base], ["after", head]], changes, stopped);
      if (stopped()) return undefined;
    }
    const states = await this.#states(project, live, changes, counts);
    if (states === undefined) return undefined;
    const revision: Record<Side, keyof Pick<Ends, "base" | "head">> = { before: "base", after: "head" };
    return {
      ...states,
      uriOf(path, side) {
        const uri = project.uriOf(path);
        if (states[side].text(path) === live.text(path)) return uri;
        const repository = repositoryOf(repositories, uri);
        const at = repository && ends.get(repository)?.[revision[side]];
        return at === undefined ? uri : addressAt(git, uri, at);
      },
    };
  }

  /** A project against the files of another folder, `texts` by path below `folder`. */
  async against(project: Project, prefix: string, folder: vscode.Uri, texts: ReadonlyMap<string, string>, counts: (uri: vscode.Uri) => boolean): Promise<States | undefined> {
    const live = await project.workspace();
    const before: Texts = new Map(live.paths.map((path) => [path, undefined]));
    for (const [path, text] of texts) if (path.startsWith(prefix) && !project.ignores(path.slice(prefix.length))) before.set(path.slice(prefix.length), text);
    const states = await this.#states(project, live, { before, after: new Map() }, counts);
    if (states === undefined) return undefined;
    return { ...states, uriOf: (path, side) => (side === "after" || states.before.text(path) === live.text(path) ? project.uriOf(path) : vscode.Uri.joinPath(folder, prefix + path)) };
  }

  async #read(repository: Repository, uris: readonly vscode.Uri[], project: Project, live: Workspace, sides: readonly (readonly [Side, Revision])[], into: Record<Side, Texts>, stopped: () => boolean): Promise<void> {
    let next = 0;
    const reader = async (): Promise<void> => {
      for (let uri = uris[next++]; uri !== undefined && !stopped(); uri = uris[next++]) {
        const path = below(project.root, uri);
        if (path === undefined || project.ignores(path) || skippedPath(path)) continue;
        const now = live.text(path);
        if (now === undefined && foreignEnding(path) && recognise(path, "") === undefined) continue;
        for (const [side, revision] of sides) {
          const text = await this.#texts.read(repository, revision, uri, now);
          if (text !== undefined && now === undefined && !isReviewed(path, text.slice(0, 4096))) continue;
          if (text !== now) into[side].set(path, text);
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, reader));
  }

  async #states(project: Project, live: Workspace, changes: Record<Side, Texts>, counts: (uri: vscode.Uri) => boolean): Promise<{ before: Workspace; after: Workspace } | undefined> {
    await prepare([...changes.before.keys(), ...changes.after.keys()]);
    const configured = changes.after.has(CONFIGURATION_FILE) ? await readConfiguration(changes.after.get(CONFIGURATION_FILE)) : live.configuration;
    const after = this.#kept(project, "after", live.with(changes.after, configured), live);
    const whole = live.with(changes.before, configured);
    const narrowed = new Map<string, string | undefined>();
    for (const path of new Set([...changes.before.keys(), ...changes.after.keys()])) {
      if (whole.text(path) !== after.text(path) && counts(project.uriOf(path))) narrowed.set(path, whole.text(path));
    }
    if (narrowed.size === 0) return undefined;
    return { before: this.#kept(project, "before", after.with(narrowed), live), after };
  }

  #kept(project: Project, side: Side, state: Workspace, live: Workspace): Workspace {
    if (state === live) return live;
    const last = this.#last.get(project) ?? {};
    const known = last[side];
    if (known !== undefined && sameFiles(known, state)) return known;
    this.#last.set(project, { ...last, [side]: state });
    return state;
  }
}

/** True where two workspaces have the same files and the same configuration. */
export function sameFiles(a: Workspace, b: Workspace): boolean {
  return a.configuration === b.configuration && a.paths.length === b.paths.length && a.paths.every((path) => a.text(path) === b.text(path));
}

function addressAt(git: GitApi, uri: vscode.Uri, revision: Revision): vscode.Uri {
  if (revision.at === "commit") return git.toGitUri(uri, revision.commit);
  return revision.at === "index" ? git.toGitUri(uri, "") : uri;
}
