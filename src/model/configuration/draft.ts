import type { Trait } from "../../engine/configuration.ts";
import { TRAITS } from "../../engine/configuration.ts";
import { compareText } from "../../engine/finding.ts";
import { KEYS } from "../../formats/premortem-config/keys.ts";
import { yamlLibrary } from "../../formats/yaml/load.ts";
import type { Value } from "../fleet/fleet.ts";
import { suggested } from "../fleet/traits.ts";
import type { Workspace } from "../workspace.ts";

/** A group or a network that may be the answer to a question. */
export interface Candidate {
  readonly name: string;
  /** Hosts in the group; 0 for a network. */
  readonly hosts: number;
  /** Why it is taken for an answer: `the group ceph_osds is named so`; undefined where nothing speaks for it. */
  readonly why?: string;
}

/** What is written: groups by trait, and networks. What is left out is not touched; an empty list says "none". */
export interface Answers {
  readonly groups: { readonly [T in Trait]?: readonly string[] };
  readonly networks?: readonly string[];
}

/** What a group's name speaks against. */
const OPPOSITES: { readonly [T in Trait]?: Trait } = { lab: "production", production: "lab" };

/** The inventory's groups as answers to "Which of these groups are …?", those first for which something speaks. */
export function groupCandidates(workspace: Workspace, trait: Trait): Candidate[] {
  const { fleet } = workspace;
  const groups = [...fleet.groups.values()].filter(({ name, hosts }) => name !== "all" && name !== "ungrouped" && hosts.length > 0);
  const reasonOf = (members: readonly string[]): string | undefined => {
    const reasons = members.map((name) => fleet.trait(fleet.host(name)!, trait)?.why);
    if (!reasons.every((reason) => reason !== undefined)) return undefined;
    // What speaks for some of the hosts only is told as that.
    return new Set(reasons).size === 1 ? reasons[0] : `${reasons[0]}, for some of the hosts`;
  };
  const open = new Set(groups.flatMap(({ hosts }) => hosts));
  const why = new Map<string, string>();
  const listed = new Set(workspace.configuration.groups[trait] ?? []);
  const order = [...groups].sort((a, b) => Number(listed.has(b.name)) - Number(listed.has(a.name)) || Number(suggested(b.name, trait)) - Number(suggested(a.name, trait)) || b.hosts.length - a.hosts.length || compareText(a.name, b.name));
  for (const { name, hosts } of order) {
    // A group whose hosts are all in others that were taken says nothing new.
    if (!listed.has(name) && !hosts.some((host) => open.has(host))) continue;
    // A variable that all hosts have makes no `db_staging` production, whatever it says.
    const opposite = OPPOSITES[trait];
    if (!listed.has(name) && opposite !== undefined && suggested(name, opposite) && !suggested(name, trait)) continue;
    const reason = listed.has(name) ? "premortem.yaml lists it" : reasonOf(hosts);
    if (reason === undefined) continue;
    why.set(name, reason);
    for (const host of hosts) open.delete(host);
  }
  return order
    .map(({ name, hosts }): Candidate => ({ name, hosts: hosts.length, ...(why.has(name) && { why: why.get(name)! }) }))
    .sort((a, b) => Number(b.why !== undefined) - Number(a.why !== undefined));
}

const OPERATORS = /(?:^|_)(?:mgmt|management|admins?|operators?|bastions?|jump\w*|office)(?:_|$)/i;
const NETWORK = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]*:[\da-f:]*)\/\d{1,3}$/i;

/** Networks that operators may come from: those configured, and those in variables with such a name. */
export function networkCandidates(workspace: Workspace): Candidate[] {
  const found = new Map<string, string>(workspace.configuration.management.networks.map((name) => [name, "premortem.yaml lists it"]));
  for (const host of workspace.fleet.hosts) {
    for (const { name, value } of host.variables.values()) {
      if (OPERATORS.test(name)) for (const network of networksIn(value)) if (!found.has(network)) found.set(network, `the variable ${name} holds it`);
    }
  }
  return [...found].map(([name, why]) => ({ name, hosts: 0, why }));
}

function networksIn(value: Value): string[] {
  if (typeof value === "string") return NETWORK.test(value) ? [value] : [];
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap(networksIn);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap((one) => networksIn(one as Value)) : [];
}

/** True for text that can be a network. */
export function isNetwork(text: string): boolean {
  return NETWORK.test(text.trim());
}

interface Entry {
  readonly section: string;
  readonly key: string;
  readonly values: readonly string[];
}

function entriesOf({ groups, networks }: Answers): Entry[] {
  const entries = TRAITS.flatMap((trait): Entry[] => (groups[trait] === undefined ? [] : [{ section: "groups", key: trait, values: groups[trait] }]));
  return networks === undefined ? entries : [...entries, { section: "management", key: "networks", values: networks }];
}

