import type { Configuration } from "../engine/configuration.ts";
import { compareText } from "../engine/finding.ts";
import type { Location } from "../engine/location.ts";
import type { World } from "../engine/rule.ts";
import type { CommentSyntax } from "../engine/suppress.ts";
import type { Language, Parsed } from "../formats/format.ts";
import { formatOf, recognise } from "../formats/index.ts";
import type { LessonTree } from "../formats/lesson/index.ts";
import type { Compute } from "./derivation.ts";
import { Derivations, Lineage, sameList } from "./derivation.ts";
import type { Fleet } from "./fleet/fleet.ts";
import { buildFleet } from "./fleet/build.ts";
import type { Subjects } from "./subjects.ts";
import { readers } from "./subjects.ts";

export type { Subjects } from "./subjects.ts";

/** A parsed file. `tree` is of the type that its language's format declares. */
export interface Document extends Parsed<unknown> {
  readonly path: string;
  readonly text: string;
  readonly language: Language;
}

/** A file's text, and its document once somebody asked; the same object in every workspace that has the file like this. */
interface File {
  readonly text: string;
  document?: Document | undefined;
  isRead: boolean;
}

/**
 * The reviewed files at one revision, and everything that is worked out from them, when it is first asked for. Never
 * changes: `with` gives another one that shares what did not change.
 */
export class Workspace implements World {
  readonly #files: ReadonlyMap<string, File>;
  readonly #paths: readonly string[];
  readonly #configuration: Configuration;
  readonly #lineage: Lineage;
  readonly #derivations: Derivations<Workspace>;
  readonly #memo = new Map<unknown, unknown>();
  #fleet: Fleet | undefined;

  constructor(texts: ReadonlyMap<string, string>, configuration: Configuration, from?: { files: ReadonlyMap<string, File>; paths: readonly string[]; lineage: Lineage }) {
    const files = from?.files ?? new Map([...texts].map(([path, text]): [string, File] => [path, { text, isRead: false }]));
    this.#files = files;
    this.#paths = from?.paths ?? [...texts.keys()].sort(compareText);
    this.#configuration = configuration;
    this.#lineage = from?.lineage ?? new Lineage();
    this.#derivations = new Derivations<Workspace>(this, { file: (path) => files.get(path), paths: this.#paths, configuration }, this.#lineage);
  }

  get paths(): readonly string[] {
    this.#derivations.readsPaths();
    return this.#paths;
  }

  get configuration(): Configuration {
    this.#derivations.readsConfiguration();
    return this.#configuration;
  }

  /** Whether there is such a file, whatever it says. */
  has(path: string): boolean {
    this.#derivations.readsPaths();
    return this.#files.has(path);
  }

  text(path: string): string | undefined {
    this.#derivations.readsFile(path);
    return this.#files.get(path)?.text;
  }

  /** What stands at a place; empty where its file is not there. */
  textAt({ path, range }: Location): string {
    return (this.text(path) ?? "").slice(range.start, range.end);
  }

  /** The language of a file; undefined where Premortem does not read it. */
  language(path: string): Language | undefined {
    return this.document(path)?.language;
  }

  /** The file parsed; undefined where it is of no known format. */
  document(path: string): Document | undefined {
    this.#derivations.readsFile(path);
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    if (!file.isRead) {
      const language = recognise(path, file.text.slice(0, 4096));
      file.document = language === undefined ? undefined : { path, text: file.text, language, ...formatOf(language).parse(file.text) };
      file.isRead = true;
    }
    return file.document;
  }

