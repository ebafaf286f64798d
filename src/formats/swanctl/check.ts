import { nearest } from "../../engine/similar.ts";
import type { LocalEdit, SyntaxProblem } from "../format.ts";
import type { Key, Level } from "./keys.ts";
import { KEYS } from "./keys.ts";
import type { Entry, Section, Setting } from "./tree.ts";
import { valueFault } from "./values.ts";

/** The pieces of a section that is written several times, or that inherits: the last one wins. */
type Pieces = readonly Section[];

/**
 * What charon refuses of the connections in a file: unknown settings and sections, and values that it does not take. It then
 * discards the connection and goes on with the next.
 */
export function checkConnections(entries: readonly Entry[]): SyntaxProblem[] {
  return new Check(entries).all();
}

class Check {
  readonly #entries: readonly Entry[];
  /** Sections at the top, which others inherit from. */
  readonly #top = new Map<string, Section[]>();
  readonly #problems = new Map<number, SyntaxProblem>();
  #connection = "";

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
    for (const section of sectionsOf(entries)) {
      const list = this.#top.get(section.name.text);
      if (list === undefined) this.#top.set(section.name.text, [section]);
      else list.push(section);
    }
  }

  all(): SyntaxProblem[] {
    const top = sectionsOf(this.#entries);
    const standard = top.some(({ name }) => /^(?:connections|secrets|pools|authorities)$/.test(name.text));
    // A file of conf.d may hold connections alone, which are included into their section from elsewhere.
    const owners = standard ? top.filter(({ name }) => name.text === "connections") : [];
    const connections = standard ? owners.flatMap(({ entries }) => sectionsOf(entries)) : top.filter(({ entries }) => sectionsOf(entries).some(({ name }) => name.text === "children"));
    for (const pieces of byName(connections)) {
      const { name } = pieces[0]!;
      this.#connection = name.hidden ? "" : ` ${name.text}`;
      this.#level("connection", pieces);
    }
    return [...this.#problems.values()].sort((a, b) => a.range.start - b.range.start);
  }

  #level(level: Level, own: Pieces): void {
    const pieces = this.#withInherited(own);
    const last = new Map<string, Setting>();
    for (const { entries } of pieces) {
      for (const entry of entries) {
        if (entry.kind !== "setting" || entry.key.hidden) continue;
        // What stands behind a template's condition replaces nothing for certain.
        last.set(entry.conditional ? `${entry.key.text} ${entry.key.range.start}` : entry.key.text, entry);
      }
    }
    for (const setting of last.values()) this.#setting(level, setting);
    if (level === "child" || level === "certificate") return;
    for (const inner of byName(pieces.flatMap(({ entries }) => sectionsOf(entries)))) {
      const { name } = inner[0]!;
      if (name.hidden) continue;
      const kind = level === "connection" ? sectionKind(name.text) : /^(?:ca)?cert/i.test(name.text) ? "certificate" : undefined;
      if (kind === undefined) this.#unknownSection(inner[0]!, level);
      else if (kind !== "children") this.#level(kind, inner);
      else for (const child of byName(this.#withInherited(inner).flatMap(({ entries }) => sectionsOf(entries)))) this.#level("child", child);
    }
  }

  /** The weakest first: what a section inherits, then its own pieces in their order. */
  #withInherited(own: Pieces): Pieces {
    const inherited: Section[] = [];
    const seen = new Set<Section>(own);
    const pending = [...own];
    while (pending.length > 0 && seen.size < 200) {
      for (const { text, hidden } of pending.pop()!.references) {
        if (hidden) continue;
        const [first, ...rest] = text.split(".");
        let sections: readonly Section[] = this.#top.get(first!) ?? [];
        for (const name of rest.slice(0, 10)) sections = sections.flatMap(({ entries }) => sectionsOf(entries)).filter((section) => section.name.text === name);
        for (const section of sections) {
          if (seen.has(section)) continue;
          seen.add(section);
          inherited.unshift(section);
          pending.push(section);
        }
      }
    }
    return [...inherited, ...own];
  }

  #setting(level: Level, { key, value }: Setting): void {
    const known: Key | undefined = Object.hasOwn(KEYS[level], key.text) ? KEYS[level][key.text] : undefined;
    if (known === undefined) {
      if (value === undefined || key.text.startsWith("iptfs_")) return;
      // Releases add settings, so one that resembles none may be of a newer one.
      const meant = nearest(key.text, Object.keys(KEYS[level]));
      const elsewhere = (Object.keys(KEYS) as Level[]).find((other) => other !== "certificate" && Object.hasOwn(KEYS[other], key.text));
      const what = elsewhere === undefined ? `${key.text} is no setting of swanctl.conf` : `${key.text} is a setting of ${PLACES[elsewhere]}, not of ${PLACES[level]}`;
      const hint = elsewhere !== undefined ? `Move it there.` : meant === undefined ? "Remove it." : `Did you mean ${meant}?`;
      this.#problem(key.range.start, key.range.end, `${what}: charon discards the whole connection${this.#connection}. ${hint}`, elsewhere === undefined && meant !== undefined ? [{ range: key.range, newText: meant }] : undefined, elsewhere !== undefined || meant !== undefined);
      return;
    }
    if (value === undefined || value.hidden) return;
    const fault = valueFault(value.text, known.takes, key.text);
    if (fault === undefined) return;
    // Offsets inside a quoted string with escapes are not those of the text.
    const exact = value.text.length === value.range.end - value.range.start;
    const start = exact ? value.range.start + fault.start : value.range.start;
    this.#problem(start, exact ? value.range.start + fault.end : value.range.end, `charon refuses this value of ${key.text}, since ${fault.reason}. The connection${this.#connection} is discarded. Correct it.`);
  }

  #unknownSection({ name }: Section, level: Level): void {
    const meant = level === "connection" ? nearest(name.text, ["children", "local", "remote"]) : nearest(name.text, ["cert", "cacert"]);
    const takes = level === "connection" ? "local, remote and children" : "cert and cacert";
    const edits = meant === undefined ? undefined : [{ range: name.range, newText: meant }];
    this.#problem(name.range.start, name.range.end, `charon knows no section ${name.text} here, only ${takes}: it discards the whole connection${this.#connection}. ${meant === undefined ? "Remove it." : `Did you mean ${meant}?`}`, edits);
  }

  #problem(start: number, end: number, message: string, edits?: readonly LocalEdit[], certain = true): void {
    if (!this.#problems.has(start)) this.#problems.set(start, { range: { start, end }, message, certain, ...(edits && { edits }) });
  }
}

const PLACES: Record<Level, string> = { connection: "the connection", authentication: "local and remote", certificate: "cert", child: "a child" };

function sectionKind(name: string): "children" | "authentication" | undefined {
  if (name.toLowerCase() === "children") return "children";
  return /^(?:local|remote)/i.test(name) ? "authentication" : undefined;
}

function sectionsOf(entries: readonly Entry[]): Section[] {
  return entries.filter((entry) => entry.kind === "section");
}

/** Sections of one name are one; where a template makes the name or decides whether it is there, each is its own. */
function byName(sections: readonly Section[]): Section[][] {
  const result = new Map<string, Section[]>();
  for (const section of sections) {
    const { name, conditional, range } = section;
    const id = name.hidden || conditional ? `${range.start}` : `/${name.text}`;
    const list = result.get(id);
    if (list === undefined) result.set(id, [section]);
    else list.push(section);
  }
  return [...result.values()];
}
