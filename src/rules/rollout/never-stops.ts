import { isUnknown } from "../../engine/unknown.ts";
import { failuresToStop } from "../../model/rollout/batches.ts";
import { exposureOf } from "../../model/rollout/picture.ts";
import { neverStopped } from "../../model/rollout/carriers/findings.ts";
import { disruptivePlays } from "../../model/rollout/disruption.ts";
import { addKeywords, replaceValue } from "../../model/rollout/edits.ts";
import { ignored, isIgnoredGate, isRescuedForGood } from "../../model/rollout/gates.ts";
import { truth } from "../../model/fleet/values.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "A play or an updater goes in batches, but its failures cannot stop it, or only too many of them can.",
  why: "`max_fail_percentage` must be exceeded, not reached, and without it Ansible stops only when every host of a batch has failed. With `ignore_errors` no host fails at all. The change then goes on to the next batches although it breaks hosts. So does kured with `lock-ttl` or `force-reboot`, and a drain behind a PodDisruptionBudget that allows everything.",
  instead: "Set `max_fail_percentage: 0`, and let the restart and its check fail. Leave `lock-ttl` at 0 and `force-reboot` off.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["playbook", "carrier"],
  severity: "error",
  fix: "safe",
  fixSafety: "Fewer failures stop the play. Hosts that are done stay as they are.",
  lifecycle: "stable",
  sources: ["Ansible: Controlling playbook execution, `max_fail_percentage`", "Ansible: lib/ansible/executor/playbook_executor.py", "kured: Configuration, Operation", "Kubernetes: Specifying a Disruption Budget"],
  data: { batch: "hosts of the largest batch", failuresToStop: "failed hosts of it at which the play stops; null: none is enough", exposure: "hosts touched and failed before the play stops, where the change fails on the share `failing`" },
  examples: {
    bad: [
      {
        "inventory.ini": "[gateways]\ngw[01:30].example.net\n",
        "site.yml": `- hosts: gateways
  serial: 5
  max_fail_percentage: ⟦100⟧
  tasks:
    - service: name=racoon state=restarted
    - command: racoonctl show-sa isakmp
`,
      },
      {
        "inventory.ini": "[gateways]\ngw[01:30].example.net\n",
        "site.yml": `- hosts: gateways
  serial: 2
  max_fail_percentage: ⟦50⟧
  tasks:
    - service: name=racoon state=restarted
    - command: racoonctl show-sa isakmp
- hosts: gateways
  serial: 1
  tasks:
    - service: name=strongswan state=restarted
      ignore_errors: ⟦true⟧
    - command: swanctl --list-sas
- hosts: gateways
  serial: 10
  max_fail_percentage: ⟦30⟧
  tasks:
    - service: name=racoon state=restarted
    - command: racoonctl show-sa isakmp
- hosts: gateways
  serial: ⟦6⟧
  tasks:
    - service: name=racoon state=restarted
    - command: racoonctl show-sa isakmp
`,
      },
      // Its failures stop nothing under this strategy; a check that is ignored; a rescue that ends well.
      {
        "inventory.ini": "[gateways]\ngw[01:30].example.net\n",
        "site.yml": `- hosts: gateways
  serial: 5
  strategy: ⟦free⟧
  max_fail_percentage: 0
  tasks:
    - service: name=racoon state=restarted
    - command: racoonctl show-sa isakmp
- hosts: gateways
  serial: 5
  max_fail_percentage: 0
  tasks:
    - service: name=racoon state=restarted
    - name: Check the associations
      command: racoonctl show-sa isakmp
      ignore_errors: ⟦true⟧
`,
      },
      {
        "inventory.ini": "[gateways]\ngw[01:30].example.net\n",
        "site.yml": `- hosts: gateways
  serial: [1, 5]
  max_fail_percentage: 0
  tasks:
    - block:
        - service: name=racoon state=⟦restarted⟧
        - command: racoonctl show-sa isakmp
      rescue:
        - debug: msg="it did not come back"
`,
      },
      {
        "kured.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: kured }\nspec:\n  template:\n    spec:\n      containers:\n        - name: kured\n          image: ghcr.example.net/kubereboot/kured:1.16.0\n          command:\n            - /usr/bin/kured\n            - ⟦--lock-ttl=30m⟧\n            - --reboot-days=sa,su\n",
        "helm/kured.yaml": "configuration:\n  rebootDays: [mo, tu]\n  lockTtl: 0\n  forceReboot: ⟦true⟧\n",
        "budget.yaml": "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: osd }\nspec:\n  maxUnavailable: ⟦100%⟧\n  selector: { matchLabels: { app: rook-ceph-osd } }\n",
      },
    ],
    good: {
      "inventory.ini": "[gateways]\ngw[01:30].example.net\n",
      "site.yml": "- hosts: gateways\n  serial: [1, 10]\n  max_fail_percentage: 0\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n",
    },
    lookalike: [{
      "inventory.ini": "[gateways]\ngw[01:30].example.net\n",
      "site.yml": `- hosts: gateways
  serial: 1
  tasks:
    - service: name=racoon state=restarted
    - command: racoonctl show-sa isakmp
- hosts: gateways
  serial: 10
  max_fail_percentage: 25
  tasks:
    - service: name=racoon state=restarted
      ignore_errors: true
      register: restarted
    - fail: msg="racoon did not start"
      when: restarted is failed
- hosts: gateways
  serial: [1, 5]
  max_fail_percentage: 0
  tasks:
    - block:
        - service: name=racoon state=restarted
        - command: racoonctl show-sa isakmp
      rescue:
        - apt: name=racoon=0.8.2-6 allow_downgrade=true
        - fail: msg="the new build does not hold"
- hosts: gateways
  serial: 5
  any_errors_fatal: true
  tasks:
    - service: name=racoon state=restarted
    - command: racoonctl show-sa isakmp
- hosts: gateways
  max_fail_percentage: "{{ tolerated }}"
  serial: 5
  tasks:
    - service: name=racoon state=restarted
    - command: racoonctl show-sa isakmp
`,
    },
      {
        "kured.yaml": "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: kured }\nspec:\n  template:\n    spec:\n      containers:\n        - name: kured\n          image: ghcr.example.net/kubereboot/kured:1.16.0\n          command:\n            - /usr/bin/kured\n            - --lock-ttl=0\n            - --lock-release-delay=30m\n            - --force-reboot=false\n",
        "values.yaml": "configuration:\n  lockTtl: \"\"\n  lockReleaseDelay: 30m\n",
        "budget.yaml": "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: osd }\nspec:\n  maxUnavailable: 1\n  selector: { matchLabels: { app: rook-ceph-osd } }\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: web }\nspec:\n  minAvailable: 0\n  selector: { matchLabels: { app: web } }\n",
      },
    ],
  },
  check(context) {
    const { path, workspace, report } = context;
    if (context.reads === "carrier") return neverStopped(context.carrier).forEach(report);
    for (const disruptive of disruptivePlays(workspace, path)) {
      const { play, hosts, total, serial, sizes, assumed, disruptions } = disruptive;
      if (serial === undefined || hosts === undefined) continue;
      if (isUnknown(sizes) || sizes.length < 2) continue;
      for (const { task, service } of disruptions) {
        const keyword = task.keywords.get("ignore_errors");
        if (keyword === undefined || truth(keyword.value) !== true || !ignored(task) || keyword.location.path !== path) continue;
        report({
          location: keyword.location,
          severity: "warning",
          message: `A failed restart of ${service === "host" ? "the host" : service} is ignored here, so it stops nothing: all ${sizes.length} batches follow. Let it fail, or keep its result and judge it.`,
          fixes: [{ title: "Let it fail", safety: "safe", edits: replaceValue(keyword.location, "false") }],
        });
      }
      // Whoever starts it may name fewer hosts.
      const most = <S extends "error" | "warning" | "info">(severity: S): S | "info" => (assumed === undefined ? severity : "info");
      for (const { keywords } of play.tasks.filter(isIgnoredGate)) {
        const keyword = keywords.get("ignore_errors")!;
        if (keyword.location.path !== path) continue;
        report({
          location: keyword.location,
          severity: most("warning"),
          message: `A check that fails is ignored here, so it stops nothing: all ${sizes.length} batches follow. Let it fail, or keep its result and judge it.`,
          fixes: [{ title: "Let it fail", safety: "safe", edits: replaceValue(keyword.location, "false") }],
        });
      }
      const swallowed = disruptions.find(({ task, location }) => location.path === path && isRescuedForGood(play, task));
      if (swallowed !== undefined) {
        report({
          location: swallowed.location,
          key: `rescue ${play.name}`,
          severity: "info",
          message: `If this fails, the block's rescue makes it good and the host counts as sound: the next of ${sizes.length} batches follows with the same fault, through all ${total} hosts. End the rescue with a task that fails.`,
          data: { batch: Math.max(...sizes), failuresToStop: null },
        });
        continue;
      }
      const limit = play.keywords.get("max_fail_percentage");
      const fatal = play.keywords.get("any_errors_fatal");
      const strategy = play.keywords.get("strategy");
      // Only the linear strategy looks at either (lib/ansible/plugins/strategy/free.py).
      if (strategy !== undefined && /(?:^|\.)(?:free|host_pinned)$/.test(String(strategy.value)) && Math.max(...sizes) > 1 && sizes[0] !== 1) {
        const largest = Math.max(...sizes);
        report({
          location: strategy.location,
          severity: most("warning"),
          message: `With strategy ${String(strategy.value)} Ansible looks at ${limit !== undefined ? "no max_fail_percentage" : fatal !== undefined ? "no any_errors_fatal" : "neither max_fail_percentage nor any_errors_fatal"}: the play stops only when all ${largest} hosts of a batch have failed. Leave the strategy out where failures have to stop it.`,
          data: { batch: largest, failuresToStop: largest, exposure: exposureOf(disruptive) },
          fixes: [{ title: "Take the linear strategy, which stops", safety: "safe", edits: [...replaceValue(strategy.location, "linear"), ...(limit === undefined && fatal === undefined ? addKeywords(workspace.text(path)!, play, ["max_fail_percentage: 0"]) : [])] }],
        });
        continue;
      }
      if (fatal !== undefined && truth(fatal.value) !== false) continue;
      const largest = Math.max(...sizes);
      if (limit === undefined) {
        // A single host that fails is a whole batch.
        if (sizes[0] === 1) continue;
        report({
          location: serial.location,
          key: `no limit ${play.name}`,
          severity: most("warning"),
          message: `Without max_fail_percentage this play stops only when all ${largest} hosts of a batch have failed. A fault on ${largest - 1} of ${largest} goes through all ${total} hosts. Add max_fail_percentage: 0.`,
          data: { batch: largest, failuresToStop: largest, exposure: exposureOf(disruptive) },
          fixes: [{ title: "Stop at the first failure", safety: "safe", edits: addKeywords(workspace.text(path)!, play, ["max_fail_percentage: 0"]) }],
        });
        continue;
      }
      const percent = Number(limit.value);
      if (isUnknown(limit.value) || !Number.isFinite(percent)) continue;
      const needed = failuresToStop(largest, { maxFailPercentage: percent });
      const exact = (largest * percent) / 100;
      const fixes = [{ title: "Stop at the first failure", safety: "safe" as const, edits: replaceValue(limit.location, "0") }];
      const data = { batch: largest, failuresToStop: needed === Infinity ? null : needed, exposure: exposureOf(disruptive) };
      if (needed === Infinity) {
        report({ location: limit.location, severity: most("error"), fixes, data, message: `max_fail_percentage ${percent} can never be exceeded: even if all ${largest} hosts of a batch fail, the play goes on through all ${total}. Set it to 0.` });
      } else if (needed === largest && largest > 1 && sizes[0] !== 1) {
        report({ location: limit.location, severity: most("warning"), fixes, data, message: `max_fail_percentage ${percent} has no effect: in a batch of ${largest} the play stops only when all ${largest} hosts have failed, since the percentage must be exceeded. Set it to 0.` });
      } else if (Number.isInteger(exact) && exact >= 1) {
        report({ location: limit.location, severity: "info", fixes, data, message: `max_fail_percentage ${percent} must be exceeded: ${exact} failed hosts of ${largest} do not stop the play, ${needed} do. Set it to 0, or below ${percent} if ${exact} should stop it.` });
      }
    }
  },
});
