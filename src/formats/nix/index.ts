import type { Range } from "../../engine/location.ts";
import type { Format, Parsed } from "../format.ts";
import type { Token } from "./tokens.ts";
import { tokens } from "./tokens.ts";

/** `a.b.c = value;` with the attribute sets around it: `path` has the names of all. */
export interface NixBinding {
  readonly path: readonly string[];
  /** The last name as written, without quotes. */
  readonly nameRange: Range;
  /** A literal: a string without `${}`, a whole number or a truth value; undefined for any other expression. */
  readonly value?: string | number | boolean;
  /** The literal without its quotes; else the whole expression. */
  readonly valueRange: Range;
  readonly range: Range;
  /** `mkIf`, `if` or `optionalAttrs` decides, here or around it. */
  readonly conditional: boolean;
  /** `mkDefault`: any other definition counts before it. */
  readonly weak: boolean;
}

/** The attributes of a Nix expression, with what their values are where these are literals. */
export interface NixTree {
  readonly bindings: readonly NixBinding[];
}

interface Open {
  readonly path: readonly string[];
  readonly conditional: boolean;
  /** What closes it. */
  readonly closer: string;
  /** Names on the left of `=`, while it is not reached. */
  names: Token[];
}

const CLOSERS: Record<string, string> = { "{": "}", "[": "]", "(": ")" };
const DECIDES = /^(if|then|else|mkIf|optionalAttrs|optional|optionals)$/;
const DEPTH = 500;

/** Follows attribute sets only; functions, lists and lets are stepped over, and what is in them has no path of its own. */
function parse(text: string): Parsed<NixTree> {
  const bindings: NixBinding[] = [];
  const list = tokens(text);
  const stack: Open[] = [{ path: [], conditional: false, closer: "", names: [] }];
  /** The binding whose value is being read, by the depth at which it ends. */
  const values: { depth: number; path: string[]; names: Token[]; from: number; conditional: boolean }[] = [];
  for (let i = 0; i < list.length; i++) {
    const token = list[i]!;
    const top = stack.at(-1)!;
    const value = values.at(-1);
    const inValue = value !== undefined && value.depth === stack.length;
    if (token.kind === "open") {
      if (stack.length > DEPTH) break;
      const own = inValue && token.text === "{" ? value : undefined;
      const conditional = top.conditional || (inValue && (value.conditional || list.slice(Math.max(value.from, i - 8), i).some(({ text: word }) => DECIDES.test(word))));
      if (own !== undefined) own.conditional = conditional;
      stack.push({ path: own?.path ?? (inValue && token.text === "(" ? value.path : token.text === "{" ? top.path : []), conditional, closer: CLOSERS[token.text]!, names: [] });
    } else if (token.kind === "close") {
      while (stack.length > 1 && stack.at(-1)!.closer !== token.text) stack.pop();
      if (stack.length > 1) stack.pop();
      while (values.length > 0 && values.at(-1)!.depth > stack.length) values.pop();
    } else if (token.text === ";") {
      if (inValue) {
        const binding = bound(text, value, list.slice(value.from, i), top);
        if (binding !== undefined) bindings.push(binding);
        values.pop();
      }
      top.names = [];
    } else if (token.text === "=" && !inValue && top.names.length > 0) {
      values.push({ depth: stack.length, path: [...top.path, ...top.names.map(({ value: name, text: word }) => name ?? word)], names: top.names, from: i + 1, conditional: top.conditional });
      top.names = [];
    } else if (!inValue) {
      if (token.kind === "name" || token.kind === "string") {
        if (list[i - 1]?.text !== ".") top.names = [];
        top.names.push(token);
      } else if (token.text !== ".") top.names = [];
    }
  }
  return { tree: { bindings }, errors: [] };
}

const WRAPPERS = /^(lib|mkForce|mkDefault|mkOverride|mkIf|\.|\(|\))$/;

/** The binding of a value's tokens; undefined for an attribute set, whose own bindings count. */
function bound(text: string, { path, names, conditional }: { readonly path: readonly string[]; readonly names: readonly Token[]; readonly conditional: boolean }, list: readonly Token[], top: Open): NixBinding | undefined {
  const last = list.at(-1);
  if (last === undefined || last.text === "}") return undefined;
  const name = names.at(-1)!;
  const words = list.map(({ text: word }) => word);
  const priority = words.indexOf("mkOverride");
  const left = list.filter((token, i) => !(token.kind !== "string" && WRAPPERS.test(token.text)) && !(priority !== -1 && i === priority + 1));
  const minus = left.length === 2 && left[0]!.text === "-";
  const only = left.length === 1 || minus || words.includes("mkIf") ? left.at(-1)! : undefined;
  const literal = only === undefined ? undefined : literalOf(only, minus);
  const valueRange = literal === undefined ? { start: list[0]!.range.start, end: last.range.end } : minus ? { start: left[0]!.range.start, end: only!.range.end } : only!.inner;
  return {
    path,
    nameRange: name.inner,
    ...(literal === undefined ? {} : { value: literal }),
    valueRange,
    range: { start: names[0]!.range.start, end: last.range.end },
    conditional: conditional || top.conditional || words.some((word) => DECIDES.test(word)),
    weak: words.includes("mkDefault"),
  };
}

function literalOf({ kind, text, value }: Token, minus: boolean): string | number | boolean | undefined {
  if (kind === "string") return value;
  if (kind === "number") return minus ? -Number(text) : Number(text);
  return text === "true" ? true : text === "false" ? false : undefined;
}

/** Nix expressions: NixOS modules and configurations. */
export const nix: Format<NixTree> = {
  language: "nix",
  recognise: (path) => (/\.nix$/.test(path) ? "name" : false),
  parse,
  comments: { openers: ["#"], inline: true },
};
