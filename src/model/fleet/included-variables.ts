import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Task, Value, Variable } from "./fleet.ts";
import type { Standing } from "./lookup.ts";
import { textAtStanding } from "./lookup.ts";
import { baseName, findFile, folderOf, joined } from "./paths.ts";
import { listOf } from "./values.ts";
import { variablesOf } from "./variable-files.ts";

const ENDINGS = ["yaml", "yml", "json"];

/**
 * The variables that an `include_vars` task brings into the rest of its play. Where a condition, a loop or a fact decides
 * what is read, they are Unknown: all names of the files that may be meant.
 */
export function includedVariables(workspace: Workspace, task: Task, standing: Standing): readonly Variable[] {
  const folders = searchFolders(task, standing);
  const decided = ![...task.keywords.keys()].some((key) => key === "when" || key === "loop" || key.startsWith("with_"));
  const argument = (...names: string[]): Value | undefined => names.map((name) => task.args.get(name)?.value).find((value) => value !== undefined);
  const file = text(argument("file", "_raw_params"), standing);
  const folder = text(argument("dir"), standing);
  let files: readonly string[] | undefined;
  if (file !== undefined) {
    const found = findFile(workspace, file, folders);
    files = found === undefined ? [] : [found];
  } else if (folder !== undefined) files = filesBelow(workspace, task, folder, folders);
  const origin = `include_vars in ${task.location.path}`;
  if (files !== undefined && decided) {
    const read = files.flatMap((path) => variablesOf(workspace, path, origin));
    const name = task.args.get("name")?.value;
    if (typeof name !== "string") return read;
    return [{ name, value: Object.fromEntries(read.map((variable) => [variable.name, variable.value])), location: task.location, origin }];
  }
  // What a condition decides is then all of the mapping.
  const name = task.args.get("name")?.value;
  if (typeof name === "string") return [{ name, value: unknown(`what include_vars reads into ${name} is decided when the play runs`), location: task.location, origin }];
  // Any file next to the usual ones may be the one.
  const near = workspace.paths.filter((path) => folderOf(path) === folders[0] && !/^main\.(?:ya?ml|json)$/.test(baseName(path)));
  return (files ?? near)
    .flatMap((path) => variablesOf(workspace, path, origin))
    .map((variable) => ({ ...variable, value: unknown(`what include_vars reads into ${variable.name} is decided when the play runs`) }));
}

function text(value: Value | undefined, standing: Standing): string | undefined {
  if (value === undefined) return undefined;
  const found = textAtStanding(value, standing);
  return isUnknown(found) ? undefined : found;
}

/** `vars` of the role, then the places next to the task and the playbook (ansible/plugins/action/include_vars.py). */
function searchFolders(task: Task, { play, role }: Standing): string[] {
  const bases = [role?.folder, folderOf(task.location.path), play === undefined ? undefined : folderOf(play.path)].filter((base) => base !== undefined);
  return [...new Set(bases.flatMap((base) => [joined(base, "vars"), base]))];
}

/** The files of a folder in the order of their names, as deep as `depth` allows. */
function filesBelow(workspace: Workspace, task: Task, written: string, folders: readonly string[]): string[] {
  const endings = task.args.has("extensions") ? listOf(task.args.get("extensions")!.value).map(String) : ENDINGS;
  const depth = task.args.get("depth")?.value;
  for (const folder of folders) {
    const base = joined(folder, written);
    const below = workspace.paths.filter((path) => path.startsWith(`${base}/`));
    if (below.length === 0) continue;
    return below
      .filter((path) => endings.includes(/\.(\w+)$/.exec(path)?.[1] ?? ""))
      .filter((path) => typeof depth !== "number" || depth === 0 || path.slice(base.length + 1).split("/").length <= depth)
      .sort();
  }
  return [];
}
