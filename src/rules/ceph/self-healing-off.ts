import { isUnknown } from "../../engine/unknown.ts";
import { defaultAt, optionFacts } from "../../model/ceph/options.ts";
import { FLAGS, flagsSet, unsetFlags } from "../../model/ceph/flags.ts";
import { onlyLaboratory } from "../../model/ceph/pools.ts";
import { reasonBeside } from "../../model/ceph/reason.ts";
import { releaseFor } from "../../model/ceph/release.ts";
import { settingsFor } from "../../model/ceph/sections.ts";
import { rule } from "../rule.ts";

const OPTION = "mon_osd_down_out_interval";
/** So many times the default is no longer a little patience: copies stay missing for that long. */
const LONG = 6;

export default rule({
  what: "The cluster is told not to heal itself.",
  why: "While noout, norecover or their like are set, or a dead OSD is never marked out, lost copies are not made again. The cluster looks nearly healthy until the next disk fails.",
  instead: "Set such a flag for the time of the work only, with the command that takes it back in the same procedure, and leave mon_osd_down_out_interval at minutes.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["ceph"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: rados/operations/health-checks, OSDMAP_FLAGS", "Ceph: src/common/options/mon.yaml.in, mon_osd_down_out_interval"],
  data: { flag: "the flag that stays", seconds: "until a dead OSD is marked out; 0: never" },
  examples: {
    bad: [
      { "setup.sh": "#!/bin/sh\nceph osd set ⟦noout⟧\nceph orch apply osd --all-available-devices\n" },
      { "site.yml": "- hosts: mons[0]\n  tasks:\n    - name: Keep data where it is\n      ansible.builtin.command: ceph --cluster ceph osd set {{ item }}\n      loop:\n        - ⟦norebalance⟧\n        - ⟦nobackfill⟧\n" },
      "[mon]\nmon osd down out interval = ⟦0⟧\n",
      "[mon]\nmon osd down out interval = ⟦86400⟧\n",
    ],
    good: "[mon]\nmon osd down out interval = 600\n",
    lookalike: [
      { "upgrade.sh": "#!/bin/sh\nset -e\ntrap 'ceph osd unset noout' EXIT\nceph osd set noout\nsystemctl restart ceph-osd.target\n" },
      { "update.yml": "- hosts: mons[0]\n  tasks:\n    - command: ceph osd set {{ item }}\n      loop: [noout, norebalance]\n- hosts: osds\n  serial: 1\n  tasks:\n    - service: { name: ceph-osd.target, state: restarted }\n- hosts: mons[0]\n  tasks:\n    - command: ceph osd unset {{ item }}\n      loop: [noout, norebalance]\n" },
      { "start.sh": "#!/bin/sh\nceph osd set noout\n", "stop.sh": "#!/bin/sh\nceph osd unset noout\n" },
      { "scrub.sh": "#!/bin/sh\nceph osd set noscrub\necho ceph osd set noout\n" },
    ],
  },
  check({ ceph, path, workspace, report }) {
    if (onlyLaboratory(workspace, ceph)) return;
    const unset = workspace.derive(unsetFlags);
    for (const { flag, word, command } of flagsSet(ceph)) {
      const effect = FLAGS[flag];
      if (effect === undefined || unset === "all" || unset.has(flag)) continue;
      report({
        location: { path, range: word.range },
        message: `"ceph osd set ${flag}" stays set, since nothing in this repository unsets it: ${effect}. Unset it where the work ends.`,
        ...(command.conditional ? { severity: "info" as const, confidence: "likely" as const } : {}),
        data: { flag },
      });
    }
    const facts = optionFacts(OPTION);
    const usual = Number((facts && defaultAt(facts, releaseFor(workspace, path, ceph.scope)?.major)) ?? Number.NaN);
    for (const { value, valueRange, rawOption, range } of settingsFor(ceph.settings, "mon", OPTION)) {
      if (isUnknown(value) || !/^\d+$/.test(value)) continue;
      const seconds = Number(value);
      if (seconds > 0 && !(seconds > usual * LONG)) continue;
      report({
        location: { path, range: valueRange },
        message:
          seconds === 0
            ? `${rawOption} = 0: a dead OSD is never marked out, so its copies are never made again. Take minutes; ${usual} s is the default.`
            : `${rawOption} = ${value}: for ${hours(seconds)} after an OSD died its copies are not made again; the default is ${usual} s. Take minutes, and noout for planned work.`,
        ...(seconds === 0 && !reasonBeside(workspace.text(path) ?? "", range.start) ? {} : { severity: "info" as const }),
        data: { seconds },
      });
    }
  },
});

function hours(seconds: number): string {
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 360) / 10} hours`;
}
