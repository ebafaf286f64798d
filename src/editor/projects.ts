import * as vscode from "vscode";
import { CONFIGURATION_FILE } from "../core.ts";
import { isReviewed, recognise } from "../formats/index.ts";
import { skippedPath } from "../vcs/tree.ts";
import { eligible, readFile, readFolder } from "./files.ts";
import { counts } from "./held.ts";
import { Project } from "./project.ts";

/** A name that says what language a document is in which its own name does not tell. */
const NAME_OF_LANGUAGE: Readonly<Record<string, string>> = {
  "premortem-nftables": "untitled.nft",
  nftables: "untitled.nft",
  nft: "untitled.nft",
  "premortem-iptables": "rules.v4",
  "premortem-sysctl": "sysctl.conf",
  "premortem-ceph-conf": "ceph.conf",
};

/** A document in its project. */
export interface Place {
  readonly project: Project;
  readonly path: string;
}

/** The projects of one workspace folder: the innermost one holds a file. */
interface Folder {
  readonly uri: vscode.Uri;
  readonly watcher: vscode.Disposable;
  projects: Promise<Project[]>;
}

/** Every project of the window. A folder is read when a file of it is first asked for, and then kept by a watcher. */
export class Projects implements vscode.Disposable {
  readonly #folders = new Map<string, Folder>();
  readonly #adopted: vscode.WorkspaceFolder[] = [];
  readonly #loose = new Map<string, Project>();
  readonly #changed = new vscode.EventEmitter<{ project: Project; uri: vscode.Uri | undefined }>();
  readonly #log: vscode.LogOutputChannel;
  readonly #disposables: vscode.Disposable[] = [this.#changed];

