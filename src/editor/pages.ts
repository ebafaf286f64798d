import * as vscode from "vscode";
import { rules } from "../core.ts";
import { lessons } from "../lessons/index.ts";
import { lessonPage, rulePage } from "../report/page.ts";

/** Where the pages of rules and lessons lie: they are made when they are read, so they need no network and no disk. */
export const PAGE_SCHEME = "premortem";

/** `rules/FOLDER/NAME` or `lessons/NAME`, as the page that VS Code opens rendered (see editorAssociations in the manifest). */
export function pageUri(kind: "rules" | "lessons", id: string): vscode.Uri {
  return vscode.Uri.from({ scheme: PAGE_SCHEME, path: `/${kind}/${id}.md` });
}

/** Text of the page at `/rules/ID.md` or `/lessons/ID.md`; undefined where there is none. */
function textAt(path: string): string | undefined {
  const [, kind, id] = /^\/(rules|lessons)\/(.+)\.md$/.exec(path) ?? [];
  if (kind === "rules") {
    const rule = rules.get(id!);
    return rule && rulePage(id!, rule, lessons, { links: true });
  }
  const lesson = kind === "lessons" ? lessons.get(id!) : undefined;
  return lesson && lessonPage(lesson, rules, { links: true });
}

/** Opens the page that an address names in its path. Anyone can make such an address, so for all but known ids there is a message. */
export async function openPage(uri: vscode.Uri): Promise<void> {
  const page = vscode.Uri.from({ scheme: PAGE_SCHEME, path: `${uri.path}.md` });
  if (textAt(page.path) === undefined) {
    void vscode.window.showWarningMessage(vscode.l10n.t("Premortem has no page {0}. It may be of another version.", uri.path));
    return;
  }
  await vscode.commands.executeCommand("vscode.open", page);
}

/**
 * The pages as files that can only be read: a link of the Problems panel opens them like any file, and a link from one page to
 * another is a relative one. Also opens `vscode://premortem.premortem/rules/FOLDER/NAME`, the address that reports give.
 */
export class Pages implements vscode.FileSystemProvider, vscode.UriHandler, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly #registrations: vscode.Disposable[];

  readonly onDidChangeFile = this.#changed.event;

  constructor() {
    this.#registrations = [
      this.#changed,
      vscode.workspace.registerFileSystemProvider(PAGE_SCHEME, this, { isReadonly: true, isCaseSensitive: true }),
      vscode.window.registerUriHandler(this),
    ];
  }

  dispose(): void {
    this.#registrations.forEach((registration) => void registration.dispose());
  }

  handleUri(uri: vscode.Uri): Promise<void> {
    return openPage(uri);
  }

  readFile(uri: vscode.Uri): Uint8Array {
    const text = textAt(uri.path);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return new TextEncoder().encode(text);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const text = textAt(uri.path);
    const directory = /^\/(?:(?:rules|lessons)(?:\/[\w-]+)?)?\/?$/.test(uri.path);
    if (text === undefined && !directory) throw vscode.FileSystemError.FileNotFound(uri);
    return { type: text === undefined ? vscode.FileType.Directory : vscode.FileType.File, ctime: 0, mtime: 0, size: new TextEncoder().encode(text).length };
  }

  /** Nobody browses them; links name them. */
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}
