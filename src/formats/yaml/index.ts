import type { Format, Parsed, SyntaxProblem } from "../format.ts";
import { HOLE, maskJinja } from "../template/jinja.ts";
import { FAULTS, TooManyFaults, boundedDocuments } from "./bounded.ts";
import { Composer } from "./compose.ts";
import { yamlLibrary } from "./load.ts";
import type { Fault, Reading } from "./mend.ts";
import { mended } from "./mend.ts";
import type { YamlNode, YamlTree } from "./nodes.ts";
import { recogniseYaml } from "./recognise.ts";
import { readSimple } from "./simple.ts";

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
  const simple = readSimple(text);
  if (simple !== undefined) return { tree: { documents: [simple] }, errors: [] };
  const plain = read(text, text);
  if (plain.faults.length === 0) return parsed(plain, text);
  if (!/\{[{%#]/.test(text)) return parsed(mended(plain, text, (source) => read(source, text)), text);
  const masked = maskJinja(text);
  const again = read(masked.text, text);
  if (again.faults.length === 0) return parsed(again, text);
  if (masked.regions.some((region) => region.kind === "tag")) return { tree: { documents: again.documents }, errors: [] };
  return parsed(mended(again, masked.text, (source) => read(source, text)), text);
}

const OPTIONS = { schema: "failsafe", uniqueKeys: false, strict: false, prettyErrors: false, logLevel: "silent" } as const;

/** What the library says of quotes and brackets that are not closed where it looks for their end. */
const UNCLOSED = new Set(["MISSING_CHAR", "BAD_INDENT"]);

/** Reads `source`; `text`, as long, is what is written. What only libyaml takes is taken where all else is well. */
function read(source: string, text: string): Reading {
  const reading = pass(source, text, false);
  if (!reading.faults.some(({ code }) => UNCLOSED.has(code))) return reading;
  const tolerant = pass(source, text, true);
  return tolerant.faults.length === 0 ? tolerant : reading;
}

/** One pass over `source`. Past too many mistakes the rest is left out. */
function pass(source: string, text: string, tolerant: boolean): Reading {
  let left: Fault | undefined;
  for (let end = source.length; ; ) {
    try {
      const { documents, faults } = readUpTo(source.slice(0, end), text, tolerant);
      return { documents, faults: left === undefined ? faults : [...faults, left] };
    } catch (error) {
      const many = error instanceof TooManyFaults;
      // The library tells of some mistakes at the beginning of what they are in, so the place may have to be tried.
      const at = many ? Math.min(error.at, end >> (left === undefined ? 0 : 1)) : 0;
      end = Math.max(source.lastIndexOf("\n", at - 1), source.lastIndexOf("\r", at - 1)) + 1;
      left = { code: "LIMIT", range: { start: end, end: end + 1 }, message: many ? `This file has more than ${FAULTS} mistakes` : "This file is nested too deeply to be read" };
      if (end === 0 || !many) return { documents: [], faults: [left] };
    }
  }
}

function readUpTo(source: string, text: string, tolerant: boolean): Reading {
  const composer = new Composer(yamlLibrary()!, text, HOLE);
  const documents: YamlNode[] = [];
  const faults: Fault[] = [];
  for (const document of boundedDocuments(source, OPTIONS, false, tolerant)) {
    for (const { code, pos, message } of document.errors) faults.push({ code, range: { start: pos[0], end: pos[1] }, message });
    const root = composer.document(document);
    if (root !== undefined) documents.push(root);
  }
  return { documents, faults: [...faults, ...composer.faults].sort((a, b) => a.range.start - b.range.start) };
}

function parsed({ documents, faults }: Reading, text: string): Parsed<YamlTree> {
  return { tree: { documents }, errors: faults.map((fault) => problem(fault, text)) };
}

function problem({ code, range, message }: Fault, text: string): SyntaxProblem {
  const start = Math.min(range.start, Math.max(0, text.length - 1));
  const at = { start, end: Math.min(Math.max(range.end, start + 1), text.length) };
  const what = message.replace(/\s+/g, " ").replace(/\.$/, "");
  if (code === "LIMIT") return { range: at, message: `${what}. From here on its contents are left out. Keep less in one file.`, certain: false };
  return { range: at, message: `This is not valid YAML: ${what}. The tool that reads the file stops here. Correct the line.`, certain: true };
}

function nested(text: string): Parsed<YamlTree> {
  return parsed({ documents: [], faults: [{ code: "LIMIT", range: { start: 0, end: 1 }, message: "This file is nested too deeply to be read" }] }, text);
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
