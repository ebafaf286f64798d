import type { Fix } from "../../engine/fix.ts";
import { portsText } from "../../model/firewall/tracking/ports.ts";
import type { PortOverlap } from "../../model/kernel/local-ports.ts";
import { portOverlaps } from "../../model/kernel/local-ports.ts";
import { machinesText } from "../../model/kernel/machines.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const RULES = "table inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    ct state established,related accept\n    tcp dport { 22, 7000-7010, 8443 } accept\n  }\n}\n";

export default rule({
  what: "Outgoing connections may take the ports that services listen on.",
  why: "The kernel picks the local port of an outgoing connection from ip_local_port_range. A service whose port lies within it cannot listen while such a connection holds the port: it fails at a restart, now and then, for as long as the other connection lives.",
  instead: "Leave the range at 32768 60999, or reserve the services' ports with net.ipv4.ip_local_reserved_ports.",
  lessons: ["home-ops-2026-port-range-drbd"],
  reads: ["sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "It only keeps the kernel from handing these ports out by itself; whoever asks for one of them gets it.",
  lifecycle: "stable",
  sources: ["ip(7), ip_local_port_range, ip_local_reserved_ports", "kernel: Documentation/networking/ip-sysctl.rst"],
  data: { hosts: "hosts where the ports overlap", ports: "the ports that lie within the range" },
  examples: {
    bad: [
      { "etc/sysctl.d/60-net.conf": "net.ipv4.ip_local_port_range = ⟦1024 65535⟧\nnet.core.somaxconn = 4096\n", "etc/nftables.conf": RULES },
      {
        "hosts.ini": "[ceph_osds]\nstore1.example.net\n",
        "site.yml": "- hosts: ceph_osds\n  tasks:\n    - ansible.posix.sysctl:\n        name: net.ipv4.ip_local_port_range\n        value: ⟦2000 65000⟧\n        sysctl_file: /etc/sysctl.d/60-net.conf\n",
      },
      { "etc/sysctl.d/60-net.conf": "net.ipv4.ip_local_port_range = ⟦1024 65535⟧\nnet.ipv4.ip_local_reserved_ports = 8443\n", "etc/nftables.conf": RULES },
    ],
    good: [
      { "etc/sysctl.d/60-net.conf": "net.ipv4.ip_local_port_range = 1024 65535\nnet.ipv4.ip_local_reserved_ports = 7000-7010,8443\n", "etc/nftables.conf": RULES },
      { "etc/sysctl.d/60-net.conf": "net.ipv4.ip_local_port_range = 32768 60999\n", "etc/nftables.conf": RULES },
    ],
    lookalike: [
      { "etc/sysctl.d/60-net.conf": "net.ipv4.ip_local_port_range = 10000 65535\n", "etc/nftables.conf": RULES.replace("8443", "45000") },
      { "hosts/a/etc/sysctl.d/60-net.conf": "net.ipv4.ip_local_port_range = 1024 65535\n", "hosts/b/etc/nftables.conf": RULES },
    ],
  },
  check({ path, workspace, report }) {
    const groups = new Map<string, PortOverlap[]>();
    for (const one of portOverlaps(workspace)) {
      const { location } = one.value;
      if (location.path !== path) continue;
      const name = `${location.range.start} ${portsText(one.overlap)}`;
      groups.set(name, [...(groups.get(name) ?? []), one]);
    }
    for (const group of groups.values()) {
      const [first] = group as [PortOverlap];
      const ports = portsText(first.overlap);
      const fix = reserve(workspace, first);
      report({
        location: first.value.location,
        confidence: "likely",
        key: ports,
        message: `ip_local_port_range = ${first.value.value} lets outgoing connections take ports ${ports} of services on ${machinesText(group.map(({ machine }) => machine))} (${first.listeners[0]!.what}): a service that restarts then cannot listen. Reserve them: net.ipv4.ip_local_reserved_ports = ${reservation(first)}.`,
        related: first.listeners.flatMap(({ location, what }) => (location === undefined ? [] : [{ location, message: `${what}.` }])).slice(0, 3),
        data: { hosts: group.length, ports },
        ...(fix === undefined ? {} : { fixes: [fix] }),
      });
    }
  },
});

function reservation({ overlap, reserved }: PortOverlap): string {
  return [...(reserved === undefined || reserved.value.trim() === "" ? [] : [reserved.value.trim()]), portsText(overlap, "-", ",")].join(",");
}

/** Beside the range, or where ports are reserved already. Several hosts may share the file: the ports of one do no harm on another. */
function reserve(workspace: Workspace, one: PortOverlap): Fix | undefined {
  const title = "Reserve the ports";
  if (one.reserved !== undefined) return { title, safety: "safe", edits: [{ ...one.reserved.location, newText: reservation(one) }] };
  const { path, range } = one.value.location;
  if (workspace.language(path) !== "sysctl") return undefined;
  const eol = workspace.text(path)!.includes("\r\n") ? "\r\n" : "\n";
  return { title, safety: "safe", edits: [{ path, range: { start: range.end, end: range.end }, newText: `${eol}net.ipv4.ip_local_reserved_ports = ${reservation(one)}` }] };
}
