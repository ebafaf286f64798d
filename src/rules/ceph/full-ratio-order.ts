import type { FullRatio } from "../../model/ceph/full-ratios.ts";
import { RATIOS, fullRatios } from "../../model/ceph/full-ratios.ts";
import { onlyLaboratory } from "../../model/ceph/pools.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "The thresholds of full disks are out of order, or leave no room.",
  why: "Warnings come at nearfull, backfill stops at backfillfull, and writes stop at full. Out of order, writes stop without a warning, or recovery fills the last disk. Without room above full, an OSD fails before data can be moved off it.",
  instead: "Keep nearfull < backfillfull < full < failsafe, and full at 0.95 at most. Add disks or delete data instead of raising it.",
  lessons: ["cloudscale-2015-btrfs-osd"],
  reads: ["ceph"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: rados/operations/health-checks, OSD_OUT_OF_ORDER_FULL", "Ceph: rados/configuration/mon-config-ref, storage capacity"],
  data: { lower: "threshold that must be the lower one", upper: "threshold that must be the higher one", before: "threshold before the change" },
  examples: {
    bad: [
      "[global]\nmon osd nearfull ratio = .90\nmon osd full ratio = ⟦.85⟧\n",
      "[mon]\nmon_osd_full_ratio = ⟦.80⟧\n",
      "[global]\nmon osd full ratio = ⟦.98⟧\n",
      { "cluster.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata:\n  name: rook-ceph\nspec:\n  storage:\n    nearFullRatio: 0.8\n    backfillFullRatio: 0.9\n    fullRatio: ⟦0.88⟧\n" },
      { "ratios.sh": "#!/bin/sh\nceph osd set-nearfull-ratio 0.85\nceph osd set-full-ratio ⟦0.84⟧\n" },
      { before: "[mon]\nmon osd full ratio = .90\nmon osd backfillfull ratio = .88\n", after: "[mon]\nmon osd full ratio = ⟦.95⟧\nmon osd backfillfull ratio = .88\n" },
    ],
    good: "[global]\nmon osd nearfull ratio = .80\nmon osd backfillfull ratio = .85\nmon osd full ratio = .90\n",
    lookalike: [
      { "cluster.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata:\n  name: rook-ceph\nspec:\n  storage:\n    nearFullRatio: 0.75\n    backfillFullRatio: 0.8\n    fullRatio: 0.85\n" },
      // Above 1 it is taken as a percentage.
      "[global]\nmon osd nearfull ratio = 80\nmon osd full ratio = 95\n",
      "[osd]\nmon osd full ratio = .50\n[mon]\nmon osd full ratio = {{ full }}\n",
    ],
  },
  check({ ceph, path, workspace, report }) {
    if (onlyLaboratory(workspace, ceph)) return;
    const ratios = fullRatios(ceph);
    const told = new Set<FullRatio>();
    for (const [at, lower] of ratios.entries()) {
      for (const upper of ratios.slice(at + 1)) {
        // Of two defaults there is nothing to say, nor of what a template decides.
        const blamed = upper.setting ?? lower.setting;
        if (blamed === undefined || lower.value === undefined || upper.value === undefined || lower.value <= upper.value || told.has(upper) || told.has(lower)) continue;
        told.add(upper.setting === undefined ? lower : upper);
        report({
          location: { path, range: blamed.range },
          message: `${describe(upper)} is below ${describe(lower)}: ${upper.name === "full" ? "writes stop before" : upper.name === "failsafe" ? "OSDs drop out before" : "backfill stops before"} ${lower.name === "nearfull" ? "anybody is warned" : lower.name === "full" ? "writes are stopped" : "backfill stops"}. Keep nearfull < backfillfull < full < failsafe.`,
          ...(blamed.conditional ? { severity: "warning" as const, confidence: "likely" as const } : {}),
          ...(upper.setting !== undefined && lower.setting !== undefined ? { related: [{ location: { path, range: lower.setting.range }, message: `${lower.name} is set here` }] } : {}),
          data: { lower: lower.value, upper: upper.value },
        });
      }
    }
    const full = ratios.find(({ name }) => name === "full");
    if (full?.setting === undefined || full.value === undefined || told.has(full) || full.value <= RATIOS.full.usual) return;
    report({
      location: { path, range: full.setting.range },
      severity: "warning",
      message: `The full ratio is ${full.value}, above the default of ${RATIOS.full.usual}: there is no room left to move data off a full disk, and OSDs fail at ${RATIOS.failsafe.usual}. Leave the default, and add room.`,
      data: { upper: full.value },
    });
  },
  compare({ before, after, changed, report }) {
    for (const path of changed) {
      const [was, now] = [before.subject("ceph", path), after.subject("ceph", path)];
      if (was === undefined || now === undefined || onlyLaboratory(after, now)) continue;
      const old = fullRatios(was);
      for (const ratio of fullRatios(now)) {
        const then = old.find(({ name }) => name === ratio.name)?.value;
        // Above its default `check` speaks of it.
        if (ratio.name === "nearfull" || ratio.setting === undefined || ratio.value === undefined || then === undefined || ratio.value <= then) continue;
        if (ratio.name === "full" && ratio.value > RATIOS.full.usual) continue;
        report({
          location: { path, range: ratio.setting.range },
          severity: "warning",
          message: `The ${ratio.name} ratio rises from ${then} to ${ratio.value}: that wins days, and leaves less room for recovery when a disk fails. Add room or delete data, and lower it again.`,
          data: { upper: ratio.value, before: then },
        });
      }
    }
  },
});

function describe({ name, value, setting }: FullRatio): string {
  return `the ${name} ratio, ${String(value)}${setting === undefined ? " by default," : ","}`.replace(/,$/, "");
}
