type Schema = Record<string, unknown>;

const object = (properties: Schema, required: string[] = []): Schema => ({ type: "object", additionalProperties: false, required, properties });
const list = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, ...more });
const text = { type: "string" };
const count = { type: "integer", minimum: 1 };
const index = { type: "integer", minimum: -1 };

const properties = { type: "object", properties: { tags: list(text, { uniqueItems: true }) } };
const message = { ...object({ text, markdown: text, id: text, arguments: list(text), properties }), anyOf: [{ required: ["text"] }, { required: ["id"] }] };
const multiformat = object({ text, markdown: text, properties }, ["text"]);
const artifactLocation = object({
  // RFC 3986: a relative reference; its first segment holds no colon and nothing is left to escape.
  uri: { type: "string", pattern: "^(?![^/?#]*:)(?!/)[A-Za-z0-9._~!$&'()*+,;=:@/%-]*$" },
  uriBaseId: text,
  index,
  description: message,
  properties,
});
const region = object({ startLine: count, startColumn: count, endLine: count, endColumn: count, snippet: object({ text }), properties });
const physicalLocation = { ...object({ artifactLocation, region, contextRegion: region, properties }), required: ["artifactLocation"] };
const location = object({ id: index, physicalLocation, message, properties });
const level = { enum: ["none", "note", "warning", "error"] };

const rule = object(
  {
    id: text,
    name: text,
    shortDescription: multiformat,
    fullDescription: multiformat,
    help: multiformat,
    helpUri: { type: "string", pattern: "^[a-z][a-z0-9+.-]*:[A-Za-z0-9._~!$&'()*+,;=:@/%-]+$" },
    defaultConfiguration: object({ enabled: { type: "boolean" }, level, rank: { type: "number" }, properties }),
    properties,
  },
  ["id"],
);

const replacement = object({ deletedRegion: region, insertedContent: object({ text }), properties }, ["deletedRegion"]);
const artifactChange = object({ artifactLocation, replacements: list(replacement, { minItems: 1 }), properties }, ["artifactLocation", "replacements"]);
const fix = object({ description: message, artifactChanges: list(artifactChange, { minItems: 1, uniqueItems: true }), properties }, ["artifactChanges"]);

const result = object(
  {
    ruleId: text,
    ruleIndex: index,
    level,
    message,
    locations: list(location),
    relatedLocations: list(location, { uniqueItems: true }),
    partialFingerprints: { type: "object", additionalProperties: text },
    baselineState: { enum: ["new", "unchanged", "updated", "absent"] },
    fixes: list(fix, { uniqueItems: true }),
    properties,
  },
  ["message"],
);

const notification = object(
  { level, message, locations: list(location, { uniqueItems: true }), associatedRule: object({ id: text, index }), properties },
  ["message"],
);

const run = object(
  {
    tool: object({ driver: object({ name: text, version: text, semanticVersion: { type: "string", pattern: "^\\d+\\.\\d+\\.\\d+" }, rules: list(rule, { uniqueItems: true }), properties }, ["name"]) }, ["driver"]),
    invocations: list(object({ executionSuccessful: { type: "boolean" }, toolExecutionNotifications: list(notification), properties }, ["executionSuccessful"])),
    originalUriBaseIds: { type: "object", additionalProperties: artifactLocation },
    columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    results: list(result),
    properties,
  },
  ["tool"],
);

/**
 * The parts of SARIF 2.1.0 (OASIS, sections 3.13 to 3.58) that Premortem writes, stricter than the standard: a property
 * that is not listed here is an error, so that a new one has to be looked up first.
 */
export const SARIF: Schema = object({ $schema: text, version: { const: "2.1.0" }, runs: list(run, { minItems: 1 }) }, ["version", "runs"]);
