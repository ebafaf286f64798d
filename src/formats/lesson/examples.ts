import type { Range } from "../../engine/location.ts";
import type { ExampleFiles } from "../../engine/rule.ts";
import type { YamlEntry, YamlNode } from "../yaml/index.ts";
import { entriesOf, entryOf } from "../yaml/index.ts";
import type { LessonReader } from "./reader.ts";
import { plain } from "./reader.ts";
import type { LessonExample } from "./tree.ts";

/** Examples of one lesson, and characters of all of them: each is read like a repository of its own. */
const MOST = 40;
const LONGEST = 200_000;

/** The examples of a lesson. What is no example is a problem and left out. */
export function readExamples(reader: LessonReader, entries: ReadonlyMap<string, YamlEntry>): LessonExample[] {
  const examples: LessonExample[] = [];
  let size = 0;
  for (const kind of ["bad", "good"] as const) {
    const entry = entries.get(kind);
    if (entry === undefined) continue;
    const nodes = entry.value.kind === "sequence" ? entry.value.items : [entry.value];
    for (const [index, node] of nodes.entries()) {
      const example = readExample(reader, node);
      if (example === undefined) continue;
      size += node.range.end - node.range.start;
      if (examples.length >= MOST || size > LONGEST) {
        reader.problem(reader.head(node.range), `A lesson may have ${MOST} examples of ${LONGEST} characters in all. The others are left out. Keep those that teach something.`);
        return examples;
      }
      examples.push({ kind, number: index + 1, example, range: first(reader, node), whole: node.range });
    }
  }
  return examples;
}

/** The line that names an example: a path, or the first line of its text. */
function first(reader: LessonReader, node: YamlNode): Range {
  const [entry] = entriesOf(node);
  return entry === undefined ? reader.head(node.range) : entry.keyRange;
}

function readExample(reader: LessonReader, node: YamlNode): LessonExample["example"] | undefined {
  const [before, after] = [entryOf(node, "before"), entryOf(node, "after")];
  if (before === undefined && after === undefined) return readFiles(reader, node);
  if (before === undefined || after === undefined || entriesOf(node).length !== 2) {
    reader.problem(reader.head(node.range), "An example of a change has before and after, each with files, and nothing else. It is left out. Add the other side; {} is an empty one.");
    return undefined;
  }
  const [one, other] = [readFiles(reader, before.value), readFiles(reader, after.value)];
  return one === undefined || other === undefined ? undefined : { before: one, after: other };
}

function readFiles(reader: LessonReader, node: YamlNode): ExampleFiles | undefined {
  if (node.kind === "scalar") return plain(node);
  if (node.kind === "sequence") {
    reader.problem(reader.head(node.range), "An example is a text, texts by path, or before and after; not a list. It is left out.");
    return undefined;
  }
  const files: [string, string][] = [];
  for (const { key, keyRange, value } of entriesOf(node)) {
    if (value.kind !== "scalar") {
      reader.problem(keyRange, `What ${key} holds is written as a text, below a |. The example is left out.`);
      return undefined;
    }
    if (/^\/|(?:^|\/)\.\.(?:\/|$)|\\|^$/.test(key)) {
      reader.problem(keyRange, `The path ${key} leaves the example. Write it from the repository's top, with / between its parts.`);
      return undefined;
    }
    files.push([key, plain(value)]);
  }
  return Object.fromEntries(files);
}
