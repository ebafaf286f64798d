import type { Json } from "../../engine/finding.ts";
import type { Key, Kind } from "./keys.ts";
import { EXPECTED, KEYS, SECTIONS } from "./keys.ts";

type Schema = { readonly [key: string]: Json };

const NUMBER_OR_TEXT = { type: ["number", "string"] };
const LIST_OF_TEXT = { type: ["array", "string"], items: { type: "string" } };

const SHAPE: Record<Kind, Schema> = {
  size: NUMBER_OR_TEXT,
  rate: NUMBER_OR_TEXT,
  duration: NUMBER_OR_TEXT,
  "duration-or-variable": NUMBER_OR_TEXT,
  count: { type: "integer", minimum: 1 },
  name: NUMBER_OR_TEXT,
  names: LIST_OF_TEXT,
  networks: LIST_OF_TEXT,
  ports: { type: ["array", "integer"], items: { type: "integer", minimum: 1, maximum: 65535 }, minimum: 1, maximum: 65535 },
  globs: LIST_OF_TEXT,
  advisories: {
    type: "array",
    items: {
      type: "object",
      additionalProperties: false,
      required: ["product", "versions", "why"],
      properties: { product: { type: "string" }, versions: NUMBER_OR_TEXT, why: { type: "string" }, link: { type: "string" }, instead: NUMBER_OR_TEXT, packages: LIST_OF_TEXT },
    },
  },
  severities: { type: "object" },
};

/**
 * The JSON schema of `premortem.yaml` (draft 7, which editors understand). `rules`: the ids of all rules, for completion
 * below `severity`.
 */
export function configurationSchema(rules: readonly string[] = []): Schema {
  const sections = Object.entries(SECTIONS).map(([name, description]): [string, Schema] => [
    name,
    {
      type: ["object", "null"],
      description,
      additionalProperties: false,
      properties: Object.fromEntries(
        KEYS.filter((key) => key.path.startsWith(`${name}.`)).map((key) => [key.path.slice(name.length + 1), ofKey(key, rules)]),
      ),
    },
  ]);
  const top = KEYS.filter((key) => !key.path.includes(".")).map((key): [string, Schema] => [key.path, ofKey(key, rules)]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "premortem.yaml",
    description: "What the repository cannot tell Premortem about the site.",
    type: ["object", "null"],
    additionalProperties: false,
    properties: Object.fromEntries([...sections, ...top]),
  };
}

function ofKey(key: Key, rules: readonly string[]): Schema {
  const described = { description: `${key.summary} Expects ${EXPECTED[key.kind]}.` };
  const schema: Schema = key.default === undefined ? described : { ...described, default: key.default };
  if (key.kind !== "severities") return { ...schema, ...SHAPE[key.kind] };
  const level = { enum: ["error", "warning", "info", "off"] };
  return {
    ...schema,
    type: "object",
    additionalProperties: rules.length > 0 ? false : level,
    // Those of the team's own lessons, which no schema knows.
    ...(rules.length > 0 && { patternProperties: { "^lesson/": level } }),
    ...(rules.length > 0 && { properties: Object.fromEntries(rules.map((rule) => [rule, level])) }),
  };
}
