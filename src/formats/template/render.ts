import type { Unknown } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { evaluate, printed } from "./evaluate.ts";
import type { JinjaValue, Lookup } from "./values.ts";
import type { Expression } from "./expression.ts";
import { parseExpression } from "./expression.ts";
import { maskJinja } from "./jinja.ts";

/** True where a string is not what it says but a template. */
export function isTemplate(text: string): boolean {
  return text.includes("{{") || text.includes("{%");
}

type Part = string | { readonly code: string; readonly expression: Expression | undefined };
const parsed = new Map<string, readonly Part[] | undefined>();
const KEPT = 5_000;

/**
 * The value of a string with Jinja in it. A string that is one expression alone has the expression's type, as in
 * Ansible; statements (`{% … %}`) and what is not defined are Unknown.
 */
export function render(text: string, lookup: Lookup): JinjaValue {
  const parts = partsOf(text);
  if (parts === undefined) return unknown("a template's statements decide");
  const values: (JinjaValue | Unknown)[] = [];
  for (const part of parts) {
    if (typeof part === "string") {
      values.push(part);
      continue;
    }
    const value = part.expression && evaluate(part.expression, lookup);
    if (part.expression === undefined) return unknown(`{{ ${part.code} }} is more than a plain reference`);
    if (value === undefined) return unknown(`{{ ${part.code} }} refers to a variable that is not defined in the repository`);
    if (isUnknown(value)) return value;
    const text = parts.length === 1 ? value : printed(value);
    if (isUnknown(text)) return text;
    values.push(text);
  }
  return values.length === 1 ? values[0]! : values.join("");
}

function partsOf(text: string): readonly Part[] | undefined {
  if (parsed.has(text)) return parsed.get(text);
  const { regions } = maskJinja(text);
  let parts: Part[] | undefined;
  if (!regions.some(({ kind }) => kind === "tag")) {
    parts = [];
    let cursor = 0;
    for (const { kind, range, code } of regions) {
      if (range.start > cursor) parts.push(text.slice(cursor, range.start));
      // In variables and playbooks, Ansible keeps Jinja from reading backslashes (_escape_backslashes in ansible/template).
      if (kind === "output") parts.push({ code, expression: parseExpression(code.replaceAll("\\", "\\\\")) });
      cursor = range.end;
    }
    if (cursor < text.length) parts.push(text.slice(cursor));
  }
  // The same few expressions are asked for by every host; the cap keeps an editor that runs for days small.
  if (parsed.size >= KEPT) parsed.clear();
  parsed.set(text, parts);
  return parts;
}
