import { isUnknown, unknown } from "../../../engine/unknown.ts";
import { blocksOf } from "../../../formats/template/blocks.ts";
import type { Block } from "../../../formats/template/blocks.ts";
import { evaluate, printed, truth } from "../../../formats/template/evaluate.ts";
import { parseExpression } from "../../../formats/template/expression.ts";
import { isTemplate } from "../../../formats/template/render.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host, Value } from "../fleet.ts";
import type { Standing } from "../lookup.ts";
import { lookupAt } from "../lookup.ts";
import { folderOf, joined } from "../paths.ts";
import { memberOf } from "../values.ts";

/** Stands around what could not be rendered: its code, and what each name in it stands for. */
const OPEN = "\uE010";
const CLOSE = "\uE011";
/** Of a longer loop only what it walks over and what its body names is compared, not each turn. */
const TURNS = 400;
/** A template that takes more steps than this is compared by its names. */
const STEPS = 20_000;
const DEPTH = 20;
const MUTATION = /^(\w+)(?:\.\w+)*\.(?:append|extend|insert|update|pop|remove|setdefault|add|clear)\(/;
const IDENTIFIER = /(?<![\w.])[A-Za-z_]\w*/g;
const KEYWORDS = new Set(["and", "or", "not", "in", "is", "if", "else", "elif", "for", "set", "endif", "endfor", "true", "false", "none", "True", "False", "None", "loop", "endset", "macro", "endmacro"]);

/** The states that a rendering takes its parts from, so that a change can be followed from one of its causes alone. */
export interface Sides {
  /** Texts of templates and files. */
  readonly files: Workspace;
  /** Hosts and their variables. */
  readonly hosts: Workspace;
  /** Roles, plays and their variables. */
  readonly roles: Workspace;
}

/**
 * Writes down what a task or a template amounts to at one standing, so that two such texts differ only where what the host
 * gets may differ. What can be rendered is rendered; of the rest, the code is written with the values of its names.
 */
export class Rendering {
  readonly #sides: Sides;
  readonly #standing: Standing;
  readonly #look: (name: string) => Value | undefined;
  readonly #locals = new Map<string, Value>();
  readonly #names = new Map<string, string>();
  readonly #open = new Set<string>();
  #steps = 0;

  constructor(sides: Sides, standing: Standing) {
    this.#sides = sides;
    this.#standing = standing;
    const look = lookupAt(standing);
    this.#look = (name) => this.#locals.get(name) ?? (name === "hostvars" ? hostVariables(sides.hosts) : look(name));
  }

  /** A value with every template in it written out. */
  value(value: Value, depth = 0): string {
    if (typeof value === "string") return isTemplate(value) ? this.text(value) : value;
    if (isUnknown(value) || typeof value !== "object" || value === null || depth > DEPTH) return plain(value);
    if (Array.isArray(value)) return `[${(value as readonly Value[]).map((part) => this.value(part, depth + 1)).join()}]`;
    return `{${Object.entries(value).map(([key, part]) => `${key}:${this.value(part as Value, depth + 1)}`).join()}}`;
  }

  /** A template's text; `path` is where it is kept, for what it includes. */
  text(text: string, path?: string, depth = 0): string {
    return this.#blocks(blocksOf(text), path, depth);
  }

  #blocks(blocks: readonly Block[], path: string | undefined, depth: number): string {
    let out = "";
    for (const block of blocks) out += this.#block(block, path, depth);
    return out;
  }

  #block(block: Block, path: string | undefined, depth: number): string {
    if (++this.#steps > STEPS) return block.kind === "text" ? block.text : this.#residue(JSON.stringify(block));
    switch (block.kind) {
      case "text":
        return block.text;
      case "output": {
        this.#mutate(block.code);
        const value = this.#evaluate(block.code);
        const text = value === undefined ? unknown("not defined") : printed(value);
        return isUnknown(text) ? this.#residue(block.code) : text;
      }
      case "set": {
        if (this.#mutate(block.code)) return this.#residue(block.code);
        const value = this.#evaluate(block.code);
        this.#locals.set(block.name, value === undefined || hasUnknown(value) ? unknown(digest(this.#residue(block.code))) : value);
        this.#names.delete(block.name);
        return "";
      }
      case "if":
        return this.#if(block, path, depth);
      case "for":
        return this.#for(block, path, depth);
      case "include":
        return this.#include(block.code, path, depth);
      case "other":
        this.#mutate(block.code.replace(/^do\s+/, ""));
        return this.#residue(block.code);
    }
  }

  /** What a list or a mapping is after a method has changed it is not followed: it stands for how it came about. */
  #mutate(code: string): boolean {
    const owner = MUTATION.exec(code)?.[1];
    if (owner === undefined) return false;
    this.#locals.set(owner, unknown(digest(`${this.#name(owner)}${this.#residue(code)}`)));
    this.#names.delete(owner);
    return true;
  }

  #if({ branches }: Block & { kind: "if" }, path: string | undefined, depth: number): string {
    let out = "";
    for (const { test, body } of branches) {
      const holds = test === undefined ? true : truth(this.#evaluate(test));
      if (holds === false) continue;
      const inner = this.#blocks(body, path, depth);
      if (holds === true) return out === "" ? inner : `${out}${OPEN}else${inner}${CLOSE}`;
      out += `${this.#residue(test!)}${OPEN}then${inner}${CLOSE}`;
    }
    return out;
  }

  #for(block: Block & { kind: "for" }, path: string | undefined, depth: number): string {
    const items = this.#items(block.of);
    if (items === undefined || items.length > TURNS || depth > DEPTH) {
      return this.#residue(`${block.of} ${block.only ?? ""} ${JSON.stringify(block.body)} ${JSON.stringify(block.otherwise)}`);
    }
    const turns: { bound: Map<string, Value>; doubt: string }[] = [];
    for (const item of items) {
      const bound = this.#bound(block.names, item);
      const holds = block.only === undefined ? true : this.#within(bound, () => truth(this.#evaluate(block.only!)));
      if (holds !== false) turns.push({ bound, doubt: holds === true ? "" : this.#within(bound, () => this.#residue(block.only!)) });
    }
    if (turns.length === 0) return this.#blocks(block.otherwise, path, depth + 1);
    return turns
      .map(({ bound, doubt }, index) => {
        const length = turns.length;
        bound.set("loop", { index: index + 1, index0: index, first: index === 0, last: index === length - 1, length, revindex: length - index, revindex0: length - index - 1 });
        return doubt + this.#within(bound, () => this.#blocks(block.body, path, depth + 1));
      })
      .join("");
  }

  #items(of: string): readonly Value[] | undefined {
    const pairs = /^([\s\S]+?)(?:\.(?:iter)?items\(\)|\s*\|\s*(?:dictsort|dict2items)(?:\(\))?)$/.exec(of);
    const value = this.#evaluate(pairs?.[1] ?? of);
    if (value === undefined || value === null || isUnknown(value) || typeof value !== "object") return undefined;
    if (pairs === null) return Array.isArray(value) ? (value as readonly Value[]) : Object.keys(value);
    if (Array.isArray(value)) return undefined;
    const entries = Object.entries(value) as [string, Value][];
    if (of.includes("dict2items")) return entries.map(([key, part]) => ({ key, value: part }));
    return of.includes("dictsort") ? entries.sort((a, b) => (a[0].toLowerCase() < b[0].toLowerCase() ? -1 : 1)) : entries;
  }

  #bound(names: readonly string[], item: Value): Map<string, Value> {
    if (names.length === 1) return new Map([[names[0]!, item]]);
    const parts = Array.isArray(item) ? (item as readonly Value[]) : [];
    return new Map(names.map((name, index) => [name, parts[index] ?? unknown(`${name} is not known`)]));
  }

  #within<T>(bound: ReadonlyMap<string, Value>, work: () => T): T {
    const before = [...bound.keys()].map((name) => [name, this.#locals.get(name)] as const);
    for (const [name, value] of bound) {
      this.#locals.set(name, value);
      this.#names.delete(name);
    }
    const result = work();
    for (const [name, value] of before) {
      if (value === undefined) this.#locals.delete(name);
      else this.#locals.set(name, value);
      this.#names.delete(name);
    }
    return result;
  }

  #include(code: string, path: string | undefined, depth: number): string {
    const name = this.#evaluate(code.replace(/\s+(?:ignore missing|with(?:out)? context)\b[\s\S]*$/, ""));
    if (typeof name === "string" && path !== undefined && depth < DEPTH) {
      const folders = [folderOf(path), /^(.*?\btemplates)\//.exec(path)?.[1] ?? folderOf(path)];
      const found = folders.map((folder) => joined(folder, name)).find((candidate) => this.#sides.files.text(candidate) !== undefined);
      if (found !== undefined) return this.text(this.#sides.files.text(found)!, found, depth + 1);
    }
    return this.#residue(code);
  }

  #evaluate(code: string): Value | undefined {
    const expression = parseExpression(code);
    return expression === undefined ? unknown("more than is read here") : evaluate(expression, this.#look);
  }

  /** What is not evaluated is the same if its code is, and if its names stand for the same. A filter's collection is no part of its name. */
  #residue(code: string): string {
    const { short, names } = partsOf(code);
    const written = names.map((name) => (name === "hostvars" ? this.#others(code) : `${name}=${this.#name(name)}`));
    return `${OPEN}${short}${OPEN}${written.join(OPEN)}${CLOSE}`;
  }

  /** What a name stands for: its value, or, where that is hidden, what is written. */
  #name(name: string): string {
    let known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#open.has(name)) return "";
    const value = this.#look(name);
    if (value !== undefined && !hasUnknown(value)) known = plain(value);
    else {
      this.#open.add(name);
      known = this.#locals.has(name) && value !== undefined ? plain(value) : this.#written(name);
      this.#open.delete(name);
    }
    known = digest(known);
    if (this.#open.size === 0) this.#names.set(name, known);
    return known;
  }

  #written(name: string): string {
    const { task, role, play, host, set } = this.#standing;
    const given = memberOf(task?.keywords.get("vars")?.value, name);
    if (given !== undefined) return this.value(given);
    // What tasks set while the play runs is made from what they say.
    const facts = set?.has(name) === true ? ((play as { tasks?: readonly { module: string; args: ReadonlyMap<string, { value: Value }> }[] } | undefined)?.tasks ?? []) : [];
    const made = facts.flatMap((one) => (one.module === "set_fact" && one.args.has(name) ? [this.value(one.args.get(name)!.value)] : []));
    if (made.length > 0) return made.join();
    const nearer = role?.vars.get(name) ?? play?.variables.get(name);
    const own = nearer === undefined ? host?.variables.get(name) : undefined;
    const variable = nearer ?? own ?? role?.defaults.get(name);
    if (variable === undefined) return "";
    const raw = variable.raw ?? variable.value;
    return hasUnknown(raw) ? (own === undefined ? this.#sides.roles : this.#sides.hosts).textAt(variable.location).replace(/\s+/g, " ") : this.value(raw);
  }

  /** What every host has under the words of a piece of code that looks into others' variables. */
  #others(code: string): string {
    const words = new Set(code.match(/\w+/g) ?? []);
    return this.#sides.hosts.memo(othersOf)([...words].sort());
  }
}

const parts = new Map<string, { readonly short: string; readonly names: readonly string[] }>();

/** A piece of code without what does not matter, and the names in it; the same pieces come again on every host. */
function partsOf(code: string): { readonly short: string; readonly names: readonly string[] } {
  let known = parts.get(code);
  if (known === undefined) {
    const short = code.replace(/\s+/g, " ").replace(/(\|\s*)[a-z_]\w*\.[a-z_]\w*\.(?=[a-z_])/g, "$1");
    const names = new Set(short.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\|\s*\w+/g, "").match(IDENTIFIER) ?? []);
    known = { short: digest(short), names: [...names].filter((name) => !KEYWORDS.has(name)) };
    if (parts.size >= 5_000) parts.clear();
    parts.set(code, known);
  }
  return known;
}

/** Once for the same words: every host's values under them. */
function othersOf(workspace: Workspace): (words: readonly string[]) => string {
  const known = new Map<string, string>();
  return (words) => {
    const key = words.join();
    let text = known.get(key);
    if (text === undefined) {
      text = workspace.fleet.hosts.map((host) => `${host.name}:${words.map((word) => (host.variables.has(word) ? plain(host.variables.get(word)!.value) : "")).join()}`).join();
      known.set(key, (text = digest(text)));
    }
    return text;
  };
}

/** `hostvars`: the variables of each host, worked out when they are asked for. */
export function hostVariables(workspace: Workspace): Value {
  return workspace.memo(lazyHosts);
}

function lazyHosts(workspace: Workspace): Value {
  return lazy(workspace.fleet.hosts.map(({ name }) => name), (name) => {
    const host = workspace.fleet.host(name)!;
    return lazy([...host.variables.keys(), "inventory_hostname", "inventory_hostname_short", "group_names"], (variable) => ownValue(host, variable));
  });
}

function ownValue(host: Host, name: string): Value {
  if (name === "inventory_hostname") return host.name;
  if (name === "inventory_hostname_short") return host.name.split(".")[0]!;
  if (name === "group_names") return host.groups.filter((group) => group !== "all").sort();
  return host.variables.get(name)?.value ?? null;
}

function lazy(names: readonly string[], get: (name: string) => Value): Value {
  const object: { [key: string]: Value } = {};
  for (const name of names) {
    let value: Value | undefined;
    Object.defineProperty(object, name, { enumerable: true, configurable: true, get: () => (value ??= get(name)) });
  }
  return object;
}

const texts = new WeakMap<object, string>();

function plain(value: Value): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = digest(JSON.stringify(value))));
  return text;
}

/** Stands for a long text: two of 32 bits (cyrb53), so that what names stand for does not pile up. */
function digest(text: string): string {
  if (text.length < 120) return text;
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return `${OPEN}${text.length}:${a >>> 0}:${b >>> 0}${CLOSE}`;
}

const hidden = new WeakMap<object, boolean>();

/** True where some part of a value is not known. */
export function hasUnknown(value: Value): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isUnknown(value)) return true;
  let result = hidden.get(value);
  if (result === undefined) hidden.set(value, (result = Object.values(value).some((part) => hasUnknown(part as Value))));
  return result;
}
