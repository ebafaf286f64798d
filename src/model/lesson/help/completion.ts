import { ELEMENTS, GRADES, LIFECYCLES } from "../../../formats/lesson/index.ts";
import { ELEMENT_SUMMARIES, keysOf } from "../../../formats/lesson/keys.ts";
import { elements } from "../elements.ts";
import { starter } from "../starters.ts";
import { conditionSuggestions } from "./condition.ts";
import { blanked, elementIn, holeAt, keyAt, languageOf } from "./place.ts";
import type { Spot } from "./spot.ts";
import { spotAt, wordAt } from "./spot.ts";
import type { LessonSuggestion, LessonSuggestions } from "./suggestion.ts";

const ACTIONS: readonly string[] = ["replace", "insert-before", "insert-after", "remove"];

/** What each word of a key with a list of words says. */
const WORDS: { readonly [path: string]: Readonly<Record<string, string>> } = {
  "incident.source": {
    ...Object.fromEntries(GRADES.map((grade) => [grade, ""])),
    "post-mortem": "the organisation's own text",
    thread: "of maintainers and users",
    mixed: "of several kinds",
    secondary: "somebody else's retelling",
    internal: "not public",
  },
  "incident.date": { undated: "nobody says when it was" },
  severity: { error: "certainly wrong", warning: "should be looked at", info: "good to know" },
  lifecycle: { ...Object.fromEntries(LIFECYCLES.map((word) => [word, ""])), stable: "the default", preview: "it may still change" },
  "fix.remove": { true: "the element's lines are removed" },
  "fix.safety": { unsafe: "somebody has to weigh it", safe: "it may run on save" },
};

/** What may stand at an offset of a lesson's text, which need not be YAML yet; undefined in comments and in prose. `path`: of its file. */
export function lessonSuggestions(text: string, offset: number, path: string): LessonSuggestions | undefined {
  if (isEmpty(text)) return starters(text, offset, path);
  const spot = spotAt(text, offset);
  if (spot === undefined) return undefined;
  const language = spot.place === "key" ? undefined : languageOf(spot);
  if (language !== undefined) {
    const found = expressions(text, offset, spot, language);
    // Below a name of data stands an expression, or keys of which one has it.
    const keys = spot.place === "open" && spot.path[0] === "data" ? keysAt(text, offset, spot) : undefined;
    return keys === undefined ? found : { range: keys.range, items: [...keys.items, ...(found?.items ?? [])] };
  }
  if (spot.place !== "value") {
    const files = filesAt(text, offset, spot);
    const items = files ?? keysAt(text, offset, spot);
    if (items !== undefined) return items;
  }
  return spot.place === "key" || spot.value === undefined ? undefined : valuesAt(text, offset, spot, path);
}

function expressions(text: string, offset: number, { value }: Spot, language: "cel" | "template"): LessonSuggestions | undefined {
  const element = elementIn(text);
  if (element === undefined) return undefined;
  // In an empty place, the value begins here.
  const { start, style } = value ?? { start: offset, style: "plain" };
  const read = blanked(text, start, style);
  const from = language === "cel" ? start : holeAt(read, start, offset);
  const found = from === undefined ? undefined : conditionSuggestions(read, from, offset, element);
  return found === undefined ? undefined : spaced(text, found);
}

