import type { Document, Node as LibraryNode, Pair, Scalar as LibraryScalar } from "yaml";
import type { Range } from "../../engine/location.ts";
import { unknown } from "../../engine/unknown.ts";
import type { Fault } from "./mend.ts";
import type { YamlEntry, YamlNode } from "./nodes.ts";
import { keyText, plainValue, taggedValue } from "./scalars.ts";

type Library = typeof import("yaml");

/** Nodes that the aliases of one file may repeat in all; a "YAML bomb" stops here. */
const REPEATED = 100_000;
/** Mistakes of one file that are told. */
const FAULTS = 100;

/** Turns the library's documents into nodes. One for each file, since aliases are counted per file. */
export class Composer {
  readonly faults: Fault[] = [];
  readonly #yaml: Library;
  /** The text as written; the library may have read a masked one of the same length. */
  readonly #text: string;
  readonly #hole: string;
  readonly #sizes = new WeakMap<YamlNode, number>();
  #anchors = new Map<string, YamlNode | undefined>();
  #repeated = 0;

  constructor(yaml: Library, text: string, hole: string) {
    this.#yaml = yaml;
    this.#text = text;
    this.#hole = hole;
  }

  /** The root of a document; undefined where it holds nothing. */
  document(document: Document.Parsed): YamlNode | undefined {
    this.#anchors = new Map();
    const { contents } = document;
    return contents === null ? undefined : this.#node(contents, { start: 0, end: 0 });
  }

