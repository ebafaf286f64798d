import { functions } from "../cel/functions.ts";
import { MACROS } from "../cel/use.ts";
import type { Element, Field } from "../element.ts";
import { objectTypes } from "../elements.ts";
import type { Token } from "./tokens.ts";

/** A variable of a condition with its type in CEL's words. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  /** The macro that declares it; undefined for the element itself. */
  readonly macro?: string;
}

/** A field with its name and that of the type that has it. */
export type KnownField = Field<never> & { readonly name: string; readonly of: string };

/** Macros that go through a list with a variable of their own. */
export const LOOPS: ReadonlySet<string> = new Set(Object.keys(MACROS).filter((name) => name !== "has"));

/** Operands inside each other: more than a condition may have. */
const DEEPEST = 200;

/** The types of a condition's parts, by the tokens before the cursor alone: the rest need not be written yet. */
export class Types {
  readonly #tokens: readonly Token[];
  readonly #element: Element;
  /** Types by the index of their last token: a long chain is asked for each of its parts more than once. */
  readonly #known = new Map<number, string>();
  #depth = 0;

  /** `tokens`: those before the cursor, without comments. */
  constructor(tokens: readonly Token[], element: Element) {
    this.#tokens = tokens;
    this.#element = element;
  }

  /** The variables that may stand behind the first `count` tokens, the innermost first. */
  variables(count: number): Variable[] {
    return [...this.#loops(count).map(({ name, macro, receiver }): Variable => ({ name, macro, type: itemOf(this.endingAt(receiver)) })), { name: this.#element.variable, type: this.#element.type.name }];
  }

  /** The same element's types for other tokens. */
  with(tokens: readonly Token[]): Types {
    return new Types(tokens, this.#element);
  }

  /** The index of the last token of what a macro goes through with a variable; undefined for other names. */
  goneThrough(name: string, count: number): number | undefined {
    return this.#loops(count).find((one) => one.name === name)?.receiver;
  }

  /** True where the name of a macro's variable is about to be written. */
  declares(count: number): boolean {
    return this.#sign(count - 1) === "(" && LOOPS.has(this.#name(count - 2) ?? "") && this.#sign(count - 3) === ".";
  }

  /** The type of the operand whose last token has this index; `dyn` where nothing tells. */
  endingAt(index: number): string {
    let type = this.#known.get(index);
    if (type === undefined) {
      this.#depth++;
      type = this.#depth > DEEPEST ? "dyn" : this.#typeAt(index);
      this.#depth--;
      this.#known.set(index, type);
    }
    return type;
  }

  #typeAt(index: number): string {
    const token = this.#tokens[index];
    if (token === undefined) return "dyn";
    if (token.kind === "text") return "string";
    if (token.kind === "number") return token.text.includes(".") ? "double" : "int";
    if (token.kind === "name") return this.#sign(index - 1) === "." ? (this.field(index)?.type ?? valueOf(this.endingAt(index - 2))) : this.#variable(token.text, index);
    if (token.text === "]") return this.#bracketed(index);
    return token.text === ")" ? this.#called(index) : "dyn";
  }

  /** The field that a name behind a dot is. */
  field(index: number): KnownField | undefined {
    const of = this.endingAt(index - 2);
    const name = this.#name(index);
    const fields = objectTypes.get(of)?.fields;
    return name !== undefined && fields !== undefined && Object.hasOwn(fields, name) ? { ...fields[name]!, name, of } : undefined;
  }

  #variable(name: string, index: number): string {
    if (name === "true" || name === "false") return "bool";
    const loop = this.#loops(index).find((one) => one.name === name);
    if (loop !== undefined) return itemOf(this.endingAt(loop.receiver));
    return name === this.#element.variable ? this.#element.type.name : "dyn";
  }

  /** The macros whose bodies are open behind the first `count` tokens: their variables, and what they go through. */
  #loops(count: number): { readonly name: string; readonly macro: string; readonly receiver: number }[] {
    const found: { name: string; macro: string; receiver: number }[] = [];
    let depth = 0;
    for (let index = count - 1; index >= 0; index--) {
      const sign = this.#sign(index);
      if (sign === ")" || sign === "]" || sign === "}") depth++;
      else if (sign === "(" || sign === "[" || sign === "{") {
        const macro = this.#name(index - 1);
        const name = this.#name(index + 1);
        const isBody = index + 2 < count && this.#sign(index + 2) === ",";
        if (depth > 0) depth--;
        else if (sign === "(" && macro !== undefined && LOOPS.has(macro) && this.#sign(index - 2) === "." && name !== undefined && isBody) found.push({ name, macro, receiver: index - 3 });
      }
    }
    return found;
  }

  #bracketed(close: number): string {
    const open = this.#opening(close);
    const before = this.#tokens[open - 1];
    const isIndex = before !== undefined && (before.kind === "name" || before.kind === "text" || before.text === ")" || before.text === "]") && before.text !== "in";
    if (isIndex) return itemOrValueOf(this.endingAt(open - 1));
    return `list<${open + 1 < close ? this.endingAt(close - 1) : "dyn"}>`;
  }

  #called(close: number): string {
    const open = this.#opening(close);
    const name = this.#name(open - 1);
    if (name === undefined || name === "in") return this.endingAt(close - 1);
    const isMethod = this.#sign(open - 2) === ".";
    if (isMethod && name === "filter") return this.endingAt(open - 3);
    if (isMethod && name === "map") return `list<${this.endingAt(close - 1)}>`;
    if (LOOPS.has(name) || name === "has" || name === "matches") return "bool";
    const signature = Object.hasOwn(functions, name) ? functions[name]!.signatures[0] : undefined;
    return signature?.slice(signature.lastIndexOf(": ") + 2) ?? "dyn";
  }

  /** The bracket that a closing one belongs to; -1 where it is not there. */
  #opening(close: number): number {
    let depth = 0;
    for (let index = close; index >= 0; index--) {
      const sign = this.#sign(index);
      if (sign === ")" || sign === "]" || sign === "}") depth++;
      else if ((sign === "(" || sign === "[" || sign === "{") && --depth === 0) return index;
    }
    return -1;
  }

  #sign(index: number): string | undefined {
    const token = this.#tokens[index];
    return token?.kind === "sign" ? token.text : undefined;
  }

  #name(index: number): string | undefined {
    const token = this.#tokens[index];
    return token?.kind === "name" ? token.text : undefined;
  }
}

/** What a list or a map is gone through by: its items, its keys. */
function itemOf(type: string): string {
  return /^list<(.+)>$/.exec(type)?.[1] ?? (type.startsWith("map<") ? "string" : "dyn");
}

function valueOf(type: string): string {
  return /^map<string, (.+)>$/.exec(type)?.[1] ?? "dyn";
}

function itemOrValueOf(type: string): string {
  return type.startsWith("map<") ? valueOf(type) : itemOf(type);
}
