import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Task, Value } from "./fleet.ts";
import type { Standing } from "./lookup.ts";
import { textAtStanding, valueAtStanding } from "./lookup.ts";
import { joined } from "./paths.ts";
import { isMapping, listOf, memberOf } from "./values.ts";

type Items = ReadonlyMap<string, Value>;

/** Turns of one loop that are followed; the rest adds files of the same kind. */
const TURNS = 1_000;

/** The loop variables of each turn of a task: one turn without any for a task without a loop, none where it is hidden. */
export function loopOf(workspace: Workspace, task: Task, standing: Standing, folders: readonly string[]): (Items | undefined)[] {
  const entry = [...task.keywords].find(([key]) => key === "loop" || key.startsWith("with_"));
  if (entry === undefined) return [undefined];
  const [kind, { value }] = entry;
  const name = loopVariable(task);
  if (kind === "with_first_found") {
    const file = firstFound(workspace, value, standing, folders);
    return file === undefined ? [] : [new Map([[name, file]])];
  }
  if (kind === "with_fileglob") return globbed(workspace, value, standing, folders).map((path) => new Map([[name, path]]));
  const resolved = valueAtStanding(value, standing);
  if (isUnknown(resolved)) return [];
  if (kind === "with_indexed_items") return listOf(resolved).flatMap((item) => (Array.isArray(item) ? (item as readonly Value[]) : [item])).slice(0, TURNS).map((item, index) => new Map([[name, [index, item]]]));
  if (kind === "with_nested" || kind === "with_cartesian" || kind === "with_together" || kind === "with_subelements") return [new Map([[name, unknown(`what ${kind} joins is not read`)]])];
  if (kind === "with_dict") {
    if (!isMapping(resolved)) return [];
    return Object.entries(resolved).map(([key, part]) => new Map([[name, { key, value: part }]]));
  }
  if (kind !== "loop" && kind !== "with_items" && kind !== "with_list" && kind !== "with_flattened") return [];
  let list = listOf(resolved);
  // `with_items` opens lists inside its list once.
  if (kind !== "loop" && kind !== "with_list") list = list.flatMap((item) => (Array.isArray(item) ? (item as readonly Value[]) : [item]));
  return list.slice(0, TURNS).filter((item) => !isUnknown(item)).map((item) => new Map([[name, item]]));
}

function loopVariable(task: Task): string {
  const control = task.keywords.get("loop_control")?.value;
  const name = memberOf(control, "loop_var");
  return typeof name === "string" ? name : "item";
}

/** The first of several files that the repository has; those whose names are hidden are passed over. */
function firstFound(workspace: Workspace, value: Value, standing: Standing, folders: readonly string[]): string | undefined {
  const files: Value[] = [];
  for (const part of listOf(value)) {
    const named = memberOf(part, "files");
    if (named !== undefined) files.push(...listOf(named));
    else files.push(part);
  }
  for (const file of files) {
    const text = textAtStanding(file, standing);
    if (isUnknown(text)) continue;
    if (folders.some((folder) => workspace.has(joined(folder, text)))) return text;
  }
  return undefined;
}

function globbed(workspace: Workspace, value: Value, standing: Standing, folders: readonly string[]): string[] {
  return listOf(value).flatMap((part) => {
    const text = textAtStanding(part, standing);
    if (isUnknown(text) || text.startsWith("/")) return [];
    const wanted = new Set(folders.map((folder) => joined(folder, text)));
    for (const pattern of wanted) {
      const parts = pattern.split("*");
      const found = workspace.paths.filter((path) => matchesParts(path, parts));
      // The path as found from here, so that `src: "{{ item }}"` finds the file again.
      if (found.length > 0) return found.map((path) => path.slice(pattern.length - text.length));
    }
    return [];
  });
}

/** A `*` stands for any characters but a slash. */
function matchesParts(path: string, parts: readonly string[]): boolean {
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const found = index === 0 ? (path.startsWith(part) ? 0 : -1) : path.indexOf(part, at);
    if (found === -1 || path.slice(at, found).includes("/")) return false;
    at = found + part.length;
  }
  return !path.slice(at).includes("/") && (parts.at(-1) === "" || at === path.length);
}
