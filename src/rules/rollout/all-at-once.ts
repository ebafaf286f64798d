import type { Report } from "../../engine/rule.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { effectsOf } from "../../model/fleet/change/effects.ts";
import type { Host, Play, Task } from "../../model/fleet/fleet.ts";
import { meshPairs, pairsBroken } from "../../model/ipsec/timing.ts";
import { spokenGaps } from "../../model/rollout/gaps.ts";
import { pictureOf } from "../../model/rollout/picture.ts";
import type { DisruptivePlay } from "../../model/rollout/disruption.ts";
import { allAtOnce } from "../../model/rollout/carriers/findings.ts";
import { disruptivePlays, spokenDisruptions, uncountedPlays } from "../../model/rollout/disruption.ts";
import { addKeywords, replaceValue } from "../../model/rollout/edits.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const changed = (delay: number, hosts: string): { [path: string]: string } => ({
  "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
  "site.yml": `- hosts: ${hosts}\n  tasks:\n    - template: src=racoon.conf.j2 dest=/etc/racoon/racoon.conf\n      notify: keys\n  handlers:\n    - name: keys\n      service: name=racoon state=restarted\n    - name: associations\n      listen: keys\n      command: racoonctl show-sa isakmp\n      changed_when: false\n`,
  "racoon.conf.j2": `remote anonymous\n{\n\tdpd_delay ${delay};\n}\n`,
});

/** From this many hosts on, a batch of more than half of the play is the fleet, not a step. */
const MANY = 5;
/** Of one change so many plays are reported each; beyond, they are one finding. */
const SHOWN_PLAYS = 3;

