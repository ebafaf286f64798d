import type { Fix } from "../../engine/fix.ts";
import type { Host } from "../../model/fleet/fleet.ts";
import type { PrefixFault } from "../../model/network/prefixes/fault.ts";
import { faultsOfInterfaces } from "../../model/network/prefixes/interfaces.ts";
import { nearMisses, oddHosts } from "../../model/network/prefixes/near-miss.ts";
import { faultsOfNetworks } from "../../model/network/prefixes/networks.ts";
import { repeatedPairs } from "../../model/network/prefixes/pairs.ts";
import { givenBy, renderingsOf } from "../../model/network/rendered/on-hosts.ts";
import { unwritable } from "../../model/network/prefixes/written.ts";
import { rule } from "../rule.ts";

const LINKS = (third: string, port: string): string => `tunnel_networks:
  - ipv4: 10.9.0.0/31
    peers: [gw01, gw02]
    port: 50001
  - ipv4: 10.9.0.2/31
    peers: [gw01, gw03]
    port: 50002
  - ipv4: 10.9.0.4/31
    peers: [gw02, gw04]
    port: 50003
  - ipv4: ${third}
    peers: [gw02, gw03]
    port: ${port}
`;
const ENI = (address: string, gateway: string, more = ""): string => `auto eth0\niface eth0 inet static\n    address ${address}\n    gateway ${gateway}\n${more}`;
const SITES = (odd: string): string => `networks:\n${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => `  - {prefix: 10.87.${number}.0/24, vlan: ${100 + number}}\n`).join("")}  - {prefix: ${odd}, vlan: 110}\n`;

