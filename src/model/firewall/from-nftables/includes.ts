import type { Command, Include, NftFile, TableItem } from "../../../formats/nftables/index.ts";
import type { Workspace } from "../../workspace.ts";
import { conditionIn } from "./condition.ts";
import type { Includes } from "./tables.ts";
import { TablesState } from "./tables.ts";
import type { Scope } from "./scope.ts";

/** Finds the nft files that an `include` in `path` names: beside it, or at the end of a path as on the host. */
export function includedBy(workspace: Workspace, path: string): (written: string) => readonly NftFile[] {
  const resolve = includesIn(workspace);
  return (written) => resolve(written, path).map(({ tree }) => tree);
}

/** Finds the nft files that an `include` names, with their paths. */
export function includesIn(workspace: Workspace): Includes {
  return (written, from) =>
    resolveInclude(workspace, from, written).flatMap((path) => {
      const document = workspace.document(path);
      if (document?.language !== "nftables") return [];
      const tree = document.tree as NftFile;
      return [{ path, tree, conditional: conditionIn(tree.masked) }];
    });
}

/** The paths of the nft files that `include "written"` in `from` may read. */
export function resolveInclude(workspace: Workspace, from: string, written: string): string[] {
  const beside = /^\.\.?\//.test(written);
  const wanted = beside ? normalised(`${from.slice(0, from.lastIndexOf("/") + 1)}${written}`) : written.replace(/^\/+/, "");
  if (wanted === undefined || wanted === "" || wanted.includes("..")) return [];
  const pattern = new RegExp(`(^|/)${wanted.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, "[^/]*").replace(/\?/g, "[^/]")}(\\.j2|\\.tmpl|\\.erb)?$`);
  const matching = nftPaths(workspace).filter((path) => pattern.test(path));
  // Several hosts may have a file of that name: the one that shares most of the path is meant.
  const shared = (path: string): number => {
    let i = 0;
    while (i < path.length && path[i] === from[i]) i++;
    return path.slice(0, i).split("/").length;
  };
  const best = Math.max(0, ...matching.map(shared));
  return matching.filter((path) => shared(path) === best);
}

/** A path without its `.` and `..`; undefined where it leads out of the workspace. */
function normalised(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

function nftPaths(workspace: Workspace): string[] {
  return workspace.derive(listNftPaths);
}

function listNftPaths(workspace: Workspace): string[] {
  return workspace.paths.filter((path) => workspace.language(path) === "nftables");
}

/** The variables of the files that include `path`: nft reads them in one go. */
export function scopeOf(workspace: Workspace, path: string): Scope {
  const includer = workspace.derive(includers).get(path);
  if (includer === undefined) return new Map();
  const document = workspace.document(includer)!;
  const tree = document.tree as NftFile;
  const state = new TablesState(new Map(), includesIn(workspace), { path: includer, conditional: conditionIn(tree.masked) });
  state.run(tree.commands.filter(({ kind }) => kind === "define" || kind === "include"));
  return state.scope;
}

/** For each file, the one that includes it. */
function includers(workspace: Workspace): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of nftPaths(workspace)) {
    for (const written of includesOf((workspace.document(path)!.tree as NftFile).commands)) {
      for (const included of resolveInclude(workspace, path, written)) if (!found.has(included)) found.set(included, path);
    }
  }
  return found;
}

/** The includes of a file that lead back to it, by whatever way. */
export function includeLoops(workspace: Workspace, path: string): Include[] {
  const document = workspace.document(path);
  if (document?.language !== "nftables") return [];
  return includeNodes((document.tree as NftFile).commands).filter(({ path: { text } }) => leadsTo(workspace, resolveInclude(workspace, path, text), path));
}

function leadsTo(workspace: Workspace, files: readonly string[], target: string): boolean {
  const seen = new Set<string>();
  const open = [...files];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (file === target) return true;
    if (seen.has(file)) continue;
    seen.add(file);
    for (const written of includesOf((workspace.document(file)!.tree as NftFile).commands)) open.push(...resolveInclude(workspace, file, written));
  }
  return false;
}

/** What the include statements among these commands name, as written. */
export function includesOf(commands: readonly Command[]): string[] {
  return includeNodes(commands).map(({ path }) => path.text);
}

/** Every include among these commands, in tables, chains and sets as well. */
function includeNodes(commands: readonly Command[]): Include[] {
  return commands.flatMap((command) => {
    if (command.kind === "include") return [command];
    const items: readonly TableItem[] = command.kind === "table" ? command.items : "item" in command && command.item ? [command.item] : [];
    return items.flatMap((item): readonly Include[] => {
      if (item.kind === "include") return [item];
      const parts = item.kind === "chain" ? item.rules : "parts" in item ? item.parts : [];
      return parts.filter((part): part is Include => part.kind === "include");
    });
  });
}