  /**
   * The same files with some texts replaced, added or (undefined) removed. Unchanged files are not parsed again, and what
   * was derived without the changed ones is not worked out again.
   */
  with(changes: ReadonlyMap<string, string | undefined>, configuration: Configuration = this.#configuration): Workspace {
    const real = [...changes].filter(([path, text]) => this.#files.get(path)?.text !== text);
    if (real.length === 0 && configuration === this.#configuration) return this;
    const files = new Map(this.#files);
    for (const [path, text] of real) {
      if (text === undefined) files.delete(path);
      else files.set(path, { text, isRead: false });
    }
    const moved = real.some(([path]) => this.#files.has(path) !== files.has(path));
    const paths = moved ? pathsWith(this.#paths, files, real.map(([path]) => path)) : this.#paths;
    return new Workspace(new Map(), configuration, { files, paths, lineage: this.#lineage });
  }

  /** Other files with the same configuration: those that a host gets, say. Nothing is shared. */
  apart(texts: ReadonlyMap<string, string>): Workspace {
    return new Workspace(texts, this.configuration);
  }

  /** The same files, with all that is known of those that `other` has too. */
  sharing(other: Workspace): Workspace {
    if (this.#lineage === other.#lineage) return this;
    const files = new Map([...this.#files].map(([path, file]): [string, File] => [path, other.#files.get(path)?.text === file.text ? other.#files.get(path)! : file]));
    return new Workspace(new Map(), this.#configuration, { files, paths: sameList(other.#paths, this.#paths), lineage: other.#lineage });
  }

  subject<R extends keyof Subjects>(reads: R, path: string): Subjects[R] | undefined;
  subject(reads: string, path: string): unknown;
  subject(reads: string, path: string): unknown {
    const compute = subjectOf.get(reads);
    return compute === undefined ? undefined : this.#derivations.get(compute, path, DATA.has(reads));
  }

  /** Every file that says something in the respect `reads`, with what it says; by path. */
  subjects<R extends keyof Subjects>(reads: R): readonly { path: string; subject: Subjects[R] }[] {
    return this.derive(subjectsOf, reads) as readonly { path: string; subject: Subjects[R] }[];
  }

  comments(path: string): CommentSyntax {
    const document = this.document(path);
    if (document === undefined) return { openers: [], inline: false };
    const { comments } = formatOf(document.language);
    return document.language === "lesson" ? { ...comments, quoted: (document.tree as LessonTree).examples.map(({ whole }) => whole) } : comments;
  }

  /**
   * A store of this workspace alone: `compute`, a function of a module, is its own key. What is asked of it is not followed, so
   * that nothing which uses it is kept after an edit: `derive` is for everything that can do without.
   */
  memo<T>(compute: (workspace: Workspace) => T): T {
    this.#derivations.readsOther();
    if (!this.#memo.has(compute)) this.#memo.set(compute, compute(this));
    return this.#memo.get(compute) as T;
  }

  /**
   * Works something out once for each `key`, and again after an edit only if what it read has changed. `compute`, a
   * function of a module, reads from the workspace alone and before it returns: its result asks for nothing later.
   */
  derive<T>(compute: Compute<Workspace, T>, key = ""): T {
    return this.#derivations.get(compute, key, false);
  }

  /**
   * As `derive`, for results that are data: where it says the same as before, what rests on it stays. Not for what holds hosts'
   * tasks, plays or documents, which are told apart by which object they are.
   */
  data<T>(compute: Compute<Workspace, T>, key = ""): T {
    return this.#derivations.get(compute, key, true);
  }

  get fleet(): Fleet {
    this.#fleet ??= buildFleet(this);
    return this.#fleet;
  }
}

/** What a file says in each respect, as derivations. */
const subjectOf: ReadonlyMap<string, Compute<Workspace, unknown>> = new Map(Object.entries(readers).map(([reads, reader]) => [reads, (workspace, path) => (reader as (workspace: Workspace, path: string) => unknown)(workspace, path)]));

/** Subjects that are told apart by what they say, and not by which object they are. */
const DATA: ReadonlySet<string> = new Set<keyof Subjects>(["sysctl", "limits", "ceph", "config", "maintenance"]);

type Named = readonly { readonly path: string; readonly subject: unknown }[];

function subjectsOf(workspace: Workspace, reads: string, previous: Named | undefined): Named {
  const known = new Map(previous?.map((one) => [one.path, one]));
  return sameList(previous, workspace.paths.flatMap((path) => {
    const subject = workspace.subject(reads, path);
    if (subject === undefined) return [];
    const one = known.get(path);
    return one?.subject === subject ? [one] : [{ path, subject }];
  }));
}

/** Sorted paths after some came or went. */
function pathsWith(paths: readonly string[], files: ReadonlyMap<string, File>, changed: readonly string[]): readonly string[] {
  const known = new Set(paths);
  return [...paths.filter((path) => files.has(path)), ...changed.filter((path) => files.has(path) && !known.has(path))].sort(compareText);
}
