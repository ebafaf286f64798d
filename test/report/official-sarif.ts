import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";

/**
 * The published schema of SARIF 2.1.0. It is written in JSON Schema's draft 4, of which it uses nothing but `id` that
 * later drafts read in another way; formats are checked as well.
 */
export function officialSarif(): ValidateFunction {
  const require = createRequire(import.meta.url);
  const { $schema, id, ...schema } = JSON.parse(readFileSync(require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8")) as Record<string, unknown>;
  if (!String($schema).includes("draft-04") || typeof id !== "string" || /"exclusiveM|"\$id"/.test(JSON.stringify(schema))) throw new Error("the schema is another one: see what its draft asks for");
  return new Ajv({
    strict: false,
    allErrors: true,
    unicodeRegExp: false,
    formats: { uri: (text) => URL.canParse(text), "uri-reference": (text) => /^[\w.~:/?#[\]@!$&'()*+,;=%-]*$/.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text), "date-time": true },
  }).compile(schema);
}
