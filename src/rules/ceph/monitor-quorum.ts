import { isUnknown } from "../../engine/unknown.ts";
import type { Monitors } from "../../model/ceph/monitors.ts";
import { monitorsOf } from "../../model/ceph/monitors.ts";
import { addressesOf } from "../../model/ceph/networks.ts";
import { onlyLaboratory } from "../../model/ceph/pools.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "The monitors lose their majority too easily.",
  why: "Monitors decide by a majority of all of them. Two or four survive no more failures than one or three, and have more that can fail; two on one host fail together. Without a majority, the whole cluster stops.",
  instead: "Run three monitors, or five from five hosts on, each on a host and in a failure domain of its own.",
  lessons: [],
  reads: ["ceph"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: rados/operations/add-or-rm-mons", "Ceph: rados/configuration/mon-config-ref, monitor quorum"],
  data: { monitors: "monitors", survives: "failures that leave a majority" },
  examples: {
    bad: [
      "[global]\nmon host = ⟦192.0.2.11, 192.0.2.12⟧\n",
      "[global]\nmon host = ⟦192.0.2.11:6789,192.0.2.11:6790,192.0.2.12:6789⟧\n",
      "[global]\nmon initial members = ⟦a, b, c⟧\nmon host = ⟦192.0.2.11, 192.0.2.12⟧\n",
      { "mon.yaml": "service_type: mon\nplacement:\n  count: ⟦4⟧\n" },
      { "cluster.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata:\n  name: rook-ceph\nspec:\n  mon:\n    count: 3\n    allowMultiplePerNode: ⟦true⟧\n" },
    ],
    good: "[global]\nmon initial members = a,b,c\nmon host = [v2:192.0.2.11:3300,v1:192.0.2.11:6789],[v2:192.0.2.12:3300,v1:192.0.2.12:6789],[v2:192.0.2.13:3300,v1:192.0.2.13:6789]\n",
    lookalike: [
      "[global]\nmon initial members = a\nmon host = 192.0.2.11 192.0.2.12 192.0.2.13\n",
      "[global]\nmon host = mons.example.org\n",
      "[global]\nmon host = {% for m in mons %}{{ m }},{% endfor %}\n",
      { "mon.yaml": "service_type: mon\nplacement:\n  label: mon\n" },
    ],
  },
  check({ ceph, path, workspace, report }) {
    if (onlyLaboratory(workspace, ceph)) return;
    const places = monitorsOf(ceph);
    for (const monitors of places) {
      const { count, range, twice, complete } = monitors;
      const severity = severityOf(monitors);
      if (twice !== undefined) {
        report({ location: { path, range: twice.range }, key: "host", severity: "warning", message: `Two monitors may run on ${twice.host}: when it fails, both are gone at once. Give each a host of its own.` });
      } else if (complete && severity !== undefined) {
        const survives = Math.ceil(count / 2) - 1;
        report({
          location: { path, range },
          severity,
          confidence: count === 1 ? "likely" : "certain",
          message: `${monitors.how} ${monitors.how.endsWith("sections") ? "name" : "names"} ${count === 1 ? "one monitor" : `${count} monitors`}, which survive${count === 1 ? "s" : ""} ${survives === 0 ? "no failure" : survives === 1 ? "one failure, like three," : `${survives} failures, like ${count - 1},`}${count === 1 ? "" : " and there is more that can fail"}. Run ${count < 3 ? 3 : count + 1}${count > 3 ? ` or ${count - 1}` : ""}.`,
          data: { monitors: count, survives },
        });
      }
    }
    const host = places.find(({ how }) => /^mon[ _]host$/.test(how));
    for (const { option, value, valueRange, section, conditional } of ceph.settings) {
      if (option !== "mon_initial_members" || section !== "global" || isUnknown(value) || conditional || host === undefined) continue;
      const members = addressesOf(value).length;
      if (members <= host.count) continue;
      report({ location: { path, range: valueRange }, key: "members", message: `${members} initial members, but mon host has ${host.count === 1 ? "one address" : `${host.count} addresses`}: the first start waits for a majority of ${Math.floor(members / 2) + 1}, of which others cannot be found. Name the same monitors in both.`, severity: "info", confidence: "likely" });
    }
  },
});

function severityOf({ count, complete }: Monitors): "warning" | "info" | undefined {
  if (!complete || count % 2 === 1) return count === 1 && complete ? "info" : undefined;
  return count === 2 ? "warning" : "info";
}
