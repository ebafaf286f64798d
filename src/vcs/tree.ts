import { compareText } from "../engine/finding.ts";

/** The largest file that is read, in bytes. */
export const LARGEST_FILE = 20 * 1024 * 1024;

/** What stands at a path of a directory or of a revision. */
export type Entry = { readonly kind: "file" } | { readonly kind: "link"; readonly target: string };

/** Says that a file was left out, and why. `path` is relative to the tree's root. */
export interface Omission {
  readonly path: string;
  /** A sentence without its full stop. */
  readonly reason: string;
  /** True where findings may be missing for it: the file is of a format that Premortem reads. */
  readonly incomplete: boolean;
}

/** The reviewed files at one revision. */
export interface Tree {
  /** Text by path. A byte order mark stays, so that offsets are those of the file. */
  readonly texts: Map<string, string>;
  /** For a path that leads through a symbolic link: the path of the file itself. */
  readonly aliases: Map<string, string>;
  readonly omissions: Omission[];
  /** Paths whose bytes are not UTF-8, so that the text cannot be written back. */
  readonly lossy: Set<string>;
}

/** Which files to read: by name alone, where that decides, or by name and first 4 KiB. */
export interface Wanted {
  byName(path: string): boolean;
  byHead(path: string, head: string): boolean;
  /** Left out without a word: ignored by configuration. */
  ignored(path: string): boolean;
}

const SKIPPED_DIRECTORIES = new Set([".git", "node_modules"]);

/** True for directories that are never looked into. */
export function skippedDirectory(name: string): boolean {
  return SKIPPED_DIRECTORIES.has(name);
}

/** True for paths that lie in such a directory. */
export function skippedPath(path: string): boolean {
  return path.split("/").slice(0, -1).some(skippedDirectory);
}

/** Endings by which no format of ours is recognised. */
export const FOREIGN =
  /\.(png|jpe?g|gif|ico|svg|webp|pdf|zip|gz|bz2|xz|zst|tar|tgz|7z|deb|rpm|iso|img|qcow2|jar|war|class|exe|dll|so|a|o|pyc|woff2?|ttf|eot|mp[34]|mov|db|sqlite3?|pem|crt|key|gpg|asc|md|rst|adoc|html?|css|scss|jsx?|tsx?|mjs|cjs|py|rb|go|rs|c|h|cc|cpp|hpp|java|kt|php|lua|tf|lock|sum|map|log)$/i;

/** True where the ending alone tells that no format of ours is inside, so that the file need not be opened. */
export function foreignEnding(path: string): boolean {
  return FOREIGN.test(path);
}

/**
 * Follows symbolic links inside a tree: gives every path by which a file can be reached, with the path of the file
 * itself. The tree's own entries decide, not the disk, so a directory and a revision are read alike, and a loop or a
 * link that leads out of the tree simply ends. `broken` are those links.
 */
export function followLinks(entries: ReadonlyMap<string, Entry>): { paths: Map<string, string>; broken: { path: string; why: string }[] } {
  const paths = new Map<string, string>();
  const broken: { path: string; why: string }[] = [];
  const sorted = [...entries.keys()].sort(compareText);
  for (const path of sorted) if (entries.get(path)!.kind === "file") paths.set(path, path);
  for (const path of sorted) {
    if (entries.get(path)!.kind !== "link") continue;
    const real = resolve(path, entries);
    if (real === undefined) {
      broken.push({ path, why: "it is a symbolic link that leads to nothing, out of the reviewed directory, or in a circle" });
    } else if (entries.get(real)?.kind === "file") {
      paths.set(path, real);
    } else if (real === "." || path.startsWith(`${real}/`)) {
      broken.push({ path, why: "it is a symbolic link to a directory that it lies in, so following it would never end" });
    } else {
      // Links below the linked directory are not followed again: two levels are what repositories use.
      for (const below of sorted) {
        if (below.startsWith(`${real}/`) && entries.get(below)!.kind === "file") paths.set(path + below.slice(real.length), below);
      }
    }
  }
  return { paths, broken };
}

/** The file or directory of the tree that a link stands for. */
function resolve(path: string, entries: ReadonlyMap<string, Entry>): string | undefined {
  let current = path;
  for (let steps = 0; steps < 16; steps++) {
    const link = firstLink(current, entries);
    if (link === undefined) return entries.has(current) || hasBelow(current, entries) ? current : undefined;
    const target = (entries.get(link) as { target: string }).target;
    if (target.startsWith("/")) return undefined;
    const next = joined([...link.split("/").slice(0, -1), ...target.split("/"), ...current.slice(link.length).split("/")]);
    if (next === undefined) return undefined;
    current = next;
  }
  return undefined;
}

/** Parts as one path without `.` and `..`; `.` for the root, undefined above it. */
function joined(parts: readonly string[]): string | undefined {
  const result: string[] = [];
  for (const part of parts) {
    if (part === "..") {
      if (result.pop() === undefined) return undefined;
    } else if (part !== "" && part !== ".") result.push(part);
  }
  return result.join("/") || ".";
}

function firstLink(path: string, entries: ReadonlyMap<string, Entry>): string | undefined {
  const parts = path.split("/");
  for (let i = 1; i <= parts.length; i++) {
    const prefix = parts.slice(0, i).join("/");
    if (entries.get(prefix)?.kind === "link") return prefix;
  }
  return undefined;
}

function hasBelow(path: string, entries: ReadonlyMap<string, Entry>): boolean {
  if (path === ".") return true;
  for (const candidate of entries.keys()) if (candidate.startsWith(`${path}/`)) return true;
  return false;
}
