import type { Fix } from "../../engine/fix.ts";
import type { Range } from "../../engine/location.ts";
import type { Budget } from "./cel/outcome.ts";
import { Failure } from "./cel/outcome.ts";
import type { CompiledFix } from "./compile.ts";
import type { Found, Thing } from "./element.ts";

/** The fix for one element of the file with the text `text`; undefined where the element lacks what it needs. */
export function fixFor(fix: CompiledFix, { value, path, range, parts }: Found, text: string, budget: Budget): Fix | undefined {
  if (!fits(fix, value, budget)) return undefined;
  const place = fix.part === undefined ? range : parts[fix.part];
  // What an include brings, or what two places share, is no place of its own.
  if (place === undefined || place.included === true) return undefined;
  const written = fix.text?.fill(value, budget) ?? "";
  if (written instanceof Failure) return undefined;
  const title = fix.title?.fill(value, budget);
  const edit = editOf(fix.action, text, place, written);
  if (text.slice(edit.range.start, edit.range.end) === edit.newText) return undefined;
  return { title: typeof title === "string" ? title.trim() : titleOf(fix.action, written), safety: fix.safety, edits: [{ path, ...edit }] };
}

/** Whether a fix is meant for an element: one whose condition is not known is not offered. */
export function fits({ when }: CompiledFix, value: Thing, budget: Budget): boolean {
  return when === undefined || when.evaluate(value, budget) === true;
}

function editOf(action: CompiledFix["action"], text: string, place: Range, written: string): { range: Range; newText: string } {
  if (action === "replace") return { range: { start: place.start, end: place.end }, newText: written.replace(/\n+$/, "") };
  const first = text.lastIndexOf("\n", place.start - 1) + 1;
  const after = text.indexOf("\n", Math.max(place.start, place.end - 1));
  const end = after === -1 ? text.length : after + 1;
  if (action === "remove") {
    // Other things on the line stay.
    const alone = text.slice(first, place.start).trim() === "" && /^\s*[;,]?\s*(?:#.*)?$/.test(text.slice(place.end, end));
    return { range: alone ? { start: first, end } : { start: place.start, end: place.end }, newText: "" };
  }
  const lead = /^[^\S\n]*/.exec(text.slice(first))![0];
  const dashes = /^[^\S\n]*(?:- +)+/.exec(text.slice(first, place.start))?.[0] ?? lead;
  // Behind a key that stands beside the dash of its list come keys of the same item; an item itself is followed by items.
  const indent = action === "insert-after" && first + dashes.length < place.start ? dashes.replaceAll("-", " ") : lead;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = written.replace(/\s+$/, "").split(/\r?\n/).map((line) => (line === "" ? "" : indent + line)).join(newline);
  if (action === "insert-before") return { range: { start: first, end: first }, newText: lines + newline };
  const open = end === text.length && !text.endsWith("\n");
  return { range: { start: end, end }, newText: open ? newline + lines : lines + newline };
}

function titleOf(action: CompiledFix["action"], written: string): string {
  const said = written.trim().split(/\r?\n/)[0]!.slice(0, 60);
  return { replace: `Replace by ${said}`, "insert-before": `Insert ${said}`, "insert-after": `Insert ${said}`, remove: "Remove it" }[action];
}
