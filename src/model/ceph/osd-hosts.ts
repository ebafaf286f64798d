import type { Location } from "../../engine/location.ts";
import { entryOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { plainText } from "../written/tasks.ts";

/** A group of an inventory whose hosts run OSDs by its name. */
const GROUP = /(^|[_-])osds?($|[_-])/i;
const NOT_HOSTS = /client|monitor|exporter|test/i;

/** The hosts that run OSDs, each with the place that says so, by the cluster or the list that names them. */
export function osdHosts(workspace: Workspace): ReadonlyMap<string, ReadonlyMap<string, Location>> {
  const lists = new Map<string, Map<string, Location>>();
  const add = (list: string, host: string, location: Location): void => {
    const hosts = lists.get(list) ?? new Map<string, Location>();
    if (!hosts.has(host)) lists.set(list, hosts.set(host, location));
  };
  for (const [name, group] of workspace.fleet.groups) {
    if (!GROUP.test(name) || NOT_HOSTS.test(name)) continue;
    for (const host of group.hosts) {
      const location = workspace.fleet.host(host)?.location;
      if (location !== undefined) add("the inventory", host, location);
    }
  }
  for (const { path, subject } of workspace.subjects("ceph")) {
    for (const { type, id, node } of subject.specs) {
      if (type === "osd" && plainText(entryOf(node, "unmanaged")?.value) !== "true") {
        for (const item of itemsOf(nodeAt(node, "placement", "hosts"))) named(item, path, `service osd${id === undefined ? "" : `.${id}`}`, "hostname", add);
      }
      const labels = itemsOf(entryOf(node, "labels")?.value).map(plainText);
      if (type === "host" && labels.some((label) => label !== undefined && /^osds?$/.test(label))) named(node, path, "hosts with the label osd", "hostname", add);
    }
    for (const { kind, name, spec } of subject.resources) {
      if (kind !== "CephCluster") continue;
      for (const item of itemsOf(nodeAt(spec, "storage", "nodes"))) named(item, path, `cluster ${name ?? ""}`.trim(), "name", add);
    }
  }
  return lists;
}

function named(node: YamlNode, path: string, list: string, key: string, add: (list: string, host: string, location: Location) => void): void {
  const at = node.kind === "scalar" ? node : entryOf(node, key)?.value;
  const host = plainText(at);
  if (at === undefined || host === undefined || host.includes("{{") || /[*?[]/.test(host)) return;
  add(list, host.split(":")[0]!, { path, range: at.range });
}

/** Whether something keeps data from moving onto OSDs while they are added: a flag, or an initial weight of 0. */
export function holdsRebalancing(workspace: Workspace): boolean {
  return workspace.subjects("ceph").some(({ subject }) =>
    subject.commands.some(({ words }) => words[0]?.text === "osd" && words[1]?.text.startsWith("set") === true && /\b(norebalance|nobackfill)\b/.test(words[2]?.text ?? "")) ||
    subject.settings.some(({ option, value }) => option === "osd_crush_initial_weight" && typeof value === "string" && Number(value) === 0),
  );
}
