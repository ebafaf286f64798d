import type { LessonKey } from "./keys.ts";
import { ELEMENT_SUMMARIES, LESSON_KEYS, keysOf } from "./keys.ts";
import { ELEMENTS, GRADES, LIFECYCLES } from "./tree.ts";

type Schema = { [key: string]: unknown };

const TEXT = { type: ["string", "number"] };
const FILES = { type: ["string", "object"], additionalProperties: { type: "string" } };
const EXAMPLES = {
  type: "array",
  minItems: 1,
  items: {
    anyOf: [
      { type: "object", additionalProperties: false, required: ["before", "after"], properties: { before: FILES, after: FILES } },
      { type: "object", not: { anyOf: [{ required: ["before"] }, { required: ["after"] }] }, additionalProperties: { type: "string" } },
      { type: "string" },
    ],
  },
};

/** What stands behind the keys that are no plain text. */
const SHAPES: { readonly [path: string]: Schema } = {
  id: { type: "string", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$" },
  "incident.date": { type: ["string", "number"], pattern: "^undated$|^\\d{4}(-\\d{2}(-\\d{2})?)?$" },
  "incident.source": { enum: [...GRADES] },
  what: { type: "string", maxLength: 140 },
  reads: { enum: [...ELEMENTS], enumDescriptions: ELEMENTS.map((name) => ELEMENT_SUMMARIES[name]) },
  when: { type: ["string", "boolean"] },
  severity: { enum: ["error", "warning", "info"], default: "warning" },
  lifecycle: { enum: [...LIFECYCLES], default: "stable" },
  "fix.remove": { const: true },
  "fix.safety": { enum: ["safe", "unsafe"], default: "unsafe" },
  data: {
    type: "object",
    additionalProperties: { anyOf: [TEXT, { type: "object", additionalProperties: false, required: ["is"], properties: { is: TEXT, unit: { type: "string" } } }] },
  },
  sources: { type: ["array", "string"], items: { type: "string" } },
  "examples.bad": EXAMPLES,
  "examples.good": EXAMPLES,
};

/** The JSON schema of a lesson file (draft 7, which editors understand). */
export function lessonSchema(): Schema {
  return { $schema: "http://json-schema.org/draft-07/schema#", title: "Lesson", description: "A post-mortem as a rule: what happened, and the condition under which it would happen again.", ...section("") };
}

function section(name: string): Schema {
  const keys = [...keysOf(name)];
  const required = keys.filter(([, key]) => key.required).map(([key]) => key);
  const actions = name === "fix" ? { oneOf: ["replace", "insert-before", "insert-after", "remove"].map((key) => ({ required: [key] })) } : {};
  return { type: "object", additionalProperties: false, ...(required.length > 0 && { required }), ...actions, properties: Object.fromEntries(keys.map(([key, of]) => [key, { description: of.summary, ...shape(of) }])) };
}

function shape({ path, kind }: LessonKey): Schema {
  const known = SHAPES[path];
  if (known !== undefined) return known;
  return kind === "section" && LESSON_KEYS.some((key) => key.path.startsWith(`${path}.`)) ? section(path) : TEXT;
}
