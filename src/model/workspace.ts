import type { Configuration } from "../engine/configuration.ts";
import { compareText } from "../engine/finding.ts";
import type { Location } from "../engine/location.ts";
import type { World } from "../engine/rule.ts";
import type { Language, Parsed } from "../formats/format.ts";
import { formatOf, recognise } from "../formats/index.ts";
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

/**
 * The reviewed files at one revision, and everything that is worked out from them, when it is first asked for. Never
 * changes: `with` gives another one that shares what did not change.
 */
export class Workspace implements World {
  readonly paths: readonly string[];
  readonly configuration: Configuration;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #documents: Map<string, Document | undefined>;
  readonly #subjects = new Map<string, unknown>();
  readonly #subjectLists = new Map<string, readonly { path: string; subject: unknown }[]>();
  readonly #memo = new Map<unknown, unknown>();

  constructor(texts: ReadonlyMap<string, string>, configuration: Configuration, documents = new Map<string, Document | undefined>()) {
    this.#texts = texts;
    this.paths = [...texts.keys()].sort(compareText);
    this.configuration = configuration;
    this.#documents = documents;
  }

  text(path: string): string | undefined {
    return this.#texts.get(path);
  }

  /** What stands at a place; empty where its file is not there. */
  textAt({ path, range }: Location): string {
    return (this.#texts.get(path) ?? "").slice(range.start, range.end);
  }

  /** The language of a file; undefined where Premortem does not read it. */
  language(path: string): Language | undefined {
    return this.document(path)?.language;
  }

  /** The file parsed; undefined where it is of no known format. */
  document(path: string): Document | undefined {
    const text = this.#texts.get(path);
    if (text === undefined) return undefined;
    const cached = this.#documents.get(path);
    if (cached !== undefined || this.#documents.has(path)) return cached;
    const language = recognise(path, text.slice(0, 4096));
    const document = language === undefined ? undefined : { path, text, language, ...formatOf(language).parse(text) };
    this.#documents.set(path, document);
    return document;
  }

  /** The same files with some texts replaced, added or (undefined) removed. Unchanged files are not parsed again. */
  with(changes: ReadonlyMap<string, string | undefined>, configuration: Configuration = this.configuration): Workspace {
    const texts = new Map(this.#texts);
    const documents = new Map(this.#documents);
    for (const [path, text] of changes) {
      if (texts.get(path) === text) continue;
      documents.delete(path);
      if (text === undefined) texts.delete(path);
      else texts.set(path, text);
    }
    return new Workspace(texts, configuration, documents);
  }

  subject<R extends keyof Subjects>(reads: R, path: string): Subjects[R] | undefined;
  subject(reads: string, path: string): unknown;
  subject(reads: string, path: string): unknown {
    const key = `${reads}\0${path}`;
    if (!this.#subjects.has(key)) {
      const reader = readers[reads as keyof Subjects] as ((workspace: Workspace, path: string) => unknown) | undefined;
      this.#subjects.set(key, reader?.(this, path));
    }
    return this.#subjects.get(key);
  }

  /** Every file that says something in the respect `reads`, with what it says; by path. */
  subjects<R extends keyof Subjects>(reads: R): readonly { path: string; subject: Subjects[R] }[] {
    let list = this.#subjectLists.get(reads);
    if (list === undefined) {
      list = this.paths.flatMap((path) => {
        const subject = this.subject(reads, path);
        return subject === undefined ? [] : [{ path, subject }];
      });
      this.#subjectLists.set(reads, list);
    }
    return list as readonly { path: string; subject: Subjects[R] }[];
  }

  comments(path: string): { readonly openers: readonly string[]; readonly inline: boolean; readonly closer?: string } {
    const language = this.language(path);
    return language === undefined ? { openers: [], inline: false } : formatOf(language).comments;
  }

  /** Works something out once for this workspace: `compute` is its own key, so pass a function of a module. */
  memo<T>(compute: (workspace: Workspace) => T): T {
    if (!this.#memo.has(compute)) this.#memo.set(compute, compute(this));
    return this.#memo.get(compute) as T;
  }

  get fleet(): Fleet {
    return this.memo(buildFleet);
  }
}
