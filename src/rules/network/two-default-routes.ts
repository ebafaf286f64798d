import type { DefaultRoute } from "../../model/network/default-routes.ts";
import { rivalDefaults } from "../../model/network/default-routes.ts";
import { networkOfHost } from "../../model/network/host-network.ts";
import { machineOf } from "../../model/network/machines.ts";
import { givenOn, onHost, renderingsOf } from "../../model/network/rendered/on-hosts.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { rule } from "../rule.ts";

const ENI = (second: string): string => `auto eth0
iface eth0 inet static
    address 192.0.2.10/24
    gateway 192.0.2.1

auto eth1
iface eth1 inet static
    address 198.51.100.10/24
${second}`;

const FLEET = (hosts: string): Record<string, string> => ({ "hosts.ini": hosts, "site.yml": "- hosts: all\n  tasks:\n    - template: src=interfaces.j2 dest=/etc/network/interfaces\n" });
const LOOP = "auto lo\niface lo inet loopback\n{% for port in ports %}\nauto {{ port.name }}\niface {{ port.name }} inet static\n    address {{ port.address }}\n{% if port.gateway is defined %}\n    gateway ⟦{{ port.gateway }}⟧\n{% endif %}\n{% if port.metric is defined %}\n    metric {{ port.metric }}\n{% endif %}\n{% endfor %}\n";
const PORTS = (more: string): string => `ports:\n  - {name: eth0, address: 192.0.2.10/24, gateway: 192.0.2.1}\n  - {name: eth1, address: 198.51.100.10/24${more}}\n`;

