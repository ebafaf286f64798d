import { functions } from "../cel/functions.ts";
import { MACROS } from "../cel/use.ts";
import type { Element } from "../element.ts";
import { objectTypes } from "../elements.ts";
import { hintsFor } from "./hints.ts";
import { wordAt } from "./spot.ts";
import type { LessonHover, LessonSuggestion, LessonSuggestions } from "./suggestion.ts";
import type { Token } from "./tokens.ts";
import { tokensOf } from "./tokens.ts";
import { LOOPS, Types } from "./types.ts";

/** Characters before the cursor that are looked at: a condition is shorter. */
const FARTHEST = 8_000;
const MATCHES = { signature: "string.matches(string): bool", summary: "A part of the text matches the regular expression, which is written out and in RE2's syntax; `^` and `$` are its ends." };

/** What may stand at a place of a condition, of which only what is before the cursor has to be there. `text`: YAML's own characters are blanked. */
export function conditionSuggestions(text: string, start: number, offset: number, element: Element): LessonSuggestions | undefined {
  const word = wordAt(text, offset, /\w/);
  const tokens = tokensOf(text, Math.max(start, offset - FARTHEST), offset);
  const last = tokens.at(-1);
  if (last?.kind === "comment") return undefined;
  const before = tokens.filter(({ kind, end }) => kind !== "comment" && !(kind === "name" && end === offset));
  const types = new Types(before, element);
  if (last?.kind === "open text") return hintsFor(text, offset, before, types);
  if (last?.kind === "number" && last.end === offset) return undefined;
  const previous = before.at(-1);
  const isCalled = text[word.end] === "(";
  if (previous?.text === "." && previous.kind === "sign") return { range: word, items: membersOf(types.endingAt(before.length - 2), isCalled) };
  if (types.declares(before.length)) return { range: word, items: [] };
  return { range: word, items: isOperand(previous) ? [] : operands(types, before, isCalled) };
}

/** True where an operator has to follow. */
function isOperand(token: Token | undefined): boolean {
  return token !== undefined && (token.kind === "number" || token.kind === "text" || token.text === ")" || token.text === "]" || (token.kind === "name" && token.text !== "in"));
}

function operands(types: Types, before: readonly Token[], isCalled: boolean): LessonSuggestion[] {
  const variables = types.variables(before.length).map(({ name, type, macro }): LessonSuggestion => {
    const documentation = objectTypes.get(type)?.summary ?? (macro === undefined ? undefined : `An item of the list that ${macro} goes through.`);
    return { label: name, kind: "variable", detail: type, ...(documentation !== undefined && { documentation }) };
  });
  const shadowed = variables.filter(({ label }, index) => variables.findIndex((one) => one.label === label) === index);
  const words = ["true", "false"].map((label): LessonSuggestion => ({ label, kind: "value", detail: "bool" }));
  return [...shadowed, ...functionsFor(undefined, isCalled), ...words];
}

function membersOf(type: string, isCalled: boolean): LessonSuggestion[] {
  const fields = Object.entries(objectTypes.get(type)?.fields ?? {}).map(([label, field]): LessonSuggestion => ({ label, kind: "field", detail: unitOf(field), documentation: field.summary }));
  return [...fields, ...functionsFor(type, isCalled)];
}

function unitOf({ type, unit }: { readonly type: string; readonly unit?: string }): string {
  return unit === undefined ? type : `${type}, ${unit}`;
}

/** The functions of a type of receiver; those without one for `undefined`. */
function functionsFor(receiver: string | undefined, isCalled: boolean): LessonSuggestion[] {
  const found: LessonSuggestion[] = [];
  const offer = (label: string, detail: string, documentation: string, snippet: string): void => {
    found.push({ label, kind: "function", detail, documentation, leadsOn: snippet.includes("$0"), ...(!isCalled && { snippet }) });
  };
  if (receiver === undefined) offer("has", "has(x.field): bool", sentenceOf("has"), "has($0)");
  else if (isListed(receiver)) for (const name of LOOPS) offer(name, signatureOf(name), sentenceOf(name), `${name}(\${1:item}, $0)`);
  for (const [name, { signatures, summary }] of Object.entries({ ...functions, matches: { signatures: [MATCHES.signature], summary: MATCHES.summary } })) {
    const fitting = signatures.filter((signature) => fits(signature, receiver));
    const [first] = fitting;
    if (first !== undefined) offer(name, fitting.length > 1 && receiver === undefined ? shortOf(name, fitting) : first, summary, first.includes("()") ? `${name}()` : `${name}($0)`);
  }
  return found;
}