/** A new `premortem.yaml` with the answers, each with what it is about as a comment. */
export function draftConfiguration(answers: Answers): string {
  const entries = entriesOf(answers);
  const lines = ["# What the repository cannot tell Premortem about the site. Every key may be left out.", "# All keys: docs/premortem-yaml.md, or complete them here."];
  for (const section of new Set(entries.map((entry) => entry.section))) {
    lines.push("", `${section}:`, ...entries.filter((entry) => entry.section === section).flatMap((entry) => lineOf(entry, "  ")));
  }
  return `${lines.join("\n")}\n`;
}

function lineOf({ section, key, values }: Entry, indentation: string): string[] {
  const summary = KEYS.find(({ path }) => path === `${section}.${key}`)!.summary;
  const line = `${indentation}${key}: ${flow(values)}`;
  // More than an editor shows at once is read and changed better line by line.
  return [`${indentation}# ${summary}`, ...(line.length <= WIDTH ? [line] : [`${indentation}${key}:`, ...values.map((value) => `${indentation}  - ${scalar(value)}`)])];
}

/** Longer lists are written a line for each entry. */
const WIDTH = 100;

function flow(values: readonly string[]): string {
  return `[${values.map(scalar).join(", ")}]`;
}

function scalar(value: string): string {
  return /^[\w][\w./-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|~|[\d._]+)$/i.test(value) ? value : JSON.stringify(value);
}

/** A replacement in a text; offsets in UTF-16 code units. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** The edits that bring the answers into an existing file and leave all else as it is, sorted. Undefined where it is no YAML mapping. */
export function configurationEdits(text: string, answers: Answers): TextEdit[] | undefined {
  const { parseDocument, isMap, isScalar, isSeq } = yamlLibrary()!;
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents) && !(isScalar(document.contents) && document.contents.value === null))) return undefined;
  const top = isMap(document.contents) ? document.contents.items : [];
  const named = (items: typeof top, name: string): (typeof top)[number] | undefined => items.find((pair) => isScalar(pair.key) && pair.key.value === name);
  const edits: TextEdit[] = [];
  const entries = entriesOf(answers);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  for (const section of new Set(entries.map((entry) => entry.section))) {
    const mine = entries.filter((entry) => entry.section === section);
    const pair = named(top, section);
    if (pair === undefined) {
      const gap = text === "" || text.endsWith("\n") ? "" : newline;
      edits.push({ start: text.length, end: text.length, newText: `${gap}${[`${section}:`, ...mine.flatMap((entry) => lineOf(entry, "  "))].join(newline)}${newline}` });
      continue;
    }
    const items = isMap(pair.value) ? pair.value.items : [];
    const keyEnd = isScalar(pair.key) ? pair.key.range![1] : 0;
    const missing: Entry[] = [];
    for (const entry of mine) {
      const known = named(items, entry.key);
      if (known === undefined) {
        missing.push(entry);
        continue;
      }
      const value = known.value;
      const present = isSeq(value) ? value.items.map((item) => (isScalar(item) ? String(item.value) : "")) : isScalar(value) && value.value !== null ? [String(value.value)] : [];
      if (present.join("\0") === entry.values.join("\0") && value !== null) continue;
      const range = isScalar(value) || isSeq(value) ? value.range : undefined;
      const after = isScalar(known.key) ? text.indexOf(":", known.key.range![1]) + 1 : 0;
      // A list in lines of its own begins behind the key's line; its end takes no comment or blank line below with it.
      const empty = range === undefined || range === null || range[0] === range[1];
      edits.push({ start: after, end: empty ? after : range[1] - (/\s*$/.exec(text.slice(after, range[1]))![0].length), newText: ` ${flow(entry.values)}` });
    }
    if (missing.length === 0) continue;
    if (isMap(pair.value) && pair.value.flow === true) {
      const inside = pair.value.range![0] + 1;
      edits.push({ start: inside, end: inside, newText: `${missing.map(({ key, values }) => `${key}: ${flow(values)}`).join(", ")}${items.length > 0 ? ", " : ""}` });
      continue;
    }
    const first = items[0];
    const start = first !== undefined && isScalar(first.key) ? first.key.range![0] : undefined;
    const indentation = start === undefined ? "  " : text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
    const lineEnd = text.indexOf("\n", keyEnd) === -1 ? text.length : text.indexOf("\n", keyEnd) + 1;
    const gap = lineEnd === text.length && !text.endsWith("\n") ? newline : "";
    edits.push({ start: lineEnd, end: lineEnd, newText: `${gap}${missing.flatMap((entry) => lineOf(entry, indentation)).join(newline)}${newline}` });
  }
  return edits.sort((a, b) => a.start - b.start);
}
