import * as vscode from "vscode";
import { FixedFiles } from "./fixed-files.ts";
import type { Projects } from "./projects.ts";
import type { Reviews } from "./review.ts";

/** Where the walkthrough's sample lies: in memory, so that nothing of the user's is touched, and a browser will do. */
export const SAMPLE_SCHEME = "premortem-sample";

const FILES = ["hosts.ini", "premortem.yaml", "site.yml", "groups/storage/etc/iptables/rules.v4", "groups/storage/etc/ceph/ceph.conf"];
const RULESET = "groups/storage/etc/iptables/rules.v4";
/** Settles completion of the walkthrough's steps. */
const FIXED = "premortem.sampleFixed";
const REVIEWED = "premortem.sampleReviewed";

/** The change behind the outage of 2014 in miniature, as files that can be edited: `before` and `after` it. */
export class Sample extends FixedFiles implements vscode.Disposable {
  readonly #extension: vscode.Uri;
  readonly #projects: Projects;
  readonly #reviews: Reviews;
  readonly #files = new Map<string, Uint8Array>();
  readonly #times = new Map<string, number>();
  readonly #disposables: vscode.Disposable[];
  #loaded: Promise<void> | undefined;

  constructor(extension: vscode.Uri, projects: Projects, reviews: Reviews) {
    super();
    this.#extension = extension;
    this.#projects = projects;
    this.#reviews = reviews;
    const command = (name: string, run: () => unknown): vscode.Disposable => vscode.commands.registerCommand(name, run);
    this.#disposables = [
      this.changed,
      vscode.workspace.registerFileSystemProvider(SAMPLE_SCHEME, this, { isCaseSensitive: true }),
      command("premortem.openWalkthrough", () => vscode.commands.executeCommand("workbench.action.openWalkthrough", "premortem.premortem#premortem.start", false)),
      command("premortem.openSample", () => this.#open()),
      command("premortem.reviewSample", () => this.#review()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#note(document)),
    ];
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  /** The ruleset as it was on the eve of the outage, in its folder. */
  async #open(): Promise<void> {
    this.#projects.adopt(FOLDER);
    await vscode.window.showTextDocument(vscode.Uri.joinPath(FOLDER.uri, RULESET), { preview: false });
  }

  /** What the change brings, with what the user has mended of it so far. */
  async #review(): Promise<void> {
    this.#projects.adopt(FOLDER);
    const { uri } = FOLDER;
    const base = uri.with({ path: "/before" });
    await vscode.commands.executeCommand("premortem.reviewChange", { comparison: { kind: "folder", folder: base.toString(), root: uri.toString() } });
    if (this.#reviews.shown !== undefined) await vscode.commands.executeCommand("setContext", REVIEWED, true);
  }

  /** The step is done once the storage traffic is exempt, however the user got there. */
  #note(document: vscode.TextDocument): void {
    if (document.uri.scheme !== SAMPLE_SCHEME || !document.uri.path.endsWith(RULESET)) return;
    if (/notrack/i.test(document.getText())) void vscode.commands.executeCommand("setContext", FIXED, true);
  }

  /** The shipped files, read when first asked for: a tab may come back before the walkthrough does. */
  #load(): Promise<void> {
    this.#loaded ??= (async () => {
      const sides = ["before", "after"].flatMap((side) => FILES.map((file) => `${side}/${file}`));
      await Promise.all(
        sides.map(async (path) => this.#files.set(`/${path}`, await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.#extension, "media/walkthrough/sample", path)))),
      );
    })();
    return this.#loaded;
  }

  override async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    await this.#load();
    const content = this.#files.get(uri.path);
    if (content === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return content;
  }

  override async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    await this.#load();
    const content = this.#files.get(uri.path);
    const directory = [...this.#files.keys()].some((path) => path.startsWith(uri.path.endsWith("/") ? uri.path : `${uri.path}/`));
    if (content === undefined && !directory) throw vscode.FileSystemError.FileNotFound(uri);
    return { type: content === undefined ? vscode.FileType.Directory : vscode.FileType.File, ctime: 0, mtime: this.#times.get(uri.path) ?? 0, size: content?.length ?? 0 };
  }

  override async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    await this.#load();
    const folder = uri.path.endsWith("/") ? uri.path : `${uri.path}/`;
    const entries = new Map<string, vscode.FileType>();
    for (const path of this.#files.keys()) {
      if (!path.startsWith(folder)) continue;
      const [name, ...rest] = path.slice(folder.length).split("/");
      entries.set(name!, rest.length === 0 ? vscode.FileType.File : vscode.FileType.Directory);
    }
    return [...entries];
  }

  override async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    await this.#load();
    if (!this.#files.has(uri.path)) throw vscode.FileSystemError.NoPermissions(uri);
    this.#files.set(uri.path, content);
    this.#times.set(uri.path, (this.#times.get(uri.path) ?? 0) + 1);
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }
}

/** Reviewed like a workspace folder, without being one: adding one would restart every extension. */
const FOLDER: vscode.WorkspaceFolder = { uri: vscode.Uri.from({ scheme: SAMPLE_SCHEME, path: "/after" }), name: "Premortem", index: 0 };
