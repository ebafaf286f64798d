import type { Range } from "../../engine/location.ts";
import type { TextEdit } from "../../engine/fix.ts";
import type { Section as IpsecSection } from "../../formats/ipsec-conf/index.ts";
import type { Statement } from "../../formats/racoon/index.ts";
import type { Section } from "../../formats/swanctl/index.ts";
import type { DeadPeerDetection } from "./connection.ts";
import { PROBE_DELAY } from "./connection.ts";

/** Edits that set dpd_delay: in place of the one in force, or behind the settings that come before the first subsection. */
export function probingInSwanctl(path: string, text: string, section: Section, { delay }: DeadPeerDetection): TextEdit[] {
  const written = section.entries.findLast((entry) => entry.kind === "setting" && entry.key.text === "dpd_delay");
  if (written?.kind === "setting" && written.value !== undefined) return [{ path, range: written.value.range, newText: `${PROBE_DELAY}s` }];
  // It is inherited: what others share is not changed for the sake of one.
  if (delay.location !== undefined && written !== undefined) return [];
  const firstSection = section.entries.findIndex((entry) => entry.kind === "section");
  const before = (firstSection === -1 ? section.entries : section.entries.slice(0, firstSection)).findLast((entry) => entry.kind === "setting");
  const separator = before?.kind === "setting" && before.value ? text.slice(before.key.range.end, before.value.range.start) : " = ";
  const line = `dpd_delay${/^[ \t]*=[ \t]*$/.test(separator) ? separator : " = "}${PROBE_DELAY}s`;
  if (before) return insertLine(path, text, before.range.end, indentAt(text, before.range.start), line);
  const first = section.entries[0];
  const indent = first ? indentAt(text, first.range.start) : `${indentAt(text, section.range.start)}  `;
  return insertLine(path, text, section.body.start, indent, line);
}

/** The same for a `remote` block; `off` is the place of a `dpd off` that has to go on. */
export function probingInRacoon(path: string, text: string, remote: Statement, { delay }: DeadPeerDetection, off: Range | undefined): TextEdit[] {
  const block = remote.block!;
  const edits: TextEdit[] = [];
  if (off !== undefined) {
    const at = text.slice(off.start, off.end).lastIndexOf("off");
    edits.push({ path, range: { start: off.start + at, end: off.start + at + 3 }, newText: "on" });
    if (typeof delay.value === "number" && delay.value > 0) return edits;
  }
  const written = block.statements.findLast(({ words }) => words[0]!.text === "dpd_delay");
  if (written) return written.words[1] ? [...edits, { path, range: written.words[1].range, newText: String(PROBE_DELAY) }] : [];
  const firstBlock = block.statements.findIndex((statement) => statement.block !== undefined);
  const before = (firstBlock === -1 ? block.statements : block.statements.slice(0, firstBlock)).at(-1);
  const end = before && /\s;$/.test(text.slice(0, before.range.end)) ? " ;" : ";";
  const line = `dpd_delay ${PROBE_DELAY}${end}`;
  if (before) return [...edits, ...insertLine(path, text, before.range.end, indentAt(text, before.range.start), line)];
  const indent = block.statements[0] ? indentAt(text, block.statements[0].range.start) : `${indentAt(text, remote.range.start)}\t`;
  return [...edits, ...insertLine(path, text, block.body.start, indent, line)];
}

/** The same for a `conn`: each of `pairs` replaces the section's own setting or is added behind its last one. */
export function probingInIpsecConf(path: string, text: string, section: IpsecSection, pairs: readonly (readonly [string, string])[]): TextEdit[] {
  const edits: TextEdit[] = [];
  const last = section.settings.at(-1);
  const separator = last?.value ? text.slice(last.key.range.end, last.value.range.start) : "=";
  const lines: string[] = [];
  for (const [key, value] of pairs) {
    const written = section.settings.findLast((setting) => setting.key.text.toLowerCase() === key);
    if (written?.value) edits.push({ path, range: written.value.range, newText: value });
    else lines.push(`${key}${separator}${value}`);
  }
  if (lines.length === 0) return edits;
  const at = last?.range.end ?? section.range.end;
  const indent = last?.indent === undefined || last.indent === "" ? "\t" : last.indent;
  return [...edits, ...insertLine(path, text, at, indent, lines.join(`${lineBreak(text)}${indent}`))];
}

/** A line of its own behind what ends at `at`: behind its comment where one follows, and before what shares its line. */
function insertLine(path: string, text: string, at: number, indent: string, line: string): TextEdit[] {
  const rest = /^[ \t]*(?:#[^\r\n]*)?(?=\r|\n|$)/.exec(text.slice(at, at + 2000));
  const place = rest === null ? at : at + rest[0].length;
  const behind = rest === null ? lineBreak(text) + indent : "";
  return [{ path, range: { start: place, end: place }, newText: `${lineBreak(text)}${indent}${line}${behind}` }];
}

function indentAt(text: string, at: number): string {
  const start = Math.max(text.lastIndexOf("\n", at - 1), text.lastIndexOf("\r", at - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start, at))![0];
}

function lineBreak(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
