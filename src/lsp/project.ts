import { lstatSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { CONFIGURATION_FILE, loadWorkspace, readConfiguration } from "../core.ts";
import { prepare } from "../formats/index.ts";
import type { Selection } from "../cli/selection.ts";
import { slashes } from "../cli/selection.ts";
import type { Settings, State } from "../cli/state.ts";
import { UNMARKED_LIMIT, settingsOf, wantedBy } from "../cli/state.ts";
import type { Workspace } from "../model/workspace.ts";
import { exceeds, readDirectory, readingDirectory } from "../vcs/directory.ts";
import type { Tree, Wanted } from "../vcs/tree.ts";
import { inSlices } from "./slices.ts";

/** A directory whose files are known to each other, as they are in the client: saved or not. */
export class Project {
  readonly selection: Selection;
  #settings: Settings;
  #wanted: Wanted;
  #tree: Tree;
  #workspace: Workspace;
  /** Directories below that have a premortem.yaml of their own, and are projects for themselves; absolute. */
  #nested: readonly string[] = [];
  readonly #pending = new Map<string, string | undefined>();
  #updating: Promise<Workspace> | undefined;

  private constructor(selection: Selection, settings: Settings, tree: Tree, workspace: Workspace) {
    this.selection = selection;
    this.#settings = settings;
    this.#wanted = wantedBy(settings, selection.root);
    this.#tree = tree;
    this.#workspace = workspace;
  }

  /** Reads a directory. `seen` gets the number of files seen so far. */
  static async read(selection: Selection, seen: (files: number) => void): Promise<Project> {
    const settings = await settingsOf(selection.root, undefined);
    const { tree, nested } = await readTree(selection, wantedBy(settings, selection.root), seen);
    const project = new Project(selection, settings, tree, await loadWorkspace(tree.texts, settings.text));
    project.#nested = nested;
    return project;
  }

  /** A single text under a name of its own, with the settings of the directory, if it lies in one. */
  static async alone(directory: string | undefined, name: string, text: string): Promise<Project> {
    const settings = await (directory === undefined ? defaultSettings() : settingsOf(directory, undefined));
    const selection: Selection = { root: directory ?? sep, targets: [name], marked: false, prefix: "" };
    const tree: Tree = { texts: new Map([[name, text]]), aliases: new Map(), omissions: [], lossy: new Set() };
    return new Project(selection, settings, tree, await loadWorkspace(tree.texts, settings.text));
  }

  get root(): string {
    return this.selection.root;
  }

  get nested(): readonly string[] {
    return this.#nested;
  }

  /** The premortem.yaml that holds, absolute; undefined where there is none. */
  get configurationPath(): string | undefined {
    return this.#settings.path === undefined ? undefined : resolve(this.root, this.#settings.path);
  }

  pathOf(absolute: string): string {
    return slashes(relative(this.root, absolute));
  }

  absolute(path: string): string {
    return join(this.root, ...path.split("/"));
  }

  /** True where premortem.yaml leaves the path out of the review. */
  ignores(path: string): boolean {
    return this.#wanted.ignored(path);
  }

  /** True where the bytes on the disk are not those of the text, so that a fix must not write it back. */
  isLossy(path: string): boolean {
    return this.#tree.lossy.has(path);
  }

  /** For a path that leads through a symbolic link: the path of the file itself. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#tree.aliases;
  }

  /** Notes a text, under each of the file's names; undefined: the file is gone. */
  set(path: string, text: string | undefined): void {
    const real = this.#tree.aliases.get(path) ?? path;
    for (const name of [real, ...[...this.#tree.aliases].filter(([, target]) => target === real).map(([alias]) => alias)]) this.#pending.set(name, text);
  }

  /** Takes what the disk has at these paths (absolute). False where only reading it all again can tell. */
  refresh(paths: readonly string[]): boolean {
    const listing: string[] = [];
    for (const absolute of paths) {
      const path = this.pathOf(absolute);
      const stat = lstatSync(absolute, { throwIfNoEntry: false });
      if (stat === undefined ? this.#workspace.paths.some((known) => known.startsWith(`${path}/`)) : stat.isDirectory() || stat.isSymbolicLink()) return false;
      listing.push(path);
    }
    const { texts, lossy } = readDirectory(this.root, this.#wanted, { listing });
    for (const path of listing) {
      this.set(path, texts.get(path));
      if (lossy.has(path)) this.#tree.lossy.add(path);
      else this.#tree.lossy.delete(path);
    }
    return true;
  }

  /** Reads the whole directory again; what did not change is kept with all that is known of it. */
  async reread(seen: (files: number) => void = () => {}): Promise<void> {
    this.#settings = await settingsOf(this.root, undefined);
    this.#wanted = wantedBy(this.#settings, this.root);
    const { tree, nested } = await readTree(this.selection, this.#wanted, seen);
    for (const path of this.#workspace.paths) if (!tree.texts.has(path)) this.#pending.set(path, undefined);
    for (const [path, text] of tree.texts) this.#pending.set(path, text);
    this.#pending.set(CONFIGURATION_FILE, this.#settings.outside ? undefined : this.#settings.text);
    this.#tree = tree;
    this.#nested = nested;
  }

  /** What the disk and the client say, as the command line would have read it from the disk. */
  async state(): Promise<State> {
    const workspace = await this.workspace();
    const texts = new Map(workspace.paths.map((path) => [path, workspace.text(path)!]));
    return { selection: this.selection, settings: this.#settings, wanted: this.#wanted, tree: { ...this.#tree, texts }, workspace };
  }

  /** Takes the text of a premortem.yaml that lies above; undefined: it is gone. */
  async configure(text: string | undefined): Promise<void> {
    await this.workspace();
    this.#settings = text === undefined ? await settingsOf(this.root, undefined) : { ...this.#settings, text, configuration: await readConfiguration(text) };
    this.#wanted = wantedBy(this.#settings, this.root);
    this.#workspace = this.#workspace.with(new Map(), this.#settings.configuration);
  }

  /** The workspace with all that was noted so far. */
  async workspace(): Promise<Workspace> {
    while (this.#updating !== undefined) await this.#updating;
    if (this.#pending.size === 0) return this.#workspace;
    this.#updating = this.#update();
    try {
      return await this.#updating;
    } finally {
      this.#updating = undefined;
    }
  }

  async #update(): Promise<Workspace> {
    await prepare(this.#pending.keys());
    const changes = new Map(this.#pending);
    this.#pending.clear();
    if (changes.has(CONFIGURATION_FILE) && (changes.get(CONFIGURATION_FILE) !== undefined || !this.#settings.outside)) {
      const text = changes.get(CONFIGURATION_FILE);
      this.#settings = text === undefined ? await settingsOf(this.root, undefined) : { configuration: await readConfiguration(text), text, path: CONFIGURATION_FILE, outside: false, omissions: [] };
      this.#wanted = wantedBy(this.#settings, this.root);
    }
    this.#workspace = this.#workspace.with(changes, this.#settings.configuration);
    return this.#workspace;
  }
}

async function defaultSettings(): Promise<Settings> {
  return { configuration: await readConfiguration(undefined), text: undefined, path: undefined, outside: false, omissions: [] };
}

async function readTree(selection: Selection, wanted: Wanted, seen: (files: number) => void): Promise<{ tree: Tree; nested: string[] }> {
  const listing = !selection.marked && exceeds(selection.root, UNMARKED_LIMIT) ? selection.targets : undefined;
  const tree = (await inSlices(readingDirectory(selection.root, wanted, listing === undefined ? {} : { listing }), undefined, seen))!;
  const nested = [...tree.texts.keys()].filter((path) => path.endsWith(`/${CONFIGURATION_FILE}`)).map((path) => dirname(path));
  if (nested.length > 0) {
    for (const path of [...tree.texts.keys()]) if (nested.some((folder) => path.startsWith(`${folder}/`))) tree.texts.delete(path);
  }
  return { tree, nested: nested.map((folder) => join(selection.root, ...folder.split("/"))) };
}
