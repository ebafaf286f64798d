import * as vscode from "vscode";
import { rules } from "../core.ts";
import { lessons } from "../lessons/index.ts";
import { lessonPage, rulePage } from "../report/page.ts";
import { FixedFiles } from "./fixed-files.ts";
import { ownPage } from "./own-lesson.ts";
import type { Project } from "./project.ts";
import type { Projects } from "./projects.ts";

/** Where the pages of rules and lessons lie: they are made when they are read, so they need no network and no disk. */
export const PAGE_SCHEME = "premortem";

/**
 * `rules/FOLDER/NAME` or `lessons/NAME`, as the page that VS Code opens rendered (see editorAssociations in the manifest).
 * `project`: the one that a team's own lesson is of.
 */
export function pageUri(kind: "rules" | "lessons", id: string, project?: Project): vscode.Uri {
  const query = project !== undefined && (kind === "lessons" || id.startsWith("lesson/")) ? project.root.toString() : "";
  return vscode.Uri.from({ scheme: PAGE_SCHEME, path: `/${kind}/${id}.md`, query });
}

/** Text of a page of a rule or lesson that Premortem brings; undefined where there is none. */
function builtIn(kind: string, id: string): string | undefined {
  if (kind === "rules") {
    const rule = rules.get(id);
    return rule && rulePage(id, rule, lessons, { links: true });
  }
  const lesson = lessons.get(id);
  return lesson && lessonPage(lesson, rules, { links: true });
}

/** Opens the page that an address names in its path. Anyone can make such an address, so for all but known ids there is a message. */
export async function openPage(uri: vscode.Uri): Promise<void> {
  const page = vscode.Uri.from({ scheme: PAGE_SCHEME, path: `${uri.path}.md` });
  const type = await vscode.workspace.fs.stat(page).then((stat) => stat.type, () => undefined);
  if (type !== vscode.FileType.File) {
    void vscode.window.showWarningMessage(vscode.l10n.t("Premortem has no page {0}. It may be of another version.", uri.path));
    return;
  }
  await vscode.commands.executeCommand("vscode.open", page);
}

/**
 * The pages as files that can only be read: a link of the Problems panel opens them like any file, and a link from one page to
 * another is a relative one. Also opens `vscode://premortem.premortem/rules/FOLDER/NAME`, the address that reports give.
 * The page of a lesson that a team writes itself follows its file.
 */
export class Pages extends FixedFiles implements vscode.UriHandler, vscode.Disposable {
  readonly #projects: Projects;
  readonly #registrations: vscode.Disposable[];
  /** Addresses of pages that were read and may change. */
  readonly #read = new Map<string, vscode.Uri>();
  /** Grows with every change of a file that such a page may be of, as times of files do. */
  #state = 0;

  constructor(projects: Projects) {
    super();
    this.#projects = projects;
    this.#registrations = [
      this.changed,
      projects.onDidChange(() => this.#tell()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (/\.lesson\.ya?ml$|\/premortem\.ya?ml$/.test(document.uri.path)) this.#tell();
      }),
      vscode.workspace.registerFileSystemProvider(PAGE_SCHEME, this, { isReadonly: true, isCaseSensitive: true }),
      vscode.window.registerUriHandler(this),
    ];
  }

  handleUri(uri: vscode.Uri): Promise<void> {
    return openPage(uri);
  }

  dispose(): void {
    this.#registrations.forEach((registration) => void registration.dispose());
  }

  override async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const text = await this.#textOf(uri);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(text);
  }

  override async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const text = await this.#textOf(uri);
    const directory = /^\/(?:(?:rules|lessons)(?:\/[\w-]+)?)?\/?$/.test(uri.path);
    if (text === undefined && !directory) throw vscode.FileSystemError.FileNotFound(uri);
    return { type: text === undefined ? vscode.FileType.Directory : vscode.FileType.File, ctime: 0, mtime: this.#read.has(uri.toString()) ? this.#state : 0, size: new TextEncoder().encode(text).length };
  }

  /** Text of the page at `/rules/ID.md` or `/lessons/ID.md`; undefined where there is none. */
  async #textOf(uri: vscode.Uri): Promise<string | undefined> {
    const [, kind, id] = /^\/(rules|lessons)\/(.+)\.md$/.exec(uri.path) ?? [];
    if ((kind !== "rules" && kind !== "lessons") || id === undefined) return undefined;
    // A team's lesson may be called as one that Premortem brings; then its address names the project.
    return (uri.query === "" ? builtIn(kind, id) : undefined) ?? (await this.#ownText(uri, kind, id)) ?? builtIn(kind, id);
  }

  async #ownText(uri: vscode.Uri, kind: "rules" | "lessons", id: string): Promise<string | undefined> {
    const all = (await Promise.all((vscode.workspace.workspaceFolders ?? []).map((folder) => this.#projects.of(folder)))).flat();
    const named = all.filter(({ root }) => root.toString() === uri.query);
    for (const project of [...named, ...all]) {
      const text = ownPage(await project.workspace(), project, kind, id);
      if (text === undefined) continue;
      this.#read.set(uri.toString(), uri);
      return text;
    }
    return undefined;
  }

  #tell(): void {
    if (this.#read.size === 0) return;
    this.#state++;
    this.changed.fire([...this.#read.values()].map((uri) => ({ type: vscode.FileChangeType.Changed, uri })));
  }

  /** Nobody browses them; links name them. */
  override readDirectory(): [string, vscode.FileType][] {
    return [];
  }
}
