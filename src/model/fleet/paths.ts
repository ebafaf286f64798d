import type { Workspace } from "../workspace.ts";

/** The folder of a path, "" for a file of the repository's top. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `path` as seen from `folder`, with `.` and `..` worked out; one that leaves the repository stays outside. */
export function joined(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** Every folder of the repository that holds a file, at any depth. */
export function foldersOf(workspace: Workspace): ReadonlySet<string> {
  return workspace.derive(collectFolders);
}

function collectFolders(workspace: Workspace): ReadonlySet<string> {
  const folders = new Set<string>([""]);
  for (const path of workspace.paths) {
    for (let folder = folderOf(path); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
  }
  return folders;
}

/**
 * The file that `path`, written in a file of `folder`, means: as seen from there, from one of `bases`, or, where it is
 * absolute, the longest end of it that is there, since a repository is checked out somewhere on the controller.
 */
export function findFile(workspace: Workspace, path: string, bases: readonly string[]): string | undefined {
  if (path.startsWith("/")) {
    const parts = path.slice(1).split("/");
    for (let from = 0; from < parts.length - 1; from++) {
      const end = parts.slice(from).join("/");
      if (workspace.has(end)) return end;
    }
    return undefined;
  }
  for (const base of bases) {
    const candidate = joined(base, path);
    if (workspace.has(candidate)) return candidate;
  }
  return undefined;
}
