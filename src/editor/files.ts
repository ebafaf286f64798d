import * as vscode from "vscode";
import { foreignEnding, skippedDirectory, LARGEST_FILE } from "../vcs/tree.ts";
import { isReviewed, recognise } from "../formats/index.ts";

/** Where documents may lie that are linted: never `git:` and the like, which are the old sides of diff editors. */
export const SCHEMES = ["file", "untitled", "vscode-vfs", "vscode-remote", "vscode-test-web", "memfs", "premortem-sample"] as const;

/** True for a document that is the user's own text, and not a revision of it. */
export function eligible(uri: vscode.Uri): boolean {
  return (SCHEMES as readonly string[]).includes(uri.scheme);
}

/** How many files are read at the same time. */
const PARALLEL = 32;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Texts below `root`, by path relative to it, of the files that Premortem reads. */
export async function readFolder(root: vscode.Uri, log: vscode.LogOutputChannel): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const paths = await list(root, log);
  let next = 0;
  const reader = async (): Promise<void> => {
    for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
      const text = await readFile(vscode.Uri.joinPath(root, path), path, log);
      if (text !== undefined) texts.set(path, text);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, reader));
  return texts;
}

/** The text of one file; undefined where it is gone, too large, binary, or of no known format. */
export async function readFile(uri: vscode.Uri, path: string, log: vscode.LogOutputChannel): Promise<string | undefined> {
  if (foreignEnding(path) && recognise(path, "") === undefined) return undefined;
  try {
    const { size, type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.File) === 0) return undefined;
    if (size > LARGEST_FILE) {
      if (recognise(path, "") !== undefined) log.warn(`${path} is left out: files above ${LARGEST_FILE >> 20} MiB are not read. Split it.`);
      return undefined;
    }
    const text = decoder.decode(await vscode.workspace.fs.readFile(uri));
    return isReviewed(path, text.slice(0, 4096)) ? text : undefined;
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError && error.code === "FileNotFound")) log.warn(`${path} is left out: ${String(error)}`);
    return undefined;
  }
}

/** The text of a file; undefined where there is none. */
export async function readIfThere(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return decoder.decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

/** `findFiles` would heed the user's search settings, so this walks the folder itself. Symbolic links to directories are not followed. */
async function list(root: vscode.Uri, log: vscode.LogOutputChannel): Promise<string[]> {
  const paths: string[] = [];
  let level = [""];
  while (level.length > 0) {
    const children = await Promise.all(
      level.map(async (folder) => {
        try {
          return { folder, entries: await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(root, folder)) };
        } catch (error) {
          log.warn(`The folder ${folder || "."} is left out: ${String(error)}`);
          return { folder, entries: [] };
        }
      }),
    );
    level = [];
    for (const { folder, entries } of children) {
      for (const [name, type] of entries) {
        const path = folder === "" ? name : `${folder}/${name}`;
        if (type === vscode.FileType.Directory) {
          if (!skippedDirectory(name)) level.push(path);
        } else if ((type & vscode.FileType.File) !== 0) paths.push(path);
      }
    }
  }
  return paths;
}
