import type { Location } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import type { Task } from "../fleet.ts";

/** Where a task's name is written; its first line where it has none. */
export function namePlace(workspace: Workspace, task: Task): Location {
  const { path, range } = task.location;
  const text = workspace.textAt(task.location);
  const named = /^(?:\s*-)?\s*name:[ \t]+(\S[^\r\n]*?)[ \t]*$/m.exec(text);
  if (named !== null) {
    const start = range.start + named.index + named[0].lastIndexOf(named[1]!);
    return { path, range: { start, end: start + named[1]!.length } };
  }
  const first = /^\s*(\S[^\r\n]*?)[ \t]*$/m.exec(text);
  if (first === null) return task.location;
  const start = range.start + first.index + first[0].indexOf(first[1]!);
  return { path, range: { start, end: start + first[1]!.length } };
}

/** White space that lines up a further keyword with the mapping that starts at `offset`; undefined in flow style. */
export function indentOf(text: string, offset: number): string | undefined {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const line = /^[ ]*(?:- +)*/.exec(text.slice(lineStart))![0];
  const before = text.slice(lineStart, offset);
  if (text[offset] === "{" || (before.trim() !== "" && !/^[\s-]*$/.test(before))) return undefined;
  return " ".repeat(Math.max(line.length, before.length));
}
