import type { ElementName } from "../../../formats/lesson/index.ts";
import { ELEMENTS } from "../../../formats/lesson/index.ts";
import type { LessonKey } from "../../../formats/lesson/keys.ts";
import { LESSON_KEYS } from "../../../formats/lesson/keys.ts";
import type { Element } from "../element.ts";
import { elements } from "../elements.ts";
import type { Spot, Style } from "./spot.ts";

/** The element that a lesson reads, from its text alone; undefined where that is not said yet. */
export function elementIn(text: string): Element | undefined {
  const word = /^reads[ \t]*:[ \t]*["']?([a-z-]+)/m.exec(text)?.[1];
  return (ELEMENTS as readonly (string | undefined)[]).includes(word) ? elements[word as ElementName] : undefined;
}

/** The key with this path. */
export function keyAt(path: readonly string[]): LessonKey | undefined {
  return LESSON_KEYS.find((key) => key.path === path.join("."));
}

/** What stands behind the keys of a spot: a condition, a text with placeholders, or something else. */
export function languageOf({ path }: Spot): "cel" | "template" | undefined {
  // Below data, each name has an expression of its own, or one called `is`.
  if (path[0] === "data") return path.length === 2 || (path.length === 3 && path[2] === "is") ? "cel" : undefined;
  const kind = keyAt(path)?.kind;
  return kind === "cel" || kind === "template" ? kind : undefined;
}

/** A text in which quotes that YAML writes otherwise are blanked, so that places stay. */
export function blanked(text: string, start: number, style: Style): string {
  if (style === "double") return text.slice(0, start) + text.slice(start).replace(/\\(.)/g, " $1");
  return style === "single" ? text.slice(0, start) + text.slice(start).replaceAll("''", " '") : text;
}

/** Where the expression that a place of a text is in begins, behind its brace; undefined outside braces. */
export function holeAt(text: string, start: number, offset: number): number | undefined {
  for (let at = start; at < offset; at++) {
    if (text[at] !== "{") continue;
    if (text[at + 1] === "{" && at + 1 < offset) {
      at++;
      continue;
    }
    const end = closing(text, at + 1, offset);
    if (end === undefined) return at + 1;
    at = end;
  }
  return undefined;
}

/** The brace that closes an expression before the cursor. */
function closing(text: string, start: number, offset: number): number | undefined {
  let depth = 0;
  for (let at = start; at < offset; at++) {
    const char = text[at]!;
    if (char === '"' || char === "'") {
      for (at++; at < offset && text[at] !== char; at++) if (text[at] === "\\") at++;
    } else if (char === "{") depth++;
    else if (char === "}" && depth-- === 0) return at;
  }
  return undefined;
}