function keysAt(text: string, offset: number, { path, beside, place }: Spot): LessonSuggestions | undefined {
  const section = path.join(".");
  const isValueOfData = path.length === 2 && path[0] === "data";
  if (!isValueOfData && section !== "" && keyAt(path)?.kind !== "section") return undefined;
  const range = wordAt(text, offset, /[\w-]/);
  const typed = text.slice(range.start, range.end);
  const hasColon = /^["']?[ \t]*:/.test(text.slice(range.end, range.end + 20));
  const there = new Set([...beside].filter((key) => place !== "key" || key !== typed));
  if (isValueOfData) return { range, items: [["is", "The CEL expression that gives it."], ["unit", "What it counts."]].filter(([label]) => !there.has(label!)).map(([label, what]) => keyItem(label!, "key", what!, hasColon)) };
  const acts = section === "fix" && ACTIONS.some((action) => there.has(action));
  const isChange = elementIn(text)?.compare !== undefined;
  const items = [...keysOf(section)].filter(([name]) => !there.has(name) && !(acts && ACTIONS.includes(name)) && !(name === "fix" && section === "" && isChange));
  return { range, items: items.map(([name, { kind, summary, required }]) => ({
      ...keyItem(name, kind === "section" ? "section" : "key", summary, hasColon, required, name === "bad" || name === "good" ? "\n  - " : undefined),
      // Behind the others stands what nobody can guess.
      leadsOn: kind === "cel" || kind === "word" || (kind === "section" && name !== "data"),
    })) };
}

function keyItem(label: string, kind: "key" | "section", documentation: string, hasColon: boolean, required = false, below = kind === "section" ? "\n  " : " "): LessonSuggestion {
  return { label, kind, detail: required ? "required" : "", documentation, ...(!hasColon && { insert: `${label}:${below}` }) };
}

/** Names of files that have what the lesson reads, where an example names one. */
function filesAt(text: string, offset: number, { path, item, beside, place }: Spot): LessonSuggestions | undefined {
  const [top, kind, side] = path;
  const isExample = top === "examples" && (kind === "bad" || kind === "good") && (path.length === 2 || (path.length === 3 && (side === "before" || side === "after")));
  if (!isExample) return undefined;
  const range = wordAt(text, offset, /[\w./-]/);
  const hasColon = /^["']?[ \t]*:/.test(text.slice(range.end, range.end + 20));
  const own = elementIn(text);
  const holders = new Map<string, string[]>();
  for (const name of [...(own === undefined ? [] : [own.name]), ...ELEMENTS]) {
    const { examplePath } = elements[name];
    const names = holders.get(examplePath);
    if (names === undefined) holders.set(examplePath, [name]);
    else if (!names.includes(name)) names.push(name);
  }
  // Without a dash before it, the first file of an example begins it.
  const dash = path.length === 2 && !item && beside.size === 0 && text.slice(text.lastIndexOf("\n", range.start - 1) + 1, range.start).trim() === "" ? "- " : "";
  // Behind a dash, a key stands two columns further than its line.
  const pad = dash === "" && !item ? "" : "  ";
  const files = [...holders].filter(([file]) => !beside.has(file) || place === "key").map(([label, names]): LessonSuggestion => ({ label, kind: "file", detail: names.join(", "), ...(!hasColon && { insert: `${dash}${label}: |\n${pad}  ` }) }));
  const sides = (["before", "after"] as const).filter((name) => path.length === 2 && (beside.size === 0 || beside.has("before") || beside.has("after")) && !beside.has(name));
  const states = sides.map((label): LessonSuggestion => ({ label, kind: "section", detail: `the files ${label} the change`, ...(!hasColon && { insert: `${label === "before" ? dash : ""}${label}:\n${pad}  ` }), leadsOn: true }));
  return { range, items: own?.compare === undefined ? [...files, ...states] : [...states, ...files] };
}

function valuesAt(text: string, offset: number, { path, value }: Spot, file: string): LessonSuggestions | undefined {
  const words = wordsFor(path, text, file);
  if (words === undefined || value === undefined) return undefined;
  const rest = /^[^"'#\r\n]*/.exec(text.slice(offset, offset + 200))![0].trimEnd();
  const start = Math.min(Math.max(value.start, text.lastIndexOf("\n", offset - 1) + 1), offset);
  const items = Object.entries(words).map(([label, detail]): LessonSuggestion => ({ label, kind: "value", detail: "", ...(detail !== "" && { documentation: detail }) }));
  return spaced(text, { range: { start, end: offset + rest.length }, items });
}

function wordsFor(path: readonly string[], text: string, file: string): Readonly<Record<string, string>> | undefined {
  const key = path.join(".");
  if (key === "reads") return ELEMENT_SUMMARIES;
  if (key === "id") return { [nameOf(file)]: "the name of the file" };
  if (key === "at" || key === "fix.at") return elementIn(text)?.parts;
  return Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
}

/** True for a file with nothing but comments, and perhaps one word that is being typed. */
function isEmpty(text: string): boolean {
  const lines = text.length > 4000 ? [text] : text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line !== "---" && !line.startsWith("#"));
  return lines.length === 0 || (lines.length === 1 && /^[\w-]{1,60}$/.test(lines[0]!));
}

/** Whole lessons that hold already, for a file that has none. */
function starters(text: string, offset: number, path: string): LessonSuggestions {
  const range = wordAt(text, offset, /[\w-]/);
  const items = ELEMENTS.map((name): LessonSuggestion => ({ label: `lesson ${name}`, kind: "snippet", detail: "a lesson that holds already", documentation: ELEMENT_SUMMARIES[name], snippet: asSnippet(starter(nameOf(path), name)) }));
  return { range, items: [...items, ...keysAt(text, offset, { path: [], place: "open", item: false, beside: new Set() })!.items] };
}

/** The starter with the places that everybody fills in, one after the other. */
function asSnippet(text: string): string {
  let stop = 0;
  return text
    .replace(/[\\$}]/g, "\\$&")
    .replace(/^( *(?:id|organisation|date|title|link|source|what|why|instead): )(.*)$/gm, (line, key: string, words: string) => (stop === 9 ? line : `${key}\${${++stop}:${words}}`));
}

/** The id that a file's name suggests. */
function nameOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.lesson\.ya?ml$/, "");
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "my-lesson";
}

/** Behind a colon without a blank, what is inserted brings it along. */
function spaced(text: string, { range, items }: LessonSuggestions): LessonSuggestions {
  const isTight = /[\w"']:$/.test(text.slice(Math.max(0, range.start - 2), range.start)) && /^[ \t-]*[\w-]+:$/.test(text.slice(text.lastIndexOf("\n", range.start - 1) + 1, range.start));
  if (!isTight) return { range, items };
  return { range, items: items.map((item) => (item.snippet === undefined ? { ...item, insert: ` ${item.insert ?? item.label}` } : { ...item, snippet: ` ${item.snippet}` })) };
}

