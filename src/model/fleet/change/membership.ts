import { compareText } from "../../../engine/finding.ts";
import type { Location } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import { inventorySources } from "../sources.ts";
import { firstDifference, isEdited } from "./differences.ts";

/** Hosts of both sides whose groups differ, by name. */
export function movedHosts(before: Workspace, after: Workspace): ReadonlySet<string> {
  const moved = new Set<string>();
  for (const host of after.fleet.hosts) {
    const { name, groups } = host;
    const old = before.fleet.host(name);
    if (old !== undefined && old !== host && old.groups !== groups && old.groups.join("\0") !== groups.join("\0")) moved.add(name);
  }
  return moved;
}

/** Names of hosts that only one side has. */
export function addedHosts(before: Workspace, after: Workspace): string[] {
  return after.fleet.hosts.filter(({ name }) => before.fleet.host(name) === undefined).map(({ name }) => name);
}

/** Where the inventory was edited: the first of its files that differs. */
export function membershipPlace(before: Workspace, after: Workspace): Location | undefined {
  const files = [after, before].flatMap((workspace) => inventorySources(workspace).flatMap((source) => [...source.files]));
  const path = [...new Set(files)].sort(compareText).find((file) => isEdited(before, after, file));
  if (path === undefined) return undefined;
  const text = after.text(path);
  return text === undefined ? { path, range: firstDifference("", before.text(path) ?? "") } : { path, range: firstDifference(before.text(path) ?? "", text) };
}
