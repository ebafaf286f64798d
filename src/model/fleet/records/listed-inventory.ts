import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, stringOf, valueOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Variable } from "../fleet.ts";
import type { HostRecord } from "./record.ts";

/**
 * The hosts of an inventory as `ansible-inventory --list` and dynamic inventories print it: variables of hosts below
 * `_meta.hostvars`, groups with `hosts`, `children` and `vars` beside it.
 */
export function listedHosts(workspace: Workspace, path: string): readonly HostRecord[] {
  const document = workspace.document(path);
  if (document?.language !== "json") return [];
  const [root, more] = (document.tree as YamlTree).documents;
  const hostvars = entryOf(entryOf(root, "_meta")?.value, "hostvars")?.value;
  if (root?.kind !== "mapping" || more !== undefined || hostvars?.kind !== "mapping") return [];
  const groups = new Map(entriesOf(root).flatMap(({ key, value }): [string, YamlNode][] => (key === "_meta" || key === "all" || key === "ungrouped" ? [] : [[key, value]])));
  const parents = new Map<string, string[]>();
  const places = new Map<string, HostRecord["location"]>();
  const direct = new Map<string, string[]>();
  for (const [group, node] of groups) {
    // The older form of a group is the list of its hosts.
    for (const item of node.kind === "sequence" ? node.items : itemsOf(entryOf(node, "hosts")?.value)) {
      const name = stringOf(item);
      if (name === undefined) continue;
      push(direct, name, group);
      if (!places.has(name)) places.set(name, { path, range: item.range });
    }
    for (const item of itemsOf(entryOf(node, "children")?.value)) {
      const name = stringOf(item);
      if (name !== undefined && name !== group) push(parents, name, group);
    }
  }
  for (const { key, keyRange } of entriesOf(hostvars)) if (!places.has(key)) places.set(key, { path, range: keyRange });
  return [...places].map(([name, location]): HostRecord => {
    const above = withParents(direct.get(name) ?? [], parents);
    const variables = new Map<string, Variable>();
    for (const group of [...above].reverse()) put(variables, path, entryOf(groups.get(group), "vars")?.value, `inventory variables of ${group}`);
    put(variables, path, entryOf(hostvars, name)?.value, `inventory variables of ${name}`);
    return { name, aliases: [], groups: above, location, variables };
  });
}

/** Groups and all that they are in, nearest first. */
function withParents(groups: readonly string[], parents: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set(groups);
  // A set takes new names while it is walked.
  for (const group of found) for (const parent of parents.get(group) ?? []) found.add(parent);
  return [...found];
}

function put(variables: Map<string, Variable>, path: string, node: YamlNode | undefined, origin: string): void {
  for (const { key, value } of entriesOf(node)) variables.set(key, { name: key, value: valueOf(value), location: { path, range: value.range }, origin });
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
