import type { Maybe } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import { parseAddress } from "../../formats/ansible-inventory/index.ts";
import { isTemplate } from "../../formats/template/render.ts";

/** Names that a host pattern is matched against. */
export interface PatternNames {
  /** Every host, in the order in which they are first named. */
  readonly hosts: ReadonlySet<string>;
  /** The hosts in and below a group, in the order of the inventory. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

const SUBSCRIPT = /^(.+)\[(?:(-?\d+)|(\d+)([:-])(\d*))\]$/;

/**
 * The hosts that an Ansible pattern selects, such as `web:&prod:!web3`, `db*`, `all[0:4]`, `~web\d+`
 * (ansible/inventory/manager.py). Unknown for a template or a regular expression that is not a plain one.
 */
export function matchPattern(pattern: string, names: PatternNames): Maybe<string[]> {
  if (isTemplate(pattern)) return unknown(`the hosts are given by ${pattern}`);
  const parts = splitPattern(pattern);
  const regular = parts.filter((part) => !/^[!&]/.test(part));
  let selected = new Set<string>();
  for (const part of regular.length === 0 ? ["all"] : regular) {
    const matched = matchOne(part, names);
    if (!Array.isArray(matched)) return matched as Maybe<string[]>;
    for (const host of matched) selected.add(host);
  }
  for (const part of [...parts.filter((one) => one.startsWith("&")), ...parts.filter((one) => one.startsWith("!"))]) {
    const matched = matchOne(part.slice(1), names);
    if (!Array.isArray(matched)) return matched as Maybe<string[]>;
    const set = new Set(matched);
    const keep = part.startsWith("&");
    selected = new Set([...selected].filter((host) => set.has(host) === keep));
  }
  return [...selected];
}

/** With a comma in it, a pattern is a list of those; else colons part it, but not those of addresses and ranges. */
function splitPattern(pattern: string): string[] {
  const text = pattern.trim();
  if (text.includes(",")) return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  // A port makes an address of it too, as in Ansible, which then finds no host of that name.
  if (parseAddress(pattern) !== undefined) return [pattern];
  return text.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [];
}

function matchOne(pattern: string, names: PatternNames): Maybe<string[]> {
  if (names.hosts.has(pattern)) return [pattern];
  if (pattern.startsWith("~")) return byName(pattern, names);
  const subscript = SUBSCRIPT.exec(pattern);
  if (subscript === null) return byName(pattern, names);
  const [, base, single, from, , to] = subscript;
  const hosts = byName(base!, names);
  if (!Array.isArray(hosts)) return hosts;
  if (single !== undefined) {
    const host = hosts.at(Number(single));
    return host === undefined ? [] : [host];
  }
  return hosts.slice(Number(from), to === "" ? undefined : Number(to) + 1);
}

/** Groups whose names match give their hosts; where none does, or for a wildcard or regex, hosts by name too. */
function byName(pattern: string, names: PatternNames): Maybe<string[]> {
  const exact = names.groups.get(pattern);
  if (exact !== undefined) return [...exact];
  const test = tester(pattern);
  if (typeof test !== "function") return test;
  const selected = new Set<string>();
  for (const [name, hosts] of names.groups) if (test(name)) for (const host of hosts) selected.add(host);
  if (selected.size === 0 || /^~|[.?*[]/.test(pattern)) for (const host of names.hosts) if (test(host)) selected.add(host);
  return [...selected];
}

function tester(pattern: string): Maybe<(name: string) => boolean> {
  if (!pattern.startsWith("~")) {
    if (!/[*?[]/.test(pattern)) return (name) => name === pattern;
    return wildcard(pattern);
  }
  const source = pattern.slice(1);
  // Nested repetition takes exponential time; nobody needs it to name hosts.
  if (source.length > 200 || /[*+}]\)?[*+{]|\([^)]*[*+][^)]*\)[*+{]/.test(source)) return unknown(`the pattern ${pattern} is not a plain one`);
  try {
    const expression = new RegExp(`^(?:${source.replaceAll("(?P<", "(?<")})`);
    return (name) => expression.test(name);
  } catch {
    return unknown(`the pattern ${pattern} is one of Python's`);
  }
}

/** As fnmatch.translate of Python: `*`, `?` and sets; a bracket that is not closed stands for itself. */
function wildcard(pattern: string): Maybe<(name: string) => boolean> {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    if (char === "*") {
      if (pattern[i - 1] !== "*") source += "[^]*";
    } else if (char === "?") source += "[^]";
    else if (char === "[") {
      // A closing bracket right behind the opening one, or its exclamation mark, belongs to the set.
      const close = pattern.indexOf("]", i + (pattern[i + 1] === "!" ? 3 : 2));
      if (close === -1) source += "\\[";
      else {
        const set = pattern.slice(i + 1, close).replace(/[\\\]^[]/g, "\\$&");
        source += set.startsWith("!") ? `[^${set.slice(1)}]` : `[${set}]`;
        i = close;
      }
    } else source += char.replace(/[.+^${}()|\\/\]]/, "\\$&");
  }
  // Many stars take time with a power of their number.
  if ((pattern.match(/\*/g)?.length ?? 0) > 6) return unknown(`the pattern ${pattern} has too many stars`);
  try {
    const expression = new RegExp(`^${source}$`);
    return (name) => expression.test(name);
  } catch {
    return () => false;
  }
}
