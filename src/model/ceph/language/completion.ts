import type { Range } from "../../../engine/location.ts";
import type { CephConfTree } from "../../../formats/ceph-conf/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { DaemonType, OptionFacts } from "../options.ts";
import { OLDEST_MAINTAINED, defaultAt, optionFacts, optionNames } from "../options.ts";
import { releaseFor } from "../release.ts";
import { daemonsOf } from "../sections.ts";
import { meaningOf, quantity, typeWords } from "./words.ts";

/** An option, a value or a section that may stand at a place. */
export interface OptionSuggestion {
  readonly label: string;
  readonly kind: "option" | "value" | "section";
  /** One line: what it is for, or its type and default. */
  readonly detail: string;
  /** Most people need it. */
  readonly common: boolean;
}

/** What may stand at a place, and what it replaces. */
export interface OptionSuggestions {
  readonly range: Range;
  readonly items: readonly OptionSuggestion[];
}

const SECTIONS: Readonly<Record<string, string>> = {
  global: "every daemon and client", mon: "monitors", mgr: "managers", osd: "OSDs", mds: "metadata servers", client: "clients and gateways",
};

/** Sections behind `[`, options at a line's start, values behind `=`; undefined in comments and where nothing is known. For ceph.conf. */
export function optionsAt(workspace: Workspace, path: string, offset: number): OptionSuggestions | undefined {
  const document = workspace.document(path);
  if (document?.language !== "ceph-conf") return undefined;
  const { text } = document;
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(start, offset);
  if (before.length > 4096 || /[#;]/.test(before) || /\{\{|\{%/.test(before)) return undefined;
  const rest = (word: RegExp): number => offset + word.exec(text.slice(offset, offset + 256))![0].length;
  const header = /^\[([^\]]*)$/.exec(before);
  if (header !== null) {
    const items = Object.entries(SECTIONS).map(([label, detail]): OptionSuggestion => ({ label, kind: "section", detail, common: true }));
    return { range: { start: offset - header[1]!.length, end: rest(/^[\w.]*/) }, items };
  }
  const ceph = workspace.subject("ceph", path);
  const release = ceph && releaseFor(workspace, path, ceph.scope)?.major;
  const equals = before.indexOf("=");
  if (equals !== -1) {
    const typed = /\S*$/.exec(before.slice(equals + 1))![0];
    return valuesOf(before.slice(0, equals), release, { start: offset - typed.length, end: rest(/^[^\s#;]*/) });
  }
  const typed = /^\s*([\w -]*)$/.exec(before);
  if (typed === null) return undefined;
  const section = (document.tree as CephConfTree).sections.findLast(({ range }) => range.start < start)?.name ?? "global";
  const items = namesFor(daemonsOf(section), release, /\w /.test(typed[1]!));
  return items.length === 0 ? undefined : { range: { start: offset - typed[1]!.length, end: rest(/^[\w]*(?: \w+)*(?=\s*=|)/) }, items };
}

function valuesOf(rawOption: string, release: number | undefined, range: Range): OptionSuggestions | undefined {
  const facts = optionFacts(rawOption.trim().replace(/\s+/g, "_"));
  if (facts === undefined) return undefined;
  const standard = defaultAt(facts, release) ?? facts.default;
  const values = facts.type === "bool" ? ["true", "false"] : (facts.values ?? []).filter(Boolean);
  const all = standard === undefined || standard === "" || values.includes(standard) ? values : [...values, standard];
  const items = all.map((label): OptionSuggestion => ({ label, kind: "value", detail: label === standard ? `the default${label === quantity(facts, label) ? "" : `, ${quantity(facts, label)}`}` : "", common: true }));
  return items.length === 0 ? undefined : { range, items };
}

/** Every option that the release has and that a daemon of the section reads; with blanks where the line has them. */
function namesFor(daemons: readonly DaemonType[], release: number | undefined, blanks: boolean): OptionSuggestion[] {
  const items: OptionSuggestion[] = [];
  for (const name of optionNames()) {
    const facts = optionFacts(name)!;
    if (!isThere(facts, release) || (facts.readers !== undefined && !facts.readers.some((reader) => daemons.includes(reader)))) continue;
    const standard = defaultAt(facts, release);
    const meaning = meaningOf(name);
    items.push({
      label: blanks ? name.replaceAll("_", " ") : name,
      kind: "option",
      detail: meaning ?? `${typeWords(facts)}${standard === undefined || standard === "" ? "" : `; default ${quantity(facts, standard)}`}`,
      common: meaning !== undefined || facts.level === "basic",
    });
  }
  return items;
}

function isThere({ releases, removed, outside }: OptionFacts, release: number | undefined): boolean {
  if (outside !== undefined || releases.length === 0) return false;
  const at = release ?? OLDEST_MAINTAINED;
  return (removed === undefined || at < removed[0]) && (release === undefined || releases[0]! <= at);
}
