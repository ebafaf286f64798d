import type { Range } from "../../engine/location.ts";
import { LineIndex } from "../../engine/location.ts";
import type { Parsed, SyntaxProblem } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import { isConditional } from "../template/conditional.ts";
import { maskPlaceholders } from "../template/placeholders.ts";
import type { IpsecConfTree, Section, Setting, Text } from "./tree.ts";

interface Growing {
  readonly type: Text;
  readonly name: Text | undefined;
  readonly settings: Setting[];
  hidden: boolean;
  end: number;
}

/** Parses ipsec.conf(5) of strongSwan and of Libreswan: heads in the first column, `key=value` indented below. */
export function parseIpsecConf(source: string): Parsed<IpsecConfTree> {
  const masked = maskPlaceholders(source);
  const text = masked.text;
  const lines = new LineIndex(source);
  const errors: SyntaxProblem[] = [];
  const sections: Growing[] = [];
  const includes: Text[] = [];
  const comments: Range[] = [];
  const problem = (range: Range, message: string): void => {
    errors.push({ range, message, certain: masked.regions.length === 0 });
  };
  const word = (start: number, end: number): Text => {
    const quoted = text[start] === '"' && end - start > 1 && text[end - 1] === '"';
    const content = quoted ? text.slice(start + 1, end - 1) : text.slice(start, end);
    return { text: content, range: { start, end }, hidden: content.includes(HOLE) };
  };

  for (let number = 1; number <= lines.count; number++) {
    const line = lines.rangeOfLine(number);
    const lineStart = number === 1 && source.startsWith("\uFEFF") ? 1 : line.start;
    let start = lineStart;
    while (start < line.end && /\s/.test(text[start]!)) start++;
    const comment = commentStart(text, start, line.end);
    if (comment < line.end) comments.push({ start: comment, end: line.end });
    let end = comment;
    while (end > start && /\s/.test(text[end - 1]!)) end--;
    if (start === end) continue;

    const current = sections.at(-1);
    const content = text.slice(start, end);
    if (content.replaceAll(HOLE, "").trim() === "") {
      if (current !== undefined) current.hidden = true;
      continue;
    }
    const keyword = /^(include|config|conn|ca|version)(?=[ \t]|$)/.exec(content)?.[1];
    // A tag before the head (`{% for … %}conn …`) is masked to spaces; only real white space indents.
    const indented = start > lineStart && /^[ \t]/.test(source.slice(lineStart));
    const setting = !(keyword !== undefined && !indented) ? /^([^\s="]+)([ \t]*)=/.exec(content) : null;
    if (setting) {
      const keyEnd = start + setting[1]!.length;
      let from = start + setting[0].length;
      while (from < end && /[ \t]/.test(text[from]!)) from++;
      const value = from < end ? word(from, end) : undefined;
      const range = { start, end };
      if (current === undefined) problem(range, `${setting[1]!} stands in no section: the file is refused. Put it below config setup or a conn.`);
      else {
        if (!indented && start === lineStart) problem(range, "A setting has to be indented: the file is refused. Indent the line.");
        current.settings.push({
          key: word(start, keyEnd), value, range, indent: source.slice(lineStart, start), conditional: isConditional(masked, range, current.type.range.start),
        });
        current.end = end;
      }
    } else if (keyword === "include") {
      const from = start + /^include[ \t]*/.exec(content)![0].length;
      if (from < end) includes.push(word(from, end));
      if (indented && current !== undefined) current.hidden = true;
    } else if (keyword === "version") {
      continue;
    } else if (keyword !== undefined) {
      const from = start + /^\w+[ \t]*/.exec(content)![0].length;
      const name = from < end ? word(from, end) : undefined;
      if (name === undefined) problem({ start, end }, `A name is missing behind ${keyword}: the file is refused. Add it.`);
      else if (keyword === "config" && name.text !== "setup" && !name.hidden) problem(name.range, "config is followed by setup, and by nothing else: the file is refused. Correct it.");
      else if (!name.hidden && name.range.end - name.range.start === name.text.length && /\s/.test(name.text)) problem(name.range, "A name is one word: the file is refused. Join the words.");
      sections.push({ type: word(start, start + keyword.length), name, settings: [], hidden: false, end });
    } else {
      problem({ start, end }, "This line is neither a section nor a setting: the file is refused. Correct or remove it.");
    }
  }
  const finished = sections.map((section): Section => {
    const range = { start: section.type.range.start, end: section.end };
    return { type: section.type, name: section.name, settings: section.settings, hidden: section.hidden, range, conditional: isConditional(masked, range, undefined) };
  });
  return { tree: { sections: finished, includes, comments, range: { start: 0, end: source.length } }, errors };
}

/** A comment begins at a `#` that starts the line or follows white space, outside quotes: ids such as `@#0a0b` have one inside. */
function commentStart(text: string, from: number, end: number): number {
  let quoted = false;
  for (let i = from; i < end; i++) {
    const char = text[i]!;
    if (char === '"') quoted = !quoted;
    else if (char === "#" && !quoted && (i === from || /\s/.test(text[i - 1]!))) return i;
  }
  return end;
}
