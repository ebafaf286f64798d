import type { Range } from "../../engine/location.ts";
import type { Report } from "../../engine/rule.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { CephNetwork } from "../../model/ceph/networks.ts";
import { addressesOf, holds, networksOf } from "../../model/ceph/networks.ts";
import type { CephSetting } from "../../model/ceph/settings.ts";
import type { Variable } from "../../model/fleet/fleet.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const NETWORKS = new Set(["public_network", "cluster_network"]);
/** Options with an address of the public network, and of the cluster network. */
const ADDRESSES: Readonly<Record<string, "public_network" | "cluster_network">> = {
  mon_host: "public_network", mon_addr: "public_network", public_addr: "public_network", cluster_addr: "cluster_network",
};

export default rule({
  what: "A Ceph network is malformed, or addresses lie outside of it.",
  why: "Daemons choose the address that they listen on by these networks. With a network that does not parse, or that none of the host's addresses is in, they do not start, or take an address that nobody can reach.",
  instead: "Write networks as 192.0.2.0/24, several with commas, and make sure that every monitor and every OSD host has an address in them.",
  lessons: [],
  reads: ["ceph"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: rados/configuration/network-config-ref", "Ceph: src/common/pick_address.cc", "Ceph: src/common/ipaddr.cc, parse_network"],
  examples: {
    bad: [
      "[global]\npublic network = ⟦192.0.2.0/33⟧\n",
      "[global]\npublic network = 192.0.2.0/24\ncluster network = 198.51.100.0/24, ⟦203.0.113.0⟧\n",
      "[global]\npublic network = 192.0.2.0/24\nmon host = 192.0.2.11, ⟦198.51.100.12⟧, 192.0.2.13\n",
      "[global]\npublic network = 192.0.2.0/24\n[mon.a]\nmon addr = ⟦192.0.3.11⟧:6789\n",
      "[global]\ncluster network = ⟦192.0.2.0/255.255.255.0⟧\n",
      { "group_vars/all.yml": "ceph_origin: repository\nmonitor_interface: eth0\npublic_network: ⟦192.0.2/24⟧\n" },
      { "hosts.ini": "[mons]\nmon1 monitor_address=192.0.2.11\nmon2 monitor_address=198.51.100.12\n", "group_vars/all.yml": "ceph_origin: repository\npublic_network: ⟦192.0.2.0/24⟧\n" },
    ],
    good: "[global]\npublic network = 192.0.2.0/24 2001:db8::/64\nmon host = [v2:192.0.2.11:3300,v1:192.0.2.11:6789],[2001:db8::12]:6789,mon3.example.org\n",
    lookalike: [
      { "hosts.ini": "[mons]\nmon1 ansible_host=198.51.100.11 monitor_address=192.0.2.11\nmon2 ansible_host=198.51.100.12 monitor_address={{ address }}\n", "group_vars/all.yml": "ceph_origin: repository\npublic_network: 192.0.2.0/24,2001:db8::/64\n" },
      // Host bits do not matter.
      "[global]\npublic network = 192.0.2.77/24\nmon host = 192.0.2.11:6789/0\n",
      "[global]\npublic network = {{ public }}/24\ncluster network = {{ cluster }}\nmon host = 198.51.100.12\n",
      "[global]\npublic network = \n[osd.1]\npublic addr = 198.51.100.12\n",
    ],
  },
  check({ ceph, path, workspace, report }) {
    for (const one of monitorsOutside(workspace, path)) report(one);
    const known = new Map<string, CephNetwork[]>();
    for (const setting of ceph.settings) {
      const { option, value, kind } = setting;
      if (!NETWORKS.has(option) || isUnknown(value) || kind === "pool") continue;
      const networks = networksOf(value);
      known.set(option, [...(known.get(option) ?? []), ...networks]);
      for (const { text, range, problem } of networks) {
        if (problem === undefined || /[$<>{}@]/.test(text)) continue;
        report({
          location: { path, range: placeOf(setting, range) },
          message: `"${text}" is no network: ${problem}. Daemons that need it do not start. Write it as address/length.`,
          ...(setting.conditional ? { severity: "warning" as const, confidence: "likely" as const } : {}),
        });
      }
    }
    // What a template decides may be the network in which an address lies.
    const open = new Set(ceph.settings.filter(({ option, value, conditional }) => NETWORKS.has(option) && (isUnknown(value) || conditional)).map(({ option }) => option));
    for (const setting of ceph.settings) {
      const which = ADDRESSES[setting.option];
      const networks = which === undefined || open.has(which) ? undefined : known.get(which);
      if (which === undefined || networks === undefined || isUnknown(setting.value) || setting.kind === "pool") continue;
      for (const { host, ip, range } of addressesOf(setting.value)) {
        if (ip === undefined || ip.range() === "unspecified" || ip.range() === "loopback" || holds(networks, ip) !== false) continue;
        report({
          location: { path, range: placeOf(setting, range) },
          severity: "warning",
          confidence: "likely",
          message: `${host} is not in the ${which.replace("_", " ")} ${networks.map(({ text }) => text).join(", ")}: ${setting.option.startsWith("mon") ? "this monitor, and what runs beside it, finds no address there to listen on" : "other daemons look for it there"}. Correct the address or the network.`,
        });
      }
    }
  },
});

/** Hosts of the inventory whose monitor_address does not lie in the public_network that `path` gives them (ceph-ansible's names). */
function monitorsOutside(workspace: Workspace, path: string): Report[] {
  const groups = new Map<number, { readonly network: Variable; readonly hosts: { readonly name: string; readonly address: Variable }[] }>();
  for (const { name, variables } of workspace.fleet.hosts) {
    const network = variables.get("public_network");
    const address = variables.get("monitor_address");
    if (network?.location.path !== path || typeof network.value !== "string" || typeof address?.value !== "string") continue;
    const networks = networksOf(network.value);
    const [one, ...others] = addressesOf(address.value);
    if (one?.ip === undefined || others.length > 0 || networks.length === 0 || networks.some(({ problem }) => problem !== undefined) || holds(networks, one.ip) !== false) continue;
    const group = groups.get(network.location.range.start) ?? { network, hosts: [] };
    groups.set(network.location.range.start, group);
    group.hosts.push({ name, address });
  }
  return [...groups.values()].map(({ network, hosts }) => ({
    location: network.location,
    key: "inventory",
    severity: "warning",
    confidence: "likely",
    message: `The monitor_address of ${hosts[0]!.name}${hosts.length > 1 ? ` and ${hosts.length - 1} more ${hosts.length === 2 ? "host" : "hosts"}` : ""} (${String(hosts[0]!.address.value)}) is not in the public network ${String(network.value)}: the monitor there finds no address to listen on. Correct the address or the network.`,
    related: hosts.slice(0, 5).map(({ name, address }) => ({ location: address.location, message: `The address of ${name}.` })),
  }));
}

/** A part of a value as a place in the file; the whole value where quotes or escapes moved it. */
function placeOf({ value, valueText, valueRange }: CephSetting, { start, end }: Range): Range {
  return value === valueText ? { start: valueRange.start + start, end: valueRange.start + end } : valueRange;
}
