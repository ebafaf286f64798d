import * as vscode from "vscode";
import { CONFIGURATION_FILE, loadWorkspace, readConfiguration } from "../core.ts";
import { prepare } from "../formats/index.ts";
import { ignoring } from "../formats/premortem-config/ignore.ts";
import type { Workspace } from "../model/workspace.ts";
import { readIfThere } from "./files.ts";

/**
 * What is reviewed together: a workspace folder, or a directory in it that has a premortem.yaml of its own. Holds the
 * files as they are in the editor, saved or not.
 */
export class Project {
  readonly root: vscode.Uri;
  #workspace: Workspace | undefined;
  #other: Workspace | undefined;
  readonly #pending: Map<string, string | undefined>;
  #configuration: vscode.Uri | undefined;
  #configurationText: string | undefined;
  #ignored: (path: string) => boolean = () => false;
  #updating: Promise<Workspace> | undefined;

  constructor(root: vscode.Uri, texts: ReadonlyMap<string, string>) {
    this.root = root;
    this.#pending = new Map(texts);
  }

  /** The premortem.yaml that holds; undefined where there is none. */
  get configurationUri(): vscode.Uri | undefined {
    return this.#configuration;
  }

  get configurationText(): string | undefined {
    return this.#configurationText;
  }

  /** The path of a file of this project. */
  pathOf(uri: vscode.Uri): string {
    const folder = this.root.path.endsWith("/") ? this.root.path : `${this.root.path}/`;
    return uri.path.startsWith(folder) ? uri.path.slice(folder.length) : uri.path.slice(uri.path.lastIndexOf("/") + 1);
  }

  uriOf(path: string): vscode.Uri {
    return vscode.Uri.joinPath(this.root, path);
  }

  /** True where premortem.yaml leaves the path out of the review. */
  ignores(path: string): boolean {
    return this.#ignored(path);
  }

  /** Notes a text; undefined: the file is gone. */
  set(path: string, text: string | undefined): void {
    this.#pending.set(path, text);
  }

  /** The workspace with all that was noted so far. */
  async workspace(): Promise<Workspace> {
    while (this.#updating !== undefined) await this.#updating;
    if (this.#workspace !== undefined && this.#pending.size === 0) return this.#workspace;
    this.#updating = this.#update();
    try {
      return await this.#updating;
    } finally {
      this.#updating = undefined;
    }
  }

  /** The same files at another state, such as HEAD. The last one is kept: while somebody types, HEAD stays what it is. */
  async withTexts(changes: ReadonlyMap<string, string | undefined>): Promise<Workspace> {
    const workspace = await this.workspace();
    await prepare(changes.keys());
    const other = workspace.with(changes);
    if (this.#other === undefined || !alike(this.#other, other)) this.#other = other;
    return this.#other;
  }

  async #update(): Promise<Workspace> {
    const first = this.#workspace ?? (await this.#empty());
    await prepare(this.#pending.keys());
    const changes = new Map(this.#pending);
    this.#pending.clear();
    let { configuration } = first;
    if (changes.has(CONFIGURATION_FILE)) {
      this.#configurationText = changes.get(CONFIGURATION_FILE);
      this.#configuration = this.#configurationText === undefined ? undefined : this.uriOf(CONFIGURATION_FILE);
      configuration = await readConfiguration(this.#configurationText);
      this.#ignored = ignoring(configuration.ignore);
    }
    this.#workspace = first.with(changes, configuration);
    return this.#workspace;
  }

  async #empty(): Promise<Workspace> {
    if (!this.#pending.has(CONFIGURATION_FILE) && this.root.scheme !== "untitled") {
      for (let folder = parent(this.root); folder !== undefined; folder = parent(folder)) {
        const uri = vscode.Uri.joinPath(folder, CONFIGURATION_FILE);
        this.#configurationText = await readIfThere(uri);
        if (this.#configurationText === undefined) continue;
        this.#configuration = uri;
        break;
      }
    }
    const workspace = await loadWorkspace(new Map(), this.#configurationText);
    const prefix = this.#configuration === undefined ? "" : this.root.path.slice(parent(this.#configuration)!.path.length + 1);
    const ignored = ignoring(workspace.configuration.ignore);
    this.#ignored = (path) => ignored(prefix === "" ? path : `${prefix}/${path}`);
    return workspace;
  }
}

function alike(a: Workspace, b: Workspace): boolean {
  return a.configuration === b.configuration && a.paths.length === b.paths.length && b.paths.every((path) => a.text(path) === b.text(path));
}

function parent(uri: vscode.Uri): vscode.Uri | undefined {
  const path = uri.path.slice(0, uri.path.lastIndexOf("/"));
  return uri.path === "/" || uri.path === "" ? undefined : uri.with({ path: path === "" ? "/" : path });
}
