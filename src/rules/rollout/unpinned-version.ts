import { isKernelPackage, kindOf, packagesOf } from "../../model/rollout/services.ts";
import { reader } from "../../model/rollout/standing.ts";
import { textAsWritten } from "../../model/fleet/values.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Reporter } from "../../engine/rule.ts";
import { allLab } from "../../model/rollout/lab.ts";
import { unpinnedIn } from "../../model/versions/unpinned.ts";
import type { Workspace } from "../../model/workspace.ts";
import { hostsReached, labOnly, tasksIn } from "../../model/rollout/tasks.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "A keying daemon, network daemon, storage package or kernel is installed in whatever version is newest.",
  why: "The version then depends on the day and on the mirror: hosts of one role differ, a canary tests another build than the fleet gets, and a small change brings an upstream release along.",
  instead: "Name the version, and raise it in a change of its own.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["playbook", "syntax"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ansible: ansible.builtin.apt, ansible.builtin.dnf, `state: latest`", "Debian: apt_preferences(5)", "Docker: image references, the tag latest"],
  data: { hosts: "hosts that get the package; null: not known" },
  examples: {
    bad: [
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- hosts: gateways
  serial: 1
  tasks:
    - name: By a command
      shell: ⟦apt-get update && apt-get install -y strongswan⟧
    - name: Install the keying daemon
      apt:
        name: racoon
        state: ⟦latest⟧
    - name: Install routing and the kernel
      apt:
        name:
          - frr
          - linux-image-amd64
        state: ⟦latest⟧
      notify: nothing
`,
      },
      { "compose.yml": "services:\n  bgp:\n    image: quay.io/frrouting/frr:⟦latest⟧\n  ipsec:\n    image: ⟦strongx509/strongswan⟧\n" },
      { "cluster.yaml": "kind: CephCluster\nspec:\n  cephVersion:\n    image: quay.io/ceph/ceph:⟦main⟧\n" },
      { "inventory.ini": "[gateways]\ngw[01:12].example.net\n", "build.yml": "- hosts: gateways\n  serial: 1\n  tasks:\n    - git:\n        repo: https://git.example.net/strongswan.git\n        dest: /usr/src/strongswan\n        version: ⟦master⟧\n" },
      { "requirements.yml": "roles:\n  - name: ⟦example.strongswan⟧\n  - name: example.frr\n    version: 2.1.0\n" },
      { "etc/apt/preferences.d/frr": "Package: frr\nPin: release ⟦a=unstable⟧\nPin-Priority: 990\n" },
    ],
    good: {
      "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
      "site.yml": '- hosts: gateways\n  tasks:\n    - apt:\n        name: "racoon=1:0.8.2+20140711-10"\n        state: present\n',
    },
    lookalike: [
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n\n[lab]\ntest[1:2].example.net\n",
        "site.yml": `- hosts: gateways
  tasks:
    - apt:
        name: [curl, htop]
        state: latest
    - apt:
        name: strongswan
        state: present
    - shell: apt-get install -y strongswan=5.9.8-5+deb12u1 && apt-get install -y --no-upgrade frr
    - command: apt-get install -y bird2
      args: {creates: /usr/sbin/bird}
- hosts: lab
  tasks:
    - apt: name=strongswan state=latest
`,
      },
      {
        "compose.yml": "services:\n  web:\n    image: nginx:latest\n  bgp:\n    image: frrouting/frr:v10.1.1\n  osd:\n    image: quay.io/ceph/ceph@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n  ipsec:\n    image: \"strongx509/strongswan:{{ tag }}\"\n",
        "requirements.yml": "collections:\n  - name: community.general\n",
        ".gitmodules": '[submodule "frr"]\n\tpath = frr\n\turl = https://git.example.net/frr.git\n\tbranch = master\n',
        "etc/apt/preferences.d/frr": "Package: frr\nPin: version 10.1-*\nPin-Priority: 1001\n\nPackage: *\nPin: release a=unstable\nPin-Priority: 990\n\nPackage: strongswan\nPin: release a=unstable\nPin-Priority: 100\n",
      },
    ],
  },
  check(context) {
    const { path, workspace, report } = context;
    if (context.reads === "syntax") return inOtherCarriers(workspace, path, report);
    const { playbook } = context;
    for (const { task, plays } of tasksIn(workspace, playbook)) {
      if (labOnly(workspace, plays)) continue;
      const hosts = hostsReached(plays);
      if (hosts !== undefined && hosts < 2) continue;
      const loose = packagesOf(task, plays[0] === undefined ? textAsWritten : reader(plays[0], task)).filter(({ name, state, version }) => {
        const kind = kindOf(name);
        return state === "latest" && version === undefined && (kind === "ipsec" || kind === "network" || kind === "storage" || isKernelPackage(name));
      });
      const [first] = loose;
      if (first === undefined) continue;
      const names = loose.map(({ name }) => name);
      report({
        location: first.location,
        key: names.join(),
        ...(hosts === undefined && { severity: "info" as const, confidence: "possible" as const }),
        message: `${names.join(", ")} ${names.length === 1 ? "is" : "are"} installed in whatever version is newest when the play runs${hosts === undefined ? "" : `, on ${hosts} hosts`}: the hosts that come later can get another build than those that were tested. Name the version.`,
        data: { hosts: hosts ?? null },
      });
    }
  },
});

/** Images, sources and pins: what is deployed by something else than a package task. */
function inOtherCarriers(workspace: Workspace, path: string, report: Reporter["report"]): void {
  const found = unpinnedIn(workspace, path);
  if (found.length === 0) return;
  const scope = workspace.fleet.scopeOf(path);
  const hosts = isUnknown(scope) || scope.hosts.length === 0 ? undefined : scope.hosts;
  if (hosts !== undefined && (hosts.length < 2 || allLab(workspace, hosts))) return;
  for (const { name, location, says, certain } of found) {
    report({
      location,
      key: name,
      ...((hosts === undefined || !certain) && { severity: "info" as const, confidence: "possible" as const }),
      message: `${name} has ${says}, so it is whatever is newest on the day${hosts === undefined ? "" : `, on ${hosts.length} hosts`}: the hosts that come later can get another build than those that were tested. Name the version.`,
      data: { hosts: hosts?.length ?? null },
    });
  }
}
