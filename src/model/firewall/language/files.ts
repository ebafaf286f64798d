import type { NftFile } from "../../../formats/nftables/index.ts";
import type { Workspace } from "../../workspace.ts";
import { includesOf, resolveInclude } from "../from-nftables/includes.ts";

/**
 * The files that are read together with `path`, itself among them: all that include each other, however far apart. Files
 * of other kinds than nft stand alone.
 */
export function readTogether(workspace: Workspace, path: string): readonly string[] {
  return workspace.derive(groups).get(path) ?? [path];
}

/** The files that an `include` in `path` names. */
export function includedFiles(workspace: Workspace, path: string, written: string): readonly string[] {
  return resolveInclude(workspace, path, written);
}

function groups(workspace: Workspace): ReadonlyMap<string, readonly string[]> {
  const beside = new Map<string, Set<string>>();
  const link = (a: string, b: string): void => void (beside.get(a) ?? beside.set(a, new Set()).get(a)!).add(b);
  for (const path of workspace.paths) {
    const document = workspace.document(path);
    if (document?.language !== "nftables") continue;
    for (const written of includesOf((document.tree as NftFile).commands)) {
      for (const included of resolveInclude(workspace, path, written)) {
        link(path, included);
        link(included, path);
      }
    }
  }
  const found = new Map<string, readonly string[]>();
  for (const path of beside.keys()) {
    if (found.has(path)) continue;
    const group = new Set([path]);
    for (const one of group) for (const next of beside.get(one) ?? []) group.add(next);
    const paths = [...group];
    for (const one of paths) found.set(one, paths);
  }
  return found;
}
