import { isUnknown, unknown } from "../../../engine/unknown.ts";
import type { Block } from "../../../formats/template/blocks.ts";
import type { WhiteSpace } from "../../../formats/template/blocks.ts";
import { blocksOf, placeOfBlock, USUAL } from "../../../formats/template/blocks.ts";
import { evaluate, hidesAnything, printed, truth } from "../../../formats/template/evaluate.ts";
import type { Expression } from "../../../formats/template/expression.ts";
import { parseExpression } from "../../../formats/template/expression.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Value } from "../../fleet/fleet.ts";
import type { Local } from "./scopes.ts";
import { Scopes } from "./scopes.ts";
import type { Piece, RenderedText } from "./text.ts";

/** What a template is rendered with. */
export interface Surroundings {
  readonly look: (name: string) => Value | undefined;
  /** The file that an `include` means, seen from another. */
  readonly included: (name: string, from: string) => { readonly path: string; readonly text: string } | undefined;
  /** Names that only a run gives their values on other hosts. */
  readonly set: ReadonlySet<string>;
  readonly whiteSpace?: WhiteSpace;
}

/** Longer texts, more steps and longer loops than configuration files of networks have. */
const LONGEST = 200_000;
const STEPS = 50_000;
const TURNS = 1_000;
const DEPTH = 20;