export default rule({
  what: "A network prefix or address is wrong by itself, or contradicts those beside it.",
  why: "A list of networks feeds the interfaces, routes and filters of every host. A prefix that does not parse stops the run half-way; one that overlaps another takes its addresses away on every host at once; a gateway outside of its network leaves hosts without a way out.",
  instead: "Write networks without host bits, keep them apart, and put gateways inside. Let the network's own registry give out prefixes.",
  lessons: ["2017-network-added"],
  reads: ["network"],
  severity: "error",
  fix: "safe",
  fixSafety: "The same network, written as tools expect it.",
  lifecycle: "stable",
  sources: ["RFC 4632, section 3.1", "RFC 4291, section 2.3", "ip-route(8)", "interfaces(5), gateway", "netplan(5), routes"],
  data: { kind: "which fault it is" },
  examples: {
    bad: [
      { "hosts.ini": "web01 own=192.0.2.10/24 router=192.0.2.1\nweb02 own=192.0.3.10/24 router=192.0.2.1\n", "site.yml": "- hosts: all\n  tasks:\n    - template: src=wan.j2 dest=/etc/network/interfaces.d/wan\n", "templates/wan.j2": "auto eth0\niface eth0 inet static\n    address {{ own }}\n    gateway ⟦{{ router }}⟧\n" },
      { "group_vars/all.yml": LINKS("⟦10.9.0.7/31⟧", "50004") },
      { "group_vars/all.yml": LINKS("⟦10.9.0.4/31⟧", "50004") },
      { "group_vars/all.yml": LINKS("10.9.0.6/31", "⟦50002⟧") },
      { "group_vars/all.yml": LINKS("⟦10.9.0.256/31⟧", "50004") },
      { "etc/network/interfaces": ENI("192.0.2.10/24", "⟦192.0.3.1⟧") },
      { "etc/network/interfaces": ENI("⟦192.0.2.255/24⟧", "192.0.2.1") },
      { "etc/network/interfaces": ENI("192.0.2.10/24", "192.0.2.1", "    up ip route add ⟦10.8.1.1/16⟧ via 192.0.2.2\n") },
      { "etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [⟦192.0.2.10/33⟧]\n" },
      { "etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [192.0.2.10/26]\n      routes:\n        - {to: default, via: ⟦192.0.2.65⟧}\n" },
      { "etc/systemd/network/10-lan.network": "[Match]\nName=eth0\n\n[Network]\nAddress=192.0.2.10/26\n\n[Route]\nDestination=10.8.0.0/16\nGateway=⟦192.0.2.129⟧\n" },
      { "group_vars/all.yml": "networks:\n  - {prefix: 10.1.0.0/16, vlan: 10, gateway: 10.1.0.1}\n  - {prefix: ⟦10.1.4.0/24⟧, vlan: 11, gateway: 10.1.4.1}\n" },
      { "group_vars/all.yml": "networks:\n  - {prefix: 10.1.0.0/24, gateway: 10.1.0.1}\n  - {prefix: 10.1.1.0/24, gateway: ⟦10.1.0.254⟧}\n" },
      { "enc/web01.json": '{"name": "web01", "parameters": {"interfaces": {"lan": {"networks": {"192.0.2.0/25": ["192.0.2.5", ⟦"192.0.2.205"⟧]}}}}}\n' },
      { "group_vars/all.yml": SITES("⟦10.78.10.0/24⟧") },
    ],
    good: [{ "group_vars/all.yml": LINKS("10.9.0.6/31", "50004") }, { "etc/network/interfaces": ENI("192.0.2.10/24", "192.0.2.1") }],
    lookalike: [
      { "hosts.ini": "web01 own=192.0.2.10/24\nweb02 own=192.0.3.10/24\n", "site.yml": "- hosts: all\n  tasks:\n    - template: src=wan.j2 dest=/etc/network/interfaces.d/wan\n", "templates/wan.j2": "auto eth0\niface eth0 inet static\n    address {{ own }}\n    gateway {{ own.split('/')[0].rsplit('.', 1)[0] }}.1\n" },
      // A list of routers' addresses with their lengths, not of networks.
      { "group_vars/all.yml": "networks:\n  - {ipv4: 10.1.0.1/24, vlan: 10}\n  - {ipv4: 10.1.1.1/24, vlan: 11}\n  - {ipv4: 10.1.2.1/24, vlan: 12}\n" },
      // A larger range around those that are in use; the same port on hosts of different pairs.
      { "group_vars/all.yml": `internal_prefixes:\n  - 10.9.0.0/16\n${LINKS("10.9.0.6/31", "50004")}` },
      { "group_vars/all.yml": LINKS("10.9.0.6/31", "50004").replace("[gw02, gw03]\n    port: 50004", "[gw05, gw06]\n    port: 50001") },
      // A single address: the provider routes to each host.
      { "etc/network/interfaces": ENI("192.0.2.10/32", "203.0.113.1") },
      { "etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [192.0.2.10/24]\n      routes:\n        - {to: default, via: 203.0.113.1, on-link: true}\n" },
      { "etc/network/interfaces": "iface eth0 inet6 static\n    address 2001:db8::10/64\n    gateway fe80::1\n" },
      // In a network that another file, or a second address, adds; routed to by a route of its own.
      { "etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [192.0.2.10/26]\n      routes:\n        - {to: default, via: 198.51.100.9}\n        - {to: 10.8.0.0/16, via: 203.0.113.1}\n        - {to: 203.0.113.1/32, scope: link}\n", "etc/netplan/20.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [198.51.100.10/29]\n" },
      { "group_vars/all.yml": "release: 2026.300.1.4\nmac: 52:54:00:12:34:56\nstart: 10:30:00\nversion: 1.2.3.4\n" },
      // Other sites have other numbers.
      { "group_vars/all.yml": SITES("10.90.10.0/24") },
    ],
  },
  check({ network, path, workspace, report }) {
    const text = unwritable(workspace, network);
    const broken = new Set(text.map(({ location }) => location.range.start));
    const rendered = renderingsOf(workspace, path).flatMap(({ files, host }) => files.flatMap((file) => faultsOfInterfaces(workspace, file)).map((fault) => ({ ...fault, host })));
    const others: (PrefixFault & { readonly host?: Host })[] = [...faultsOfNetworks(network), ...faultsOfInterfaces(workspace, network), ...rendered, ...repeatedPairs(workspace, network), ...nearMisses(network), ...oddHosts(workspace)];
    const seen = new Set<string>();
    for (const fault of [...text.map((one): (typeof others)[number] => one), ...others.filter(({ location }) => !broken.has(location.range.start))]) {
      const place = `${fault.location.range.start} ${fault.kind}`;
      if (fault.location.path !== path || seen.has(place)) continue;
      seen.add(place);
      report({
        location: fault.location,
        key: `${fault.kind} ${workspace.textAt(fault.location)}`,
        ...(fault.certain ? {} : { severity: fault.harmless === true ? ("info" as const) : ("warning" as const), confidence: "likely" as const }),
        message: fault.host === undefined ? fault.message : `On ${fault.host.name}: ${fault.message}`,
        related: [...(fault.related === undefined ? [] : [fault.related]), ...givenBy(workspace, fault.location, fault.host)],
        data: { kind: fault.kind },
        fixes: fixesOf(fault, workspace.textAt(fault.location)),
      });
    }
  },
});

/** Only where the text at the place is the prefix and nothing more. */
function fixesOf({ mended, location }: PrefixFault, written: string): Fix[] {
  if (mended === undefined || !/^[\da-f.:]+\/\d+$/i.test(written)) return [];
  return [{ title: `Write ${mended}`, safety: "safe", edits: [{ path: location.path, range: location.range, newText: mended }] }];
}
