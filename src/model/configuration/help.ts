import { compareText } from "../../engine/finding.ts";
import type { Range } from "../../engine/location.ts";
import type { Kind } from "../../formats/premortem-config/keys.ts";
import { EXPECTED, KEYS, SECTIONS, namesIn } from "../../formats/premortem-config/keys.ts";
import type { Workspace } from "../workspace.ts";

/** Something that may stand at a place of a `premortem.yaml`. */
export interface Suggestion {
  readonly label: string;
  readonly kind: "section" | "key" | "rule" | "value" | "group" | "host" | "variable";
  readonly detail: string;
  /** What is written instead of the label. */
  readonly insert?: string;
}

/** Rules by id, with what each finds. */
export type RuleNames = ReadonlyMap<string, { readonly what: string }>;

const SEVERITIES: Readonly<Record<string, string>> = { error: "as bad as it gets", warning: "should be looked at", info: "good to know", off: "the rule is silent" };
const RELEASES = ["octopus", "pacific", "quincy", "reef", "squid", "tentacle"];
/** Names of so many hosts are offered where a list of groups stands; more are no help. */
const MOST_HOSTS = 200;

/** Where the cursor is, as far as lines and their indentation tell: it holds while the text is no YAML yet. */
interface Spot {
  /** The keys above, outermost first. */
  readonly parents: readonly string[];
  /** The key of this line, where the cursor is behind its colon. */
  readonly key?: string;
  /** True in an item of a list. */
  readonly item: boolean;
  /** The word under the cursor, and what of it is before the cursor. */
  readonly word: Range;
}

function spotAt(text: string, offset: number): Spot | undefined {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const lineEnd = text.indexOf("\n", offset) === -1 ? text.length : text.indexOf("\n", offset);
  const before = text.slice(lineStart, offset);
  if (/(?:^|\s)#/.test(before)) return undefined;
  const behind = /[\w./-]*$/.exec(before)![0];
  const ahead = /^[\w./-]*/.exec(text.slice(offset, lineEnd))![0];
  const word = { start: offset - behind.length, end: offset + ahead.length };
  const indentation = /^ */.exec(before)![0].length;
  const dash = /^ *- /.test(before);
  const key = /^ *(?:- )?([\w/.-]+):(?:\s|$)/.exec(before)?.[1];
  const inFlow = key !== undefined && /:\s*\[[^\]]*$/.test(before);
  const parents: string[] = [];
  // A list may stand at the indentation of its key.
  let limit = dash ? indentation + 1 : indentation;
  for (let end = lineStart - 1; end > 0 && limit > 0; ) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const found = /^( *)([\w/.-]+):\s*(?:#.*)?$/.exec(text.slice(start, end).replace(/\r$/, ""));
    if (found !== null && found[1]!.length < limit) {
      parents.unshift(found[2]!);
      limit = found[1]!.length;
    }
    end = start - 1;
  }
  return { parents, item: dash || inFlow, word, ...(key !== undefined && { key }) };
}

/** What may stand at an offset of a `premortem.yaml`, the likeliest first; undefined in comments. */
export function configurationSuggestions(workspace: Workspace, text: string, offset: number, rules: RuleNames): { range: Range; items: Suggestion[] } | undefined {
  const spot = spotAt(text, offset);
  if (spot === undefined) return undefined;
  const { parents, key, item, word } = spot;
  const path = [...parents, ...(key === undefined ? [] : [key])];
  if (key === undefined && !item) return { range: word, items: keysBelow(path, text, rules) };
  const kind = KEYS.find((one) => one.path === path.join("."))?.kind;
  if (path[0] === "severity" && path.length === 2) return { range: word, items: Object.entries(SEVERITIES).map(([label, detail]) => ({ label, kind: "value", detail })) };
  return { range: word, items: kind === undefined ? [] : valuesOf(kind, path.join("."), workspace) };
}

function keysBelow(path: readonly string[], text: string, rules: RuleNames): Suggestion[] {
  if (path.length > 1) return [];
  const section = path[0] ?? "";
  if (section === "severity") return [...rules].map(([label, { what }]) => ({ label, kind: "rule", detail: what, insert: `${label}: ` }));
  if (section !== "" && SECTIONS[section] === undefined) return [];
  const there = new Set([...text.matchAll(section === "" ? /^([\w-]+):/gm : /^ +([\w-]+):/gm)].map((match) => match[1]));
  return namesIn(section).filter((name) => !there.has(name)).map((label): Suggestion => {
    const summary = SECTIONS[label] !== undefined && section === "" ? SECTIONS[label] : (KEYS.find((one) => one.path === (section === "" ? label : `${section}.${label}`))?.summary ?? "");
    const nested = section === "" && (SECTIONS[label] !== undefined || label === "severity");
    return { label, kind: nested ? "section" : "key", detail: summary, insert: nested ? `${label}:\n  ` : `${label}: ` };
  });
}

function valuesOf(kind: Kind, path: string, workspace: Workspace): Suggestion[] {
  const { fleet } = workspace;
  if (kind === "names") {
    const groups = [...fleet.groups.values()].filter(({ name }) => name !== "all").map(({ name, hosts }): Suggestion => ({ label: name, kind: "group", detail: hosts.length === 1 ? "group of 1 host" : `group of ${hosts.length} hosts` }));
    const hosts = fleet.hosts.slice(0, MOST_HOSTS).map(({ name }): Suggestion => ({ label: name, kind: "host", detail: "host" }));
    return [...groups, ...hosts];
  }
  if (path === "cephRelease") return RELEASES.map((label) => ({ label, kind: "value", detail: "" }));
  if (kind === "name" || kind === "duration-or-variable") {
    const counts = new Map<string, number>();
    for (const host of fleet.hosts) for (const name of host.variables.keys()) counts.set(name, (counts.get(name) ?? 0) + 1);
    return [...counts].sort(([a], [b]) => compareText(a, b)).map(([label, hosts]) => ({ label, kind: "variable", detail: `variable of ${hosts} ${hosts === 1 ? "host" : "hosts"}` }));
  }
  return [];
}

/** What a key or a rule's id of a `premortem.yaml` is about; undefined elsewhere. */
export function configurationHover(text: string, offset: number, rules: RuleNames): { range: Range; title: string; lines: string[] } | undefined {
  const spot = spotAt(text, offset);
  if (spot === undefined || spot.item || spot.key !== undefined) return undefined;
  const name = text.slice(spot.word.start, spot.word.end);
  if (!/^\s*:/.test(text.slice(spot.word.end))) return undefined;
  const path = [...spot.parents, name].join(".");
  const about = spot.parents[0] === "severity" ? rules.get(name)?.what : spot.parents.length === 0 ? SECTIONS[name] : undefined;
  if (about !== undefined) return { range: spot.word, title: path, lines: [about] };
  const key = KEYS.find((one) => one.path === path);
  if (key === undefined) return undefined;
  const standard = key.default === undefined ? [] : [`Default: ${JSON.stringify(key.default)}.`];
  return { range: spot.word, title: path, lines: [key.summary, `Expects ${EXPECTED[key.kind]}.`, ...standard] };
}
