import { isUtf8 } from "node:buffer";
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { compareText } from "../engine/finding.ts";
import type { Entry, Omission, Tree, Wanted } from "./tree.ts";
import { LARGEST_FILE, followLinks, foreignEnding, skippedDirectory, skippedPath } from "./tree.ts";

/** Called now and then with the number of files seen so far. */
type Progress = (files: number) => void;

/** How much of a file is looked at for NUL bytes, as git does. */
const HEAD = 8192;

/** Which files of a directory to read. */
export interface ReadOptions {
  /** The only paths to look at, for instance those that git knows; default: all but `.git` and `node_modules`. */
  readonly listing?: readonly string[];
  readonly progress?: Progress;
}

/** Reads the files below `root` that are wanted. */
export function readDirectory(root: string, wanted: Wanted, options: ReadOptions = {}): Tree {
  const steps = readingDirectory(root, wanted, options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    options.progress?.(step.value);
  }
}

/** The same in steps, one a file, for a caller that shares its thread. A step gives the number of files seen so far. */
export function* readingDirectory(root: string, wanted: Wanted, { listing }: ReadOptions = {}): Generator<number, Tree> {
  const omissions: Omission[] = [];
  const entries = listing === undefined ? walk(root, omissions, wanted) : lookUp(root, listing, omissions, wanted);
  const tree: Tree = { texts: new Map(), aliases: new Map(), omissions, lossy: new Set() };
  const { paths, broken } = followLinks(entries);
  for (const { path, why } of broken) {
    if (wanted.ignored(path)) continue;
    omissions.push({ path, reason: `${why}; it is not followed`, incomplete: wanted.byName(path) });
  }
  const read = new Map<string, FileText | undefined>();
  let seen = 0;
  for (const path of [...paths.keys()].sort(compareText)) {
    yield ++seen;
    if (wanted.ignored(path)) continue;
    const real = paths.get(path)!;
    const byName = wanted.byName(path);
    if (!byName && (foreignEnding(path) || wanted.ignored(real))) continue;
    let file = read.get(real);
    if (!read.has(real) || (byName && file === undefined)) {
      file = readText(root, real, byName, (head) => wanted.byHead(path, head), omissions);
      read.set(real, file);
    }
    if (file === undefined) continue;
    tree.texts.set(path, file.text);
    if (real !== path) tree.aliases.set(path, real);
    if (file.lossy) tree.lossy.add(path);
  }
  omissions.sort((a, b) => compareText(a.path, b.path));
  return tree;
}

interface FileText {
  readonly text: string;
  readonly lossy: boolean;
}

/** Text of bytes: invalid UTF-8 becomes U+FFFD, a byte order mark stays. */
export function decode(bytes: Uint8Array): FileText {
  return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), lossy: !isUtf8(bytes) };
}

/** What to say of a file by its bytes' look; undefined where it can be read. */
export function unreadable(size: number, head: Uint8Array): string | undefined {
  if (size > LARGEST_FILE) {
    return `it is ${Math.round(size / 1024 / 1024)} MiB large, and files above ${LARGEST_FILE / 1024 / 1024} MiB are not read; split it, or list it below ignore in premortem.yaml`;
  }
  if (head.subarray(0, HEAD).includes(0)) {
    return "it is binary or UTF-16, which no tool of its format reads; save it as UTF-8, or list it below ignore in premortem.yaml";
  }
  return undefined;
}

/** Stands in a name for bytes that are no UTF-8, and so no file is found by such a name. */
const REPLACEMENT = "\uFFFD";
const UNREADABLE_NAME = "its name is not UTF-8, so it cannot be opened; rename it";

/** The reason given for a file whose bytes are no UTF-8. */
export const LOSSY = "it is not UTF-8, so its other characters are shown as \uFFFD and it is never rewritten; convert it to UTF-8";

