import { cephAlerts, isWholeAlertFile, mutedOsds } from "../../model/ceph/alerts.ts";
import { onlyLaboratory } from "../../model/ceph/pools.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "Nobody hears of a dead OSD.",
  why: "Ceph heals one dead OSD by itself, and a crash loop ends after a few tries. Without an alert it stays dead, others follow, and somebody restarts them all at once.",
  instead: "Alert on ceph_osd_up == 0, or on Ceph's own health, and mute a check for a time only.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["ceph", "syntax"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: rados/operations/monitoring, muting health checks", "Ceph: monitoring/ceph-mixin, prometheus_alerts"],
  examples: {
    bad: [
      { "quiet.sh": "#!/bin/sh\nceph health mute ⟦OSD_DOWN⟧ --sticky\n" },
      { "alerts.yml": "groups:\n  - name: ceph\n    rules:\n      - alert: ⟦CephDiskSlow⟧\n        expr: ceph_osd_apply_latency_ms > 500\n      - alert: CephPoolFull\n        expr: ceph_pool_percent_used > 0.8\n" },
      {
        before: { "alerts.yml": "groups:\n  - name: ceph\n    rules:\n      - alert: CephOsdDown\n        expr: ceph_osd_up == 0\n      - alert: CephPoolFull\n        expr: ceph_pool_percent_used > 0.8\n" },
        after: { "alerts.yml": "groups:\n  - name: ceph\n    rules:\n      - alert: ⟦CephPoolFull⟧\n        expr: ceph_pool_percent_used > 0.8\n" },
      },
    ],
    good: { "alerts.yml": "groups:\n  - name: ceph\n    rules:\n      - alert: CephOsdDown\n        expr: ceph_osd_up == 0\n      - alert: CephPoolFull\n        expr: ceph_pool_percent_used > 0.8\n" },
    lookalike: [
      { "quiet.sh": "#!/bin/sh\nceph health mute OSD_DOWN 2h\nceph health mute POOL_NO_REDUNDANCY --sticky\n" },
      { "alerts.yml": "groups:\n  - name: ceph\n    rules:\n      - alert: CephUnhealthy\n        expr: ceph_health_status > 0\n      - alert: CephPoolFull\n        expr: ceph_pool_percent_used > 0.8\n" },
      { "alerts.yml": "groups:\n  - name: nodes\n    rules:\n      - alert: HostDown\n        expr: up == 0\n" },
    ],
  },
  check(context) {
    const { path, workspace, report } = context;
    if (context.reads === "ceph") {
      if (onlyLaboratory(workspace, context.ceph)) return;
      for (const { range, how } of mutedOsds(context.ceph)) report({ location: { path, range }, message: `${how}: a dead OSD is not reported any more. Mute it for a time, as in "ceph health mute OSD_DOWN 4h".` });
      return;
    }
    if (context.syntax.language !== "yaml") return;
    const alerts = cephAlerts(workspace);
    const first = alerts[0];
    if (first?.path !== path || alerts.some(({ noticesOsds }) => noticesOsds) || !isWholeAlertFile(workspace, path)) return;
    report({
      location: { path, range: first.range },
      key: "alerts",
      confidence: "likely",
      message: `${alerts.length === 1 ? "The one alert" : `None of the ${alerts.length} alerts`} on Ceph in this repository ${alerts.length === 1 ? "does not fire" : "fires"} when an OSD dies. Add one on ceph_osd_up == 0, or on ceph_health_status.`,
    });
  },
});
