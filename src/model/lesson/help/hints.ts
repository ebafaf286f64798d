import { optionNames } from "../../ceph/options.ts";
import { keyFacts, knownKeys } from "../../kernel/keys.ts";
import { typeWords } from "../../kernel/language/words.ts";
import { cephOptionType } from "../ceph-option.ts";
import { sysctlEntryType } from "../sysctl-entry.ts";
import { wordAt } from "./spot.ts";
import type { LessonSuggestion, LessonSuggestions } from "./suggestion.ts";
import type { Token } from "./tokens.ts";
import { tokensOf } from "./tokens.ts";
import type { KnownField, Types } from "./types.ts";

/** Characters behind a text in which the list that it is looked up in is named. */
const AHEAD = 200;

/** The values that a text may be compared with, as far as what it is compared with says. `before`: the tokens before the cursor, the open text last. */
export function hintsFor(text: string, offset: number, before: readonly Token[], types: Types): LessonSuggestions | undefined {
  const open = before.at(-1);
  if (open === undefined || offset - open.start > 100) return undefined;
  const field = comparedBefore(before, types) ?? lookedUpBehind(text, offset, before, types);
  if (field === undefined) return undefined;
  const closing = text.slice(offset, offset + 100).search(/["'\r\n]/);
  const word = wordAt(text, offset, /[\w./*-]/);
  const end = closing > 0 ? offset + closing : word.end;
  return { range: { start: open.start + 1, end: Math.max(end, offset) }, items: valuesOf(field) };
}

/** `x.field == "`, `x.field in ["a", "`. */
function comparedBefore(before: readonly Token[], types: Types): KnownField | undefined {
  let index = before.length - 2;
  if (before[index]?.text === "==" || before[index]?.text === "!=") return operandAt(index - 1, before, types);
  while (index > 0 && (before[index]!.text === "," || before[index]!.kind === "text")) index--;
  return before[index]?.text === "[" && before[index - 1]?.text === "in" ? operandAt(index - 2, before, types) : undefined;
}

/** `"…" in x.field`, and `"…" == x.field`. */
function lookedUpBehind(text: string, offset: number, before: readonly Token[], types: Types): KnownField | undefined {
  const rest = /^[^"'\r\n]*["']?\s*(?:in\s|[=!]=)\s*(?=([A-Za-z_][\w.]*))/.exec(text.slice(offset, offset + AHEAD));
  if (rest === null) return undefined;
  const start = offset + rest[0].length;
  const behind = [...before.slice(0, -1), ...tokensOf(text, start, start + rest[1]!.length)];
  return operandAt(behind.length - 1, behind, types.with(behind));
}

/** The field that an operand is, or whose items a macro's variable goes through. */
function operandAt(index: number, tokens: readonly Token[], types: Types): KnownField | undefined {
  const token = tokens[index];
  if (token?.kind !== "name") return undefined;
  if (tokens[index - 1]?.text === ".") return types.field(index);
  const list = types.goneThrough(token.text, index);
  return list === undefined ? undefined : operandAt(list, tokens, types);
}

function valuesOf({ of, name, type, summary }: KnownField): LessonSuggestion[] {
  if (type !== "string" && type !== "list<string>") return [];
  if (of === sysctlEntryType.name && name === "key") return keys();
  if (of === cephOptionType.name && name === "name") return optionNames().map((label) => ({ label, kind: "value", detail: "" }));
  const words = [...summary.matchAll(/`([A-Za-z_][\w .-]*)`/g)].map((match) => match[1]!).filter((word) => /[a-z]/.test(word));
  // A single word is an example, or another field.
  return words.length < 2 || summary.includes("as written") ? [] : words.map((label) => ({ label, kind: "value", detail: "" }));
}

/** The keys of the kernel that can be set; one of every interface in the forms in which it is. */
function keys(): LessonSuggestion[] {
  return [...knownKeys()].flatMap((known) => {
    const facts = keyFacts(known);
    if (facts === undefined || facts.readOnly || facts.never) return [];
    const names = known.includes(".*.") ? ["all", "default"].map((name) => known.replace(".*.", `.${name}.`)) : [known];
    return names.map((label): LessonSuggestion => ({ label, kind: "value", detail: typeWords(facts) }));
  });
}
