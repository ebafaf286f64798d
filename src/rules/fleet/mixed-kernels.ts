import { compareVersions } from "../../model/kernel/version.ts";
import { dividedRoles, spokenKernels } from "../../model/versions/kernel-sides.ts";
import { tellsKernels } from "../../model/versions/kernels.ts";
import { KERNEL_BOUNDARIES } from "../../model/versions/kernel-boundaries.ts";
import { rule } from "../rule.ts";

const RULES = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tct state established,related accept\n\t\ttcp dport { 3300, 6789, 6800-7300 } ct state new accept\n\t}\n}\n";
const repository = (older: string, newer: string, handler = "restarted"): { [path: string]: string } => ({
  "inventory.ini": "[ceph:children]\nceph_old\nceph_new\n\n[ceph_old]\nstor[01:06].example.net\n\n[ceph_new]\nstor[07:09].example.net\n",
  "group_vars/ceph_old.yml": `kernel: ${older}\n`,
  "group_vars/ceph_new.yml": `kernel: ${newer}\n`,
  "site.yml": `- hosts: ceph\n  serial: 1\n  tasks:\n    - template: src=nftables.conf dest=/etc/nftables.conf\n      notify: firewall\n    - command: ceph health\n  handlers:\n    - name: firewall\n      service: name=nftables state=${handler}\n`,
  "templates/nftables.conf": RULES,
});
const LIBERAL = "net.netfilter.nf_conntrack_tcp_be_liberal = 1\n";

export default rule({
  what: "Hosts of one role run kernels on both sides of a change that their configuration relies on.",
  why: "The same file then does different things on hosts that are taken for equal: what was tried on one side says nothing of the other, and a fault hits only a part of them, which makes it hard to see.",
  instead: "Bring the hosts of a role to one side of the change, or write the configuration so that both sides do the same.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["syntax"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: [...new Set(KERNEL_BOUNDARIES.map(({ source }) => source))],
  data: { older: "hosts with kernels from before the change", newer: "hosts with kernels that have it", unknown: "hosts of the role whose kernel is not known", since: "first kernel that has the change" },
  examples: {
    bad: [
      repository("4.4.0-142-generic", "⟦4.15.0-45-generic⟧"),
      repository("4.15.0-45-generic", "⟦5.10.0-28-amd64⟧"),
      {
        "inventory.ini": "[gateways]\ngw[1:4].example.net kernel=4.19.0\ngw5.example.net kernel=⟦5.10.0⟧\n",
        "site.yml": "- hosts: gateways\n  serial: 1\n  tasks:\n    - copy: src=nftables.conf dest=/etc/nftables.conf\n",
        "files/nftables.conf": 'table inet nat {\n\tchain postrouting {\n\t\ttype nat hook postrouting priority 100;\n\t\toifname "wan0" masquerade\n\t}\n}\n',
      },
    ],
    good: [repository("5.10.0-28-amd64", "6.1.0-18-amd64"), repository("4.15.0-44-generic", "4.15.0-45-generic")],
    lookalike: [
      // Loaded in one transaction, nothing is forgotten; nor where the window does not count.
      repository("4.4.0-142-generic", "4.15.0-45-generic", "reloaded"),
      {
        ...repository("4.4.0-142-generic", "4.15.0-45-generic"),
        "site.yml": "- hosts: ceph\n  serial: 1\n  tasks:\n    - copy: src=60-net.conf dest=/etc/sysctl.d/60-net.conf\n    - copy: src=modules.conf dest=/etc/modules-load.d/conntrack.conf\n    - template: src=nftables.conf dest=/etc/nftables.conf\n      notify: firewall\n  handlers:\n    - name: firewall\n      service: name=nftables state=restarted\n",
        "files/60-net.conf": LIBERAL,
        "files/modules.conf": "nf_conntrack\n",
      },
      // Two roles, each with a kernel of its own; and a number that says nothing.
      {
        "inventory.ini": "[ceph]\nstor[1:4].example.net kernel=4.4.0\n\n[web]\nweb[1:4].example.net kernel=4.15.0\n",
        "site.yml": "- hosts: ceph:web\n  tasks:\n    - template: src=nftables.conf dest=/etc/nftables.conf\n      notify: firewall\n  handlers:\n    - name: firewall\n      service: name=nftables state=restarted\n",
        "templates/nftables.conf": RULES,
      },
      repository("4.18.0-553.8.1.el8_10.x86_64", "5.14.0-427.el9.x86_64"),
    ],
  },
  check({ path, workspace, report }) {
    if (!tellsKernels(workspace, path)) return;
    for (const { boundary, reliance, older, newer, unknown, location } of dividedRoles(workspace).get(path) ?? []) {
      const since = `${boundary.since.major}.${boundary.since.minor}`;
      const mended = boundary.since.minor === 10 && newer.every(({ kernel }) => compareVersions(kernel, { major: 4, minor: 19 }) >= 0);
      const sure = reliance.certain && !mended;
      report({
        location,
        key: `${since} ${reliance.location.path}`,
        severity: sure ? "warning" : "info",
        confidence: sure ? "likely" : "possible",
        message: `The ${older.length + newer.length} ${reliance.role} are on both sides of kernel ${since}: ${spokenKernels(older)}, ${spokenKernels(newer)}. Since ${since} ${boundary.change}: ${boundary.consequence}. ${boundary.instead}`,
        related: [
          { location: reliance.location, message: "This relies on it." },
          { location: (location === newer[0]!.kernel.location ? older : newer)[0]!.kernel.location, message: "The other side." },
        ],
        data: { older: older.length, newer: newer.length, unknown, since },
      });
    }
  },
});
