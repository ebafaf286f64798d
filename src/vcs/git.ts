import { spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { LOSSY, decode, unreadable } from "./directory.ts";
import type { Entry, Omission, Tree, Wanted } from "./tree.ts";
import { LARGEST_FILE, followLinks, foreignEnding, skippedPath } from "./tree.ts";
import { compareText } from "../engine/finding.ts";
import { Unavailable } from "./unavailable.ts";

/**
 * Nothing of a reviewed repository may run, and its own `.git/config` is part of it: no hooks, no file system monitor,
 * no bare repository that lies inside a tree, no pager. The subcommands used here read objects and names alone, so no
 * filter, external diff or textconv is ever asked for.
 */
const SAFE = [
  "--no-pager",
  "-c", "core.hooksPath=/dev/null",
  "-c", "core.fsmonitor=false",
  "-c", "core.sshCommand=false",
  "-c", "core.quotePath=false",
  "-c", "safe.bareRepository=explicit",
  "-c", "protocol.allow=never",
];

/** How much of a revision is asked for at once, in bytes. */
const BATCH = 32 * 1024 * 1024;

function environment(index: string | undefined): NodeJS.ProcessEnv {
  // A hook's GIT_DIR or GIT_INDEX_FILE could point us elsewhere. Settings of the operator's own configuration stay.
  const kept = Object.entries(process.env).filter(([name]) => !/^GIT_/.test(name) || /^GIT_(CONFIG_|CEILING_DIRECTORIES)/.test(name));
  return {
    ...Object.fromEntries(kept),
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    // In a partial clone a missing object would be fetched by a command that the repository's configuration names.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_ATTR_NOSYSTEM: "1",
    ...(index !== undefined && { GIT_INDEX_FILE: index }),
  };
}

interface Answer {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly missing: boolean;
}

function git(directory: string, args: readonly string[], { input = "", size = 64 * 1024 * 1024, index }: { input?: string; size?: number; index?: string | undefined } = {}): Answer {
  const result = spawnSync("git", [...SAFE, ...args], {
    cwd: directory,
    env: environment(index),
    input,
    maxBuffer: size + 64 * 1024 * 1024,
    windowsHide: true,
  });
  const code = (result.error as NodeJS.ErrnoException | undefined)?.code;
  if (result.error && code !== "ENOENT") throw new Unavailable(`git could not be run: ${result.error.message}.`);
  return {
    status: result.status ?? 128,
    stdout: result.stdout ?? Buffer.alloc(0),
    stderr: (result.stderr ?? "").toString().trim(),
    missing: code === "ENOENT",
  };
}

/** A directory inside a git working tree. */
export class GitDirectory {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Undefined where `directory` is in no git working tree, or there is no git. Throws where git refuses to look. */
  static open(directory: string): GitDirectory | undefined {
    const answer = git(directory, ["rev-parse", "--is-inside-work-tree"]);
    if (answer.missing || /not a git repository/i.test(answer.stderr)) return undefined;
    if (/must be run in a work tree|cannot use bare repository/i.test(answer.stderr) || answer.stdout.toString().trim() === "false") {
      throw new Unavailable(`${directory} is a repository without a working tree, or the inside of one. Review a checkout of it (git clone, git worktree add).`);
    }
    if (answer.status !== 0) {
      const why = answer.stderr.split("\n")[0]!.replace(/^fatal: /, "");
      const help = /dubious ownership/.test(why)
        ? "If you trust it, run: git config --global --add safe.directory DIRECTORY. Or compare two directories with --base DIR."
        : "Repair the repository, or compare two directories with --base DIR.";
      throw new Unavailable(`git cannot read ${directory}: ${why}. ${help}`);
    }
    return new GitDirectory(directory);
  }

  /** True where nothing has been committed yet. */
  get unborn(): boolean {
    return this.resolve("HEAD") === undefined && git(this.#directory, ["rev-list", "-n", "1", "--all"]).stdout.length === 0;
  }

  /** The commit that a revision stands for; undefined where there is none. */
  resolve(revision: string): string | undefined {
    const answer = git(this.#directory, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]);
    const commit = answer.stdout.toString().trim();
    return answer.status === 0 && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
  }

  /** Files of the working tree that git tracks or would track, relative to the directory. Not sorted. */
  workingFiles(): string[] {
    const answer = git(this.#directory, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    if (answer.status !== 0) throw new Unavailable(`git cannot list the files of ${this.#directory}: ${answer.stderr.split("\n")[0]}.`);
    return [...new Set(split(answer.stdout))];
  }

  /** True where the history was cut off when the repository was cloned. */
  get shallow(): boolean {
    return git(this.#directory, ["rev-parse", "--is-shallow-repository"]).stdout.toString().trim() === "true";
  }

  /**
   * The branch that others start from: the one that the remote calls its HEAD, else `main` or `master`, the remote's
   * before the local one. Undefined where there is none of them.
   */
  defaultBranch(): string | undefined {
    const head = git(this.#directory, ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]).stdout.toString().trim();
    const names = [head, "origin/main", "origin/master", "main", "master"];
    return names.find((name) => name !== "" && this.resolve(`refs/remotes/${name}`) !== undefined) ?? names.slice(3).find((name) => this.resolve(`refs/heads/${name}`) !== undefined);
  }

  /** The commit in which the histories of two commits part; undefined where they have none in common that is here. */
  mergeBase(one: string, other: string): string | undefined {
    const answer = git(this.#directory, ["merge-base", one, other]);
    const commit = answer.stdout.toString().trim();
    return answer.status === 0 && /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined;
  }

  /** The text of one file at a commit, or of the index where `commit` is empty. The path is relative to the directory. */
  readText(commit: string, path: string): string | undefined {
    const answer = git(this.#directory, ["cat-file", "blob", `${commit}:./${path}`], { index: commit === "" ? this.#index : undefined });
    return answer.status === 0 && unreadable(answer.stdout.length, answer.stdout) === undefined ? decode(answer.stdout).text : undefined;
  }

  /** While `git commit -a` or `git commit FILE` waits for a hook, what it is about to commit stands in an index of its own. */
  get #index(): string | undefined {
    const { GIT_INDEX_FILE: given } = process.env;
    if (given === undefined) return undefined;
    try {
      const file = realpathSync(given);
      // The hook may be of another repository than the one that is reviewed.
      return dirname(file) === realpathSync(git(this.#directory, ["rev-parse", "--absolute-git-dir"]).stdout.toString().trim()) ? file : undefined;
    } catch {
      return undefined;
    }
  }

  /** How often one has to go up from the directory to the top of the working tree. */
  get depth(): number {
    return git(this.#directory, ["rev-parse", "--show-cdup"]).stdout.toString().trim().split("/").filter((part) => part === "..").length;
  }

  /** The files of the directory at a commit. `side` begins what is said of files that cannot be read: `at the base`. */
  readCommit(commit: string, wanted: Wanted, side = "at the base"): Tree {
    return this.#read(this.#list(commit), wanted, side);
  }

  /** The files of the directory as they would be committed now. */
  readIndex(wanted: Wanted): Tree {
    const answer = git(this.#directory, ["ls-files", "-z", "--stage"], { index: this.#index });
    if (answer.status !== 0) throw new Unavailable(`git cannot list the files of ${this.#directory}: ${answer.stderr.split("\n")[0]}.`);
    const entries = new Map<string, { id: string; link: boolean }>();
    const conflicts = new Set<string>();
    for (const line of split(answer.stdout)) {
      const match = /^(\d+) ([0-9a-f]+) (\d)\t([^]*)$/.exec(line);
      if (match === null || match[1] === "160000" || skippedPath(match[4]!)) continue;
      if (match[3] === "0") entries.set(match[4]!, { id: match[2]!, link: match[1] === "120000" });
      else conflicts.add(match[4]!);
    }
    const sizes = this.#sizes([...new Set([...entries.values()].map(({ id }) => id))]);
    const blobs = new Map([...entries].map(([path, { id, link }]): [string, Blob] => [path, { id, link, size: sizes.get(id) ?? 0 }]));
    const tree = this.#read(blobs, wanted, "in the index");
    for (const path of [...conflicts].sort(compareText)) {
      if (!wanted.ignored(path)) tree.omissions.push({ path, reason: "it has a merge conflict; resolve it and add the file", incomplete: wanted.byName(path) });
    }
    return tree;
  }

  /** Sizes of objects in bytes, by id. */
  #sizes(ids: readonly string[]): Map<string, number> {
    const { stdout } = git(this.#directory, ["cat-file", "--batch-check"], { input: ids.map((id) => `${id}\n`).join("") });
    const found = stdout.toString().split("\n").map((line) => line.split(" "));
    return new Map(found.filter(([, type]) => type === "blob").map(([id, , size]) => [id!, Number(size)]));
  }

  #read(blobs: Map<string, Blob>, wanted: Wanted, side: string): Tree {
    const tree: Tree = { texts: new Map(), aliases: new Map(), omissions: [], lossy: new Set() };
    const links = [...blobs].filter(([, blob]) => blob.link);
    const targets = this.#contents(links.map(([, blob]) => blob));
    const entries = new Map<string, Entry>();
    for (const [path, blob] of blobs) {
      entries.set(path, blob.link ? { kind: "link", target: targets.get(blob.id)?.toString() ?? "" } : { kind: "file" });
    }
    const { paths } = followLinks(entries);
    const needed = [...paths]
      .filter(([path]) => !wanted.ignored(path) && (wanted.byName(path) || !foreignEnding(path)))
      .sort(([a], [b]) => compareText(a, b));
    const small = needed.map(([, real]) => blobs.get(real)!).filter((blob) => blob.size <= LARGEST_FILE);
    const contents = this.#contents(small);
    for (const [path, real] of needed) {
      const blob = blobs.get(real)!;
      const bytes = contents.get(blob.id);
      this.#add(tree, path, real, blob, bytes, wanted, side);
    }
    return tree;
  }

  #add(tree: Tree, path: string, real: string, blob: Blob, bytes: Buffer | undefined, wanted: Wanted, side: string): void {
    const byName = wanted.byName(path);
    const omit = (reason: string): void => {
      const omission: Omission = { path, reason: `${side}, ${reason}`, incomplete: true };
      tree.omissions.push(omission);
    };
    if (bytes === undefined) {
      if (byName) omit(unreadable(blob.size, Buffer.alloc(0)) ?? "git does not have its content; fetch it");
      return;
    }
    const relevant = byName || (!bytes.subarray(0, 8192).includes(0) && wanted.byHead(path, decode(bytes.subarray(0, 4096)).text));
    if (!relevant) return;
    const problem = unreadable(bytes.length, bytes);
    if (problem !== undefined) return omit(problem);
    const { text, lossy } = decode(bytes);
    tree.texts.set(path, text);
    if (real !== path) tree.aliases.set(path, real);
    if (lossy) tree.omissions.push({ path, reason: `${side}, ${LOSSY}`, incomplete: false });
  }

  #list(commit: string): Map<string, Blob> {
    const answer = git(this.#directory, ["ls-tree", "-r", "-z", "-l", commit]);
    if (answer.status !== 0) {
      throw new Unavailable(`git cannot read revision ${commit}: ${answer.stderr.split("\n")[0]!.replace(/^fatal: /, "")}. Fetch it, or compare two directories with --base DIR.`);
    }
    const blobs = new Map<string, Blob>();
    for (const line of split(answer.stdout)) {
      const match = /^(\d+) blob ([0-9a-f]+) +(\S+)\t([^]*)$/.exec(line);
      if (match === null || skippedPath(match[4]!)) continue;
      blobs.set(match[4]!, { id: match[2]!, size: Number(match[3]) || 0, link: match[1] === "120000" });
    }
    return blobs;
  }

  /** Contents by object id. An object that git does not have is left out. */
  #contents(blobs: readonly Blob[]): Map<string, Buffer> {
    const contents = new Map<string, Buffer>();
    const pending = [...new Map(blobs.map((blob) => [blob.id, blob])).values()];
    while (pending.length > 0) {
      const batch: Blob[] = [];
      let size = 0;
      while (pending.length > 0 && (batch.length === 0 || size + pending.at(-1)!.size <= BATCH)) {
        const blob = pending.pop()!;
        batch.push(blob);
        size += blob.size + 128;
      }
      const { stdout } = git(this.#directory, ["cat-file", "--batch"], { input: batch.map((blob) => `${blob.id}\n`).join(""), size });
      readBatch(stdout, contents);
    }
    return contents;
  }
}

interface Blob {
  readonly id: string;
  readonly size: number;
  readonly link: boolean;
}

/** git-cat-file(1), BATCH OUTPUT: `<oid> SP <type> SP <size> LF <contents> LF`, or `<oid> SP missing LF`. */
function readBatch(output: Buffer, contents: Map<string, Buffer>): void {
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    if (end === -1) return;
    const [id, type, size] = output.subarray(at, end).toString().split(" ");
    at = end + 1;
    if (type !== "blob") continue;
    contents.set(id!, output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
}

function split(output: Buffer): string[] {
  return output.toString().split("\0").filter((part) => part !== "");
}
