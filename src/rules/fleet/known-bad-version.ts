import { knownBadIn } from "../../model/versions/known-bad.ts";
import { allLab } from "../../model/rollout/lab.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "Hosts have, or are given, a version of which its makers warn.",
  why: "The fault is known and waits for the load that brings it out: a recovery, a crash, a full disk. Then it costs data on every host that has the version.",
  instead: "Move to the version that the advisory names. What you know of other products goes into premortem.yaml, under advisories.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["syntax"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: release notes", "Debian bug 1057843", "LWN: A filesystem corruption bug breaks loose", "OpenZFS issue 15526", "etcd: CHANGELOG, v3.5 data corruption issue", "PostgreSQL 14.4: release notes"],
  data: { product: "what the version is of", version: "as written", hosts: "hosts that have or get it; null: not known", link: "the advisory" },
  examples: {
    bad: [
      { "inventory.ini": "[osds]\nosd[1:4].example.net\n", "site.yml": "- hosts: osds\n  serial: 1\n  tasks:\n    - apt:\n        name: ceph-osd=⟦15.2.2⟧-1focal\n    - command: ceph health\n" },
      { "inventory.ini": "[kvm]\nkvm[1:3].example.net\n\n[kvm:vars]\nansible_kernel=⟦6.1.0-14-amd64⟧\n" },
      { "cluster.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nspec:\n  cephVersion:\n    image: quay.io/ceph/ceph:⟦v16.2.6⟧\n" },
      { "group_vars/all.yml": "etcd_version: ⟦v3.5.1⟧\n" },
      { "etc/apt/preferences.d/ceph": "Package: ceph*\nPin: version ⟦14.2.4-*⟧\nPin-Priority: 1001\n" },
      { "premortem.yaml": "advisories:\n  - product: frr\n    versions: '>=8.1 <8.1.2'\n    why: bgpd crashes at a route refresh\n    link: https://wiki.example.net/frr\n", "docker-compose.yml": "services:\n  bgp:\n    image: frrouting/frr:⟦v8.1.1⟧\n" },
    ],
    good: {
      "inventory.ini": "[osds]\nosd[1:4].example.net kernel=6.1.66\n",
      "site.yml": "- hosts: osds\n  serial: 1\n  tasks:\n    - apt:\n        name: ceph-osd=15.2.3-1focal\n    - command: ceph health\n",
    },
    lookalike: [
      // A distribution's number is not the kernel's release, a client library not the server, a short version any of many.
      { "inventory.ini": "[kvm]\nkvm1.example.net kernel=6.1.0-64-amd64\nkvm2.example.net kernel=4.19.0-6-amd64\nkvm3.example.net kernel=6.1.640\n" },
      { "go.mod": "module example.net/agent\n\ngo 1.22\n\nrequire (\n\tgo.etcd.io/etcd/client/v3 v3.5.1\n)\n", "group_vars/all.yml": "ceph_version: 16.2\netcd_version: '{{ versions.etcd }}'\nxz_version: 5.4.6\n" },
      { "inventory.ini": "[lab]\ntest[1:3].example.net kernel=6.1.64\n" },
    ],
  },
  check({ path, workspace, report }) {
    for (const { advisory, what, version, location, hosts, certain } of knownBadIn(workspace, path)) {
      if (hosts !== undefined && allLab(workspace, hosts)) continue;
      const count = hosts === undefined || hosts.length === 0 ? "" : ` (${hosts.length === 1 ? "one host" : `${hosts.length} hosts`})`;
      report({
        location,
        key: `${what} ${version}`,
        confidence: certain ? "certain" : "likely",
        message: `${what === "kernel" ? "Kernel" : what} ${version}${count} is known as bad: ${advisory.why}. ${advisory.instead === undefined ? "Move to another version" : `Take ${advisory.instead}`}${advisory.link === undefined ? "" : `; see ${advisory.link}`}.`,
        data: { product: what, version, hosts: hosts?.length ?? null, link: advisory.link ?? null },
      });
    }
  },
});
