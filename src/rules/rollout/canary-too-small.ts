import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../../model/fleet/fleet.ts";
import type { Workspace } from "../../model/workspace.ts";
import { batches } from "../../model/rollout/batches.ts";
import { detection, hostsToDetect } from "../../model/rollout/canary.ts";
import { disruptivePlays } from "../../model/rollout/disruption.ts";
import { rule } from "../rule.ts";

/** A fault on one host in ten is the smallest that the figures of the message are worked out for. */
const SHARE = 0.1;
const CONFIDENCE = 0.95;

export default rule({
  what: "A play goes from a few hosts straight to most of the fleet, or its first hosts leave out a kernel that others run.",
  why: "A fault that hits the share p of hosts is seen by n hosts with probability 1 - (1 - p)^n. A kernel that is not among the first hosts is not tested at all.",
  instead: "Let the batches grow in steps, and begin with hosts of every kernel.",
  lessons: ["2017-keying-daemon-rollout", "2019-ceph-firewall-reload"],
  reads: ["playbook"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ansible: Controlling playbook execution, `serial` and `order`"],
  data: { canary: "hosts before the large batch", hosts: "hosts of the play", detection: "probability that they show a fault of one host in ten", needed: "hosts that show it with 95 %" },
  examples: {
    bad: [
      {
        "inventory.ini": "[gateways]\ngw[01:40].example.net\n",
        "site.yml": '- hosts: gateways\n  serial: ⟦[1, "100%"]⟧\n  max_fail_percentage: 0\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n',
      },
      {
        "inventory.ini": "[gateways]\ngw[01:20].example.net kernel=5.10.0\n\n[old]\nlegacy[01:06].example.net kernel=4.4.0\n",
        "site.yml": '- hosts: gateways:old\n  serial: ⟦[2, "20%"]⟧\n  max_fail_percentage: 0\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n',
      },
    ],
    good: {
      "inventory.ini": "[gateways]\ngw[01:40].example.net\n",
      "site.yml": '- hosts: gateways\n  serial: [1, "10%", "25%"]\n  max_fail_percentage: 0\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n',
    },
    lookalike: {
      "inventory.ini": "[gateways]\ngw[01:06].example.net\n",
      "site.yml": "- hosts: gateways\n  serial: 1\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n",
    },
  },
  check({ path, workspace, report }) {
    for (const { play, hosts, total } of disruptivePlays(workspace, path)) {
      const serial = play.keywords.get("serial");
      if (serial === undefined || hosts === undefined || total < 10) continue;
      const sizes = batches(serial.value, total);
      if (isUnknown(sizes) || sizes.length < 2) continue;
      const jump = sizes.findIndex((size) => size * 2 > total);
      const canary = jump > 0 ? sizes.slice(0, jump).reduce((sum, size) => sum + size, 0) : sizes[0]!;
      const left = jump > 0 || sizes[1]! <= 1 ? [] : kernelsLeftOut(workspace, hosts, canary);
      if (jump <= 0 && left.length === 0) continue;
      const chance = detection(SHARE, canary);
      const needed = hostsToDetect(SHARE, CONFIDENCE);
      report({
        location: serial.location,
        key: play.name,
        confidence: "likely",
        message:
          jump > 0
            ? `After ${canary} ${canary === 1 ? "host" : "hosts"} the next ${sizes[jump]!} of ${total} go at once. A fault on one host in ten is seen before with a probability of ${Math.round(100 * chance)} %; for 95 % it takes ${needed} hosts. Let the batches grow in steps.`
            : `The first ${canary} hosts do not run kernel ${left.join(" or ")}, which others of the ${total} hosts run: a fault of that kernel is not seen before the larger batches. Put hosts of each kernel first.`,
        data: { canary, hosts: total, detection: Math.round(chance * 10000) / 10000, needed },
      });
    }
  },
});

/** Kernels that run on some host, and on none of the first `canary` in the inventory's order. */
function kernelsLeftOut(workspace: Workspace, hosts: readonly Host[], canary: number): string[] {
  const order = [...hosts].sort((a, b) => (a.location.path === b.location.path ? a.location.range.start - b.location.range.start : 0));
  const kernels = order.map((host) => {
    const kernel = workspace.fleet.kernel(host);
    return isUnknown(kernel) ? undefined : `${kernel.major}.${kernel.minor}`;
  });
  if (kernels.includes(undefined)) return [];
  const tested = new Set(kernels.slice(0, canary));
  return [...new Set(kernels.slice(canary))].filter((kernel) => kernel !== undefined && !tested.has(kernel)) as string[];
}