function readText(
  root: string,
  path: string,
  byName: boolean,
  byHead: (head: string) => boolean,
  omissions: Omission[],
): FileText | undefined {
  let descriptor: number;
  try {
    // Without O_NONBLOCK a named pipe would block for ever, before fstat can tell what it is.
    descriptor = openSync(join(root, path), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") {
      if (byName && path.includes(REPLACEMENT)) omissions.push({ path, reason: UNREADABLE_NAME, incomplete: true });
      return undefined;
    }
    omissions.push({ path, reason: cannotRead(code ?? "unknown error"), incomplete: true });
    return undefined;
  }
  try {
    const { size } = fstatSync(descriptor);
    const head = Buffer.alloc(Math.min(size, HEAD));
    const got = head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    const relevant = byName || (!got.includes(0) && byHead(decode(got.subarray(0, 4096)).text));
    if (!relevant) return undefined;
    const problem = unreadable(size, got);
    if (problem !== undefined) {
      omissions.push({ path, reason: problem, incomplete: true });
      return undefined;
    }
    const file = decode(readFileSync(descriptor));
    if (file.lossy) omissions.push({ path, reason: LOSSY, incomplete: false });
    return file;
  } catch (error) {
    omissions.push({ path, reason: cannotRead((error as NodeJS.ErrnoException).code ?? "unknown error"), incomplete: true });
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** True where more than `limit` files lie below `root`. */
export function exceeds(root: string, limit: number): boolean {
  const pending = [root];
  let files = 0;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    let children;
    try {
      children = readdirSync(folder, { withFileTypes: true });
    } catch {
      continue;
    }
    files += children.length;
    if (files > limit) return true;
    for (const child of children) if (child.isDirectory() && !skippedDirectory(child.name)) pending.push(join(folder, child.name));
  }
  return false;
}

/** Every file and link below `root`; links are noted and not followed here. */
function walk(root: string, omissions: Omission[], wanted: Wanted): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const pending = [""];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    let children;
    try {
      children = readdirSync(join(root, folder), { withFileTypes: true });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
      omissions.push({ path: folder.replace(/\/$/, "") || ".", reason: cannotRead(code), incomplete: true });
      continue;
    }
    for (const child of children) {
      const path = folder + child.name;
      if (child.isDirectory()) {
        if (!skippedDirectory(child.name) && !wanted.ignored(path)) pending.push(`${path}/`);
      } else {
        add(root, path, child, entries, omissions, wanted);
      }
    }
  }
  return entries;
}

function lookUp(root: string, listing: readonly string[], omissions: Omission[], wanted: Wanted): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const path of listing) {
    if (skippedPath(path) || wanted.ignored(path)) continue;
    try {
      // A directory is a submodule, which is a repository of its own.
      const found = lstatSync(join(root, path));
      if (!found.isDirectory()) add(root, path, found, entries, omissions, wanted);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
      // A deleted file stays in git's index and is simply not there.
      if (code === "ENOENT" || code === "ENOTDIR") {
        if (path.includes(REPLACEMENT) && wanted.byName(path)) omissions.push({ path, reason: UNREADABLE_NAME, incomplete: true });
        continue;
      }
      omissions.push({ path, reason: cannotRead(code), incomplete: true });
    }
  }
  return entries;
}

function cannotRead(code: string): string {
  return `it cannot be read (${code}); make it readable, or list it below ignore in premortem.yaml`;
}

function add(
  root: string,
  path: string,
  child: { isFile(): boolean; isSymbolicLink(): boolean },
  entries: Map<string, Entry>,
  omissions: Omission[],
  wanted: Wanted,
): void {
  if (child.isFile()) entries.set(path, { kind: "file" });
  else if (child.isSymbolicLink()) {
    try {
      entries.set(path, { kind: "link", target: readlinkSync(join(root, path)) });
    } catch {
      entries.set(path, { kind: "link", target: "" });
    }
  } else if (wanted.byName(path)) {
    omissions.push({ path, reason: "it is a pipe, socket or device and not a file; it is not read", incomplete: true });
  }
}
