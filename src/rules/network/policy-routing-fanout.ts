import type { Report } from "../../engine/rule.ts";
import { variablesPlace } from "../../model/fleet/variable-files.ts";
import { classifierFanout } from "../../model/network/classifier-fanout.ts";
import type { RoutingList } from "../../model/network/fanout.ts";
import { routingLists } from "../../model/network/fanout.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const SHOWN = 5;
/** A few ranges that hold all networks are what keeps the list short; they change so seldom that only their change is worth a line. */
const MANY = 5;
const PLAYBOOK = "- hosts: all\n  tasks:\n    - template: src=rules.sh.j2 dest=/usr/local/sbin/rules.sh\n";
const TEMPLATE = "#!/bin/sh\n{% for network in networks %}\nip rule add to {{ network.prefix }} lookup internal priority 7\n{% endfor %}\n";
const HOSTS = "[web]\nweb[01:04].example.net\n[kvm]\nkvm[01:02].example.net\n";
const LIST = (more: string): string => `networks:\n  - {prefix: 10.1.0.0/24, vlan: 10}\n  - {prefix: 10.2.0.0/24, vlan: 11}\n  - {prefix: 10.3.0.0/24, vlan: 12}\n  - {prefix: 10.5.0.0/24, vlan: 15}\n  - {prefix: 10.6.0.0/24, vlan: 16}\n${more}`;
const ENC = (host: string, more: string): string => `{"parameters": {"interfaces": {"fe": {"mac": "52:54:00:00:00:0${host}", "networks": {"192.0.2.0/24": ["192.0.2.${host}"]${more}}, "gateways": {"192.0.2.0/24": "192.0.2.1"}}}}, "classes": {}}`;

