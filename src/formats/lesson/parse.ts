import type { Range } from "../../engine/location.ts";
import type { Parsed, SyntaxProblem } from "../format.ts";
import type { YamlEntry } from "../yaml/index.ts";
import { entriesOf, entryOf, itemsOf } from "../yaml/index.ts";
import { parseYaml } from "../yaml/index.ts";
import { yamlLibrary } from "../yaml/load.ts";
import { readExamples } from "./examples.ts";
import { LessonReader, plain } from "./reader.ts";
import type { FixAction, Incident, LessonData, LessonFix, LessonTree } from "./tree.ts";
import { ELEMENTS, GRADES, LIFECYCLES } from "./tree.ts";

/** Characters of a lesson file. */
const LONGEST = 1 << 18;
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const DATE = /^undated$|^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/;
const ACTIONS: readonly FixAction[] = ["replace", "insert-before", "insert-after", "remove"];
/** Data of one finding. */
const MOST_DATA = 20;

/** Reads a lesson. What is missing or wrong is a problem, and the rest stands. Needs `loadYaml()` beforehand. */
export function parseLesson(text: string): Parsed<LessonTree> {
  const start = startOf(text);
  const nothing: LessonTree = { severity: "warning", lifecycle: "stable", data: [], sources: [], examples: [], start };
  if (yamlLibrary() === undefined) return { tree: nothing, errors: [] };
  const reader = new LessonReader(text);
  if (text.length > LONGEST) {
    reader.problem({ start: 0, end: 1 }, `This file is longer than ${LONGEST} characters, so no lesson is read from it. Keep one lesson in one file.`);
    return { tree: nothing, errors: reader.problems };
  }
  const yaml = parseYaml(text);
  const [root, second] = yaml.tree.documents;
  if (second !== undefined) reader.problem(reader.head(second.range), "A file holds one lesson, and this is the second document in it. It is left out. Put it into a file of its own.");
  const broken = yaml.errors.map((error): SyntaxProblem => ({ ...error, message: error.message.replace("The tool that reads the file stops here. Correct the line.", "What cannot be read is left out. Correct the line.") }));
  const missing = broken.length > 0 ? new LessonReader(text) : reader;
  const top = (broken.length > 0 ? missing : reader).section("", root, start);
  const owner = (key: string): Range => top.get(key)?.keyRange ?? start;
  const reads = reader.oneOf(top.get("reads"), ELEMENTS);
  const id = reader.text(top.get("id"));
  if (id !== undefined && !ID.test(id.text.trim())) reader.problem(id.node.range, `"${id.text.trim()}" is no id, so the lesson cannot be named. Write lower case words, digits and - between them: one-slow-disk.`);
  const when = reader.text(top.get("when"));
  const message = reader.text(top.get("message"));
  const at = reader.text(top.get("at"));
  const incident = readIncident(reader, top.get("incident"));
  const fix = readFix(reader, top.get("fix"));
  const severity = reader.oneOf(top.get("severity"), ["error", "warning", "info"]) ?? "warning";
  const lifecycle = reader.oneOf(top.get("lifecycle"), LIFECYCLES) ?? "stable";
  const sentences = (["what", "why", "instead"] as const).map((key) => [key, reader.words(top.get(key))] as const).filter(([, words]) => words !== undefined);
  const what = top.get("what");
  const said = sentences.find(([key]) => key === "what")?.[1];
  if (what !== undefined && said !== undefined && (said.includes("\n") || said.length > 140)) {
    reader.problem(reader.head(what.value.range), "what is one line of at most 140 characters, since lists show it. Move the rest to why.");
  }
  const tree: LessonTree = {
    ...nothing,
    ...(id !== undefined && ID.test(id.text.trim()) && { id: { value: id.text.trim(), range: id.node.range } }),
    ...(reads !== undefined && { reads: { value: reads, range: top.get("reads")!.value.range } }),
    ...(when && { when }),
    ...(message && { message }),
    ...(at && { at }),
    ...(incident && { incident }),
    ...(fix && { fix }),
    ...Object.fromEntries(sentences),
    severity,
    lifecycle,
    data: readData(reader, top.get("data")),
    sources: readSources(reader, top.get("sources")),
    examples: top.has("examples") ? readExamples(reader, reader.section("examples", top.get("examples")!.value, owner("examples"))) : [],
  };
  // What is missing may only be unreadable: then the syntax is told alone.
  return { tree, errors: [...broken, ...reader.problems].sort((a, b) => a.range.start - b.range.start) };
}

