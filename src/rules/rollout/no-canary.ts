import { isUnknown } from "../../engine/unknown.ts";
import { pictureOf } from "../../model/rollout/picture.ts";
import { noSmallStart } from "../../model/rollout/carriers/findings.ts";
import { disruptivePlays, spokenDisruptions } from "../../model/rollout/disruption.ts";
import { replaceValue } from "../../model/rollout/edits.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "A play or an updater goes in batches, but its first batch is not small.",
  why: "The first batch is where a fault shows that no test has seen. If it holds a large part of the hosts, the service is already broken for that part.",
  instead: "Begin `serial` with one host, then grow; set `maxUnavailable` or `concurrency` to 1.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["playbook", "carrier"],
  severity: "warning",
  fix: "safe",
  fixSafety: "One host or node comes first; the others go as before, or one after the other.",
  lifecycle: "stable",
  sources: ["Ansible: Controlling playbook execution, `serial`", "Kubernetes: Perform a Rolling Update on a DaemonSet", "kured: Configuration"],
  data: {
    hosts: "hosts of the play",
    firstBatch: "hosts of its first batch",
    batches: "hosts of each batch",
    batchCount: "number of batches",
    downAtOnce: "roles, sites and racks with the hosts of them that one batch takes down together",
    exposure: "hosts touched and failed before the play stops, where the change fails on the share `failing`",
    firstHosts: "hosts of the first batch, the probability that they show a fault of the share, and the kernels, systems, roles and sites that they leave out",
    pairsBrokenAtOnce: "share of pairs of hosts without an association while the largest batch is down",
  },
  examples: {
    bad: [{
      "inventory.ini": "[osds]\nosd[01:20].example.net\n",
      "site.yml": `- hosts: osds
  serial: ⟦"40%"⟧
  max_fail_percentage: 0
  tasks:
    - name: Restart the OSDs
      systemd:
        name: ceph-osd.target
        state: restarted
    - name: Wait for the cluster
      command: ceph health
      register: health
      until: health.stdout == "HEALTH_OK"
      retries: 60
      changed_when: false
`,
    }, {
      "calico.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: calico-node\nspec:\n  updateStrategy:\n    rollingUpdate:\n      maxUnavailable: ⟦50%⟧\n  template:\n    spec:\n      containers:\n        - name: calico-node\n          image: calico/node:v3.28.1\n          readinessProbe:\n            exec: { command: [/bin/calico-node, -felix-ready] }\n",
    },
      {
        "pool.yaml": "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfigPool\nmetadata:\n  name: storage\nspec:\n  maxUnavailable: ⟦34%⟧\n",
        "kured.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: kured }\nspec:\n  template:\n    spec:\n      containers:\n        - name: kured\n          image: ghcr.example.net/kubereboot/kured:1.16.0\n          command:\n            - /usr/bin/kured\n            - --period=1h\n            - ⟦--concurrency=10⟧\n",
      },
    ],
    good: {
      "inventory.ini": "[osds]\nosd[01:20].example.net\n",
      "site.yml": `- hosts: osds
  serial: [1, "40%"]
  max_fail_percentage: 0
  tasks:
    - systemd: name=ceph-osd.target state=restarted
    - command: ceph health
      changed_when: false
`,
    },
    lookalike: [{
      "inventory.ini": "[osds]\nosd[01:20].example.net\n\n[pair]\nfw[1:2].example.net\n",
      "site.yml": `- hosts: osds
  serial: 2
  tasks:
    - systemd: name=ceph-osd.target state=restarted
    - command: ceph health
- hosts: pair
  serial: "50%"
  tasks:
    - service: name=keepalived state=restarted
    - command: systemctl is-active keepalived
- hosts: osds
  serial: "50%"
  tasks:
    - service: name=chrony state=restarted
`,
    }, {
      "manifests.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: calico-node }\nspec:\n  updateStrategy: { rollingUpdate: { maxUnavailable: 10% } }\n  template: { spec: { containers: [{ image: calico/node, readinessProbe: {} }] } }\n---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: node-exporter }\nspec:\n  updateStrategy: { rollingUpdate: { maxUnavailable: 50% } }\n  template: { spec: { containers: [{ image: prom/node-exporter }] } }\n",
    },
      {
        "pool.yaml": "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfigPool\nmetadata:\n  name: storage\nspec:\n  maxUnavailable: 10%\n",
        "kured.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: kured }\nspec:\n  template:\n    spec:\n      containers:\n        - name: kured\n          image: ghcr.example.net/kubereboot/kured:1.16.0\n          command:\n            - /usr/bin/kured\n            - --concurrency=1\n",
        "values.yaml": "configuration:\n  concurrency: 50\n  threads: 4\n",
      },
    ],
  },
  check(context) {
    const { path, workspace, report } = context;
    if (context.reads === "carrier") return noSmallStart(context.carrier).forEach(report);
    for (const disruptive of disruptivePlays(workspace, path)) {
      const { play, hosts, total, serial, sizes, assumed, disruptions } = disruptive;
      if (serial === undefined || hosts === undefined) continue;
      if (isUnknown(sizes)) continue;
      // Whoever starts it may name fewer hosts.
      const doubt = assumed === undefined ? {} : ({ severity: "info", confidence: "possible" } as const);
      const [first = 0] = sizes;
      // With all in one batch it is not a first batch that is too large: all-at-once says so.
      if (sizes.length < 2 || first * 2 > total || first <= 2 || first * 5 <= total) continue;
      const old = workspace.textAt(serial.location).trim();
      const value = Array.isArray(serial.value) ? undefined : `[1, ${/^["']/.test(old) || !old.includes("%") ? old : `"${old}"`}]`;
      report({
        location: serial.location,
        key: play.name,
        message: `This play ${spokenDisruptions(disruptions)} on ${first} of ${total} hosts in its first batch. A fault breaks ${Math.round((100 * first) / total)}% of the hosts before it is seen. Begin with one host.`,
        data: { hosts: total, firstBatch: first, ...pictureOf(workspace, disruptive) },
        ...doubt,
        fixes: value === undefined ? [] : [{ title: "One host first", safety: "safe", edits: replaceValue(serial.location, value) }],
      });
    }
  },
});
