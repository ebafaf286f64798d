import type { Workspace } from "../workspace.ts";
import { Inventory } from "./inventory.ts";
import { recordsOf } from "./records/read.ts";

/** `hosts/NAME/etc/…`: a folder of hosts, each laid out as on the machine. */
const TREE = /(?:^|\/)(?:hosts|nodes|machines|servers)\/([a-z\d](?:[\w.-]*[a-z\d])?)\/(?:etc|usr|var|opt|root|boot)\//i;
/** Entries beside the hosts that stand for several of them or for none. */
const SHARED = /^(?:all|any|common|default|defaults|base|shared|global|generic|template|templates|skel|example|examples?)$/i;

/**
 * The inventory that trees of hosts' files and other sources than Ansible's (NetBox, an ENC, gathered facts) make up
 * together; undefined where there are neither. A host of both has its folder's name.
 */
export function describedHosts(workspace: Workspace): Inventory | undefined {
  const trees = foldersOfHosts(workspace);
  const records = recordsOf(workspace);
  if (trees.size === 0 && records.hosts.length === 0) return undefined;
  const inventory = new Inventory([], [""]);
  const named = new Map<unknown, string>();
  for (const [name, path] of trees) {
    const location = { path, range: { start: 0, end: 0 } };
    inventory.addHost(name, inventory.addGroup("ungrouped", location), location);
    const record = records.of(name);
    if (record !== undefined) named.set(record, name);
  }
  for (const record of records.hosts) {
    const { groups, location, variables } = record;
    const name = named.get(record) ?? record.name;
    const added = inventory.addHost(name, inventory.addGroup(groups[0] ?? "ungrouped", location), location);
    for (const group of groups.slice(1)) inventory.addHost(name, inventory.addGroup(group, location), location);
    for (const [variable, value] of variables) added.variables.set(variable, value);
  }
  inventory.finish();
  return inventory;
}

/** The first file of each host's tree, by the host's name. */
function foldersOfHosts(workspace: Workspace): Map<string, string> {
  const first = new Map<string, string>();
  for (const path of workspace.paths) {
    const name = TREE.exec(path)?.[1];
    if (name !== undefined && !SHARED.test(name) && !first.has(name)) first.set(name, path);
  }
  return first;
}