/** The first word that is no comment: where a lesson says what it lacks. */
function startOf(text: string): Range {
  const match = /^(?:\uFEFF|---[^\S\n]*\n|[^\S\n]*(?:#[^\n]*)?\r?\n)*([\w-]+)/.exec(text);
  if (match === null) return { start: 0, end: Math.min(1, text.length) };
  return { start: match[0].length - match[1]!.length, end: match[0].length };
}

function readIncident(reader: LessonReader, entry: YamlEntry | undefined): Incident | undefined {
  if (entry === undefined) return undefined;
  const keys = reader.section("incident", entry.value, entry.keyRange);
  const [organisation, date, title, link] = ["organisation", "date", "title", "link"].map((key) => reader.words(keys.get(key)));
  const source = reader.oneOf(keys.get("source"), GRADES);
  if (date !== undefined && !DATE.test(date)) reader.problem(keys.get("date")!.value.range, `"${date}" is no date. Write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known, or undated.`);
  // A link is shown to people who click it: nothing but pages and files.
  const followed = link === undefined || /^https?:\/\/[^\s"'<>]+$/.test(link) || /^(?![a-z][a-z0-9+.-]*:|\/\/)[^\s"'<>]+$/i.test(link);
  if (!followed) reader.problem(keys.get("link")!.value.range, "This is no address that can be opened, so it is left out. Write one that begins with https://, or a path in the repository.");
  if (organisation === undefined || date === undefined || title === undefined) return undefined;
  return { organisation, date, title, ...(link !== undefined && followed && { link }), ...(source && { source }) };
}

function readFix(reader: LessonReader, entry: YamlEntry | undefined): LessonFix | undefined {
  if (entry === undefined) return undefined;
  const keys = reader.section("fix", entry.value, entry.keyRange);
  const actions = ACTIONS.filter((action) => keys.has(action));
  const [action] = actions;
  if (action === undefined || actions.length > 1) {
    const spare = actions[1] === undefined ? entry.keyRange : keys.get(actions[1])!.keyRange;
    reader.problem(spare, `A fix does one thing: ${ACTIONS.join(", ")}. ${action === undefined ? "This one does none. Add one of them" : "The fix is left out. Keep one of them"}.`);
    return undefined;
  }
  const text = action === "remove" ? undefined : reader.text(keys.get(action));
  if (action === "remove" && reader.oneOf(keys.get("remove"), ["true"]) === undefined) return undefined;
  if (action !== "remove" && text === undefined) return undefined;
  const [at, title, when] = ["at", "title", "when"].map((key) => reader.text(keys.get(key)));
  return {
    action,
    range: entry.keyRange,
    ...(text && { text }),
    ...(at && { at }),
    ...(title && { title }),
    ...(when && { when }),
    safety: reader.oneOf(keys.get("safety"), ["safe", "unsafe"]) ?? "unsafe",
    why: reader.words(keys.get("why")) ?? "",
  };
}

function readData(reader: LessonReader, entry: YamlEntry | undefined): LessonData[] {
  const data: LessonData[] = [];
  if (entry !== undefined && entry.value.kind !== "mapping") reader.problem(reader.head(entry.value.range), "data holds names with a CEL expression behind each, not this. It is left out.");
  for (const one of entriesOf(entry?.value)) {
    if (!/^[A-Za-z]\w*$/.test(one.key) || data.length === MOST_DATA) {
      reader.problem(one.keyRange, data.length === MOST_DATA ? `A finding carries ${MOST_DATA} values at most. This one is left out.` : `"${one.key}" is no name for a value. Write letters and digits: hostsAffected.`);
      continue;
    }
    const is = one.value.kind === "mapping" ? entryOf(one.value, "is") : one;
    const spare = one.value.kind === "mapping" ? entriesOf(one.value).find(({ key }) => key !== "is" && key !== "unit") : undefined;
    if (spare !== undefined) reader.problem(spare.keyRange, `There is no key "${spare.key}" below a value of data. Keys: is, unit.`);
    const value = reader.text(is);
    if (is === undefined) reader.problem(one.keyRange, `${one.key} needs is, the CEL expression that gives it.`);
    const unit = one.value.kind === "mapping" ? reader.words(entryOf(one.value, "unit")) : undefined;
    if (value !== undefined) data.push({ name: one.key, nameRange: one.keyRange, value, unit: unit ?? "no unit" });
  }
  return data;
}

function readSources(reader: LessonReader, entry: YamlEntry | undefined): string[] {
  if (entry === undefined) return [];
  const nodes = entry.value.kind === "sequence" ? itemsOf(entry.value) : [entry.value];
  return nodes.flatMap((node) => {
    if (node.kind === "scalar") return [plain(node).trim()];
    reader.problem(reader.head(node.range), "A source is one text. It is left out.");
    return [];
  });
}
