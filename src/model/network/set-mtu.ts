import type { TextEdit } from "../../engine/fix.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Interface } from "./network.ts";

/** The edit that gives an interface an MTU, in place of the one that is written or in the way of its source; undefined where neither is plain. */
export function setMtu(text: string, source: string, { mtu, location }: Interface, value: number): TextEdit | undefined {
  if (mtu !== undefined) {
    const { path, range } = mtu.location;
    const written = text.slice(range.start, range.end);
    // What a template, an anchor or a command says is not for us to replace.
    if (isUnknown(mtu.value) || !/^["']?\d+["']?$/.test(written)) return undefined;
    return { path, range, newText: written.replace(/\d+/, String(value)) };
  }
  if (source === "netplan") return afterLine(text, location.path, location.range.end, (indent) => `${indent}  mtu: ${value}\n`, /:[ \t]*(?:#.*)?$/);
  return undefined;
}

/** Inserts a line behind the one that holds `at`, if that line is of the shape. */
function afterLine(text: string, path: string, at: number, line: (indent: string) => string, shape: RegExp): TextEdit | undefined {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const found = text.indexOf("\n", at);
  if (found === -1) return undefined;
  const whole = text.slice(start, found).replace(/\r$/, "");
  if (!shape.test(whole)) return undefined;
  const indent = /^[ \t]*/.exec(whole)![0];
  return { path, range: { start: found + 1, end: found + 1 }, newText: line(indent) };
}
