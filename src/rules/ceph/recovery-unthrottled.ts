import { isUnknown } from "../../engine/unknown.ts";
import { MCLOCK_LIMITS, overridesMclock, schedulesWithMclock } from "../../model/ceph/mclock.ts";
import { defaultAt, optionFacts } from "../../model/ceph/options.ts";
import { onlyLaboratory } from "../../model/ceph/pools.ts";
import { reasonBeside } from "../../model/ceph/reason.ts";
import { releaseFor } from "../../model/ceph/release.ts";
import { settingsFor } from "../../model/ceph/sections.ts";
import { rule } from "../rule.ts";

/** The options that let more recovery run at once, each with the option whose default is the most that Ceph itself takes. */
const LIMITS: Readonly<Record<string, string>> = {
  osd_max_backfills: "osd_max_backfills",
  osd_recovery_max_active: "osd_recovery_max_active_ssd",
  osd_recovery_max_active_hdd: "osd_recovery_max_active_hdd",
  osd_recovery_max_active_ssd: "osd_recovery_max_active_ssd",
  osd_recovery_max_single_start: "osd_recovery_max_single_start",
};
/** So many times the default is no longer a small step. */
const MUCH = 4;

export default rule({
  what: "Recovery may take more of the disks and of the network than Ceph's default.",
  why: "Recovery runs when a disk or a host has just failed. With its limits raised, every disk and every connection is busy with it at once: clients wait, OSDs miss heartbeats and are marked down, and more recovery starts.",
  instead: "Leave the defaults, and raise a limit by hand for the time that a recovery needs. Where a higher value is meant to stay, write the reason beside it.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["ceph"],
  severity: "warning",
  fix: "safe",
  fixSafety: "Recovery takes longer; clients are never worse off.",
  lifecycle: "stable",
  sources: ["Ceph: rados/configuration/osd-config-ref, backfilling and recovery", "Ceph: rados/configuration/mclock-config-ref"],
  data: { value: "recoveries at once on one OSD", default: "Ceph's own" },
  examples: {
    bad: [
      "[osd]\nosd max backfills = ⟦8⟧\n",
      "[osd]\nosd_recovery_max_active_hdd = ⟦20⟧\n",
      { "group_vars/osds.yml": "ceph_conf_overrides:\n  osd:\n    osd_max_backfills: ⟦5⟧\n" },
      { "tune.sh": "#!/bin/sh\nceph config set osd osd_mclock_override_recovery_settings true\nceph config set osd osd_max_backfills ⟦10⟧\n" },
    ],
    good: "[osd]\nosd max backfills = 1\nosd recovery max active = 3\n",
    lookalike: [
      "[osd]\n# all NVMe; measured in a drill with a whole rack away: clients see 2 ms more\nosd max backfills = 4\n",
      "[osd]\nosd recovery max active = 10\n[mon]\nosd max backfills = 64\n",
    ],
  },
  check({ ceph, path, workspace, report }) {
    if (onlyLaboratory(workspace, ceph)) return;
    const release = releaseFor(workspace, path, ceph.scope);
    const mclock = schedulesWithMclock(workspace, release);
    for (const [option, measure] of Object.entries(LIMITS)) {
      const facts = optionFacts(measure);
      const usual = Number((facts && (defaultAt(facts, release?.major) ?? facts.default)) ?? Number.NaN);
      for (const { value, valueRange, rawOption, range, kind, conditional } of settingsFor(ceph.settings, "osd", option)) {
        if (isUnknown(value) || !/^\d+$/.test(value) || !(Number(value) > usual) || reasonBeside(workspace.text(path) ?? "", range.start)) continue;
        // `ceph config set` of these is refused under mclock; ceph/ineffective-option speaks of that.
        const limited = mclock && MCLOCK_LIMITS.has(option) && !overridesMclock(workspace);
        if (limited && kind === "command") continue;
        report({
          location: { path, range: valueRange },
          message: `${rawOption} = ${value}, where Ceph takes ${usual}: after a failure, recovery slows down clients and can make OSDs miss heartbeats. Leave ${usual}, or write down why more is safe.${limited ? " mclock takes it at each OSD's start only, so it comes into force one OSD at a time." : ""}`,
          ...(Number(value) <= usual * MUCH || conditional ? { severity: "info" as const } : {}),
          data: { value: Number(value), default: usual },
          fixes: [{ title: `Set the default, ${usual}`, safety: "safe", edits: [{ path, range: valueRange, newText: String(usual) }] }],
        });
      }
    }
  },
});
