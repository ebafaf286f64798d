import { isUnknown } from "../../engine/unknown.ts";
import { ungated } from "../../model/rollout/carriers/findings.ts";
import { disruptivePlays } from "../../model/rollout/disruption.ts";
import { gatesBehind, isGate } from "../../model/rollout/gates.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "A play or an updater goes in batches, but nothing checks the service before the next batch begins.",
  why: "A restart that succeeds only says that the process was started. Without a check the next batch follows although the first one has no associations, no routes or no storage, and the batches protect nobody. A DaemonSet without a readinessProbe, and hosts that reboot by themselves after an upgrade, have no check either.",
  instead: "Check the service itself behind the restart: associations, routes, the cluster's health; retry with `until`, and let the failure stop the play.",
  lessons: ["2017-keying-daemon-rollout", "2019-ceph-firewall-reload"],
  reads: ["playbook", "carrier"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ansible: Handlers, when handlers run", "Ansible: Controlling playbook execution, `serial`", "Kubernetes: DaemonSet, `minReadySeconds`", "unattended-upgrades(8)", "needrestart(1)"],
  data: { hosts: "hosts of the play", batches: "number of its batches" },
  examples: {
    bad: [
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- hosts: gateways
  serial: [1, 3]
  max_fail_percentage: 0
  tasks:
    - name: Restart the keying daemon
      service:
        name: strongswan
        state: ⟦restarted⟧
`,
      },
      // A wait alone looks at nothing.
      {
        "inventory.ini": "[network]\nnet[01:12].example.net\n",
        "site.yml": `- hosts: network
  serial: 1
  tasks:
    - service:
        name: neutron-openvswitch-agent
        state: ⟦restarted⟧
    - pause:
        seconds: 30
`,
      },
      // The check runs before the handler does.
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- hosts: gateways
  serial: 1
  tasks:
    - copy: src=racoon.conf dest=/etc/racoon/racoon.conf
      notify: Restart racoon
    - name: Check the associations
      command: racoonctl show-sa isakmp
      changed_when: false
  handlers:
    - name: Restart racoon
      service:
        name: racoon
        state: ⟦restarted⟧
`,
      },
      {
        "flannel.yaml": "apiVersion: apps/v1\nkind: ⟦DaemonSet⟧\nmetadata: { name: flannel }\nspec:\n  selector: {}\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n        - name: flannel\n          image: flannel/flannel:v0.25.6\n",
      },
      {
        "inventory.ini": "[osds]\nosd[1:6].example.net\n",
        "site.yml": "- hosts: osds\n  tasks:\n    - copy: src=52reboot dest=/etc/apt/apt.conf.d/52reboot\n",
        "files/52reboot": "Unattended-Upgrade::Automatic-Reboot \"⟦true⟧\";\n",
      },
      {
        "inventory.ini": "[osds]\nosd[1:6].example.net\n\n[routers]\nr[1:3].example.net\n",
        "site.yml": "- hosts: osds\n  tasks:\n    - copy: src=needrestart.conf dest=/etc/needrestart/needrestart.conf\n- hosts: routers\n  tasks:\n    - copy: src=flatcar/update.conf dest=/etc/flatcar/update.conf\n",
        "files/needrestart.conf": "$nrconf{restart} = '⟦a⟧';\n",
        "files/flatcar/update.conf": "GROUP=stable\nREBOOT_STRATEGY=⟦reboot⟧\n",
      },
    ],
    good: {
      "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
      "site.yml": `- hosts: gateways
  serial: 1
  tasks:
    - copy: src=racoon.conf dest=/etc/racoon/racoon.conf
      notify: Restart racoon
  post_tasks:
    - name: Check the associations
      command: racoonctl show-sa isakmp
      changed_when: false
  handlers:
    - name: Restart racoon
      service: name=racoon state=restarted
`,
    },
    lookalike: [{
      "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
      "site.yml": `- hosts: gateways
  serial: 1
  tasks:
    - name: Reboot, and wait until the host is back
      reboot:
- hosts: gateways
  serial: 1
  tasks:
    - copy: src=frr.conf dest=/etc/frr/frr.conf
      notify: restart frr
    - meta: flush_handlers
    - name: Wait for the neighbours
      command: vtysh -c "show bgp summary"
  handlers:
    - name: restart frr
      service: name=frr state=restarted
`,
    },
      {
        "flannel.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: flannel }\nspec:\n  selector: {}\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n        - name: flannel\n          image: flannel/flannel:v0.25.6\n          readinessProbe: { httpGet: { path: /healthz, port: 8285 } }\n",
        "slow.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: flannel }\nspec:\n  minReadySeconds: 30\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n        - name: flannel\n          image: flannel/flannel:v0.25.6\n",
        "logs.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: flannel }\nspec:\n  selector: {}\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n        - name: flannel\n          image: fluent/fluent-bit:3.1\n",
      },
      {
        "inventory.ini": "[osds]\nosd[1:6].example.net\n",
        "site.yml": "- hosts: osds\n  tasks:\n    - copy: src=52reboot dest=/etc/apt/apt.conf.d/52reboot\n",
        "files/52reboot": "// Unattended-Upgrade::Automatic-Reboot \"true\";\nUnattended-Upgrade::Automatic-Reboot \"false\";\n",
      },
      {
        "inventory.ini": "[osds]\nosd[1:6].example.net\n\n[routers]\nr[1:3].example.net\n",
        "site.yml": "- hosts: routers\n  tasks:\n    - copy: src=needrestart.conf dest=/etc/needrestart/needrestart.conf\n- hosts: routers\n  tasks:\n    - copy: src=flatcar/update.conf dest=/etc/flatcar/update.conf\n",
        "files/needrestart.conf": "$nrconf{restart} = 'a';\n",
        "files/flatcar/update.conf": "GROUP=stable\nREBOOT_STRATEGY=etcd-lock\n",
      },
      {
        "inventory.ini": "[osds]\nosd[1:6].example.net\n\n[routers]\nr[1:3].example.net\n",
        "site.yml": "- hosts: osds\n  tasks:\n    - copy: src=needrestart.conf dest=/etc/needrestart/needrestart.conf\n",
        "files/needrestart.conf": "$nrconf{restart} = 'a';\n$nrconf{override_rc} = {\n  qr(^ceph) => 0,\n};\n",
      },
    ],
  },
  check(context) {
    const { path, workspace, report } = context;
    if (context.reads === "carrier") return ungated(context.carrier).forEach(report);
    for (const { play, hosts, total, serial, sizes, assumed, disruptions } of disruptivePlays(workspace, path)) {
      if (hosts === undefined || serial === undefined) continue;
      if (isUnknown(sizes) || sizes.length < 2) continue;
      // The module itself waits until the host answers again.
      const open = disruptions.filter(({ task, notifiedBy }) => task.module !== "reboot" && gatesBehind(play, task, notifiedBy).length === 0);
      const found = open[0];
      if (found === undefined || open.length < disruptions.length) continue;
      // Whoever starts it may name fewer hosts.
      const doubt = assumed === undefined ? {} : ({ severity: "info", confidence: "possible" } as const);
      const early = play.tasks.find(isGate);
      const inFile = found.location.path === path;
      report({
        location: inFile ? found.location : serial.location,
        key: `${play.name} ${found.service}`,
        message: `Nothing checks ${found.service === "host" ? "the host" : found.service} behind its ${found.action}${early ? ": the check in this play runs before, since handlers run at the end" : ""}. The next of ${sizes.length} batches follows even if the service is down on the first. ${early ? "Move the check to post_tasks, or flush the handlers before it" : "Add a check that fails, in post_tasks"}.`,
        data: { hosts: total, batches: sizes.length },
        ...doubt,
        related: [
          ...(inFile ? [] : [{ location: found.location, message: `The ${found.action} of ${found.service}.` }]),
          ...(early ? [{ location: early.location, message: "This check runs before the restart." }] : []),
        ],
      });
    }
  },
});
