import type { Command, NftFile } from "../../../formats/nftables/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Includes } from "./tables.ts";
import { TablesState } from "./tables.ts";
import type { Scope } from "./scope.ts";

/** Finds the nft files that an `include` in `path` names: beside it, or at the end of a path as on the host. */
export function includedBy(workspace: Workspace, path: string): Includes {
  return (written) => {
    const found = resolveInclude(workspace, path, written);
    return found.flatMap((one) => {
      const document = workspace.document(one);
      return document?.language === "nftables" ? [document.tree as NftFile] : [];
    });
  };
}

/** The paths of the nft files that `include "written"` in `from` may read. */
export function resolveInclude(workspace: Workspace, from: string, written: string): string[] {
  const wanted = written.replace(/^(\.\/|\/)+/, "");
  if (wanted === "" || wanted.includes("..")) return [];
  const pattern = new RegExp(`(^|/)${wanted.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, "[^/]*").replace(/\?/g, "[^/]")}(\\.j2|\\.tmpl|\\.erb)?$`);
  const matching = nftPaths(workspace).filter((path) => path !== from && pattern.test(path));
  // Several hosts may have a file of that name: the one that shares most of the path is meant.
  const shared = (path: string): number => {
    let i = 0;
    while (i < path.length && path[i] === from[i]) i++;
    return path.slice(0, i).split("/").length;
  };
  const best = Math.max(0, ...matching.map(shared));
  return matching.filter((path) => shared(path) === best);
}

function nftPaths(workspace: Workspace): string[] {
  return workspace.memo(listNftPaths);
}

function listNftPaths(workspace: Workspace): string[] {
  return workspace.paths.filter((path) => workspace.language(path) === "nftables");
}

/** The variables of the files that include `path`: nft reads them in one go. */
export function scopeOf(workspace: Workspace, path: string): Scope {
  const includer = workspace.memo(includers).get(path);
  if (includer === undefined) return new Map();
  const document = workspace.document(includer)!;
  const state = new TablesState(new Map(), includedBy(workspace, includer));
  state.run((document.tree as NftFile).commands.filter(({ kind }) => kind === "define" || kind === "include"));
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

/** What the include statements among these commands name, as written. */
export function includesOf(commands: readonly Command[]): string[] {
  const found: string[] = [];
  for (const command of commands) {
    if (command.kind === "include") found.push(command.path.text);
    if (command.kind !== "table") continue;
    for (const item of command.items) {
      if (item.kind === "include") found.push(item.path.text);
      if (item.kind === "chain") for (const rule of item.rules) if (rule.kind === "include") found.push(rule.path.text);
    }
  }
  return found;
}
