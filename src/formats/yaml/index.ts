import type { Document, YAMLError } from "yaml";
import type { Format, Parsed, SyntaxProblem } from "../format.ts";
import { HOLE, maskJinja } from "../template/jinja.ts";
import { Composer } from "./compose.ts";
import { yamlLibrary } from "./load.ts";
import type { YamlNode, YamlTree } from "./nodes.ts";
import { recogniseYaml } from "./recognise.ts";

export type { YamlEntry, YamlMapping, YamlNode, YamlScalar, YamlSequence, YamlTree, YamlValue } from "./nodes.ts";
export { entriesOf, entryOf, itemsOf, nodeAt, stringOf, valueAt, valueOf } from "./nodes.ts";

const EMPTY: YamlTree = { documents: [] };
/** Brackets or list marks inside each other; the library descends by recursion. */
const DEPTH = 500;
/** A line that far to the right may stand as many levels deep. */
const INDENTED = /^ {500}/m;

/** YAML as Ansible, Ceph and Kubernetes keep it. Needs `loadYaml()` beforehand; without it, every file is empty. */
export const yaml: Format<YamlTree> = {
  language: "yaml",
  recognise: recogniseYaml,
  parse: parseYaml,
  comments: { openers: ["#"], inline: true },
};

/**
 * The documents of a text with scalars as PyYAML types them. A text that is no YAML because of its Jinja is read again
 * with the template masked; then what a template hides stays a string with its braces.
 */
export function parseYaml(text: string): Parsed<YamlTree> {
  if (yamlLibrary() === undefined) return { tree: EMPTY, errors: [] };
  if (/^\$ANSIBLE_VAULT;/.test(text)) return { tree: EMPTY, errors: [] };
  if (tooDeep(text)) return nested(text);
  const plain = read(text, text);
  if (plain.errors.length === 0 || !/\{[{%#]/.test(text)) return plain;
  const masked = maskJinja(text);
  const again = read(masked.text, text);
  if (again.errors.length === 0) return again;
  const tagged = masked.regions.some((region) => region.kind === "tag");
  return { tree: again.tree, errors: tagged ? [] : again.errors };
}

function read(source: string, text: string): Parsed<YamlTree> {
  const library = yamlLibrary()!;
  try {
    const composer = new Composer(library, text, HOLE);
    // Unique keys are looked for pair by pair, which is quadratic; a repeated key is no error for Ansible either.
    const parsed = library.parseAllDocuments(source, { schema: "failsafe", uniqueKeys: false, strict: false, prettyErrors: false, logLevel: "silent" });
    const documents: YamlNode[] = [];
    const errors: SyntaxProblem[] = [];
    for (const document of parsed as Document.Parsed[]) {
      errors.push(...document.errors.map((error) => problem(error, text)));
      const root = composer.document(document);
      if (root !== undefined) documents.push(root);
    }
    return { tree: { documents }, errors: [...errors, ...composer.errors].sort((a, b) => a.range.start - b.range.start) };
  } catch {
    return nested(text);
  }
}

function problem(error: YAMLError, text: string): SyntaxProblem {
  const start = Math.min(error.pos[0], Math.max(0, text.length - 1));
  const end = Math.min(Math.max(error.pos[1], start + 1), text.length);
  const what = error.message.replace(/\s+/g, " ").replace(/\.$/, "");
  return { range: { start, end }, message: `This is not valid YAML: ${what}. The tool that reads the file stops here. Correct the line.`, certain: true };
}

function nested(text: string): Parsed<YamlTree> {
  const range = { start: 0, end: Math.min(text.length, 1) };
  return { tree: EMPTY, errors: [{ range, message: "This file is nested too deeply to be read. Its contents are left out. Flatten it.", certain: false }] };
}

/**
 * True for a text that is nested so deeply that the library, which descends by recursion, must not be given it: at the
 * end of its stack Node does not throw but aborts.
 */
export function tooDeep(text: string): boolean {
  if (INDENTED.test(text)) return true;
  let depth = 0;
  let marks = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 91 || code === 123) {
      if (++depth > DEPTH) return true;
    } else if ((code === 93 || code === 125) && depth > 0) depth--;
    else if (code === 10) marks = 0;
    else if ((code === 45 || code === 63 || code === 58) && text.charCodeAt(i + 1) === 32 && ++marks > DEPTH) return true;
  }
  return false;
}
