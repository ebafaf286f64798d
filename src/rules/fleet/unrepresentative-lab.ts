import { compareText } from "../../engine/finding.ts";
import type { LabMix } from "../../model/versions/labs.ts";
import { labMixes } from "../../model/versions/labs.ts";
import { rule } from "../rule.ts";

const inventory = (lab: string, production = "[ceph_prod]\nstor[01:12].example.net kernel=4.4.0-142\nstor[13:20].example.net kernel=4.15.0-45\n"): { [path: string]: string } => ({
  "inventory.ini": `${lab}\n${production}\n[ceph:children]\nceph_prod\nlab\n`,
});

export default rule({
  what: "Production runs kernels that the lab does not test.",
  why: "A change that passed in the lab was tested on the lab's kernels only. What behaves differently on another one is seen first in production, on all its hosts.",
  instead: "Give the lab at least two hosts of every kernel that production runs, in about the same shares.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["syntax"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  data: {
    overlap: "what the mixes of kernels have in common, 0 to 1",
    uncovered: "share of production's hosts whose kernel no lab host has",
    pairCoverage: "share of production's pairs of hosts of which both kernels are in the lab",
    missing: "kernels that no lab host has",
  },
  examples: {
    bad: [
      inventory("⟦[lab]⟧\ntest[1:3].example.net kernel=4.4.0-142\n"),
      // One host of a kernel has no other to talk to.
      inventory("⟦[lab]⟧\ntest[1:4].example.net kernel=4.4.0-142\ntest5.example.net kernel=4.15.0-45\n"),
      { "inventory.yml": "all:\n  children:\n    web:\n      hosts:\n        web[01:10].example.net:\n      vars: {kernel: 6.1.0}\n    ⟦staging⟧:\n      hosts:\n        stage1.example.net: {kernel: 5.10.0}\n" },
    ],
    good: inventory("[lab]\ntest[1:3].example.net kernel=4.4.0-142\ntest[4:5].example.net kernel=4.15.0-45\n"),
    lookalike: [
      // The lab has a kernel more, one host's kernel is not known, or there is no lab.
      inventory("[lab]\ntest[1:3].example.net kernel=4.4.0-142\ntest[4:5].example.net kernel=4.15.0-45\ntest6.example.net kernel=5.10.0\n"),
      inventory("[lab]\ntest[1:3].example.net kernel=4.4.0-142\ntest4.example.net\n"),
      { "inventory.ini": "[ceph]\nstor[01:12].example.net kernel=4.4.0-142\nstor[13:20].example.net kernel=4.15.0-45\n" },
    ],
  },
  check({ path, workspace, report }) {
    for (const mix of labMixes(workspace)) {
      const { comparison, role, location, alone } = mix;
      if (location.path !== path || (comparison.missing.length === 0 && alone === undefined)) continue;
      report({
        location,
        key: role ?? "all",
        message: `${missing(mix)} Give the lab at least two hosts of each kernel.`,
        data: { overlap: rounded(comparison.overlap), uncovered: rounded(comparison.uncovered), pairCoverage: rounded(comparison.pairCoverage), missing: comparison.missing },
      });
    }
  },
});

function missing({ role, production, lab, comparison, alone }: LabMix): string {
  const hosts = role === undefined ? "hosts" : `${role} hosts`;
  const mixes = `The lab's ${hosts} run ${spoken(lab)}, the others ${spoken(production)}`;
  if (comparison.missing.length > 0) {
    return `${mixes}: ${percent(comparison.uncovered)} of them run ${comparison.missing.join(" or ")}, which nothing in the lab does, and of their pairs the lab covers ${percent(comparison.pairCoverage)}. A fault of that kernel is first seen in production.`;
  }
  return `${mixes}: the lab has one host with ${alone!.kernel}, which ${percent(alone!.share)} of the others run, so that two of them never talk to each other there (${percent(alone!.share ** 2)} of the pairs outside the lab).`;
}

/** `4.4 (12), 4.15 (8)`: the most common first. */
function spoken(mix: ReadonlyMap<string, number>): string {
  return [...mix].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0])).map(([kernel, count]) => `${kernel} (${count})`).join(", ");
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function rounded(value: number): number {
  return Math.round(value * 10000) / 10000;
}