export default rule({
  what: "The routing rules of every host are made from the list of all networks.",
  why: "With such a list one new network changes the network configuration of every machine, also of those that have nothing to do with it, and whatever restarts or reconfigures interfaces then does so everywhere: that is how one added network took down virtual machines for a morning.",
  instead: "Give hosts rules for their own networks only, and one route to the router for all others; or let a routing daemon learn the networks.",
  lessons: ["2017-network-added"],
  reads: ["network"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["ip-rule(8)", "systemd.network(5), [RoutingPolicyRule]", "netplan(5), routing-policy"],
  data: { hosts: "hosts whose rules depend on the list", networks: "networks in the list", before: "networks in it before the change" },
  examples: {
    bad: [
      { "hosts.ini": HOSTS, "site.yml": PLAYBOOK, "templates/rules.sh.j2": TEMPLATE, "group_vars/all.yml": `⟦networks⟧${LIST("").slice("networks".length)}` },
      {
        before: { "hosts.ini": HOSTS, "site.yml": PLAYBOOK, "templates/rules.sh.j2": TEMPLATE, "group_vars/all.yml": LIST("") },
        after: { "hosts.ini": HOSTS, "site.yml": PLAYBOOK, "templates/rules.sh.j2": TEMPLATE, "group_vars/all.yml": LIST("  - {prefix: ⟦10.4.0.0/24⟧, vlan: 13}\n") },
      },
      // By a fact that a role makes of it.
      {
        "hosts.ini": HOSTS,
        "site.yml": `- hosts: all\n  tasks:\n    - set_fact:\n        mine: "{{ networks | selectattr('vlan') | list }}"\n${PLAYBOOK.split("\n").slice(2).join("\n")}`,
        "templates/rules.sh.j2": TEMPLATE.replace("in networks", "in mine"),
        "group_vars/all.yml": `⟦networks⟧${LIST("").slice("networks".length)}`,
      },
      { "enc/a.json": ENC("5", ', ⟦"198.51.100.0/24"⟧: [], "203.0.113.0/24": []'), "enc/b.json": ENC("6", ', "198.51.100.0/24": [], "203.0.113.0/24": []') },
    ],
    good: { "hosts.ini": HOSTS, "site.yml": PLAYBOOK, "templates/rules.sh.j2": "#!/bin/sh\nip rule add from {{ own_address }} lookup internal priority 7\n", "group_vars/all.yml": LIST("") },
    lookalike: [
      // Each host has a list of its own; and the same list feeds something else.
      { "hosts.ini": HOSTS, "site.yml": PLAYBOOK, "templates/rules.sh.j2": TEMPLATE, "host_vars/web01.example.net.yml": LIST(""), "host_vars/web02.example.net.yml": LIST("") },
      { "hosts.ini": HOSTS, "site.yml": PLAYBOOK, "templates/rules.sh.j2": "#!/bin/sh\n{% for network in networks %}\nnft add element inet filter internal '{ {{ network.prefix }} }'\n{% endfor %}\n", "group_vars/all.yml": LIST("") },
      { "hosts.ini": "[routers]\nrouter01.example.net\n", "site.yml": PLAYBOOK, "templates/rules.sh.j2": TEMPLATE, "group_vars/all.yml": LIST("") },
      { "enc/a.json": ENC("5", ""), "enc/b.json": ENC("6", "") },
      { "hosts.ini": HOSTS, "site.yml": PLAYBOOK, "templates/rules.sh.j2": TEMPLATE.replace("networks", "internal_ranges"), "group_vars/all.yml": "internal_ranges:\n  - prefix: 10.0.0.0/8\n  - prefix: 192.168.0.0/16\n" },
    ],
  },
  check({ network, path, workspace, report }) {
    // What a host alone has, or a file with few prefixes in it, is no list of all networks: nothing needs to be looked up.
    const short = variablesPlace(path)?.kind === "host_vars" || ((workspace.text(path) ?? "").match(/[\da-f]\/\d/gi) ?? []).length < MANY;
    if (!short) for (const list of routingLists(workspace)) if (list.location.path === path && list.networks.length >= MANY) report(reportOf(list, workspace));
    const classified = network.source === "enc" ? classifierFanout(workspace) : undefined;
    if (classified?.location.path === path) report({ location: classified.location, key: "classifier", confidence: "likely", message: `${classified.hosts} hosts get ${classified.networks === 1 ? "1 network" : `${classified.networks} networks`} in which they have no address: one more network changes the configuration of all. Give hosts their own networks only.`, data: { hosts: classified.hosts, networks: classified.networks } });
  },
  compare({ before, after, report }) {
    const old = new Map(routingLists(before).map((list) => [`${list.location.path}\0${list.name}`, list]));
    for (const list of routingLists(after)) {
      const base = old.get(`${list.location.path}\0${list.name}`);
      if (base === undefined) continue;
      const known = new Set(base.networks);
      const added = list.networks.filter((network) => !known.has(network));
      const left = new Set(list.networks);
      const removed = base.networks.filter((network) => !left.has(network));
      if (added.length + removed.length === 0) continue;
      const finding = reportOf(list, after);
      const text = after.text(list.location.path) ?? "";
      const at = added.length === 0 ? -1 : text.indexOf(added[0]!, list.location.range.start);
      report({
        ...finding,
        location: at === -1 ? list.location : { path: list.location.path, range: { start: at, end: at + added[0]!.length } },
        message: `This change takes ${list.name} from ${base.networks.length} to ${list.networks.length} networks${added.length > 0 ? `, ${added.length} of them new` : ""}. ${finding.message}`,
        data: { ...finding.data, before: base.networks.length },
      });
    }
  },
});

function reportOf({ name, location, networks, hosts, loops }: RoutingList, workspace: Workspace): Report {
  const all = workspace.fleet.hosts.length;
  return {
    location,
    key: `list ${name}`,
    confidence: "likely",
    message: `The routing rules of ${hosts.length} of ${all} hosts are made from ${name}, a list of ${networks.length} networks: one entry more changes the rules, and what restarts with them, on all of these. Give hosts rules for their own networks only.`,
    related: loops.slice(0, SHOWN).map((loop) => ({ location: loop, message: "This loop makes the rules." })),
    data: { hosts: hosts.length, networks: networks.length },
  };
}
