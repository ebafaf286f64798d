import { isUnknown } from "../../engine/unknown.ts";
import { detection, hostsToDetect } from "../../model/rollout/canary.ts";
import { pictureOf } from "../../model/rollout/picture.ts";
import { inOrder } from "../../model/rollout/run.ts";
import type { Layer } from "../../model/rollout/strata.ts";
import { layersOf, leftOut } from "../../model/rollout/strata.ts";
import { disruptivePlays } from "../../model/rollout/disruption.ts";
import { rule } from "../rule.ts";

/** A fault on one host in ten is the smallest that the figures of the message are worked out for. */
const SHARE = 0.1;
const CONFIDENCE = 0.95;

export default rule({
  what: "A play goes from a few hosts straight to most of the fleet, or its first hosts leave out a kernel or release that others run.",
  why: "A fault that hits the share p of hosts is seen by n hosts with probability 1 - (1 - p)^n. A kernel or a release of the system that is not among the first hosts is not tested at all.",
  instead: "Let the batches grow in steps, and begin with hosts of every kernel and release.",
  lessons: ["2017-keying-daemon-rollout", "2019-ceph-firewall-reload"],
  reads: ["playbook"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ansible: Controlling playbook execution, `serial` and `order`"],
  data: {
    canary: "hosts before the large batch",
    hosts: "hosts of the play",
    detection: "probability that they show a fault of one host in ten",
    needed: "hosts that show it with 95%",
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
        "inventory.ini": "[gateways]\ngw[01:40].example.net\n",
        "site.yml": '- hosts: gateways\n  serial: ⟦[1, "100%"]⟧\n  max_fail_percentage: 0\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n',
      },
      {
        "inventory.ini": "[gateways]\ngw[01:20].example.net kernel=5.10.0\n\n[old]\nlegacy[01:06].example.net kernel=4.4.0\n",
        "site.yml": '- hosts: gateways:old\n  serial: ⟦[2, "20%"]⟧\n  max_fail_percentage: 0\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n',
      },
      // Half of them run another release of the distribution.
      {
        "inventory.ini": "[bookworm]\ngw[01:10].example.net\n[bookworm:vars]\nos=debian\nos_version=12\n[trixie]\nhw[01:10].example.net\n[trixie:vars]\nos=debian 13\n",
        "site.yml": '- hosts: all\n  serial: ⟦[2, "30%"]⟧\n  max_fail_percentage: 0\n  tasks:\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n',
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
    for (const disruptive of disruptivePlays(workspace, path)) {
      const { play, all, total, serial, sizes } = disruptive;
      if (serial === undefined || disruptive.hosts === undefined || total < 10) continue;
      if (isUnknown(sizes) || sizes.length < 2) continue;
      const jump = sizes.findIndex((size) => size * 2 > total);
      const canary = jump > 0 ? sizes.slice(0, jump).reduce((sum, size) => sum + size, 0) : sizes[0]!;
      // One at a time has no larger batches to come.
      const order = jump > 0 || sizes[1]! <= 1 ? undefined : inOrder(play, all);
      const left = order === undefined ? [] : leftOut(layersOf(workspace, order).filter(({ stratum }) => TOLD.has(stratum)), beforeLargest(order, sizes));
      if (jump <= 0 && left.length === 0) continue;
      const chance = detection(SHARE, canary);
      const needed = hostsToDetect(SHARE, CONFIDENCE);
      report({
        location: serial.location,
        key: play.name,
        confidence: "likely",
        message:
          jump > 0
            ? `After ${canary} ${canary === 1 ? "host" : "hosts"} the next ${sizes[jump]!} of ${total} go at once. A fault on one host in ten is seen before with a probability of ${Math.round(100 * chance)}%; for 95% it takes ${needed} hosts. Let the batches grow in steps.`
            : `The hosts before the largest batch leave out ${spokenLayers(left)}, which others of the ${total} hosts have: a fault of it is not seen before it is on many. Put hosts of each first.`,
        data: { canary, hosts: total, detection: Math.round(chance * 10000) / 10000, needed, ...pictureOf(workspace, disruptive) },
      });
    }
  },
});

/** What a fault of the daemon may depend on; a rack or a site is no reason for one. */
const TOLD: ReadonlySet<string> = new Set(["kernel", "os"]);

function beforeLargest<T>(order: readonly T[], sizes: readonly number[]): readonly T[] {
  const largest = sizes.indexOf(Math.max(...sizes));
  return order.slice(0, Math.max(sizes[0]!, sizes.slice(0, largest).reduce((sum, size) => sum + size, 0)));
}

function spokenLayers(layers: readonly Layer[]): string {
  const parts = [...new Set(layers.map(({ stratum }) => stratum))].map((stratum) => {
    const values = layers.filter((layer) => layer.stratum === stratum).map(({ value }) => value);
    return `${stratum === "os" ? "the operating system" : "kernel"} ${values.slice(0, 3).join(", ")}${values.length > 3 ? ` and ${values.length - 3} more` : ""}`;
  });
  return parts.join(" and ");
}
