import { compareText } from "../../engine/finding.ts";
import { sameList } from "../derivation.ts";
import type { Workspace } from "../workspace.ts";
import { describedHosts } from "./described-hosts.ts";
import type { Group } from "./fleet.ts";
import type { Inventory } from "./inventory.ts";
import { readInventory } from "./inventory.ts";
import type { PatternNames } from "./patterns.ts";
import type { InventorySource } from "./sources.ts";
import { inventorySources } from "./sources.ts";

/** Every inventory of the repository; without any host in them, what trees of hosts' files and records of hosts show. */
export function inventories(workspace: Workspace): readonly Inventory[] {
  return workspace.derive(read);
}

function read(workspace: Workspace, _: string, previous: readonly Inventory[] | undefined): readonly Inventory[] {
  const written = workspace.derive(sourceKeys).map((key) => workspace.derive(inventoryOf, key));
  const shown = written.some((inventory) => inventory.hosts.size > 0) ? undefined : workspace.derive(describedHosts);
  return sameList(previous, shown === undefined ? written : [...written, shown]);
}

/** What each inventory is made of, as text, so that an inventory is read again only when its own files change. */
function sourceKeys(workspace: Workspace, _: string, previous: readonly string[] | undefined): readonly string[] {
  return sameList(previous, inventorySources(workspace).map((source) => JSON.stringify(source)));
}

function inventoryOf(workspace: Workspace, key: string): Inventory {
  const { files, folders } = JSON.parse(key) as InventorySource;
  return readInventory(workspace, files, folders);
}

/** The groups of all inventories by name. */
export function groupsOf(workspace: Workspace): ReadonlyMap<string, Group> {
  const merged = new Map<string, { name: string; children: Set<string>; hosts: Set<string>; location: Group["location"] }>();
  for (const inventory of inventories(workspace)) {
    for (const { name, children, location } of inventory.groups.values()) {
      let group = merged.get(name);
      if (group === undefined) merged.set(name, (group = { name, children: new Set(), hosts: new Set(), location }));
      for (const child of children) group.children.add(child);
      for (const host of membersOf(inventory, name)) group.hosts.add(host);
    }
  }
  return new Map([...merged.values()].map((group) => [group.name, { ...group, children: [...group.children], hosts: [...group.hosts].sort(compareText) }]));
}

/** What host patterns are matched against, in the order of the inventories. */
export function patternNames(workspace: Workspace): PatternNames {
  const all = inventories(workspace);
  const order = (group: string): readonly string[] => (all.length === 1 ? membersOf(all[0]!, group) : [...new Set(all.flatMap((inventory) => membersOf(inventory, group)))]);
  const groups = new Map([...workspace.derive(groupsOf).keys()].map((name) => [name, order(name)]));
  // Wildcards and regular expressions go through the hosts as they were first named, `all` goes from group to group.
  return { hosts: new Set(all.flatMap((inventory) => [...inventory.hosts.keys()])), groups };
}

const members = new WeakMap<Inventory, Map<string, readonly string[]>>();

/** Hosts in and below a group, in the inventory's order; each group once. */
export function membersOf(inventory: Inventory, name: string): readonly string[] {
  let known = members.get(inventory);
  if (known === undefined) members.set(inventory, (known = new Map()));
  let found = known.get(name);
  if (found === undefined) known.set(name, (found = collectMembers(inventory, name)));
  return found;
}

function collectMembers(inventory: Inventory, name: string): readonly string[] {
  const hosts = new Set<string>();
  const seen = new Set([name]);
  // A set takes new names while it is walked, so this goes level by level, as Ansible does.
  for (const one of seen) {
    const group = inventory.groups.get(one);
    for (const host of group?.hosts ?? []) hosts.add(host);
    for (const child of group?.children ?? []) seen.add(child);
  }
  return [...hosts];
}
