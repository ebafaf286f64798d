import type { Related } from "../../engine/finding.ts";
import type { Report } from "../../engine/rule.ts";
import { listNames } from "../../model/fleet/change/words.ts";
import { cephNetworkOf } from "../../model/network/ceph-segments.ts";
import { networkOfHost } from "../../model/network/host-network.ts";
import { machineOf } from "../../model/network/machines.ts";
import { loweredStacks } from "../../model/network/moved-mtus.ts";
import { givenOn, onHost, renderingsOf } from "../../model/network/rendered/on-hosts.ts";
import type { Member, Segment } from "../../model/network/segments.ts";
import { segmentsOf } from "../../model/network/segments.ts";
import { layersOf } from "../../model/network/stacks.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

/** So many members are named beside the first. */
const SHOWN = 6;
const HOST = (number: number, mtu: string): string => `network_interfaces:\n  - name: eno1\n    address: 10.4.0.${number}/24\n    mtu: ${mtu}\n`;
const THREE = "[store]\nstore01\nstore02\nstore03\n";
const NETPLAN = (number: number, mtu: string): string => `network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [10.4.0.${number}/24]\n${mtu}`;

const TEMPLATED = "- hosts: all\n  tasks:\n    - template: src=net.yaml.j2 dest=/etc/netplan/10-net.yaml\n";

