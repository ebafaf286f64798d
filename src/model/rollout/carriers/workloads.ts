import type { ServiceKind } from "../services.ts";
import type { YamlNode } from "../../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, nodeAt, stringOf, valueOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Carrier, Wave } from "./carrier.ts";
import { shareOf } from "./daemon-sets.ts";
import { daemonOf } from "./daemons.ts";
import type { Resource } from "./manifests.ts";
import { resourcesOf } from "./manifests.ts";

/** Deployments and StatefulSets of network and storage daemons, budgets of their pods, and pools of machines. */
export function workloads(workspace: Workspace, path: string): readonly Carrier[] {
  return resourcesOf(workspace, path).flatMap((resource): Carrier[] => {
    switch (resource.kind) {
      case "Deployment":
        return replicasOf(resource, path, nodeAt(resource.root, "spec", "strategy"));
      case "StatefulSet":
        return replicasOf(resource, path, nodeAt(resource.root, "spec", "updateStrategy"));
      case "PodDisruptionBudget":
        return budgetOf(resource, path);
      case "MachineConfigPool":
        return poolOf(resource, path, nodeAt(resource.root, "spec", "maxUnavailable"), "reboot", "This MachineConfigPool");
      case "MachineDeployment":
        return poolOf(resource, path, nodeAt(resource.root, "spec", "strategy", "rollingUpdate", "maxUnavailable"), "reboot", "This MachineDeployment");
      default:
        return [];
    }
  });
}

const EMPTY = { hosts: undefined, passes: [], unchecked: undefined } as const;

/** Several replicas of a daemon in the path of traffic or data, of which one update takes most away together. */
function replicasOf({ root, name }: Resource, path: string, strategy: YamlNode | undefined): Carrier[] {
  const replicas = nodeAt(root, "spec", "replicas");
  const count = replicas === undefined ? 1 : valueOf(replicas);
  if (typeof count !== "number" || count < 2) return [];
  const images = itemsOf(nodeAt(root, "spec", "template", "spec", "containers")).flatMap((container) => stringOf(entryOf(container, "image")?.value) ?? []);
  const daemon = images.flatMap((image) => daemonOf(image) ?? []).find(({ inPath }) => inPath);
  if (daemon === undefined) return [];
  const type = entryOf(strategy, "type")?.value;
  const wave =
    type !== undefined && stringOf(type) === "Recreate"
      ? { share: 1, because: `strategy Recreate ends all ${count} pods before it starts new ones`, advice: "Use RollingUpdate with maxUnavailable 1", severity: "warning" as const, location: { path, range: type.range } }
      : waveOf(nodeAt(strategy, "rollingUpdate", "maxUnavailable"), path, count);
  return wave === undefined ? [] : [{ ...EMPTY, by: `This ${stringOf(entryOf(root, "kind")!.value)!}`, service: name === "" || name.includes("{{") ? daemon.name : name, kind: daemon.kind, action: "restart", units: "pods", wave, confidence: "certain" }];
}

function waveOf(node: YamlNode | undefined, path: string, count: number | undefined): Wave | undefined {
  const value = node === undefined ? undefined : valueOf(node);
  const share = typeof value === "number" && count !== undefined ? Math.min(1, value / count) : shareOf(node);
  if (node === undefined || share === undefined) return undefined;
  const location = { path, range: node.range };
  return {
    share,
    because: `maxUnavailable is ${String(value)}`,
    advice: "Set maxUnavailable to 1 or a small percentage",
    severity: "warning",
    location,
    mend: { title: "One after the other", edits: [{ ...location, newText: "1" }] },
  };
}

/** Labels under which the pods of these daemons are known. */
const LABELS: readonly (readonly [RegExp, ServiceKind])[] = [
  [/^(?:rook-)?ceph-(?:osd|mon|mds)|^(?:longhorn|instance-manager|glusterfs|io-engine|linstor-satellite)/, "storage"],
  [/^(?:calico|cilium|ovnkube|antrea|kube-dns|coredns|ingress-nginx|metallb|frr)/, "network"],
];

/** A budget that lets every pod be evicted at once holds nothing back when nodes are drained. */
function budgetOf({ root }: Resource, path: string): Carrier[] {
  const labels = entriesOf(nodeAt(root, "spec", "selector", "matchLabels")).filter(({ key }) => /(?:^|\/)(?:app|name|component|k8s-app)$/.test(key)).flatMap(({ value }) => stringOf(value) ?? []);
  const found = labels.flatMap((label) => LABELS.filter(([pattern]) => pattern.test(label)).map(([, kind]) => ({ label, kind })))[0];
  if (found === undefined) return [];
  const most = nodeAt(root, "spec", "maxUnavailable");
  const least = nodeAt(root, "spec", "minAvailable");
  const node = shareOf(most) === 1 ? most : least !== undefined && (valueOf(least) === 0 || shareOf(least) === 0) ? least : undefined;
  if (node === undefined) return [];
  const what = node === most ? "maxUnavailable 100%" : `minAvailable ${String(valueOf(node))}`;
  return [
    {
      ...EMPTY,
      by: "This PodDisruptionBudget",
      service: found.label,
      kind: found.kind,
      action: "restart",
      units: "pods",
      wave: undefined,
      passes: [
        {
          severity: "warning",
          location: { path, range: node.range },
          message: `With ${what} this PodDisruptionBudget refuses no eviction: nodes that are drained one after the other, or together, take every pod of ${found.label} with them although the ones before are not back. Set maxUnavailable to 1.`,
        },
      ],
      confidence: "certain",
    },
  ];
}

/** Machines of a pool are drained and rebooted, or replaced, so many at once. */
function poolOf({ name }: Resource, path: string, node: YamlNode | undefined, action: "reboot", by: string): Carrier[] {
  const wave = waveOf(node, path, undefined);
  return wave === undefined ? [] : [{ ...EMPTY, by: name === "" ? by : `${by} (${name})`, service: "host", kind: "host", action, units: "nodes", wave, confidence: "certain" }];
}
