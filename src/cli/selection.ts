import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { CONFIGURATION_FILE } from "../core.ts";
import { Unavailable } from "../vcs/unavailable.ts";

/** One reviewed directory, and what of it the user asked for. */
export interface Selection {
  /** Absolute. All files below it are known to the rules. */
  readonly root: string;
  /** Files and directories below the root, relative to it; undefined: all of it. */
  readonly targets: readonly string[] | undefined;
  /** False where nothing marks the root as a repository's: it is just where a file lies, and may be anything. */
  readonly marked: boolean;
  /** What stands before a path when several roots are reported together: empty, or ends in `/`. */
  readonly prefix: string;
}

/**
 * The directories to review for the PATH arguments. A single directory is its own root, and paths are relative to it. A
 * file's root is the nearest directory upwards with a premortem.yaml or a .git, so that its hosts are known; so it is for
 * several paths.
 */
export function select(paths: readonly string[]): Selection[] {
  const given = paths.length === 0 ? ["."] : paths;
  const found = given.map((path) => {
    const absolute = resolve(path);
    let directory: boolean;
    try {
      directory = statSync(absolute).isDirectory();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new Unavailable(
        code === "ENOENT" || code === "ENOTDIR"
          ? `There is no file or directory ${path}. Check the path.`
          : `${path} cannot be read (${code ?? "unknown error"}). Make it readable.`,
      );
    }
    return { absolute, directory };
  });
  if (found.length === 1 && found[0]!.directory) return [{ root: found[0]!.absolute, targets: undefined, marked: true, prefix: "" }];
  const targets = new Map<string, string[]>();
  for (const { absolute, directory } of found) {
    const root = repositoryOf(directory ? absolute : dirname(absolute));
    targets.set(root, [...(targets.get(root) ?? []), slashes(relative(root, absolute))]);
  }
  const base = commonDirectory([...targets.keys()]);
  return [...targets].map(([root, list]) => ({
    root,
    targets: list.includes("") ? undefined : list,
    marked: list.includes("") || isRepository(root),
    prefix: root === base ? "" : `${slashes(relative(base, root))}/`,
  }));
}

/** True for a path that a selection is about. */
export function selects(selection: Selection, path: string): boolean {
  return selection.targets?.some((target) => path === target || path.startsWith(`${target}/`)) ?? true;
}

/** The nearest premortem.yaml from a directory upwards, absolute. */
export function nearestConfiguration(directory: string): string | undefined {
  return upwards(directory, (candidate) => existsSync(join(candidate, CONFIGURATION_FILE)), (found) => join(found, CONFIGURATION_FILE));
}

/** A path with `/` between its parts. */
export function slashes(path: string): string {
  return sep === "/" ? path : path.split(sep).join("/");
}

/** The nearest directory upwards with a premortem.yaml or a .git; where there is none, the directory itself. */
export function repositoryOf(directory: string): string {
  return upwards(directory, isRepository, (found) => found) ?? directory;
}

/** True for a directory with a premortem.yaml or a .git. */
export function isRepository(directory: string): boolean {
  return existsSync(join(directory, CONFIGURATION_FILE)) || existsSync(join(directory, ".git"));
}

function upwards<T>(directory: string, test: (candidate: string) => boolean, result: (found: string) => T): T | undefined {
  for (let candidate = directory; ; candidate = dirname(candidate)) {
    if (test(candidate)) return result(candidate);
    if (dirname(candidate) === candidate) return undefined;
  }
}

function commonDirectory(directories: readonly string[]): string {
  let common = directories[0]!;
  for (const directory of directories) {
    while (directory !== common && !directory.startsWith(common.endsWith(sep) ? common : common + sep)) common = dirname(common);
  }
  return common;
}