export default rule({
  what: "Members of one segment have different MTUs.",
  why: "Between two hosts of one segment nobody sends an ICMP error: what the one sends in full, the other's card or the switch between them throws away without a word. Connections open and hang, heartbeats pass and data does not; a Ceph cluster keeps its monitors and loses its OSDs.",
  instead: "Give every member of the segment the same MTU: the switches first when it grows, the hosts first when it shrinks, all of them in one step, and test with `ping -M do -s`.",
  lessons: ["switch-2019-mtu-during-maintenance", "2015-tunnel-pmtu-collapse"],
  reads: ["network"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["RFC 1191, section 3", "RFC 4821, section 1", "Linux: net/8021q/vlan_dev.c, vlan_dev_change_mtu()", "netplan(5), mtu", "Ceph: rados/configuration/network-config-ref"],
  data: { members: "members of the segment with a known MTU", different: "members with another MTU than most", mtus: "members by MTU in bytes" },
  examples: {
    bad: [
      // Templates with each host's numbers: a segment, and what a VLAN stands on.
      {
        "hosts.ini": "store01 own=10.4.0.1 frames=9000\nstore02 own=10.4.0.2 frames=9000\nstore03 own=10.4.0.3 frames=1500\n",
        "site.yml": TEMPLATED,
        "templates/net.yaml.j2": "network:\n  version: 2\n  ethernets:\n{% for port in ['eno1'] %}\n    {{ port }}:\n      addresses: [{{ own }}/24]\n      mtu: ⟦{{ frames }}⟧\n{% endfor %}\n",
      },
      {
        "hosts.ini": "vm01\n",
        "site.yml": TEMPLATED,
        "group_vars/all.yml": "vlans:\n  - {id: 30, mtu: 1500}\n  - {id: 31, mtu: 9000}\n",
        "templates/net.yaml.j2": "network:\n  version: 2\n  ethernets:\n    eno1: {mtu: 1500}\n  vlans:\n{% for vlan in vlans %}\n    v{{ vlan.id }}:\n      id: {{ vlan.id }}\n      link: eno1\n      mtu: ⟦{{ vlan.mtu }}⟧\n{% endfor %}\n",
      },
      { "hosts.ini": THREE, "host_vars/store01.yml": HOST(1, "9000"), "host_vars/store02.yml": HOST(2, "9000"), "host_vars/store03.yml": HOST(3, "⟦1500⟧") },
      // A Ceph network, for which it is an error.
      { "hosts.ini": THREE, "ceph.conf": "[global]\ncluster network = 10.4.0.0/24\npublic network = 192.0.2.0/24\n", "host_vars/store01.yml": HOST(1, "9000"), "host_vars/store02.yml": HOST(2, "9000"), "host_vars/store03.yml": HOST(3, "⟦1500⟧") },
      { "hosts/a/etc/netplan/10.yaml": NETPLAN(1, "      mtu: 9000\n"), "hosts/b/etc/netplan/10.yaml": NETPLAN(2, "      mtu: 9000\n"), "hosts/c/etc/netplan/10.yaml": NETPLAN(3, "").replace("eno1", "⟦eno1⟧") },
      // A VLAN above its link.
      { "etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      mtu: 1500\n  vlans:\n    v30:\n      id: 30\n      link: eno1\n      mtu: ⟦9000⟧\n      addresses: [10.4.0.1/24]\n" },
      // The bridge is moved, and what it stands on is not.
      {
        before: { "host_vars/vm01.yml": "network_connections:\n  - {name: br0, type: bridge, mtu: 9000, ip: {address: [10.4.0.1/24]}}\n  - {name: bond0, type: bond, controller: br0, mtu: 9000}\n" },
        after: { "host_vars/vm01.yml": "network_connections:\n  - {name: br0, type: bridge, mtu: ⟦1500⟧, ip: {address: [10.4.0.1/24]}}\n  - {name: bond0, type: bond, controller: br0, mtu: 9000}\n" },
      },
    ],
    good: { "hosts.ini": THREE, "host_vars/store01.yml": HOST(1, "9000"), "host_vars/store02.yml": HOST(2, "9000"), "host_vars/store03.yml": HOST(3, "9000") },
    lookalike: [
      {
        "hosts.ini": "store01 own=10.4.0.1 frames=9000\nstore02 own=10.4.0.2 frames=9000\nstore03 own=10.5.0.3 frames=1500\nstore04 own=10.4.0.4\n",
        "site.yml": TEMPLATED,
        "templates/net.yaml.j2": "network:\n  version: 2\n  ethernets:\n{% for port in ['eno1'] %}\n    {{ port }}:\n      addresses: [{{ own }}/24]\n      mtu: {{ frames | default(ansible_eno1.mtu) }}\n{% endfor %}\n",
      },
      // Each host's own network for its guests.
      { "hosts.ini": THREE, "host_vars/store01.yml": HOST(1, "9000"), "host_vars/store02.yml": HOST(1, "1500"), "host_vars/store03.yml": HOST(1, "1500") },
      // Two segments.
      { "hosts.ini": THREE, "host_vars/store01.yml": HOST(1, "9000"), "host_vars/store02.yml": HOST(2, "9000"), "host_vars/store03.yml": HOST(3, "1500").replace("10.4.0", "10.5.0") },
      // A VLAN may have less than its link.
      { "etc/netplan/10.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      mtu: 9000\n  vlans:\n    v30: {id: 30, link: eno1, mtu: 1500, addresses: [10.4.0.1/24]}\n" },
      { "hosts.ini": THREE, "host_vars/store01.yml": HOST(1, "9000"), "host_vars/store02.yml": HOST(2, "{{ jumbo }}") },
    ],
  },
  check({ network, path, workspace, report }) {
    for (const segment of segmentsOf(workspace)) {
      const found = mixed(segment, workspace);
      if (found?.location.path === path) report(found);
    }
    const machine = machineOf(workspace, path);
    const renderings = renderingsOf(workspace, path);
    if (machine === undefined || (network.interfaces.length === 0 && renderings.length === 0)) return;
    const seen = new Set<number>();
    const layers = [machine, ...renderings.map(({ host }) => networkOfHost(workspace, host))].flatMap((on) => layersOf(on).map((layer) => ({ ...layer, on })));
    for (const { upper, upperMtu, lower, lowerMtu, on } of layers) {
      if (upperMtu.value <= lowerMtu.value || upperMtu.location.path !== path || (on !== machine && upper.conditional === true) || seen.has(upperMtu.location.range.start)) continue;
      if (on !== machine) seen.add(upperMtu.location.range.start);
      report({
        location: upperMtu.location,
        key: `${String(upper.name)} above ${String(lower.name)}`,
        severity: "warning",
        message: `${String(upper.name)}${onHost(on)} has an MTU of ${upperMtu.value} bytes and ${String(lower.name)}, which carries it, ${lowerMtu.value}: ${upper.kind === "vlan" ? "the kernel refuses that" : "full packets are lost there"}. Raise ${String(lower.name)} or lower ${String(upper.name)}.`,
        related: [{ location: lowerMtu.location, message: `${String(lower.name)} has ${lowerMtu.value}.` }, ...givenOn(workspace, upperMtu.location, on)],
      });
    }
  },
  compare({ before, after, report }) {
    const old = new Map(segmentsOf(before).map((segment) => [segment.prefix, segment]));
    for (const segment of segmentsOf(after)) {
      const found = mixed(segment, after);
      const base = old.get(segment.prefix);
      if (found === undefined || base === undefined) continue;
      const was = new Map(base.members.map(({ host, mtu }) => [host, mtu.value]));
      const moved = segment.members.filter(({ host, mtu }) => was.has(host) && was.get(host) !== mtu.value);
      if (moved.length === 0) continue;
      report({ ...found, message: `This change sets ${sizes(moved)} bytes on ${moved.length} of the ${segment.members.length} members of ${segment.prefix}. ${found.message}` });
    }
    for (const { upper, lower, from, to, stays, places } of loweredStacks(before, after)) {
      const [first, ...others] = places;
      report({
        location: first!.location,
        key: `${upper} on ${lower}`,
        severity: "warning",
        confidence: "likely",
        message: `This change sets the MTU of ${upper} from ${from} to ${to} bytes${places.length > 1 ? ` on ${places.length} hosts` : ""}, while ${lower} below it keeps ${stays}, as do the guests and members of the segment that nobody moved: what they send in full does not arrive here. Move the whole segment in one step.`,
        related: [{ location: first!.lower, message: `${lower} keeps ${stays}.` }, ...others.slice(0, SHOWN).map(({ location }) => ({ location, message: "The same is done here." }))],
        data: { members: places.length, different: places.length, mtus: { [to]: places.length, [stays]: places.length } },
      });
    }
  },
});

/** The finding for a segment whose members differ, at the first of those that are in the minority. */
function mixed(segment: Segment, workspace: Workspace): Report | undefined {
  // Drivers and hypervisors set MTUs too: a link's default counts only where the written ones agree.
  const written = segment.members.filter(({ mtu }) => mtu.how !== "assumed");
  const assumed = new Set(written.map(({ mtu }) => mtu.value)).size < 2;
  const groups = new Map<number, Member[]>();
  for (const member of assumed ? segment.members : written) groups.set(member.mtu.value, [...(groups.get(member.mtu.value) ?? []), member]);
  if (groups.size < 2) return undefined;
  const sorted = [...groups].sort((a, b) => a[1].length - b[1].length || a[0] - b[0]);
  const most = sorted.at(-1)!;
  const odd = sorted.slice(0, -1).flatMap(([, members]) => members).sort((a, b) => (placeText(a) < placeText(b) ? -1 : 1));
  const place = placeOf(odd[0]!);
  const ceph = cephNetworkOf(workspace, segment.prefix);
  const others: Related[] = [...unique(odd.slice(1)), ...unique(most[1])].filter(({ location }) => location !== place).slice(0, SHOWN);
  const mtus = Object.fromEntries(sorted.map(([value, members]) => [String(value), members.length]));
  return {
    location: place,
    key: `segment ${segment.prefix}`,
    severity: assumed ? "info" : ceph === undefined ? "warning" : "error",
    ...(assumed ? { confidence: "possible" as const } : {}),
    message: `${ceph === undefined ? "The segment" : `Ceph's ${ceph}`} ${segment.prefix} has members with ${[...sorted].reverse().map(([value, members]) => `${value} (${members.length})`).join(" and ")} bytes of MTU: ${listNames([...new Set(odd.map(({ host }) => host))])} ${odd.length === 1 ? "differs" : "differ"}${assumed ? ", those without a written MTU counted with Ethernet's" : ""}. Full packets between them are thrown away with no error to anybody. Use one MTU for all.`,
    related: others,
    data: { members: segment.members.length, different: odd.length, mtus },
  };
}

function placeOf(member: Member): Report["location"] {
  return (member.interface.mtu ?? member.interface).location;
}

function placeText(member: Member): string {
  const { path, range } = placeOf(member);
  return `${path}\0${String(range.start).padStart(12, "0")}`;
}

function unique(members: readonly Member[]): Related[] {
  const byPlace = new Map(members.map((member) => [placeText(member), member]));
  return [...byPlace.values()].map((member) => ({ location: placeOf(member), message: `${member.host} has ${member.mtu.value} bytes here.` }));
}

function sizes(members: readonly Member[]): string {
  return [...new Set(members.map(({ mtu }) => mtu.value))].sort((a, b) => a - b).join(" and ");
}