/** Methods that change what they are called on. */
const MUTATION = /(?<![\w.])([A-Za-z_]\w*)(?:\.\w+|\[[^\]]*\])*\.(?:append|extend|insert|update|pop|popitem|remove|setdefault|add|discard|clear|reverse|sort)\s*\(/g;
const ADDITION = /^(?:do\s+|set\s+_\w*\s*=\s*)?([A-Za-z_]\w*)\.(append|extend)\(([\s\S]*)\)$/;
/** Statements that put nothing into the text, and the names that they give. */
const GIVES = /^\{%[-+]?\s*(?:macro\s+(\w+)|import\s[\s\S]+?\sas\s+(\w+)|from\s[\s\S]+?\simport\s+([\w\s,]+)|set\s+([A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)*))/;

const UNTOLD = unknown("a template's own macro or block gives it");
/** Thrown away with the rendering: a template that is beyond what is read here, or too large. */
class Beyond extends Error {}

/** Renders a template with what is known; undefined where it has statements that are not followed, or grows too large. */
export function renderText(text: string, path: string, surroundings: Surroundings): RenderedText | undefined {
  const renderer = new Renderer(surroundings);
  try {
    // Ansible has Jinja drop the last line break, and puts back as many as the template ends with (ansible.template).
    const end = /\n*$/.exec(text)![0];
    renderer.file(text.replace(/(?:\r\n|\r|\n)$/, ""), path);
    renderer.end(end.length, text.length);
  } catch (error) {
    if (error instanceof Beyond) return undefined;
    throw error;
  }
  return { text: renderer.text, complete: renderer.complete, pieces: renderer.pieces };
}

class Renderer implements RenderedText {
  text = "";
  complete = true;
  readonly pieces: Piece[] = [];
  readonly #surroundings: Surroundings;
  readonly #scopes = new Scopes();
  #path = "";
  #source = "";
  #depth = 0;
  #steps = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Fills up the line breaks at the end. */
  end(breaks: number, at: number): void {
    const missing = breaks - /\n*$/.exec(this.text)![0].length;
    if (missing <= 0) return;
    this.pieces.push({ at: this.text.length, path: this.#path, range: { start: at, end: at }, literal: false });
    this.text += "\n".repeat(missing);
  }

  file(text: string, path: string): void {
    const [from, source] = [this.#path, this.#source];
    this.#path = path;
    this.#source = text;
    this.#blocks(blocksOf(text, this.#surroundings.whiteSpace ?? USUAL));
    this.#path = from;
    this.#source = source;
  }

  #blocks(blocks: readonly Block[]): void {
    if (++this.#depth > DEPTH) throw new Beyond();
    for (const block of blocks) this.#block(block);
    this.#depth--;
  }

  #block(block: Block): void {
    if (++this.#steps > STEPS || this.text.length > LONGEST) throw new Beyond();
    switch (block.kind) {
      case "text":
        this.#put(block.text, block, true);
        return;
      case "output":
        this.#output(block);
        return;
      case "set":
        this.#set(block);
        return;
      case "if":
        this.#if(block);
        return;
      case "for":
        this.#for(block);
        return;
      case "include":
        this.#include(block);
        return;
      case "other":
        this.#other(block);
    }
  }

  #put(text: string, block: Block, literal: boolean, variable?: string): void {
    if (text === "") return;
    this.pieces.push({ at: this.text.length, path: this.#path, range: placeOfBlock(block), literal, ...(variable !== undefined && { variable }) });
    this.text += text;
  }

  #hole(text: string, block: Block): void {
    this.complete = false;
    this.#put(text, block, false);
  }

  #output(block: Block & { kind: "output" }): void {
    // The method gives None, which Ansible prints as nothing.
    if (this.#added(block.code)) return;
    const value = this.#evaluate(block.code);
    const text = value === undefined ? unknown("not defined") : printed(value);
    if (isUnknown(text)) this.#hole(HOLE, block);
    else this.#put(text, block, false, this.#origin(block.code));
  }

  #set({ name, code }: Block & { kind: "set" }): void {
    if (this.#added(code)) {
      this.#scopes.set(name, { value: null, from: undefined });
      return;
    }
    this.#scopes.set(name, { value: this.#evaluate(code), from: this.#origin(code), own: code.startsWith("[") });
  }

  #if(block: Block & { kind: "if" }): void {
    const open: (readonly Block[])[] = [];
    let sure: readonly Block[] | undefined;
    for (const { test, body } of block.branches) {
      const holds = test === undefined ? true : truth(this.#evaluate(test));
      if (holds === false) continue;
      if (holds === true) {
        sure = body;
        break;
      }
      open.push(body);
    }
    if (open.length === 0) {
      if (sure !== undefined) this.#blocks(sure);
      return;
    }
    const ways = sure === undefined ? open : [...open, sure];
    this.#scopes.perhaps(ways.map((body, index) => () => {
      this.#hole(index === 0 ? "{% if _ %}" : "{% else %}", block);
      this.#blocks(body);
    }));
    this.#hole("{% endif %}", block);
  }

  #for(block: Block & { kind: "for" }): void {
    const from = this.#origin(block.of);
    const items = this.#items(block.of);
    if (items === undefined) {
      this.#perhapsLoop(block);
      return;
    }
    if (items.length > TURNS) throw new Beyond();
    const turns: Map<string, Local>[] = [];
    let certain = true;
    for (const item of items) {
      const bound = boundTo(block.names, item, from);
      const holds = block.only === undefined ? true : this.#scopes.within(bound, () => truth(this.#evaluate(block.only!)));
      if (holds === false) continue;
      if (isUnknown(holds)) certain = false;
      turns.push(bound);
    }
    if (!certain) {
      this.#perhapsLoop(block);
      return;
    }
    if (turns.length === 0) this.#blocks(block.otherwise);
    for (const [index, bound] of turns.entries()) {
      bound.set("loop", { value: loopAt(index, turns, block.names), from: undefined });
      this.#scopes.within(bound, () => this.#blocks(block.body));
    }
  }

  /** A loop of which the turns are not known: its body once, of which it is not known whether it is there. */
  #perhapsLoop(block: Block & { kind: "for" }): void {
    const hidden: Local = { value: unknown("a loop's turns are not known"), from: undefined };
    const bound = new Map([...block.names, "loop"].map((name) => [name, hidden]));
    // What a turn changes is hidden in the next ones too, so its first reading only finds that out.
    const kept = [this.text, this.pieces.length] as const;
    this.#scopes.perhaps([() => this.#scopes.within(bound, () => this.#blocks(block.body))]);
    this.text = kept[0];
    this.pieces.length = kept[1];
    this.#hole("{% for _ in _ %}", block);
    this.#scopes.perhaps([() => this.#scopes.within(bound, () => this.#blocks(block.body)), () => this.#blocks(block.otherwise)]);
    this.#hole("{% endfor %}", block);
  }

  #items(of: string): readonly Value[] | undefined {
    const value = this.#evaluate(of);
    if (value === undefined || value === null || isUnknown(value) || typeof value !== "object") return undefined;
    const list = Array.isArray(value) ? (value as readonly Value[]) : Object.keys(value);
    return list;
  }

  #include(block: Block & { kind: "include" }): void {
    const optional = /\signore\s+missing\b/.test(block.code);
    const name = this.#evaluate(block.code.replace(/\s+(?:ignore\s+missing|with(?:out)?\s+context)\b[\s\S]*$/, ""));
    if (typeof name !== "string" || /without\s+context/.test(block.code)) throw new Beyond();
    const found = this.#surroundings.included(name, this.#path);
    if (found !== undefined) this.#scopes.within(new Map(), () => this.file(found.text, found.path));
    else if (!optional) throw new Beyond();
  }

  #other(block: Block & { kind: "other" }): void {
    const { code } = block;
    if (code.startsWith("do ") || code.startsWith("do(")) {
      if (!this.#added(code)) this.#mutated(code);
      return;
    }
    // The tag itself: the block's code has all that stands in it too.
    const { start, end } = placeOfBlock(block);
    const given = GIVES.exec(this.#source.slice(start, end));
    if (given === null) throw new Beyond();
    this.#mutated(code);
    const names = given.slice(1).find((part) => part !== undefined)!;
    for (const name of names.split(",")) {
      const last = name.trim().split(/\s+as\s+/).at(-1)!.replace(/\s+with(?:out)? context$/, "");
      this.#scopes.change(last.split(".")[0]!.trim(), { value: UNTOLD, from: undefined });
    }
  }

  /** Adds to a list that the template has made itself; false for everything else. */
  #added(code: string): boolean {
    const match = ADDITION.exec(code.trim());
    if (match === null) return false;
    const [, name, method, argument] = match;
    const local = this.#scopes.get(name!);
    const expression = expressionOf(argument!);
    if (local?.own !== true || !Array.isArray(local.value) || expression === undefined) return false;
    const value = this.#evaluate(argument!);
    const more = method === "append" ? [value] : value;
    const list = Array.isArray(more) && !more.includes(undefined as never) ? [...(local.value as Value[]), ...(more as Value[])] : undefined;
    this.#scopes.change(name!, { ...local, value: list ?? unknown("what is added to a list is not known") });
    return true;
  }

  #mutated(code: string): void {
    if (!code.includes("(")) return;
    for (const [, owner] of code.matchAll(MUTATION)) this.#hide(owner!);
  }

  /** A list or mapping is changed: neither its name nor the one that it was taken from stands for what it was. */
  #hide(name: string): void {
    const from = this.#scopes.get(name)?.from;
    this.#scopes.hide(name);
    if (from !== undefined && from !== name) this.#scopes.hide(from);
  }

  #evaluate(code: string): Value | undefined {
    this.#mutated(code);
    const expression = expressionOf(code);
    if (expression === undefined) return unknown("more than is read here");
    // Other hosts' facts, and what tasks set there, are not among their variables.
    if (code.includes("hostvars") && (/[.'"]ansible_(?!host\b|port\b|user\b|connection\b)|[.'"]ansible_host['"]?\]?\s*(?:\||is)/.test(code) || (code.match(/\w+/g) ?? []).some((word) => this.#surroundings.set.has(word)))) return unknown("only a run tells what other hosts are like");
    return evaluate(expression, (name) => {
      const local = this.#scopes.get(name);
      return local === undefined ? this.#surroundings.look(name) : local.value;
    });
  }

  /** The host's variable that a piece of code begins with. */
  #origin(code: string): string | undefined {
    const name = /^\(*\s*([A-Za-z_]\w*)/.exec(code)?.[1];
    if (name === undefined) return undefined;
    const local = this.#scopes.get(name);
    return local === undefined ? name : local.from;
  }
}

