import type { Range } from "../engine/location.ts";
import type { SyntaxProblem } from "./format.ts";

/** An attribute with its value; the predefined entities are replaced, no others. */
export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
  /** Of the value, without its quotes. */
  readonly range: Range;
}

/** An element with everything in it. */
export interface XmlElement {
  readonly name: string;
  readonly nameRange: Range;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  /** The text directly in it, with where it starts. */
  readonly text: string;
  readonly textRange: Range;
  readonly range: Range;
}

interface Open {
  name: string;
  nameRange: Range;
  attributes: XmlAttribute[];
  children: XmlElement[];
  text: string;
  textRange: { start: number; end: number };
  range: { start: number; end: number };
}

/** Elements nest at most so deep; what lies deeper is passed over. */
const DEEPEST = 64;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Reads XML as far as configuration files need it: no entities of one's own, no namespaces. Tolerant, and in linear time. */
export function parseXml(text: string): { roots: XmlElement[]; errors: SyntaxProblem[] } {
  const roots: XmlElement[] = [];
  const errors: SyntaxProblem[] = [];
  const open: Open[] = [];
  let skipped = 0;
  let at = 0;
  const problem = (range: Range, message: string): void => void errors.push({ range, message, certain: true });
  const close = (end: number): void => {
    const element = open.pop()!;
    element.range.end = end;
    (open.at(-1)?.children ?? roots).push(element);
  };
  const take = (from: number, to: number): void => {
    const parent = open.at(-1);
    if (parent === undefined || from >= to) return;
    if (parent.text === "") parent.textRange = { start: from, end: to };
    parent.text += decoded(text.slice(from, to));
    parent.textRange.end = to;
  };
  while (at < text.length) {
    const start = text.indexOf("<", at);
    take(at, start === -1 ? text.length : start);
    if (start === -1) break;
    const special = text.startsWith("<!--", start) ? "-->" : text.startsWith("<![CDATA[", start) ? "]]>" : text.startsWith("<?", start) ? "?>" : text.startsWith("<!", start) ? ">" : undefined;
    if (special !== undefined) {
      const end = text.indexOf(special, start + 2);
      if (end === -1) {
        problem({ start, end: start + 2 }, "This is not closed: the file cannot be read. Close it.");
        break;
      }
      if (special === "]]>" && open.length > 0) open.at(-1)!.text += text.slice(start + 9, end);
      at = end + special.length;
      continue;
    }
    if (text[start + 1] === "/") {
      const end = text.indexOf(">", start);
      const name = text.slice(start + 2, end === -1 ? text.length : end).trim();
      at = end === -1 ? text.length : end + 1;
      if (skipped > 0) skipped--;
      else if (open.some((element) => element.name === name)) {
        while (open.at(-1)!.name !== name) close(start);
        close(at);
      } else problem({ start, end: at }, `Nothing with the name “${name}” is open here.`);
      continue;
    }
    const tag = readTag(text, start);
    at = tag.range.end;
    if (tag.unclosed) problem(tag.nameRange, "This tag is not closed: the file cannot be read. Close it with “>”.");
    if (open.length >= DEEPEST) {
      if (!tag.empty) skipped++;
      continue;
    }
    open.push(tag);
    if (tag.empty) close(at);
  }
  for (const { nameRange, name } of open) problem(nameRange, `“${name}” is not closed: the file cannot be read. Close it.`);
  while (open.length > 0) close(text.length);
  return { roots, errors };
}

const SPACE = /[\s]/;

/** An opening tag with its attributes. */
function readTag(text: string, start: number): Open & { empty: boolean; unclosed: boolean } {
  let at = start + 1;
  while (at < text.length && !/[\s/>]/.test(text[at]!)) at++;
  const nameRange = { start: start + 1, end: at };
  const attributes: XmlAttribute[] = [];
  let empty = false;
  let unclosed = true;
  while (at < text.length) {
    const char = text[at]!;
    if (char === ">") {
      at++;
      unclosed = false;
      break;
    }
    if (char === "<") break;
    if (char === "/") empty = true;
    if (char === "/" || SPACE.test(char)) {
      at++;
      continue;
    }
    const from = at;
    while (at < text.length && !/[\s=/>]/.test(text[at]!)) at++;
    const name = text.slice(from, at);
    while (at < text.length && SPACE.test(text[at]!)) at++;
    if (text[at] !== "=") {
      if (at === from) at++;
      continue;
    }
    at++;
    while (at < text.length && SPACE.test(text[at]!)) at++;
    const quote = text[at];
    if (quote !== '"' && quote !== "'") continue;
    const end = text.indexOf(quote, at + 1);
    const stop = end === -1 ? text.length : end;
    attributes.push({ name, value: decoded(text.slice(at + 1, stop)), range: { start: at + 1, end: stop } });
    at = stop + 1;
  }
  at = Math.min(at, text.length);
  const name = text.slice(nameRange.start, nameRange.end);
  return { name, nameRange, attributes, children: [], text: "", textRange: { start: at, end: at }, range: { start, end: at }, empty, unclosed };
}

function decoded(text: string): string {
  return text.includes("&") ? text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!) : text;
}
