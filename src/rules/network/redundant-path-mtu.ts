import { machinesFor } from "../../model/network/host-machines.ts";
import { givenOn, onHost, renderingsOf } from "../../model/network/rendered/on-hosts.ts";
import { unequalPaths } from "../../model/network/redundant-paths.ts";
import { rule } from "../rule.ts";

const TWO = (first: string, second: string, remote = "198.51.100.7"): string => `network:
  version: 2
  ethernets:
    eno1:
      addresses: [192.0.2.10/24, 192.0.2.11/24]
      mtu: 9000
  tunnels:
    site-a:
      mode: gre
      local: 192.0.2.10
      remote: 198.51.100.7
      mtu: ${first}
      addresses: [10.9.0.1/30]
    site-b:
      mode: gre
      local: 192.0.2.11
      remote: ${remote}
      mtu: ${second}
      addresses: [10.9.0.5/30]
`;
const ROUTES = (table: string): string => `auto eth0
iface eth0 inet static
    address 192.0.2.10/24
    up ip route add 10.8.0.0/16 via 192.0.2.1 dev eth0 metric 10
auto gre1
iface gre1 inet tunnel
    address 10.9.0.1/30
    mode gre
    local 192.0.2.10
    endpoint 198.51.100.7
    mtu ⟦1400⟧
    up ip route add 10.8.0.0/16 dev gre1 metric 20${table}
`;

const SITES = (mtu: string): Record<string, string> => ({
  "hosts.ini": "gw01 own=192.0.2.10\n",
  "site.yml": "- hosts: all\n  tasks:\n    - template: src=net.yaml.j2 dest=/etc/netplan/10-net.yaml\n",
  "host_vars/gw01.yml": `tunnels:\n  - {name: site-a, mtu: ${mtu}}\n  - {name: site-b, mtu: 1476}\n`,
});
const TUNNELS = "network:\n  version: 2\n  ethernets:\n    eno1: {addresses: [\"{{ own }}/24\"], mtu: 9000}\n  tunnels:\n{% for one in tunnels %}\n    {{ one.name }}:\n      mode: gre\n      local: {{ own }}\n      remote: 198.51.100.7\n      mtu: {{ one.mtu }}\n{% endfor %}\n";

export default rule({
  what: "Two redundant paths to the same place have different MTUs.",
  why: "When traffic moves from the one path to the other, connections that were opened with the larger size send packets that do not fit any more. With path MTU discovery they stall for a moment, without it for good; whoever looks for the cause finds both paths up.",
  instead: "Give all paths the MTU of the smallest, or clamp TCP's segment size to it on all of them.",
  lessons: ["2015-tunnel-pmtu-collapse"],
  reads: ["network"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["RFC 1191, section 6.3", "RFC 4459", "ip-route(8), metric"],
  data: { least: "the smaller MTU in bytes", most: "the larger one" },
  examples: {
    bad: [
      { ...SITES("1400"), "templates/net.yaml.j2": TUNNELS.replace("{{ one.mtu }}", "⟦{{ one.mtu }}⟧") },
      { "etc/netplan/10.yaml": TWO("⟦1400⟧", "1476") },
      { "etc/network/interfaces": ROUTES("") },
      {
        "hosts/a/etc/netplan/10.yaml": TWO("⟦1400⟧", "1476", "198.51.100.8"),
        "hosts/b/etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [198.51.100.7/24, 198.51.100.8/24]\n",
      },
    ],
    good: { "etc/netplan/10.yaml": TWO("1400", "1400") },
    lookalike: [
      { ...SITES("1476"), "templates/net.yaml.j2": TUNNELS },
      // To different places, and in tables of their own.
      { "etc/netplan/10.yaml": TWO("1400", "1476", "203.0.113.7") },
      { "etc/network/interfaces": ROUTES(" table 7").replace(/[⟦⟧]/g, "") },
      // Two links without a tunnel, the second for larger frames.
      { "etc/network/interfaces": "auto eth0\niface eth0 inet static\n    address 192.0.2.10/24\n    up ip route add 10.8.0.0/16 via 192.0.2.1 dev eth0 metric 10\nauto eth1\niface eth1 inet static\n    address 10.1.0.10/24\n    mtu 9000\n    up ip route add 10.8.0.0/16 via 10.1.0.1 dev eth1 metric 20\n" },
    ],
  },
  check({ network, path, workspace, report }) {
    if (!network.interfaces.some(({ tunnel }) => tunnel !== undefined) && renderingsOf(workspace, path).length === 0) return;
    const seen = new Set<number>();
    for (const machine of machinesFor(workspace, path)) {
      for (const { to, small, large } of unequalPaths(workspace, machine)) {
        const location = (small.interface.mtu ?? small.interface).location;
        if (location.path !== path || seen.has(location.range.start)) continue;
        seen.add(location.range.start);
        report({
          location,
          key: `${String(small.interface.name)} ${String(large.interface.name)}`,
          ...(small.mtu.how === "written" && large.mtu.how === "written" ? {} : { confidence: "likely" as const }),
          message: `${String(small.interface.name)} (${small.mtu.value} bytes) and ${String(large.interface.name)} (${large.mtu.value})${onHost(machine)} both lead to ${to}: when traffic moves to the smaller one, open connections stall or hang. Give both ${small.mtu.value}, or clamp TCP to it.`,
          related: [{ location: (large.interface.mtu ?? large.interface).location, message: `${String(large.interface.name)} has ${large.mtu.value}.` }, ...givenOn(workspace, location, machine)],
          data: { least: small.mtu.value, most: large.mtu.value },
        });
      }
    }
  },
});