const KEPT = 5_000;
const expressions = new Map<string, Expression | undefined>();

/** The same few pieces of code come again on every host. */
function expressionOf(code: string): Expression | undefined {
  if (expressions.has(code)) return expressions.get(code);
  if (expressions.size >= KEPT) expressions.clear();
  const expression = parseExpression(code);
  expressions.set(code, expression);
  return expression;
}

function boundTo(names: readonly string[], item: Value, from: string | undefined): Map<string, Local> {
  if (names.length === 1) return new Map([[names[0]!, { value: item, from }]]);
  const parts = Array.isArray(item) && !hidesAnything(item.length as Value) && item.length === names.length ? (item as readonly Value[]) : [];
  return new Map(names.map((name, index) => [name, { value: parts[index] ?? unknown(`${name} is not known`), from }]));
}

function loopAt(index: number, turns: readonly ReadonlyMap<string, Local>[], names: readonly string[]): Value {
  const length = turns.length;
  const at = (position: number): Value => turns[position]?.get(names[0]!)?.value ?? null;
  return {
    index: index + 1, index0: index, first: index === 0, last: index === length - 1, length, revindex: length - index, revindex0: length - index - 1, depth: 1, depth0: 0,
    ...(names.length === 1 && index > 0 && { previtem: at(index - 1) }), ...(names.length === 1 && index < length - 1 && { nextitem: at(index + 1) }),
    ...(names.length > 1 && { previtem: unknown("not followed"), nextitem: unknown("not followed") }),
  };
}
