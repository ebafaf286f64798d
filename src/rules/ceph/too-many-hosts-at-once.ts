import { holdsRebalancing, osdHosts } from "../../model/ceph/osd-hosts.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "One change adds or removes several OSD hosts.",
  why: "Every OSD that comes or goes moves data. With several hosts at once, a large part of all data moves at the same time: clients wait, OSDs miss heartbeats, and copies are away while others fail. Removing hosts faster than their data is copied loses it.",
  instead: "Change one failure domain at a time and wait for HEALTH_OK, or set norebalance until all new OSDs are there.",
  lessons: ["2014-osd-restart-corruption", "akamai-2024-too-many-osd-hosts-at-once"],
  reads: ["ceph"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: rados/operations/add-or-rm-osds", "Ceph: rados/operations/balancer"],
  data: { hosts: "hosts that come or go", before: "OSD hosts before the change" },
  examples: {
    bad: [
      {
        before: { "hosts.ini": "[osds]\nnode1\nnode2\nnode3\n" },
        after: { "hosts.ini": "[osds]\nnode1\nnode2\nnode3\n⟦node4⟧\nnode5\n" },
      },
      {
        before: { "osd.yaml": "service_type: osd\nservice_id: hdd\nplacement:\n  hosts: [node1, node2, node3]\nspec:\n  data_devices:\n    all: true\n" },
        after: { "osd.yaml": "service_type: osd\nservice_id: hdd\nplacement:\n  hosts: [node1, node2, node3, ⟦node4⟧, node5, node6]\nspec:\n  data_devices:\n    all: true\n" },
      },
      {
        before: { "cluster.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata:\n  name: rook-ceph\nspec:\n  storage:\n    nodes:\n      - name: node1\n      - name: node2\n      - name: node3\n      - name: node4\n      - name: node5\n" },
        after: { "cluster.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata:\n  name: rook-ceph\nspec:\n  storage:\n    nodes:\n      - name: ⟦node1⟧\n      - name: node2\n      - name: node3\n" },
      },
    ],
    good: {
      before: { "hosts.ini": "[osds]\nnode1\nnode2\nnode3\n" },
      after: { "hosts.ini": "[osds]\nnode1\nnode2\nnode3\nnode4\n" },
    },
    lookalike: [
      // A cluster that is new has nothing to move.
      { before: { "hosts.ini": "[mons]\nnode1\n" }, after: { "hosts.ini": "[mons]\nnode1\n[osds]\nnode1\nnode2\nnode3\n" } },
      {
        before: { "hosts.ini": "[osds]\nnode1\nnode2\n" },
        after: { "hosts.ini": "[osds]\nnode1\nnode2\nnode3\nnode4\n", "grow.yml": "- hosts: node1\n  tasks:\n    - command: ceph osd set norebalance\n- hosts: osds\n  roles: [ceph-osd]\n- hosts: node1\n  tasks:\n    - command: ceph osd unset norebalance\n" },
      },
      { before: { "hosts.ini": "[osd_exporters]\nnode1\n" }, after: { "hosts.ini": "[osd_exporters]\nnode1\nnode2\nnode3\n" } },
    ],
  },
  compare({ before, after, report }) {
    const [was, now] = [osdHosts(before), osdHosts(after)];
    for (const [list, old] of was) {
      const hosts = now.get(list);
      // The whole list gone is a file that moved, or a cluster that is taken down.
      if (hosts === undefined || old.size === 0) continue;
      const added = [...hosts].filter(([host]) => !old.has(host));
      const removed = [...old].filter(([host]) => !hosts.has(host));
      const renamed = removed.length > 0 && removed.length === added.length;
      const laboratory = [...added, ...removed].every(([name]) => {
        const host = after.fleet.host(name) ?? before.fleet.host(name);
        return host !== undefined && (after.fleet.host(name) === undefined ? before : after).fleet.trait(host, "lab") !== undefined;
      });
      if (renamed || laboratory) continue;
      const data = { before: old.size };
      if (added.length > 1 && !holdsRebalancing(after)) {
        const part = Math.round((added.length / hosts.size) * 100);
        report({
          location: added[0]![1],
          key: `added ${list}`,
          message: `${added.length} OSD hosts join ${list} at once (${names(added)}), beside ${old.size}: about ${part}% of all data moves at the same time. Add one, wait for HEALTH_OK, and go on; or set norebalance until all are there.`,
          related: added.slice(1).map(([host, location]) => ({ location, message: `${host} is added too` })),
          data: { ...data, hosts: added.length },
        });
      }
      if (removed.length > 1) {
        report({
          location: [...hosts.values()][0]!,
          key: `removed ${list}`,
          message: `${removed.length} of ${old.size} OSD hosts leave ${list} at once (${names(removed)}): copies that lie on these hosts only are lost if they go before their data has moved. Drain and remove one after the other.`,
          data: { ...data, hosts: removed.length },
        });
      }
    }
  },
});

function names(hosts: readonly (readonly [string, unknown])[]): string {
  const shown = hosts.slice(0, 4).map(([host]) => host);
  return hosts.length > shown.length ? `${shown.join(", ")} and ${hosts.length - shown.length} more` : shown.join(", ");
}
