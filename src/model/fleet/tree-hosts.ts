import type { Workspace } from "../workspace.ts";
import { Inventory } from "./inventory.ts";

/** `hosts/NAME/etc/…`: a folder of hosts, each laid out as on the machine. */
const TREE = /(?:^|\/)(?:hosts|nodes|machines|servers)\/([a-z\d](?:[\w.-]*[a-z\d])?)\/(?:etc|usr|var|opt|root|boot)\//i;
/** Entries beside the hosts that stand for several of them or for none. */
const SHARED = /^(?:all|any|common|default|defaults|base|shared|global|generic|template|templates|skel|example|examples?)$/i;

/** The hosts that trees alone show, as an inventory without groups; undefined where there are no such trees. */
export function hostsOfTrees(workspace: Workspace): Inventory | undefined {
  const first = new Map<string, string>();
  for (const path of workspace.paths) {
    const name = TREE.exec(path)?.[1];
    if (name !== undefined && !SHARED.test(name) && !first.has(name)) first.set(name, path);
  }
  if (first.size === 0) return undefined;
  const inventory = new Inventory([], [""]);
  for (const [name, path] of first) {
    const location = { path, range: { start: 0, end: 0 } };
    inventory.addHost(name, inventory.addGroup("ungrouped", location), location);
  }
  inventory.finish();
  return inventory;
}
