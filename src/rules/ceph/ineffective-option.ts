import type { Futile } from "../../model/ceph/futile.ts";
import { decidedAtCreation, futileSettings } from "../../model/ceph/futile.ts";
import { onlyLaboratory } from "../../model/ceph/pools.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "A setting that Ceph knows has no effect where it stands.",
  why: "Ceph says nothing of it: no daemon reads the section, another line takes the value back, mclock sets the option itself, or what the option decides was decided when the cluster or the OSD was made. Everybody believes that it is set.",
  instead: "Write it where its daemon reads it, once. For what was decided at creation use the command that changes it (ceph osd set-full-ratio, ceph mon add), or make the OSD anew.",
  lessons: [],
  reads: ["ceph"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: rados/configuration/ceph-conf, sections", "Ceph: src/common/options, flags", "Ceph: rados/configuration/mclock-config-ref"],
  data: { reason: "section, reader, duplicate, mclock, created or file" },
  examples: {
    bad: [
      "⟦[OSD]⟧\nosd max backfills = 1\n",
      "⟦[osd0]⟧\nhost = node1\n",
      "[osd]\n⟦osd pool default size⟧ = 3\n",
      "[global]\n⟦mon osd down out interval⟧ = 300\nfsid = 5e9f3c1e-4a4e-4c7c-9a53-0e3c0f7b2a11\nmon osd down out interval = 600\n",
      "[osd]\n⟦osd recovery sleep hdd⟧ = 0.2\n",
      { "tune.sh": "#!/bin/sh\nceph config set osd ⟦osd_max_backfills⟧ 3\nceph config set mon ⟦mon_osd_full_ratio⟧ 0.9\n" },
      {
        before: "[osd]\nbluestore min alloc size hdd = 65536\n",
        after: "[osd]\n⟦bluestore min alloc size hdd⟧ = 4096\n",
      },
    ],
    good: "[global]\nosd pool default size = 3\n[osd]\nosd max backfills = 1\n[client.rgw.a]\nrgw frontends = beast port=8080\n",
    lookalike: [
      "[osd]\nosd op queue = wpq\nosd recovery sleep hdd = 0.2\n",
      "[osd]\nosd max backfills = 2\n[osd]\nosd max backfills = 2\n[backup]\nosd max backfills = 3\n",
      "[osd]\nbluestore min alloc size hdd = 65536\nosd memory target = 4Gi\n[client]\nrbd cache = true\n",
      { "ceph.conf": "[osd]\nosd recovery sleep hdd = 0.2\n", "premortem.yaml": "cephRelease: pacific\n" },
      { "tune.sh": "#!/bin/sh\nceph config set osd osd_mclock_override_recovery_settings true\nceph config set osd osd_max_backfills 3\n" },
    ],
  },
  check({ ceph, path, workspace, report }) {
    if (onlyLaboratory(workspace, ceph)) return;
    for (const futile of futileSettings(workspace, path, ceph)) report(told(path, futile));
  },
  compare({ before, after, changed, report }) {
    for (const path of changed) {
      const [was, now] = [before.subject("ceph", path), after.subject("ceph", path)];
      if (was === undefined || now === undefined || onlyLaboratory(after, now)) continue;
      for (const futile of decidedAtCreation(was, now)) report(told(path, futile));
    }
  },
});

function told(path: string, { range, message, severity, reason, related }: Futile) {
  return {
    location: { path, range },
    message,
    key: reason,
    ...(severity === "warning" ? {} : { severity, confidence: "likely" as const }),
    ...(related === undefined ? {} : { related: [{ location: { path, range: related.range }, message: related.message }] }),
    data: { reason },
  };
}
