import { statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { CONFIGURATION_FILE } from "../core.ts";
import { isRepository, repositoryOf } from "../cli/selection.ts";
import { isReviewed, recognise } from "../formats/index.ts";
import type { Workspace } from "../model/workspace.ts";
import { skippedPath } from "../vcs/tree.ts";
import type { Documents, OpenDocument } from "./documents.ts";
import { Project } from "./project.ts";
import type { Log } from "./log.ts";
import type { Progress } from "./progress.ts";

/** A name that says what language a document is in which its own name does not tell, by what clients call languages. */
const NAME_OF_LANGUAGE: Readonly<Record<string, string>> = {
  nftables: "untitled.nft",
  nft: "untitled.nft",
  "premortem-nftables": "untitled.nft",
  iptables: "rules.v4",
  "premortem-iptables": "rules.v4",
  sysctl: "sysctl.conf",
  "premortem-sysctl": "sysctl.conf",
  "premortem-ceph-conf": "ceph.conf",
};

/** A document at a version, among the files that it is known with. */
export interface Place {
  readonly document: OpenDocument;
  readonly project: Project;
  readonly path: string;
  readonly workspace: Workspace;
}

/** Every project that a document was opened of. A directory is read when a file of it is first asked for. */
export class Projects {
  readonly #documents: Documents;
  readonly #progress: Progress;
  readonly #log: Log;
  readonly #read = new Map<string, Promise<Project>>();
  readonly #alone = new Map<string, Promise<Project>>();
  /** Told of each directory that was read. */
  onRead: () => void = () => {};
  /** Workspace folders, absolute. */
  #folders: readonly string[] = [];

  constructor(documents: Documents, progress: Progress, log: Log) {
    this.#documents = documents;
    this.#progress = progress;
    this.#log = log;
  }

  get folders(): readonly string[] {
    return this.#folders;
  }

  /** Takes folders away and adds others. What no folder and no open document needs is forgotten. */
  changeFolders(removed: readonly string[], added: readonly string[]): void {
    this.#folders = [...new Set([...this.#folders.filter((folder) => !removed.includes(folder)), ...added])];
    this.#forget();
  }

  /** Every project that was read. */
  async all(): Promise<Project[]> {
    return Promise.all(this.#read.values());
  }

  /** The projects of a folder, read if need be: its own, and those with a premortem.yaml of their own below. */
  async of(folder: string): Promise<Project[]> {
    const own = await this.#at(folder, true);
    const nested = await Promise.all(own.nested.map((root) => this.#at(root, true)));
    return [...nested, own];
  }

  /** Where a document belongs, with its text noted there; undefined where Premortem does not read it, or it has changed meanwhile. */
  async place(document: OpenDocument): Promise<Place | undefined> {
    // What another open document says counts, too, be it asked about or not.
    for (const other of this.#documents.takeNews()) {
      if (other !== document && other.path !== undefined && this.#read.has(this.#rootOf(other.path).root)) await this.#known(other);
    }
    const known = await this.#known(document);
    if (known === undefined) return undefined;
    const workspace = await known.project.workspace();
    return this.#documents.isCurrent(document) && workspace.text(known.path) === document.text ? { ...known, document, workspace } : undefined;
  }

  /** Notes every open document in its project. */
  async overlay(): Promise<void> {
    await Promise.all(this.#documents.all.map((document) => this.place(document)));
  }

  /** Takes what the disk has now, of a document that was closed or of files that changed. True where findings may differ for it. */
  async fromDisk(paths: readonly string[]): Promise<boolean> {
    const closed = paths.filter((path) => this.#documents.atPath(path) === undefined);
    // Files that belong together in another way are read when they are asked for.
    if (closed.some((path) => path.endsWith(`${sep}${CONFIGURATION_FILE}`)) && (await this.#regroup(closed))) return true;
    const changed = new Set<Project>();
    for (const project of await this.all()) {
      const own = closed.filter((path) => below(project.root, path) && !project.nested.some((root) => below(root, path)) && !skippedPath(project.pathOf(path)));
      const outer = closed.includes(project.configurationPath ?? "") && !below(project.root, project.configurationPath!);
      if (own.length === 0 && !outer) continue;
      if (outer || !project.refresh(own)) await this.#reread(project);
      changed.add(project);
    }
    return changed.size > 0;
  }

  /** A document was saved: true where a premortem.yaml makes other files belong together now. */
  async saved(path: string): Promise<boolean> {
    if (!path.endsWith(`${sep}${CONFIGURATION_FILE}`)) return false;
    const changed = await this.fromConfiguration(path);
    return (await this.#regroup([path])) || changed;
  }

  /** Takes the text of an open premortem.yaml to the projects below it that have none of their own. */
  async fromConfiguration(path: string): Promise<boolean> {
    const lower = (await this.all()).filter((project) => project.configurationPath === path && project.root !== dirname(path));
    for (const project of lower) await project.configure(this.#documents.atPath(path)?.text);
    return lower.length > 0;
  }

  /** Reads everything again, for clients that do not tell of changes on the disk. */
  async rereadAll(): Promise<void> {
    for (const project of await this.all()) await this.#reread(project);
  }

  close(document: OpenDocument): void {
    this.#alone.delete(document.uri);
    if (document.path !== undefined && !this.#folders.some((folder) => below(folder, document.path!))) this.#forget();
  }

  /** True for the innermost of the projects that a file lies in, where folders lie in each other. */
  isInnermost(project: Project, absolute: string): boolean {
    return this.#folders.length < 2 || this.#rootOf(absolute).root === project.root;
  }

  async #known(document: OpenDocument): Promise<{ project: Project; path: string } | undefined> {
    const { path: absolute, text } = document;
    if (absolute !== undefined) {
      const { root, marked } = this.#rootOf(absolute);
      const project = await this.#at(root, marked, absolute);
      const path = project.pathOf(absolute);
      if (isReviewed(path, text.slice(0, 4096))) {
        if (skippedPath(path)) return undefined;
        if (this.#documents.isCurrent(document)) project.set(path, text);
        await project.workspace();
        return project.ignores(path) ? undefined : { project, path };
      }
    }
    return this.#placeAlone(document);
  }

  async #placeAlone({ uri, path: absolute, language, text }: OpenDocument): Promise<{ project: Project; path: string } | undefined> {
    const own = uri.slice(uri.lastIndexOf("/") + 1);
    const path = recognise(own, text.slice(0, 4096)) === undefined ? NAME_OF_LANGUAGE[language] : own;
    if (path === undefined) return undefined;
    let project = this.#alone.get(uri);
    if (project === undefined) this.#alone.set(uri, (project = Project.alone(absolute && dirname(absolute), path, text)));
    (await project).set(path, text);
    return { project: await project, path };
  }

  /** The nearest directory upwards with a premortem.yaml, in the innermost folder; outside of folders as on the command line. */
  #rootOf(absolute: string): { root: string; marked: boolean } {
    const folder = this.#folders.filter((one) => below(one, absolute)).sort((a, b) => b.length - a.length)[0];
    if (folder === undefined) {
      const root = repositoryOf(dirname(absolute));
      return { root, marked: isRepository(root) };
    }
    let root = dirname(absolute);
    while (root !== folder && statSync(join(root, CONFIGURATION_FILE), { throwIfNoEntry: false }) === undefined) root = dirname(root);
    return { root, marked: true };
  }

  #at(root: string, marked: boolean, absolute?: string): Promise<Project> {
    let project = this.#read.get(root);
    if (project === undefined) {
      const targets = marked || absolute === undefined ? undefined : [absolute.slice(root.length + 1).split(sep).join("/")];
      this.#read.set(root, (project = this.#load(root, targets)));
      project.then(() => this.onRead(), () => this.#read.delete(root));
    }
    return project;
  }

  #load(root: string, targets: readonly string[] | undefined): Promise<Project> {
    return this.#progress.during(`Reading ${root.slice(root.lastIndexOf(sep) + 1)}`, async (report) => {
      const started = performance.now();
      const project = await Project.read({ root, targets, marked: targets === undefined, prefix: "" }, (files) => report(`${files} files`));
      const { tree, settings } = await project.state();
      for (const { path, reason, incomplete } of [...settings.omissions, ...tree.omissions]) if (incomplete) this.#log.warn(`${path}: ${reason}.`);
      this.#log.info(`${root}: ${tree.texts.size} files, read in ${Math.round(performance.now() - started)} ms`);
      for (const document of this.#documents.all) {
        if (document.path === undefined || this.#rootOf(document.path).root !== root) continue;
        const path = project.pathOf(document.path);
        if (isReviewed(path, document.text.slice(0, 4096)) && !skippedPath(path)) project.set(path, document.text);
      }
      return project;
    });
  }

  async #reread(project: Project): Promise<void> {
    await project.reread();
    for (const document of this.#documents.all) {
      if (document.path !== undefined && this.#rootOf(document.path).root === project.root) await this.#known(document);
    }
  }

  /** A premortem.yaml came or went, so files belong together in another way: those that lose or gain some are read again. */
  async #regroup(paths: readonly string[]): Promise<boolean> {
    let regrouped = false;
    const folders = paths.filter((path) => path.endsWith(`${sep}${CONFIGURATION_FILE}`)).map((path) => dirname(path));
    for (const folder of folders) {
      const stands = statSync(join(folder, CONFIGURATION_FILE), { throwIfNoEntry: false }) !== undefined;
      const has = this.#read.has(folder) && !this.#folders.includes(folder);
      if (stands === has || this.#folders.includes(folder)) continue;
      for (const root of [...this.#read.keys()]) if (root === folder || below(root, folder)) regrouped = this.#read.delete(root) || regrouped;
    }
    return regrouped;
  }

  /** Drops what neither a folder nor an open document needs. */
  #forget(): void {
    const needed = new Set(this.#documents.all.flatMap(({ path }) => (path === undefined ? [] : [this.#rootOf(path).root])));
    for (const root of [...this.#read.keys()]) {
      if (!needed.has(root) && !this.#folders.some((folder) => folder === root || below(folder, root))) this.#read.delete(root);
    }
  }
}

/** True where a path lies below a directory. */
export function below(directory: string, path: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
