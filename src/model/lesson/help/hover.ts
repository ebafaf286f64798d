import { ELEMENT_SUMMARIES } from "../../../formats/lesson/keys.ts";
import type { ElementName } from "../../../formats/lesson/index.ts";
import { elements } from "../elements.ts";
import { conditionHover } from "./condition.ts";
import { blanked, elementIn, holeAt, keyAt, languageOf } from "./place.ts";
import { spotAt, wordAt } from "./spot.ts";
import type { LessonHover } from "./suggestion.ts";

/** What a key, a word or a name in a condition of a lesson is; undefined elsewhere. The text need not be YAML yet. */
export function lessonHover(text: string, offset: number): LessonHover | undefined {
  const spot = spotAt(text, offset);
  if (spot === undefined) return undefined;
  const range = wordAt(text, offset, /[\w-]/);
  const word = text.slice(range.start, range.end);
  if (spot.place === "key") {
    const key = keyAt([...spot.path, word]);
    return key === undefined ? undefined : { range, title: key.path, lines: [key.summary, ...(key.required ? ["Required."] : [])] };
  }
  const element = elementIn(text);
  const language = languageOf(spot);
  if (language !== undefined) {
    if (element === undefined || spot.value === undefined) return undefined;
    const { start, style } = spot.value;
    const read = blanked(text, start, style);
    const from = language === "cel" ? start : holeAt(read, start, offset);
    return from === undefined ? undefined : conditionHover(read, from, offset, element);
  }
  const path = spot.path.join(".");
  if (path === "reads" && Object.hasOwn(elements, word)) {
    const { variable, type, source, parts } = elements[word as ElementName];
    const named = Object.keys(parts);
    return { range, title: word, lines: [ELEMENT_SUMMARIES[word as ElementName], `In conditions: \`${variable}\`, of type \`${type.name}\`. ${type.summary}`, `Found in: ${source}.`, ...(named.length === 0 ? [] : [`Parts for \`at\`: ${named.map((part) => `\`${part}\``).join(", ")}.`])] };
  }
  const part = (path === "at" || path === "fix.at") && element !== undefined && Object.hasOwn(element.parts, word) ? element.parts[word] : undefined;
  return part === undefined ? undefined : { range, title: `${element!.name}, ${word}`, lines: [part] };
}
