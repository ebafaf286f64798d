import type { Range } from "../../engine/location.ts";
import type { Unknown } from "../../engine/unknown.ts";

/** Plain data of a YAML node; Unknown where a vault or a limit hides a part. Jinja expressions stay strings. */
export type YamlValue = string | number | boolean | null | Unknown | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** A plain or quoted value. */
export interface YamlScalar {
  readonly kind: "scalar";
  readonly range: Range;
  /** As PyYAML (YAML 1.1) reads it: `yes` is true, `0644` is 420. */
  readonly value: string | number | boolean | null | Unknown;
  /** The text before it was given a type: `yes`, `0644`. */
  readonly text: string;
  /** `!vault`, `!unsafe`, … where one is written. */
  readonly tag?: string;
}

/** One `key: value`. */
export interface YamlEntry {
  readonly key: string;
  readonly keyRange: Range;
  readonly value: YamlNode;
  /** From the key to the end of the value. */
  readonly range: Range;
}

/** A mapping. */
export interface YamlMapping {
  readonly kind: "mapping";
  readonly range: Range;
  /** In the order of the text, what `<<` merges in first. A key that is there twice: the last one counts. */
  readonly entries: readonly YamlEntry[];
  readonly tag?: string;
}

/** A list. */
export interface YamlSequence {
  readonly kind: "sequence";
  readonly range: Range;
  readonly items: readonly YamlNode[];
  readonly tag?: string;
}

/** Any value of a YAML file. */
export type YamlNode = YamlScalar | YamlMapping | YamlSequence;

/** The documents of one file, parts between `---`. A document with nothing in it is left out. */
export interface YamlTree {
  readonly documents: readonly YamlNode[];
}

const indexes = new WeakMap<YamlMapping, Map<string, YamlEntry>>();

/** The entry of a mapping under `key`; undefined where `node` is no mapping or has none. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  if (node?.kind !== "mapping") return undefined;
  let index = indexes.get(node);
  if (index === undefined) indexes.set(node, (index = new Map(node.entries.map((entry) => [entry.key, entry]))));
  return index.get(key);
}

/** The node at a path of keys and positions below `node`. */
export function nodeAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): YamlNode | undefined {
  let at = node;
  for (const step of path) {
    at = typeof step === "number" ? (at?.kind === "sequence" ? at.items[step] : undefined) : entryOf(at, step)?.value;
  }
  return at;
}

/** The entries of a mapping, each key once and with the value that counts; empty for other nodes. */
export function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  if (node?.kind !== "mapping") return [];
  const last = new Map<string, YamlEntry>();
  for (const entry of node.entries) {
    last.delete(entry.key);
    last.set(entry.key, entry);
  }
  return last.size === node.entries.length ? node.entries : [...last.values()];
}

/** The items of a sequence; empty for other nodes. */
export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === "sequence" ? node.items : [];
}

/** The string of a scalar that is one; undefined for numbers, Unknown and other nodes. */
export function stringOf(node: YamlNode | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

const values = new WeakMap<YamlNode, YamlValue>();

/** The plain data of a node. What an alias repeats is one object, so that repetition costs nothing. */
export function valueOf(node: YamlNode): YamlValue {
  if (node.kind === "scalar") return node.value;
  let value = values.get(node);
  if (value === undefined) {
    value =
      node.kind === "sequence"
        ? node.items.map(valueOf)
        : Object.fromEntries(node.entries.map((entry) => [entry.key, valueOf(entry.value)]));
    values.set(node, value);
  }
  return value;
}

/** A value with the place where it stands. */
export function valueAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): { value: YamlValue; range: Range } | undefined {
  const found = nodeAt(node, ...path);
  return found && { value: valueOf(found), range: found.range };
}
