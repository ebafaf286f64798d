import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, itemsOf } from "../../../formats/yaml/index.ts";
import { variablesPlace } from "../../fleet/variable-files.ts";
import type { Workspace } from "../../workspace.ts";
import type { Dangling, Place } from "./place.ts";
import { inComment, literally, sortedPlaces } from "./place.ts";
import { usesOf } from "./variables.ts";

/** Keys whose value is another host of the same repository. */
const HOST_KEY = /(?:^|_)(?:peers?|hosts?|hostname|nodes?|members?|servers?|masters?|primary|secondary|delegate_to|hypervisor|vm_?host|upstreams?|backends?|neighbou?rs?|gateways?|remote|relays?|parent)$/i;
/** What only describes. */
const PROSE_KEY = /(?:^|_)(?:name|title|description|comment|note|notes|summary|fqdn_old|alias|aliases|cname)$/i;
const DEEPEST = 60;

/** The names by which hosts are called in variables: their own, and the first label of each. */
export function hostNames(workspace: Workspace): ReadonlySet<string> {
  return workspace.derive(namesOf);
}

function namesOf(workspace: Workspace): ReadonlySet<string> {
  return new Set(workspace.fleet.hosts.flatMap(({ name }) => [name, shortName(name)]));
}

/** `gw01` of `gw01.example.net`; an address stays whole. */
export function shortName(name: string): string {
  return /^[\d.:]+$/.test(name) ? name : name.split(".")[0]!;
}

/** The hosts and groups that the change takes out of the inventory and that something still names. */
export function removedHosts(before: Workspace, after: Workspace, changed: readonly string[]): Dangling[] {
  // An inventory that cannot be read any more says nothing of each host.
  if (after.fleet.hosts.length === 0) return [];
  const found: Dangling[] = [];
  const left = hostNames(after);
  for (const { name, location } of before.fleet.hosts) {
    if (left.has(name)) continue;
    const short = shortName(name);
    const called = left.has(short) ? undefined : short;
    const places = leftBehind(placesOfHost(before, after, name, called), () => placesOfHost(before, before, name, called));
    if (places.length > 0) found.push({ kind: "host", name, places, was: location.path });
  }
  found.push(...emptiedHosts(before, after, changed));
  for (const [name, { location }] of before.fleet.groups) {
    if (after.fleet.groups.has(name) || name === "all" || name === "ungrouped") continue;
    const places = placesOfGroup(after, name);
    if (places.length > 0) found.push({ kind: "group", name, places, was: location.path });
  }
  return found;
}

/** A list that this very change begins to write names the removed host on purpose; a look-up or a delegation fails all the same. */
function leftBehind(places: readonly Place[], inBase: () => readonly Place[]): Place[] {
  if (places.length === 0) return [];
  const old = new Set(inBase().map(({ how }) => how));
  return places.filter(({ how }) => how === "hostvars" || how === "delegate_to" || old.has(how));
}

/**
 * Hosts whose own variables the change removes to the last file, which the inventory still lists, and which lists of
 * peers still name although what is built from those lists needs variables that the host has no more.
 */
function emptiedHosts(before: Workspace, after: Workspace, changed: readonly string[]): Dangling[] {
  const found = new Map<string, Dangling>();
  for (const path of changed) {
    const place = variablesPlace(path);
    if (place?.kind !== "host_vars" || after.text(path) !== undefined) continue;
    const { name } = place;
    const old = before.fleet.host(name);
    const host = after.fleet.host(name);
    if (old === undefined || host === undefined || found.has(name)) continue;
    const lost = [...old.variables.keys()].filter((variable) => !host.variables.has(variable));
    const needed = lost.filter((variable) => after.paths.some((other) => usesOf(after, other, variable).length > 0));
    if (needed.length === 0) continue;
    const places = placesOfHost(before, after, name, shortName(name)).filter(({ breaks, how }) => breaks && how !== "hosts");
    if (places.length > 0) found.set(name, { kind: "host", name, places, was: path, lost: needed });
  }
  return [...found.values()];
}

function placesOfHost(before: Workspace, after: Workspace, name: string, short: string | undefined): Place[] {
  const places: Place[] = [];
  const names = new Set(short === undefined ? [name] : [name, short]);
  const known = hostNames(before);
  for (const path of after.paths) {
    const text = after.text(path)!;
    if (!text.includes(short ?? name)) continue;
    const document = after.document(path);
    if (document?.language === "yaml") for (const root of (document.tree as YamlTree).documents) walk(path, root, "", names, known, places, 0);
    places.push(...lookups(path, text, "hostvars", names));
    if (name.includes(".") && document?.language !== "yaml") places.push(...spelled(path, text, name));
  }
  return sortedPlaces(places);
}

