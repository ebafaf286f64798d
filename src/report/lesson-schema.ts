import type { ElementName } from "../formats/lesson/index.ts";
import { ELEMENTS } from "../formats/lesson/index.ts";
import { ELEMENT_SUMMARIES } from "../formats/lesson/keys.ts";
import { functions } from "../model/lesson/cel/functions.ts";
import { MACROS } from "../model/lesson/cel/use.ts";
import { elements, objectTypes } from "../model/lesson/elements.ts";

/** What conditions can read, in Markdown: of one element with the types that it leads to, or of all. */
export function lessonSchemaPage(only?: ElementName): string {
  const names = only === undefined ? ELEMENTS : [only];
  const types = new Set<string>();
  for (const name of names) follow(elements[name].type.name, types);
  const title = only === undefined ? "What lessons can read" : only;
  return [
    `# ${title}`,
    only === undefined
      ? "A lesson reads one kind of element, and its condition judges one element at a time. Conditions are in [CEL](https://cel.dev), checked against these types when the file is read. A value that a template hides is unknown: a condition that it decides says nothing, and the report says why. A value that is absent makes a comparison fail silently; `has(x.field)` asks for it."
      : ELEMENT_SUMMARIES[only],
    ...names.map((name) => elementSection(name, only === undefined)),
    "## Types",
    ...ordered(types, only).map((name) => typeSection(name)),
    ...(only === undefined ? [functionSection()] : []),
  ].join("\n\n") + "\n";
}

/** Types before those that hold them; of one element, its own before all. */
function ordered(types: ReadonlySet<string>, only: ElementName | undefined): string[] {
  const own = only === undefined ? undefined : elements[only].type.name;
  const others = [...objectTypes.keys()].filter((name) => types.has(name) && name !== own);
  return own === undefined ? others : [own, ...others.reverse()];
}

/** The types that a type's fields lead to. */
function follow(name: string, into: Set<string>): void {
  const type = objectTypes.get(name);
  if (type === undefined || into.has(name)) return;
  into.add(name);
  for (const field of Object.values(type.fields)) for (const word of field.type.match(/\w+/g) ?? []) follow(word, into);
}

function elementSection(name: ElementName, titled: boolean): string {
  const { variable, type, source, parts } = elements[name];
  const places = Object.entries(parts).map(([part, what]) => `\`${part}\` (${what.replace(/\.$/, "").replace(/^T/, "t")})`);
  return [
    ...(titled ? [`## ${name}\n\n${ELEMENT_SUMMARIES[name]}`] : []),
    `- In conditions: \`${variable}\`, of type \`${type.name}\`\n- Found in: ${source}\n- Parts for \`at\`: ${places.length === 0 ? "none" : places.join(", ")}`,
  ].join("\n\n");
}

function typeSection(name: string): string {
  const { summary, fields } = objectTypes.get(name)!;
  const rows = Object.entries(fields).map(([field, { type, summary: what, unit }]) => `- \`${field}\` (\`${type}\`${unit === undefined ? "" : `, ${unit}`}): ${what}`);
  return `### ${name}\n\n${summary}\n\n${rows.join("\n")}`;
}

function functionSection(): string {
  const rows = Object.values(functions).map(({ signatures, summary }) => `- ${signatures.map((one) => `\`${one}\``).join(", ")}: ${summary}`);
  const macros = Object.values(MACROS).map((summary) => `- \`${summary.slice(0, summary.indexOf("): ") + 1)}\`: ${summary.slice(summary.indexOf("): ") + 3)}`);
  return [
    "## Functions",
    "Operators: `&&`, `||`, `!`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `+`, `-`, `*`, `/`, `%`, `in`, `? :`, `x.field`, `list[0]`, `map[\"key\"]`.",
    [...macros, "- `string.matches(string): bool`: a part of the text matches the regular expression, which is written out and in RE2's syntax; `^` and `$` are its ends.", ...rows].join("\n"),
  ].join("\n\n");
}
