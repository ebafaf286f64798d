import type { NotForwarding } from "../../model/kernel/forwarding.ts";
import { notForwarding } from "../../model/kernel/forwarding.ts";
import { machinesText } from "../../model/kernel/machines.ts";
import { rule } from "../rule.ts";

const copy = (src: string, dest: string): string => `    - ansible.builtin.copy:\n        src: ${src}\n        dest: ${dest}\n`;

export default rule({
  what: "Forwarding is switched off on a host that has to forward.",
  why: "Containers, guests and the networks behind a router reach nothing while ip_forward is 0. Docker and others switch it on when they start, so the contradiction shows only after the next boot, or when sysctls are applied again.",
  instead: "Set net.ipv4.ip_forward = 1 for these hosts in a file that sorts last, and keep it out of the baseline that all hosts get.",
  lessons: ["moby-47966-cis-ip-forward-off"],
  reads: ["sysctl"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["kernel: Documentation/networking/ip-sysctl.rst, ip_forward", "sysctl.d(5)"],
  data: { hosts: "hosts that have to forward and do not" },
  examples: {
    bad: [
      {
        "hosts.ini": "[docker]\nnode[1:3].example.net\n",
        "site.yml": `- hosts: docker\n  tasks:\n    - ansible.builtin.apt:\n        name: docker-ce\n${copy("hardening.sysctl.conf", "/etc/sysctl.d/60-hardening.conf")}`,
        "files/hardening.sysctl.conf": "net.ipv4.ip_forward = ⟦0⟧\nnet.ipv4.conf.all.log_martians = 1\n",
      },
      {
        "etc/sysctl.d/90-base.conf": "net.ipv4.conf.all.forwarding=⟦0⟧\n",
        "etc/nftables.conf": "table ip nat {\n  chain postrouting {\n    type nat hook postrouting priority srcnat; policy accept;\n    oifname wan0 masquerade\n  }\n}\n",
      },
      {
        "premortem.yaml": "groups:\n  router: [gw]\n",
        "hosts.ini": "[gw]\ngw1\n",
        "site.yml": "- hosts: gw\n  tasks:\n    - ansible.posix.sysctl:\n        name: net.ipv4.ip_forward\n        value: '⟦0⟧'\n        sysctl_file: /etc/sysctl.d/60-net.conf\n",
      },
    ],
    good: {
      "hosts.ini": "[docker]\nnode1.example.net\n",
      "site.yml": `- hosts: docker\n  tasks:\n${copy("hardening.sysctl.conf", "/etc/sysctl.d/60-hardening.conf")}${copy("docker.sysctl.conf", "/etc/sysctl.d/99-docker.conf")}`,
      "files/hardening.sysctl.conf": "net.ipv4.ip_forward = 0\n",
      "files/docker.sysctl.conf": "net.ipv4.ip_forward = 1\n",
    },
    lookalike: [
      {
        "hosts.ini": "[web]\nweb1.example.net\n[docker]\nnode1.example.net\n",
        "site.yml": `- hosts: web\n  tasks:\n${copy("hardening.sysctl.conf", "/etc/sysctl.d/60-hardening.conf")}`,
        "files/hardening.sysctl.conf": "net.ipv4.ip_forward = 0\n",
      },
      { "etc/sysctl.d/90-base.conf": "net.ipv4.ip_forward = 0\n", "etc/nftables.conf": "table inet filter {\n  chain forward {\n    type filter hook forward priority 0; policy drop;\n  }\n}\n" },
    ],
  },
  check({ path, workspace, report }) {
    const here = notForwarding(workspace).filter(({ value }) => value.location.path === path);
    for (const group of byPlace(here)) {
      const [{ machine: first, key, value, duties }] = group as [NotForwarding];
      const others = duties.length - 1;
      report({
        location: value.location,
        confidence: duties.some(({ certain }) => certain) ? "certain" : "likely",
        message: `${key} = ${value.value} on ${machinesText(group.map(({ machine }) => machine))}, which ${group.length > 1 ? "have" : "has"} to forward (${first.host === undefined ? "" : `${first.name}: `}${duties[0]!.what}${others > 0 ? `, and ${others} more` : ""}). After a boot, or once sysctls are applied again, nothing behind ${group.length > 1 ? "them" : "it"} reaches the network. Set it to 1 there, in a file that sorts last.`,
        related: duties.flatMap(({ location, what }) => (location === undefined ? [] : [{ location, message: `${what}.` }])).slice(0, 3),
        data: { hosts: group.length },
      });
    }
  },
});

function byPlace(found: readonly NotForwarding[]): NotForwarding[][] {
  const groups = new Map<number, NotForwarding[]>();
  for (const one of found) groups.set(one.value.location.range.start, [...(groups.get(one.value.location.range.start) ?? []), one]);
  return [...groups.values()];
}