  #node(node: LibraryNode | null, at: Range): YamlNode {
    if (node === null) return { kind: "scalar", range: { start: at.end, end: at.end }, value: null, text: "" };
    const yaml = this.#yaml;
    if (yaml.isAlias(node)) return this.#alias(node.source, this.#range(node, at));
    const anchor = (node as { anchor?: string }).anchor;
    // An anchor counts as open while its node is read: an alias inside is a circle.
    if (anchor !== undefined) this.#anchors.set(anchor, undefined);
    const result = this.#content(node, at);
    if (anchor !== undefined) this.#anchors.set(anchor, result);
    return result;
  }

  #content(node: LibraryNode, at: Range): YamlNode {
    const yaml = this.#yaml;
    const range = this.#range(node, at);
    const tag = node.tag === undefined ? {} : { tag: node.tag };
    if (yaml.isScalar(node)) return this.#scalar(node, range);
    if (yaml.isMap(node)) {
      // `key: {{ x }}` is a mapping in a mapping for YAML and a template for a person: nobody means the former.
      if (node.flow === true && this.#text.startsWith("{{", range.start)) return this.#hidden(range);
      const merged: YamlEntry[] = [];
      const entries: YamlEntry[] = [];
      for (const pair of node.items) this.#pair(pair as Pair<LibraryNode, LibraryNode | null>, range, entries, merged);
      const all = merged.length === 0 ? entries : withMerged(entries, merged);
      const result: YamlNode = { kind: "mapping", range: closed(range, node.flow, entries), entries: all, ...tag };
      this.#sizes.set(result, all.reduce((sum, entry) => sum + this.#size(entry.value), 1));
      return result;
    }
    const items = yaml.isSeq(node) ? node.items.map((item) => this.#item(item, range)) : [];
    const flow = yaml.isSeq(node) ? node.flow : true;
    const result: YamlNode = { kind: "sequence", range: closed(range, flow, items.map((item) => ({ range: item.range }))), items, ...tag };
    this.#sizes.set(result, items.reduce((sum, item) => sum + this.#size(item), 1));
    return result;
  }

  /** A sequence holds nodes; `[a: b]` holds a pair, which is a mapping of one entry. */
  #item(item: unknown, at: Range): YamlNode {
    if (!this.#yaml.isPair(item)) return this.#node(item as LibraryNode | null, at);
    const entries: YamlEntry[] = [];
    this.#pair(item as Pair<LibraryNode, LibraryNode | null>, at, entries, entries);
    return { kind: "mapping", range: entries[0]?.range ?? at, entries };
  }

  #pair(pair: Pair<LibraryNode, LibraryNode | null>, at: Range, entries: YamlEntry[], merged: YamlEntry[]): void {
    const keyRange = this.#range(pair.key, at);
    const value = this.#node(pair.value, keyRange);
    const range = { start: keyRange.start, end: Math.max(keyRange.end, value.range.end) };
    if (!this.#yaml.isScalar(pair.key)) {
      const key = this.#text.slice(keyRange.start, keyRange.end);
      entries.push({ key, keyRange, value, range });
      return;
    }
    const key = this.#scalar(pair.key, keyRange);
    const text = key.kind === "scalar" ? key.text : "";
    if (text === "<<" && pair.key.type === "PLAIN") {
      const sources = value.kind === "sequence" ? value.items : [value];
      // The first of several sources wins (yaml.org/type/merge), so it comes last.
      for (const source of [...sources].reverse()) if (source.kind === "mapping") merged.push(...source.entries);
      return;
    }
    const value1 = value.kind === "scalar" && value.text === "" && value.range.start < keyRange.end ? { ...value, range: { start: range.end, end: range.end } } : value;
    entries.push({ key: keyText(key, text), keyRange, value: value1, range });
  }

  #scalar(node: LibraryScalar, range: Range): YamlNode {
    const text = typeof node.value === "string" ? node.value : String(node.value ?? "");
    const size = { start: range.start, end: trimmedEnd(this.#text, range) };
    const raw = text.includes(this.#hole) ? this.#written(node, size) : text;
    const tag = node.tag;
    if (tag !== undefined && tag !== "tag:yaml.org,2002:str") {
      return { kind: "scalar", range: size, value: taggedValue(tag, raw), text: raw, tag };
    }
    const plain = node.type === "PLAIN" && tag === undefined;
    return { kind: "scalar", range: size, value: plain ? plainValue(raw) : raw, text: raw };
  }

  /** What stands in the text, where the library read a masked one. */
  #written(node: LibraryScalar, range: Range): string {
    const raw = this.#text.slice(range.start, range.end);
    return node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" ? raw.slice(1, -1) : raw;
  }

  #hidden(range: Range): YamlNode {
    const text = this.#text.slice(range.start, range.end);
    return { kind: "scalar", range, value: text, text };
  }

  #alias(name: string, range: Range): YamlNode {
    const target = this.#anchors.get(name);
    const problem = (reason: string): YamlNode => ({ kind: "scalar", range, value: unknown(reason), text: `*${name}` });
    if (target === undefined) {
      const open = this.#anchors.has(name);
      this.#fault(range, open ? `the alias *${name} stands inside its own anchor` : `the alias *${name} has no anchor before it`);
      return problem(open ? `the alias *${name} refers to itself` : `the alias *${name} has no anchor`);
    }
    this.#repeated += this.#size(target);
    if (this.#repeated > REPEATED) {
      if (this.#repeated - this.#size(target) <= REPEATED) this.#fault(range, `The aliases up to here repeat more than ${REPEATED} values`, "LIMIT");
      return problem(`aliases of this file repeat more than ${REPEATED} values`);
    }
    // The repeated node keeps the place where it is written: that is the text that a person would change.
    return target;
  }

  #fault(range: Range, message: string, code = "ALIAS"): void {
    if (this.faults.length < FAULTS || code === "LIMIT") this.faults.push({ code, range, message });
  }

  #size(node: YamlNode): number {
    return this.#sizes.get(node) ?? 1;
  }

  #range(node: unknown, at: Range): Range {
    const range = (node as { range?: [number, number, number] | null } | null)?.range;
    if (!range) return { start: at.end, end: at.end };
    return { start: range[0], end: Math.max(range[0], Math.min(range[1], this.#text.length)) };
  }
}

/** Entries of the mapping itself beat those that are merged in. */
function withMerged(entries: readonly YamlEntry[], merged: readonly YamlEntry[]): YamlEntry[] {
  const own = new Set(entries.map(({ key }) => key));
  return [...merged.filter(({ key }) => !own.has(key)), ...entries];
}

/** The library lets a block collection run over the blank lines and comments after it. */
function closed(range: Range, flow: boolean | undefined, parts: readonly { readonly range: Range }[]): Range {
  const last = parts.at(-1);
  if (flow === true || last === undefined) return range;
  // Aliases are written elsewhere; they must not stretch the range backwards.
  const end = last.range.end > range.start && last.range.end <= range.end ? last.range.end : range.end;
  return { start: range.start, end };
}

function trimmedEnd(text: string, range: Range): number {
  let end = range.end;
  while (end > range.start && /\s/.test(text[end - 1]!)) end--;
  return end;
}