  /** A file changed (undefined: many did) that other files' findings may depend on. */
  readonly onDidChange = this.#changed.event;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#disposables.push(
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => removed.forEach((folder) => this.#drop(folder.uri))),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#loose.delete(document.uri.toString());
        if (eligible(document.uri)) void this.#fromDisk(document.uri);
      }),
    );
  }

  dispose(): void {
    for (const { watcher } of this.#folders.values()) watcher.dispose();
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  /** Where a document belongs, with its present text noted there; undefined where Premortem does not read it. */
  async place(document: vscode.TextDocument): Promise<Place | undefined> {
    if (!eligible(document.uri)) return undefined;
    const folder = this.folderOf(document.uri);
    const text = document.getText();
    if (folder !== undefined && document.uri.scheme !== "untitled") {
      let project = innermost(await this.of(folder), document.uri);
      let path = project.pathOf(document.uri);
      if (counts(document) && splits(project, folder, new Map([[path, text]])) && !skippedPath(path)) {
        // Opened before the watcher told of it. Of one that nobody looks at, and that may be gone from the disk, the watcher tells.
        await this.#reload(this.#folders.get(folder.uri.toString())!);
        project = innermost(await this.of(folder), document.uri);
        path = project.pathOf(document.uri);
      }
      if (isReviewed(path, text.slice(0, 4096))) {
        if (skippedPath(path)) return undefined;
        const present = await this.#present(document, project, path);
        project.set(path, present);
        if (present === undefined) return undefined;
        await project.workspace();
        return project.ignores(path) ? undefined : { project, path };
      }
    }
    return this.#placeAlone(document, text);
  }

  /** Treats a folder like one of the workspace, without adding it there. */
  adopt(folder: vscode.WorkspaceFolder): void {
    if (!this.#adopted.some(({ uri }) => uri.toString() === folder.uri.toString())) this.#adopted.push(folder);
  }

  /** The folder that a file belongs to. */
  folderOf(uri: vscode.Uri): vscode.WorkspaceFolder | undefined {
    return vscode.workspace.getWorkspaceFolder(uri) ?? this.#adopted.find((folder) => below(folder.uri, uri) !== undefined);
  }

  /** The workspace's folders, and the adopted one whose address is asked for. */
  folders(address?: string): readonly vscode.WorkspaceFolder[] {
    const adopted = this.#adopted.find(({ uri }) => uri.toString() === address);
    return adopted === undefined ? (vscode.workspace.workspaceFolders ?? []) : [adopted];
  }

  /** The projects of a folder. */
  of(folder: vscode.WorkspaceFolder): Promise<Project[]> {
    const key = folder.uri.toString();
    let entry = this.#folders.get(key);
    if (entry === undefined) {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, "**/*"));
      const update = (uri: vscode.Uri): void => void this.#fromDisk(uri);
      const subscriptions = [watcher.onDidChange(update), watcher.onDidCreate(update), watcher.onDidDelete(update), watcher];
      entry = { uri: folder.uri, watcher: vscode.Disposable.from(...subscriptions), projects: this.#load(folder.uri) };
      this.#folders.set(key, entry);
    }
    return entry.projects;
  }

  /** Notes every open document, saved or not, in its project. */
  async overlay(): Promise<void> {
    await Promise.all(vscode.workspace.textDocuments.map((document) => this.place(document)));
  }

  /** A document's text, or the disk's where VS Code holds a document that nobody looks at; undefined where that is gone. */
  async #present(document: vscode.TextDocument, project: Project, path: string): Promise<string | undefined> {
    const text = document.getText();
    if (counts(document) || (await project.workspace()).text(path) === text) return text;
    const onDisk = await readFile(document.uri, path, this.#log);
    // It may have come before the eyes meanwhile.
    return counts(document) ? document.getText() : onDisk;
  }

  async #placeAlone(document: vscode.TextDocument, text: string): Promise<Place | undefined> {
    const key = document.uri.toString();
    const own = document.uri.path.slice(document.uri.path.lastIndexOf("/") + 1);
    const path = recognise(own, text.slice(0, 4096)) === undefined ? NAME_OF_LANGUAGE[document.languageId] : own;
    if (path === undefined) return undefined;
    const project = this.#loose.get(key) ?? new Alone(document.uri, path);
    this.#loose.set(key, project);
    project.set(path, text);
    return { project, path };
  }

  async #load(root: vscode.Uri): Promise<Project[]> {
    const started = Date.now();
    const texts = await readFolder(root, this.#log);
    for (const document of vscode.workspace.textDocuments) {
      const relative = below(root, document.uri);
      if (relative === undefined || !eligible(document.uri) || skippedPath(relative) || !counts(document)) continue;
      const text = document.getText();
      if (recognise(relative, text.slice(0, 4096)) !== undefined) texts.set(relative, text);
    }
    const roots = [...texts.keys()].filter((path) => path.endsWith(`/${CONFIGURATION_FILE}`)).map((path) => path.slice(0, -CONFIGURATION_FILE.length));
    const parts = new Map<string, Map<string, string>>(["", ...roots].map((prefix) => [prefix, new Map()]));
    const prefixes = [...parts.keys()].sort((a, b) => b.length - a.length);
    for (const [path, text] of texts) {
      const prefix = prefixes.find((candidate) => path.startsWith(candidate))!;
      parts.get(prefix)!.set(path.slice(prefix.length), text);
    }
    this.#log.info(`${root.fsPath}: ${texts.size} files in ${parts.size} projects, read in ${Date.now() - started} ms`);
    return prefixes.map((prefix) => new Project(prefix === "" ? root : vscode.Uri.joinPath(root, prefix.slice(0, -1)), parts.get(prefix)!));
  }

  /** Reads files again that may have changed on the disk, for those who cannot wait for the watcher. */
  async refresh(uris: Iterable<vscode.Uri>): Promise<void> {
    for (const uri of uris) await this.#fromDisk(uri);
  }

  /** A file changed on the disk, or its editor was closed: what the disk has counts, unless an editor shows it or has changed it. */
  async #fromDisk(uri: vscode.Uri): Promise<void> {
    const folder = this.folderOf(uri);
    const entry = folder && this.#folders.get(folder.uri.toString());
    if (folder === undefined || entry === undefined) return;
    const project = innermost(await entry.projects, uri);
    const path = project.pathOf(uri);
    if (skippedPath(path)) return;
    if (vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString() && !document.isClosed && counts(document))) return;
    const changes = await this.#changes(uri, path, await project.workspace());
    if (changes.size === 0) return;
    if (splits(project, folder, changes)) return this.#reload(entry);
    for (const [changed, text] of changes) project.set(changed, text);
    this.#changed.fire({ project, uri: changes.size === 1 ? uri : undefined });
  }

  /** A premortem.yaml came or went below the folder's own, so files belong together in another way. */
  async #reload(entry: Folder): Promise<void> {
    entry.projects = this.#load(entry.uri);
    for (const project of await entry.projects) this.#changed.fire({ project, uri: undefined });
  }

  /** What the disk has at a path now, against what is known of it and of all below it. */
  async #changes(uri: vscode.Uri, path: string, known: { paths: readonly string[]; text(path: string): string | undefined }): Promise<Map<string, string | undefined>> {
    const type = await vscode.workspace.fs.stat(uri).then((stat) => stat.type, () => undefined);
    const changes = new Map<string, string | undefined>();
    if (type === vscode.FileType.Directory) {
      for (const [name, text] of await readFolder(uri, this.#log)) if (known.text(`${path}/${name}`) !== text) changes.set(`${path}/${name}`, text);
      return changes;
    }
    if (type === undefined) for (const other of known.paths) if (other.startsWith(`${path}/`)) changes.set(other, undefined);
    const text = type === undefined ? undefined : await readFile(uri, path, this.#log);
    if (known.text(path) !== text) changes.set(path, text);
    return changes;
  }

  #drop(uri: vscode.Uri): void {
    this.#folders.get(uri.toString())?.watcher.dispose();
    this.#folders.delete(uri.toString());
  }
}

/** A document outside of every folder, under the name by which it is recognised. */
class Alone extends Project {
  readonly #uri: vscode.Uri;
  readonly #path: string;

  constructor(uri: vscode.Uri, path: string) {
    super(vscode.Uri.joinPath(uri, ".."), new Map());
    this.#uri = uri;
    this.#path = path;
  }

  override uriOf(path: string): vscode.Uri {
    return path === this.#path ? this.#uri : super.uriOf(path);
  }
}

/** True where a premortem.yaml appears below a project, or a project below its folder loses its own. */
function splits(project: Project, folder: vscode.WorkspaceFolder, changes: ReadonlyMap<string, string | undefined>): boolean {
  const own = project.root.toString() !== folder.uri.toString();
  return [...changes].some(([path, text]) => (text === undefined ? own && path === CONFIGURATION_FILE : path.endsWith(`/${CONFIGURATION_FILE}`)));
}

function innermost(projects: readonly Project[], uri: vscode.Uri): Project {
  // The innermost come first, and the last is the folder itself.
  return projects.find((project) => below(project.root, uri) !== undefined) ?? projects[projects.length - 1]!;
}

/** The path of a file relative to a directory; undefined where it does not lie below it. */
export function below(root: vscode.Uri, uri: vscode.Uri): string | undefined {
  const folder = root.path.endsWith("/") ? root.path : `${root.path}/`;
  return root.scheme === uri.scheme && root.authority === uri.authority && uri.path.startsWith(folder) ? uri.path.slice(folder.length) : undefined;
}