/** Whether a signature's receiver, if any, is of a type. */
function fits(signature: string, receiver: string | undefined): boolean {
  const of = /^([a-z]+(?:<[^>]+>)?)\./.exec(signature)?.[1];
  if (of === undefined || receiver === undefined) return of === receiver;
  return receiver === "dyn" || of === receiver || (/^\w+$/.test(of) && receiver.startsWith(`${of}<`)) || receiver === `${of}<dyn>`;
}

function isListed(type: string): boolean {
  return type === "dyn" || type.startsWith("list") || type.startsWith("map");
}

/** Overloads in one line: `size(string, list or map): int`. */
function shortOf(name: string, signatures: readonly string[]): string {
  const taken = signatures.map((signature) => /\((.*)\)/.exec(signature)?.[1] ?? "");
  return `${name}(${taken.join(" | ")}): ${signatures[0]!.slice(signatures[0]!.lastIndexOf(": ") + 2)}`;
}

function signatureOf(macro: string): string {
  const text = MACROS[macro]!;
  return text.slice(0, text.indexOf("): ") + 1);
}

function sentenceOf(macro: string): string {
  const text = MACROS[macro]!;
  return text[text.indexOf("): ") + 3]!.toUpperCase() + text.slice(text.indexOf("): ") + 4);
}

/** What a name of a condition is; undefined in texts, numbers and signs. */
export function conditionHover(text: string, start: number, offset: number, element: Element): LessonHover | undefined {
  const word = wordAt(text, offset, /\w/);
  if (word.start === word.end || word.start < start) return undefined;
  const all = tokensOf(text, Math.max(start, word.end - FARTHEST), word.end);
  const token = all.at(-1);
  if (token?.kind !== "name" || token.start !== word.start) return undefined;
  const tokens = all.filter(({ kind }) => kind !== "comment");
  const types = new Types(tokens, element);
  const index = tokens.length - 1;
  const name = token.text;
  const isMember = tokens[index - 1]?.kind === "sign" && tokens[index - 1]?.text === ".";
  const field = isMember ? types.field(index) : undefined;
  if (field !== undefined) return { range: word, title: `${field.of}.${name}: ${field.type}`, lines: [field.summary, ...(field.unit === undefined ? [] : [`Unit: ${field.unit}.`])] };
  if (/^\s*\(/.test(text.slice(word.end, word.end + 80))) return functionHover(name, word);
  const variable = isMember ? undefined : types.variables(index).find((one) => one.name === name);
  if (variable === undefined) return undefined;
  const about = objectTypes.get(variable.type)?.summary;
  return { range: word, title: `${name}: ${variable.type}`, lines: [...(variable.macro === undefined ? [] : [`An item of the list that ${variable.macro} goes through.`]), ...(about === undefined ? [] : [about])] };
}

function functionHover(name: string, range: LessonHover["range"]): LessonHover | undefined {
  if (Object.hasOwn(MACROS, name)) return { range, title: signatureOf(name), lines: [sentenceOf(name)] };
  if (name === "matches") return { range, title: MATCHES.signature, lines: [MATCHES.summary] };
  if (!Object.hasOwn(functions, name)) return undefined;
  const { signatures, summary } = functions[name]!;
  return { range, title: signatures[0]!, lines: [summary, ...(signatures.length > 1 ? [`Also: ${signatures.slice(1).map((one) => `\`${one}\``).join(", ")}.`] : [])] };
}
