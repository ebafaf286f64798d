import { machinesText } from "../../model/kernel/machines.ts";
import type { StrictPath } from "../../model/kernel/reverse-path.ts";
import { strictPaths } from "../../model/kernel/reverse-path.ts";
import { rule } from "../rule.ts";

const NETPLAN = `network:
  version: 2
  ethernets:
    ens1:
      addresses: [192.0.2.10/24]
      routing-policy:
        - from: 192.0.2.0/24
          table: 100
`;
const repository = (sysctl: string): Record<string, string> => ({
  "hosts.ini": "[lb]\nlb1.example.net\nlb2.example.net\n",
  "site.yml": "- hosts: lb\n  tasks:\n    - template:\n        src: uplinks.yaml\n        dest: /etc/netplan/60-uplinks.yaml\n    - copy:\n        src: hardening.sysctl.conf\n        dest: /etc/sysctl.d/60-hardening.conf\n",
  "templates/uplinks.yaml": NETPLAN,
  "files/hardening.sysctl.conf": sysctl,
});

export default rule({
  what: "Reverse-path filtering is strict where packets come and go by different ways.",
  why: "With an effective rp_filter of 1 the kernel drops every packet whose sender it would answer by another interface, without a word unless martians are logged. Policy routing, several uplinks and pod networks make such packets normal. The greater of all and the interface counts, so all = 1 cannot be loosened for one interface but to 2.",
  instead: "Set net.ipv4.conf.all.rp_filter = 2 (loose) on these hosts, or leave all at 0 and choose for each interface or pattern of them.",
  lessons: ["2017-network-added", "flatcar-2020-rp-filter-cilium"],
  reads: ["sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "Loose filtering accepts what strict filtering accepts, and what comes by another way of the same machine; senders that no route leads to stay refused.",
  lifecycle: "stable",
  sources: ["kernel: Documentation/networking/ip-sysctl.rst, rp_filter", "RFC 3704"],
  data: { hosts: "hosts with strict filtering and more than one way" },
  examples: {
    bad: [
      repository("net.ipv4.conf.all.rp_filter = ⟦1⟧\nnet.ipv4.conf.default.rp_filter = 1\n"),
      repository("net.ipv4.conf.*.rp_filter = ⟦1⟧\n"),
      {
        "hosts.ini": "[k8s_nodes]\nnode1.example.net\n",
        "group_vars/k8s_nodes.yml": "cni_plugin: cilium\n",
        "hosts/node1.example.net/etc/hostname": "node1\n",
        "site.yml": "- hosts: k8s_nodes\n  tasks:\n    - ansible.posix.sysctl:\n        name: net.ipv4.conf.default.rp_filter\n        value: '⟦1⟧'\n        sysctl_file: /etc/sysctl.d/60-net.conf\n",
      },
    ],
    good: [repository("net.ipv4.conf.all.rp_filter = 2\nnet.ipv4.conf.default.rp_filter = 1\n"), repository("net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.default.rp_filter = 1\nnet.ipv4.conf.ens1.rp_filter = 0\n")],
    lookalike: [
      { "hosts.ini": "[web]\nweb1\n", "site.yml": "- hosts: web\n  tasks:\n    - copy:\n        src: hardening.sysctl.conf\n        dest: /etc/sysctl.d/60-hardening.conf\n", "files/hardening.sysctl.conf": "net.ipv4.conf.all.rp_filter = 1\n" },
      { ...repository("net.ipv4.conf.all.rp_filter = 1\n"), "templates/uplinks.yaml": "network:\n  version: 2\n  ethernets:\n    ens1:\n      addresses: [192.0.2.10/24]\n" },
    ],
  },
  check({ path, workspace, report }) {
    const groups = new Map<number, StrictPath[]>();
    for (const one of strictPaths(workspace)) {
      const { location } = one.value;
      if (location.path === path) groups.set(location.range.start, [...(groups.get(location.range.start) ?? []), one]);
    }
    for (const group of groups.values()) {
      const [{ key, value, reasons }] = group as [StrictPath];
      report({
        location: value.location,
        ...(group.some(({ sure }) => sure) ? { confidence: "likely" as const } : { severity: "info" as const, confidence: "possible" as const }),
        message: `${key} = 1 makes reverse-path filtering strict on ${machinesText(group.map(({ machine }) => machine))} with ${reasons[0]!.what}: packets that come by another interface than the way back to their sender are dropped silently. Set it to 2.`,
        related: reasons.slice(0, 3).map(({ location, what }) => ({ location, message: `${what}.` })),
        data: { hosts: group.length },
        fixes: [{ title: "Set rp_filter to 2", safety: "safe", edits: [{ path, range: value.location.range, newText: "2" }] }],
      });
    }
  },
});
