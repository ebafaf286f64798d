import type { Report } from "../../engine/rule.ts";
import type { PoolNumber } from "../../model/ceph/pools.ts";
import { onlyLaboratory, poolNumbers } from "../../model/ceph/pools.ts";
import { rule } from "../rule.ts";

/** What Ceph takes where nothing is set, since 0.82; also the least that outlives one fault without a doubt. */
const ENOUGH = 3;

export default rule({
  what: "Pools keep two copies of the data, or one.",
  why: "When two copies differ, nobody can tell which one is right. While one of the two is away, every further fault loses data, and recovery, which reads every disk, is when disks fail.",
  instead: "Keep three copies (size 3, min_size 2), or use erasure coding where three are too many.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["ceph"],
  severity: "warning",
  fix: "unsafe",
  fixSafety: "A third copy of all data needs room for it, and filling it loads the cluster.",
  lifecycle: "stable",
  sources: ["Ceph: rados/operations/pools", "Ceph: src/common/options/global.yaml.in, osd_pool_default_size"],
  data: { size: "copies", before: "copies before the change, where it lowers them" },
  examples: {
    bad: [
      "[global]\nfsid = 5e9f3c1e-4a4e-4c7c-9a53-0e3c0f7b2a11\nmon host = 192.0.2.11, 192.0.2.12, 192.0.2.13\nosd pool default size = ⟦2⟧\nosd pool default min size = 2\n",
      "[global]\nosd_pool_default_size = 3\n[mon]\nosd_pool_default_size = ⟦1⟧\n",
      {
        "hosts.ini": "[storage]\nstor1\nstor2\n",
        "site.yml": "- hosts: storage\n  tasks:\n    - ansible.builtin.template:\n        src: ceph.conf.j2\n        dest: /etc/ceph/ceph.conf\n",
        "group_vars/storage.yml": "copies: ⟦2⟧\n",
        "ceph.conf.j2": "[global]\nosd pool default size = {{ copies }}\nosd pool default min size = 2\n",
      },
      { "pools.yml": "- hosts: mons[0]\n  tasks:\n    - name: Pool for images\n      command: ceph osd pool set images size ⟦2⟧\n" },
      { "pools.yml": "- hosts: mons[0]\n  tasks:\n    - command: ceph osd pool set {{ item }} size ⟦2⟧\n      loop: [images, volumes]\n" },
      {
        before: { "ceph.conf": "[global]\nosd_pool_default_size = 3\n" },
        after: { "ceph.conf": "[global]\nosd_pool_default_size = ⟦2⟧\n" },
      },
    ],
    good: "[global]\nosd pool default size = 3\nosd pool default min size = 2\n",
    lookalike: [
      "[global]\n# osd pool default size = 2\nosd pool default size = 3\nosd pool default min size = 2\n",
      "[global]\nosd pool default size = 2\n[mon]\nosd pool default size = 3\n",
      "[global]\nosd_pool_default_type = erasure\nosd_pool_default_size = 2\n",
      {
        "hosts.ini": "[testbed]\nlab1\n",
        "premortem.yaml": "groups:\n  lab: [testbed]\n",
        "site.yml": "- hosts: testbed\n  tasks:\n    - ansible.builtin.copy:\n        src: ceph.conf\n        dest: /etc/ceph/ceph.conf\n",
        "ceph.conf": "[global]\nosd pool default size = 2\nosd pool default min size = 2\n",
      },
    ],
  },
  check({ ceph, path, workspace, report }) {
    if (onlyLaboratory(workspace, ceph)) return;
    for (const number of poolNumbers(ceph, "size")) {
      if (number.value > 0 && number.value < ENOUGH) report(finding(path, number));
    }
  },
  compare({ before, after, changed, report }) {
    for (const path of changed) {
      const now = after.subject("ceph", path);
      const then = before.subject("ceph", path);
      if (now === undefined || then === undefined || onlyLaboratory(after, now)) continue;
      const old = new Map(poolNumbers(then, "size").map((number) => [identity(number), number.value]));
      for (const number of poolNumbers(now, "size")) {
        const was = old.get(identity(number));
        if (was !== undefined && number.value > 0 && number.value < was) report(finding(path, number, was));
      }
    }
  },
});

function identity({ setting, pool }: PoolNumber): string {
  return `${setting.kind} ${setting.option} ${pool ?? JSON.stringify(setting.section)}`;
}

function finding(path: string, { setting, value, pool, deliberate }: PoolNumber, was?: number): Report {
  const whose = pool !== undefined ? `Pool ${pool} keeps` : setting.kind === "pool" ? "This pool keeps" : "New pools keep";
  const copies = value === 1 ? "one copy" : `${value} copies`;
  const lowered = was === undefined ? "" : ` instead of ${was}`;
  const danger =
    value === 1
      ? "a single fault loses data"
      : value === 2
        ? "when they differ nobody can tell which one is right, and while one is away a single fault loses data"
        : "fewer faults at once lose data";
  return {
    location: { path, range: setting.valueRange },
    message: `${whose} ${copies}${lowered}: ${danger}. ${value < ENOUGH ? `Keep ${ENOUGH}.` : "Lower it only where that is wanted."}`,
    severity: value < ENOUGH && !deliberate ? "warning" : "info",
    ...(setting.through ? { related: [{ location: setting.through, message: "this takes the variable's value" }] } : {}),
    data: { size: value, ...(was === undefined ? {} : { before: was }) },
    ...(value < ENOUGH
      ? { fixes: [{ title: `Keep ${ENOUGH} copies`, safety: "unsafe" as const, edits: [{ path, range: setting.valueRange, newText: String(ENOUGH) }] }] }
      : {}),
  };
}