export default rule({
  what: "A host has two default gateways in one routing table.",
  why: "Only one of them is used, and which one depends on the order in which the interfaces come up: after a restart the answers leave by the wrong interface, and strict reverse path filters or the provider drop them. ifupdown fails at the second one; netplan warns and goes on.",
  instead: "Keep one default route. Give the other a metric where it is for failover, or its own table with `ip rule from ADDRESS` where each interface has to answer for itself.",
  lessons: [],
  reads: ["network"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["interfaces(5), gateway and metric", "netplan(5), default routes", "systemd.network(5), [Route] Metric=", "NetworkManager: ipv4.route-metric", "ip-route(8)"],
  data: { routes: "default routes of the family in the table" },
  examples: {
    bad: [
      { ...FLEET("web01\nweb02\n"), "templates/interfaces.j2": LOOP, "host_vars/web01.yml": PORTS(""), "host_vars/web02.yml": PORTS(", gateway: 198.51.100.1") },
      { "etc/network/interfaces": ENI("    gateway ⟦198.51.100.1⟧\n") },
      { "etc/netplan/10-all.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [192.0.2.10/24]\n      gateway4: 192.0.2.1\n    eno2:\n      addresses: [198.51.100.10/24]\n      gateway4: ⟦198.51.100.1⟧\n" },
      { "etc/netplan/10-all.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [192.0.2.10/24]\n      routes: [{to: default, via: 192.0.2.1}]\n", "etc/netplan/20-second.yaml": "network:\n  version: 2\n  ethernets:\n    eno2:\n      addresses: [198.51.100.10/24]\n      routes:\n        - ⟦to: default\n          via: 198.51.100.1⟧\n" },
      { "etc/systemd/network/10-a.network": "[Match]\nName=eno1\n[Network]\nAddress=192.0.2.10/24\nGateway=192.0.2.1\n", "etc/systemd/network/20-b.network": "[Match]\nName=eno2\n[Network]\nAddress=198.51.100.10/24\nGateway=⟦198.51.100.1⟧\n" },
      { "hosts.ini": "web01.example.net\n", "host_vars/web01.example.net.yml": "network_connections:\n  - name: br0\n    type: bridge\n    ip:\n      address: [192.0.2.10/24]\n      gateway4: 192.0.2.1\n  - name: br1\n    type: vlan\n    parent: br0\n    vlan: {id: 711}\n    ip:\n      address: [198.51.100.10/24]\n      gateway4: ⟦198.51.100.1⟧\n" },
    ],
    good: { "etc/netplan/10-all.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [192.0.2.10/24]\n      routes: [{to: default, via: 192.0.2.1}]\n    eno2:\n      addresses: [198.51.100.10/24]\n      routes: [{to: default, via: 198.51.100.1, metric: 200}]\n" },
    lookalike: [
      { ...FLEET("web01\nweb02\n"), "templates/interfaces.j2": LOOP.replace(/[⟦⟧]/g, ""), "host_vars/web01.yml": PORTS(""), "host_vars/web02.yml": PORTS(", gateway: 198.51.100.1, metric: 200") },
      // Which of the two files a host gets, only a run tells.
      {
        "hosts.ini": "web01\n",
        "site.yml": "- hosts: all\n  tasks:\n    - template: src=old.j2 dest=/etc/network/interfaces\n      when: ansible_distribution_release == 'stretch'\n    - template: src=new.yaml.j2 dest=/etc/netplan/10.yaml\n      when: ansible_distribution_release != 'stretch'\n",
        "templates/old.j2": "auto {{ port }}\niface {{ port }} inet static\n    address 192.0.2.10/24\n    gateway 192.0.2.1\n",
        "templates/new.yaml.j2": "network:\n  version: 2\n  ethernets:\n    {{ port }}:\n      addresses: [192.0.2.10/24]\n      gateway4: 192.0.2.254\n",
        "group_vars/all.yml": "port: eno1\n",
      },
      // One of each family.
      { "etc/network/interfaces": "auto eth0\niface eth0 inet static\n    address 192.0.2.10/24\n    gateway 192.0.2.1\niface eth0 inet6 static\n    address 2001:db8::10/64\n    gateway 2001:db8::1\n" },
      // In a table of its own, and as the last resort.
      { "etc/network/interfaces": ENI("    post-up ip route add default via 198.51.100.1 dev eth1 table wan2\n    post-up ip rule add from 198.51.100.10 table wan2\n") },
      { "etc/network/interfaces": ENI("    gateway 198.51.100.1\n    metric 200\n") },
      // Takes the place of the first.
      { "etc/network/interfaces": ENI("").replace("gateway 192.0.2.1\n", "gateway 192.0.2.1\n    up ip route replace default via 192.0.2.1 dev eth0 mtu 1400\n") },
      // Brought up by hand only, and a file that nothing reads.
      { "etc/network/interfaces": ENI("    gateway 198.51.100.1\n").replace("auto eth1", "# In an emergency: ifup eth1") },
      { "etc/network/interfaces": "source-directory /etc/network/interfaces.d\n\nauto eth0\niface eth0 inet static\n    address 192.0.2.10/24\n    gateway 192.0.2.1\n", "etc/network/interfaces.d/eth1.off": "auto eth1\niface eth1 inet static\n    address 198.51.100.10/24\n    gateway 198.51.100.1\n" },
      // Two hosts' files.
      { "hosts/a/etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1: {addresses: [192.0.2.10/24], gateway4: 192.0.2.1}\n", "hosts/b/etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1: {addresses: [192.0.2.11/24], gateway4: 192.0.2.1}\n" },
      { "roles/net/templates/interfaces.j2": "auto eth0\niface eth0 inet static\n    address {{ address }}\n{% if site == 'a' %}\n    gateway 192.0.2.1\n{% else %}\n    gateway 198.51.100.1\n{% endif %}\n" },
      { "etc/netplan/10-all.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [192.0.2.10/24]\n      gateway4: 192.0.2.1\n    eno2:\n      addresses: [198.51.100.10/24]\n      routes:\n        - {to: default, via: 198.51.100.1, table: 101}\n      routing-policy:\n        - {from: 198.51.100.10, table: 101}\n" },
    ],
  },
  check({ network, path, workspace, report }) {
    const machine = machineOf(workspace, path);
    if (machine === undefined) return;
    const seen = new Set<string>();
    const found = rivalDefaults(workspace, machine.whole ? machine : { ...machine, files: [network] }).map((routes) => ({ routes, on: machine }));
    for (const { host } of renderingsOf(workspace, path)) {
      const there = networkOfHost(workspace, host);
      found.push(...rivalDefaults(workspace, { ...there, files: there.files.filter(({ rendered }) => rendered !== undefined) }).map((routes) => ({ routes, on: there })));
    }
    for (const { routes, on } of found) {
      const [first, ...others] = routes;
      for (const [index, other] of others.entries()) {
        if (other.route.location.path !== path) continue;
        const { family } = other.route;
        const place = `${other.route.location.range.start} ${String(family)} ${on === machine ? index : 0}`;
        if (seen.has(place) || (on !== machine && seen.has(`${other.route.location.range.start} ${String(family)} 0`))) continue;
        seen.add(place);
        // IPv6 shares the packets among equal routes; NetworkManager tells kinds of interfaces apart by their metric.
        const shared = family === 6 || network.source === "ansible" || network.source === "networkmanager";
        report({
          location: other.route.location,
          key: `${String(other.device)} ${String(family)}${index > 0 ? ` ${index}` : ""}`,
          ...(shared && family === 6 ? { severity: "warning" as const, confidence: "likely" as const } : {}),
          message: `This is default gateway number ${index + 2} for IPv${String(family)} in the table ${String(other.route.table)}${onHost(on)}${devices(first!, other)}: ${shared && family !== 6 ? "which of them is used depends on the kinds of the interfaces and on which comes up first" : family === 6 ? "packets leave by either of them" : "the one that comes up first wins, and the other is refused or never used"}. Keep one, or give this one a metric or a table of its own.`,
          related: [{ location: first!.route.location, message: "This is the first one." }, ...givenOn(workspace, other.route.location, on)],
          data: { routes: routes.length },
        });
      }
    }
  },
});

function devices(first: DefaultRoute, other: DefaultRoute): string {
  const gateway = ({ route: { via } }: DefaultRoute): string => (via === undefined || isUnknown(via.value) ? "a gateway" : via.value);
  if (first.device === undefined || other.device === undefined) return ` beside ${gateway(first)}`;
  return first.device === other.device ? `, both on ${first.device}` : `: ${first.device} has ${gateway(first)}, ${other.device} has ${gateway(other)}`;
}