export default rule({
  what: "A play, updater or timer restarts network, firewall, IPsec, storage or hypervisor services on all hosts at once.",
  why: "Without `serial` Ansible takes every host through each task together. A fault in the new build or configuration is everywhere before the first failure is seen, and the way back is a second restart of everything. A DaemonSet with `maxUnavailable: 100%`, automatic reboots at a fixed time and a timer without `RandomizedDelaySec` do the same, and nobody watches.",
  instead: "Give the play a `serial` that begins with one host and grows, with a check of the service behind each batch. Let DaemonSets and pools go node by node, and reboots wait for a lock or for times of their own.",
  lessons: ["2017-keying-daemon-rollout", "2014-osd-restart-corruption", "2019-ceph-firewall-reload"],
  reads: ["playbook", "carrier"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The same tasks run on the same hosts, and the same pods on the same nodes, one batch after the other; it takes longer.",
  lifecycle: "stable",
  sources: ["Ansible: Controlling playbook execution, `serial`", "Ansible: lib/ansible/executor/playbook_executor.py", "Kubernetes: Perform a Rolling Update on a DaemonSet", "systemd.timer(5)", "unattended-upgrades(8), 50unattended-upgrades", "Zincati: updates strategy", "dnf-automatic(8)"],
  data: {
    hosts: "hosts of the play",
    largestBatch: "hosts of its largest batch",
    plays: "plays that the change sets off, where they are said together",
    hostsOfAllPlays: "hosts of all these plays",
    batches: "hosts of each batch",
    batchCount: "number of batches",
    downAtOnce: "roles, sites and racks with the hosts of them that one batch takes down together",
    exposure: "hosts touched and failed before the play stops, where the change fails on the share `failing`",
    firstHosts: "hosts of the first batch, the probability that they show a fault of the share, and the kernels, systems, roles and sites that they leave out",
    pairsBrokenAtOnce: "share of pairs of hosts without an association while the largest batch is down",
  },
  examples: {
    bad: [
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- name: Keying daemon
  hosts: ⟦gateways⟧
  become: true
  tasks:
    - name: Install the configuration
      template:
        src: racoon.conf.j2
        dest: /etc/racoon/racoon.conf
      notify: Restart racoon
  handlers:
    - name: Restart racoon
      service:
        name: racoon
        state: restarted
    - name: Check the associations
      listen: Restart racoon
      command: racoonctl show-sa isakmp
      changed_when: false
`,
        "racoon.conf.j2": "remote anonymous\n{\n\tdpd_delay 20;\n}\n",
      },
      {
        "inventory/hosts.yml": "all:\n  children:\n    kvm:\n      hosts:\n        kvm[1:8].example.net:\n",
        "reboot.yml": `- hosts: kvm
  serial: [1, ⟦"100%"⟧]
  tasks:
    - name: Reboot
      reboot:
    - name: Wait until libvirt answers
      command: virsh list
      register: guests
      until: guests.rc == 0
      retries: 30
      changed_when: false
`,
      },
      // The play was there before; this change sets it off.
      { before: changed(20, "gateways"), after: changed(10, "⟦gateways⟧") },
      // Where nobody names a target it is everybody.
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": "- hosts: ⟦\"{{ target | default('all') }}\"⟧\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n",
      },
      // The batch stands in a variable.
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n[gateways:vars]\nstep=100%\n",
        "site.yml": "- hosts: gateways\n  serial: ⟦\"{{ step }}\"⟧\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n",
      },
      {
        "inventory.ini": "[osds]\nosd[1:4].example.net\n",
        "restart.yml": '- hosts: ⟦osds⟧\n  tasks:\n    - service: name=ceph-osd@{{ item }} state=restarted\n      loop: "{{ osd_ids }}"\n    - command: ceph health\n',
      },
      // Nobody starts these: a DaemonSet's update, and reboots that every host does by itself.
      {
        "cilium.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: cilium\nspec:\n  updateStrategy:\n    type: RollingUpdate\n    rollingUpdate:\n      maxUnavailable: ⟦100%⟧\n  template:\n    spec:\n      containers:\n        - name: cilium-agent\n          image: quay.example.net/cilium/cilium:v1.16.1\n          readinessProbe:\n            httpGet: { path: /healthz, port: 9879 }\n",
      },
      {
        "inventory.ini": "[ceph_osds]\nosd[1:6].example.net\n",
        "site.yml": "- hosts: ceph_osds\n  tasks:\n    - copy: src=52reboot dest=/etc/apt/apt.conf.d/52reboot\n",
        "files/52reboot": 'Unattended-Upgrade::Automatic-Reboot "true";\nUnattended-Upgrade::Automatic-Reboot-Time "⟦02:00⟧";\n',
      },
      {
        "inventory.ini": "[kvm]\nkvm[1:6].example.net\n",
        "site.yml": "- hosts: kvm\n  tasks:\n    - copy: src=update.timer dest=/etc/systemd/system/update.timer\n    - copy: src=upgrades.conf dest=/etc/systemd/system/apt-daily-upgrade.timer.d/when.conf\n    - copy: src=cron.d/nightly dest=/etc/cron.d/nightly\n    - cron:\n        name: Reboot\n        minute: ⟦0⟧\n        hour: 5\n        job: test -f /var/run/reboot-required && /sbin/reboot\n",
        "files/update.timer": "[Timer]\nOnCalendar=⟦Sun 04:00⟧\nAccuracySec=1s\n",
        "files/update.service": '[Service]\nType=oneshot\nExecStart=/bin/sh -c "apt-get update && apt-get -y dist-upgrade"\nExecStart=/sbin/reboot\n',
        "files/upgrades.conf": "[Timer]\nOnCalendar=\nOnCalendar=⟦*-*-* 03:00⟧\nRandomizedDelaySec=0\n",
        "files/cron.d/nightly": "MAILTO=root\n⟦30 4 * * *⟧ root systemctl restart openvswitch-switch\n",
      },
      {
        "pool.yaml": "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfigPool\nmetadata:\n  name: storage\nspec:\n  maxUnavailable: ⟦100%⟧\n",
        "storage.yaml": "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: gateway }\nspec:\n  replicas: 3\n  updateStrategy: { rollingUpdate: { maxUnavailable: ⟦2⟧ } }\n  template:\n    spec:\n      containers:\n        - name: gateway\n          image: ceph/ceph:v18\n",
      },
      {
        "gateway.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: gateway }\nspec:\n  replicas: 3\n  strategy: { type: ⟦Recreate⟧ }\n  template:\n    spec:\n      containers:\n        - name: gateway\n          image: frr/frr:10\n",
      },
      {
        "inventory.ini": "[osds]\nosd[1:6].example.net\n\n[routers]\nr[1:3].example.net\n",
        "site.yml": "- hosts: routers\n  tasks:\n    - copy: src=automatic.conf dest=/etc/dnf/automatic.conf\n- hosts: osds\n  tasks:\n    - copy: src=55-updates-strategy.toml dest=/etc/zincati/config.d/55-updates-strategy.toml\n",
        "files/automatic.conf": "[commands]\napply_updates = yes\nreboot = ⟦when-needed⟧\nreboot_command = \"shutdown -r 03:00\"\n",
        "files/55-updates-strategy.toml": "[updates]\nstrategy = \"⟦periodic⟧\"\n\n[[updates.periodic.window]]\ndays = [ \"Sun\" ]\nstart_time = \"03:00\"\nlength_minutes = 60\n",
      },
      {
        "hosts": "[kvm]\nkvm[1:4].example.net\n\n[web]\nweb[1:4].example.net\n",
        "group_vars/all.yml": "unattended_automatic_reboot: true\nunattended_automatic_reboot_time: \"⟦04:00⟧\"\n",
      },
    ],
    good: {
      "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
      "site.yml": `- hosts: gateways
  serial: [1, "25%"]
  max_fail_percentage: 0
  tasks:
    - name: Restart the keying daemon
      service: name=racoon state=restarted
    - name: Check the associations
      command: racoonctl show-sa isakmp
      changed_when: false
`,
    },
    lookalike: [
      // One host, a templated batch, a reload, a task for one host only, a service that carries no one's traffic.
      { "inventory.ini": "[gateways]\ngw01.example.net\n", "site.yml": "- hosts: gateways\n  tasks:\n    - service: name=nftables state=restarted\n" },
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- hosts: gateways
  serial: "{{ batch | default(1) }}"
  tasks:
    - service: name=racoon state=restarted
- hosts: gateways
  tasks:
    - service: name=strongswan state=reloaded
    - service: name=chrony state=restarted
    - service: name=frr state=restarted
      throttle: 1
    - service: name=racoon state=restarted
      run_once: true
`,
      },
      // One is stopped for good, the other is not there.
      {
        "inventory.ini": "[edge]\nedge[01:12].example.net\n",
        "group_vars/edge.yml": "modern: true\n",
        "site.yml": "- hosts: edge\n  tasks:\n    - service: name=iptables state=stopped\n      when: modern\n    - service: name=iptables state=started\n      when: not modern\n    - service: name=ip6tables state=restarted\n      when: not modern\n",
      },
      // Somebody has to name the hosts, or few enough of them.
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- hosts: gateways
  tasks:
    - assert:
        that: ansible_limit is defined
    - service: name=racoon state=restarted
- hosts: gateways
  tasks:
    - fail: msg="one at a time"
      when: ansible_play_hosts_all | length > 1
    - service: name=racoon state=restarted
- hosts: gateways
  tasks:
    - service: name=racoon state=restarted
      when: ansible_limit is defined
- hosts: "{{ groups['gateways'] | first }}"
  tasks:
    - service: name=racoon state=restarted
`,
      },
      {
        "inventory.ini": "[kvm]\nkvm[01:12].example.net\n",
        "reboot.yml": '- hosts: "{{ target }}"\n  vars_prompt:\n    - name: target\n      prompt: Which host\n  tasks:\n    - reboot:\n',
      },
      // Deleted by hand, one by one, no one's network, hidden by a template; one host, different times, a comment.
      {
        "a.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: cilium }\nspec:\n  updateStrategy: { type: OnDelete, rollingUpdate: { maxUnavailable: 100% } }\n  template: { spec: { containers: [{ name: a, image: cilium/cilium }] } }\n---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: calico-node }\nspec:\n  updateStrategy: { rollingUpdate: { maxUnavailable: 1 } }\n  template: { spec: { containers: [{ name: a, image: calico/node, readinessProbe: {} }] } }\n---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: fluent-bit }\nspec:\n  updateStrategy: { rollingUpdate: { maxUnavailable: 100% } }\n  template: { spec: { containers: [{ name: a, image: fluent/fluent-bit }] } }\n",
        "templates/daemonset.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: calico-node\nspec:\n  updateStrategy:\n    rollingUpdate:\n      maxUnavailable: {{ .Values.maxUnavailable }}\n  template:\n    spec:\n      containers:\n        - name: calico-node\n          image: calico/node:v3.28\n",
      },
      {
        "inventory.ini": "[ceph_osds]\nosd1.example.net at=01:00\nosd2.example.net at=02:00\n\n[web]\nweb[1:9].example.net\n",
        "site.yml": "- hosts: ceph_osds\n  tasks:\n    - template: src=52reboot.j2 dest=/etc/apt/apt.conf.d/52reboot\n- hosts: web\n  tasks:\n    - copy: src=53reboot dest=/etc/apt/apt.conf.d/53reboot\n- hosts: osd1.example.net\n  tasks:\n    - copy: src=53reboot dest=/etc/apt/apt.conf.d/53reboot\n",
        "templates/52reboot.j2": '// Unattended-Upgrade::Automatic-Reboot-Time "04:00";\nUnattended-Upgrade::Automatic-Reboot "true";\nUnattended-Upgrade::Automatic-Reboot-Time "{{ at }}";\n',
        "files/53reboot": 'Unattended-Upgrade { Automatic-Reboot "true"; Automatic-Reboot-Time "02:00"; };\n',
      },
      // Spread over an hour, by host, only where the daemon is gone, when the host starts; a check, another's service.
      {
        "inventory.ini": "[kvm]\nkvm[1:6].example.net\n",
        "site.yml": "- hosts: kvm\n  tasks:\n    - copy: src=update.timer dest=/etc/systemd/system/update.timer\n    - copy: src=upgrades.conf dest=/etc/systemd/system/apt-daily-upgrade.timer.d/when.conf\n    - copy: src=nightly dest=/etc/cron.d/nightly\n    - cron: name=reboot minute={{ 59 | random(seed=inventory_hostname) }} hour=5 job=/sbin/reboot\n    - cron: name=start special_time=reboot job='systemctl restart libvirtd'\n    - cron: name=once minute=0 hour=5 job=/sbin/reboot\n      run_once: true\n",
        "files/update.timer": "[Timer]\nOnCalendar=Sun 04:00\nRandomizedDelaySec=2h\n",
        "files/update.service": "[Service]\nExecStart=/sbin/reboot\n",
        "files/upgrades.conf": "[Timer]\nOnCalendar=\nOnCalendar=*-*-* 03:00\n",
        "files/nightly": "* * * * * root pgrep ovs-vswitchd || systemctl restart openvswitch-switch\n0 4 * * * root sleep $((RANDOM \\% 3600)); /sbin/reboot\n0 5 * * * root systemctl restart nginx\n@reboot root systemctl restart libvirtd\n# 0 4 * * * root /sbin/reboot\n",
      },
      {
        "pool.yaml": "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfigPool\nmetadata:\n  name: storage\nspec:\n  maxUnavailable: 1\n",
        "gateway.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: gateway }\nspec:\n  replicas: 1\n  strategy: { type: Recreate }\n  template:\n    spec:\n      containers:\n        - name: gateway\n          image: frr/frr:10\n",
        "web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: gateway }\nspec:\n  replicas: 3\n  strategy: { type: Recreate }\n  template:\n    spec:\n      containers:\n        - name: gateway\n          image: nginx:1.27\n",
        "storage.yaml": "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: gateway }\nspec:\n  replicas: 3\n  podManagementPolicy: Parallel\n  template:\n    spec:\n      containers:\n        - name: gateway\n          image: ceph/ceph:v18\n",
      },
      {
        "inventory.ini": "[osds]\nosd[1:6].example.net\n\n[routers]\nr[1:3].example.net\n",
        "site.yml": "- hosts: routers\n  tasks:\n    - copy: src=automatic.conf dest=/etc/dnf/automatic.conf\n- hosts: osds\n  tasks:\n    - copy: src=55-updates-strategy.toml dest=/etc/zincati/config.d/55-updates-strategy.toml\n",
        "files/automatic.conf": "[commands]\napply_updates = no\nreboot = when-needed\nreboot_command = \"shutdown -r 03:00\"\n",
        "files/55-updates-strategy.toml": "[updates]\nstrategy = \"fleet_lock\"\n[updates.fleet_lock]\nbase_url = \"http://lock.example.net/\"\n",
      },
      {
        "hosts": "[kvm]\nkvm1.example.net unattended_automatic_reboot_time=01:00\nkvm2.example.net unattended_automatic_reboot_time=02:00\n\n[web]\nweb[1:4].example.net\n",
        "group_vars/all.yml": "unattended_automatic_reboot: true\nunattended_automatic_reboot_time: \"04:00\"\n",
      },
      {
        "longhorn.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: longhorn-manager\nspec:\n  template:\n    spec:\n      containers:\n      - name: longhorn-manager\n        image: \"{{ .Values.image.manager }}:{{ .Values.image.tag }}\"\n  updateStrategy:\n    rollingUpdate:\n      maxUnavailable: \"100%\"\n",
        "old.yaml": "apiVersion: extensions/v1beta1\nkind: DaemonSet\nmetadata: { name: flannel }\nspec:\n  template: { spec: { containers: [{ image: flannel/flannel }] } }\n",
      },
    ],
  },
  check(context) {
    const { path, workspace, report, notComputed } = context;
    if (context.reads === "carrier") return allAtOnce(context.carrier).forEach(report);
    const gaps = context.reads === "playbook" ? spokenGaps(context.playbook.plays) : undefined;
    if (gaps !== undefined) notComputed(path, `what the plays restart besides: ${gaps}`);
    for (const { play, reason } of uncountedPlays(workspace, path)) notComputed(path, `which hosts the play at ${lineOf(workspace, play)} interrupts at once: ${reason}`);
    for (const disruptive of disruptivePlays(workspace, path)) {
      if (isUnknown(disruptive.sizes)) notComputed(path, `how many hosts the play at ${lineOf(workspace, disruptive.play)} interrupts at once: ${disruptive.sizes.unknown}`);
      const one = reportOf(workspace, path, disruptive);
      if (one !== undefined) report(one);
    }
  },
  /** A change that sets such a restart off is what takes the hosts down, so it is heard again as part of the change. */
  compare({ before, after, report }) {
    const set = new Map<string, Map<Task, Set<string>>>();
    for (const { interruptions } of effectsOf(before, after)) {
      for (const { play, task, hosts } of interruptions) {
        let tasks = set.get(play.location.path);
        if (tasks === undefined) set.set(play.location.path, (tasks = new Map()));
        tasks.set(task, new Set([...(tasks.get(task) ?? []), ...hosts.map(({ name }) => name)]));
      }
    }
    const heard: Heard[] = [];
    for (const [path, tasks] of set) {
      for (const disruptive of disruptivePlays(after, path)) {
        const all = disruptive.hosts ?? [];
        const named = new Set(disruptive.disruptions.flatMap(({ task }) => [...(tasks.get(task) ?? [])]));
        const hosts = all.filter(({ name }) => named.has(name));
        // One host is no batch.
        if (hosts.length < 2) continue;
        const one = reportOf(after, path, disruptive);
        if (one === undefined) continue;
        heard.push({ report: hosts.length === all.length ? one : { ...one, message: `${one.message} This change sets it off on ${hosts.length} of them.` }, hosts });
      }
    }
    if (heard.length <= SHOWN_PLAYS) for (const one of heard) report(one.report);
    else report(summary(heard));
  },
});

/** What a change sets off in one play. */
interface Heard {
  readonly report: Report;
  readonly hosts: readonly Host[];
}

/** One edit that many plays react to is one finding, at the play that takes the most hosts down. */
function summary(heard: readonly Heard[]): Report {
  const [largest, ...rest] = [...heard].sort((a, b) => b.hosts.length - a.hosts.length) as [Heard, ...Heard[]];
  const all = new Set(heard.flatMap(({ hosts }) => hosts.map(({ name }) => name)));
  return {
    ...largest.report,
    message: `${largest.report.message} This change sets off ${rest.length} more plays like it, on ${all.size} hosts together.`,
    related: [
      ...(largest.report.related ?? []),
      ...rest.slice(0, SHOWN_PLAYS).map(({ report, hosts }) => ({ location: report.location, message: `So does this play, on ${hosts.length} hosts, one of ${rest.length} more.` })),
    ],
    data: { ...largest.report.data, plays: heard.length, hostsOfAllPlays: all.size },
  };
}

function reportOf(workspace: Workspace, path: string, disruptive: DisruptivePlay): Report | undefined {
  const { play, hosts, total, serial, sizes, assumed, disruptions } = disruptive;
  if (isUnknown(sizes)) return undefined;
  const first = disruptions[0]!;
  const related = [...new Map(disruptions.map((found) => [`${found.location.path} ${found.location.range.start}`, found])).values()]
    .slice(0, 5)
    .map(({ location, service, action }) => ({ location, message: action === "reboot" ? "The reboot." : `The ${action} of ${service}.` }));
  const common = { related, key: `${play.name} ${first.service}`, confidence: first.certain ? ("certain" as const) : ("likely" as const) };
  if (hosts === undefined) {
    if (serial !== undefined) return undefined;
    return {
      ...common,
      location: play.hostsLocation,
      severity: "info",
      confidence: "possible",
      message: `This play ${spokenDisruptions(disruptions)} on all its hosts at once; no inventory here says how many. A fault reaches all of them before anything stops it. Add serial, beginning with one host.`,
      fixes: fix(workspace.text(path)!, play),
    };
  }
  const largest = Math.max(...sizes);
  const all = largest === total;
  if (!all && !(largest >= MANY && largest * 2 > total)) return undefined;
  // Where every host has an association with every other, a few hosts down break many pairs.
  const mesh =
    first.kind === "ipsec" && all && hosts.length >= MANY
      ? ` If the daemon fails on one host in ten, ${Math.round(100 * pairsBroken(0.1))}% of the up to ${meshPairs(hosts.length)} pairs of hosts lose their association.`
      : "";
  const how = serial === undefined ? "there is no serial" : `serial lets ${all ? "all of them" : `${largest} of them`} through together`;
  return {
    ...common,
    location: serial?.location ?? play.hostsLocation,
    message: `This play ${spokenDisruptions(disruptions)} on ${all ? `all ${hosts.length} hosts` : `${largest} of ${total} hosts`} at once: ${how}. A fault reaches ${all ? "all of them" : `those ${largest}`} before anything stops it.${mesh} ${serial === undefined ? "Add serial, beginning with one host" : "Let the batches grow in steps"}.`,
    data: { hosts: hosts.length, largestBatch: largest, ...pictureOf(workspace, disruptive) },
    ...(assumed !== undefined && { severity: "info" as const, confidence: "possible" as const }),
    fixes: serial === undefined ? fix(workspace.text(path)!, play) : [{ title: "One host first, then tenths", safety: "safe", edits: replaceValue(serial.location, '[1, "10%"]') }],
  };
}

function lineOf(workspace: Workspace, { location: { path, range } }: Play): string {
  return `line ${(workspace.text(path) ?? "").slice(0, range.start).split("\n").length}`;
}

function fix(text: string, play: Parameters<typeof addKeywords>[1]): { title: string; safety: "safe"; edits: ReturnType<typeof addKeywords> }[] {
  const edits = addKeywords(text, play, ['serial: [1, "10%"]']);
  return edits.length > 0 ? [{ title: "Go in batches: one host first, then tenths", safety: "safe", edits }] : [];
}