function walk(path: string, node: YamlNode, key: string, names: ReadonlySet<string>, known: ReadonlySet<string>, into: Place[], depth: number): void {
  if (depth > DEEPEST) return;
  if (node.kind === "mapping") {
    for (const entry of entriesOf(node)) walk(path, entry.value, entry.key, names, known, into, depth + 1);
    return;
  }
  if (node.kind === "sequence") {
    const items = itemsOf(node);
    const scalars = items.flatMap((item) => (item.kind === "scalar" ? [item] : []));
    // A list of hosts: each item is one, or its key says so.
    const listed = scalars.length === items.length && (HOST_KEY.test(key) || (scalars.length > 1 && scalars.every(({ text }) => known.has(text))));
    for (const item of items) {
      if (item.kind !== "scalar") walk(path, item, key, names, known, into, depth + 1);
      else if (names.has(item.text) && (listed || (item.text.includes(".") && !PROSE_KEY.test(key)))) into.push({ location: { path, range: item.range }, how: key, breaks: listed });
    }
    return;
  }
  if (key === "hosts" || key === "delegate_to") {
    for (const part of partsOf(node.text)) {
      if (names.has(part.text)) into.push({ location: { path, range: node.range }, how: key, breaks: key === "delegate_to" });
    }
  } else if (names.has(node.text) && (HOST_KEY.test(key) || (node.text.includes(".") && !PROSE_KEY.test(key)))) {
    into.push({ location: { path, range: node.range }, how: key, breaks: HOST_KEY.test(key) });
  }
}

/** The names in a host pattern, those that it leaves out left out. */
function partsOf(pattern: string): { text: string }[] {
  return pattern.split(/[,:]/).map((part) => part.trim().replace(/^&/, "")).filter((part) => part !== "" && !part.startsWith("!")).map((text) => ({ text }));
}

function placesOfGroup(after: Workspace, name: string): Place[] {
  const places: Place[] = [];
  for (const path of after.paths) {
    const text = after.text(path)!;
    if (!text.includes(name)) continue;
    places.push(...lookups(path, text, "groups", new Set([name])));
    const document = after.document(path);
    if (document?.language !== "yaml") continue;
    for (const play of after.fleet.plays) {
      if (play.path === path && partsOf(after.textAt(play.hostsLocation).replace(/["']/g, "")).some((part) => part.text === name)) {
        places.push({ location: play.hostsLocation, how: "hosts", breaks: false });
      }
    }
  }
  return sortedPlaces(places);
}

/** `hostvars['x']` and `groups['x']` that nothing guards: Ansible fails at them where x is not there. */
function lookups(path: string, text: string, variable: "hostvars" | "groups", names: ReadonlySet<string>): Place[] {
  const found: Place[] = [];
  for (const name of names) {
    const index = new RegExp(String.raw`\b${variable}(?:\[\s*(["'])${literally(name)}\1\s*\]|\.${literally(name)}\b(?!\())`, "g");
    for (const match of text.matchAll(index)) {
      const line = text.slice(text.lastIndexOf("\n", match.index) + 1, endOfLine(text, match.index));
      if (inComment(text, match.index) || /\|\s*(?:default|d)\b|is\s+(?:not\s+)?defined|\bin\s+(?:groups|hostvars)\b(?!\s*[.[])/.test(line)) continue;
      if (new RegExp(String.raw`["']${literally(name)}["']\s+in\s+${variable}\b`).test(text)) continue;
      found.push({ location: { path, range: { start: match.index, end: match.index + match[0].length } }, how: variable, breaks: true });
    }
  }
  return found;
}

/** A full name in a template or another file, outside of comments. */
function spelled(path: string, text: string, name: string): Place[] {
  if (/\.(md|rst|txt|org|asc|adoc)$|(^|\/)(CHANGELOG|README)/i.test(path)) return [];
  const whole = new RegExp(String.raw`(?<![\w.-])${literally(name)}(?![\w-]|\.\w)`, "g");
  return [...text.matchAll(whole)].filter((match) => !inComment(text, match.index)).map((match) => ({ location: { path, range: { start: match.index, end: match.index + name.length } }, how: "its name", breaks: false }));
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at;
}
