import type { TextEdit } from "../../engine/fix.ts";
import type { Location } from "../../engine/location.ts";
import type { Play } from "../fleet/fleet.ts";

/** Edits that add keywords to a play behind its `hosts`, in the file's layout; empty where the place is not evident. */
export function addKeywords(text: string, play: Play, lines: readonly string[]): TextEdit[] {
  const { path, range } = play.hostsLocation;
  const lineStart = text.lastIndexOf("\n", range.start - 1) + 1;
  // The value may be a list below its key: the key is then on an earlier line.
  const key = /^([ \t]*(?:-[ \t]+)?)hosts[ \t]*:/.exec(text.slice(lineStart)) ?? undefined;
  const above = key === undefined ? lastMatch(text.slice(play.location.range.start, range.start)) : undefined;
  const indent = key ? key[1]!.replace("-", " ") : above;
  if (indent === undefined) return [];
  const end = /^[^\r\n]*/.exec(text.slice(range.end))![0].length + range.end;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return [{ path, range: { start: end, end }, newText: lines.map((line) => `${eol}${indent}${line}`).join("") }];
}

function lastMatch(text: string): string | undefined {
  return [...text.matchAll(/(?:^|\n)([ \t]*(?:-[ \t]+)?)hosts[ \t]*:/g)].at(-1)?.[1]?.replace("-", " ");
}

/** Replaces the value of a play's keyword. */
export function replaceValue(location: Location, newText: string): TextEdit[] {
  return [{ path: location.path, range: location.range, newText }];
}
