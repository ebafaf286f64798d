import type { YamlNode } from "../../../formats/yaml/index.ts";
import { entryOf, itemsOf, nodeAt, stringOf, valueOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Carrier, Wave, Weakness } from "./carrier.ts";
import type { Daemon } from "./daemons.ts";
import { daemonOf } from "./daemons.ts";
import type { Resource } from "./manifests.ts";
import { resourcesOf } from "./manifests.ts";

/** The DaemonSets of a manifest that run what the nodes' network, storage or guests depend on. */
export function daemonSets(workspace: Workspace, path: string): readonly Carrier[] {
  return resourcesOf(workspace, path).flatMap((resource) => (resource.kind === "DaemonSet" ? carrierOf(resource, path, workspace.text(path)!) : []));
}

function carrierOf({ root, name }: Resource, path: string, text: string): Carrier[] {
  const template = nodeAt(root, "spec", "template", "spec");
  const daemon = daemonIn(template);
  const strategy = nodeAt(root, "spec", "updateStrategy");
  // Whoever deletes a pod decides then; before apps/v1beta2 that was the default.
  const type = stringOf(entryOf(strategy, "type")?.value) ?? (/^(?:extensions\/|apps\/v1beta1$)/.test(stringOf(entryOf(root, "apiVersion")?.value) ?? "") ? "OnDelete" : "RollingUpdate");
  if (daemon === undefined || type === "OnDelete") return [];
  const templated = text.includes("{{");
  return [
    {
      by: "This DaemonSet",
      service: name.includes("{{") || name === "" ? daemon.name : name,
      kind: daemon.kind,
      action: "restart",
      units: "nodes",
      hosts: undefined,
      wave: waveOf(strategy, daemon, path),
      passes: [],
      unchecked: templated || strategy?.kind === "scalar" ? undefined : uncheckedOf(root, template, daemon, path),
      confidence: templated ? "possible" : "certain",
    },
  ];
}

/** The first container that a node depends on; its own init containers only prepare. */
function daemonIn(template: YamlNode | undefined): Daemon | undefined {
  const images = itemsOf(nodeAt(template, "containers")).flatMap((container) => stringOf(entryOf(container, "image")?.value) ?? []);
  const daemons = images.flatMap((image) => daemonOf(image) ?? []);
  return daemons.find(({ inPath }) => inPath) ?? daemons[0];
}

/** A percentage as a share; undefined for numbers, whose share nobody knows, and for templates. */
export function shareOf(node: YamlNode | undefined): number | undefined {
  const value = node === undefined ? undefined : valueOf(node);
  const percent = typeof value === "string" ? /^(\d{1,3})%$/.exec(value) : null;
  return percent === null ? undefined : Math.min(1, Number(percent[1]) / 100);
}

/** apps/v1: DaemonSets go one by one unless maxUnavailable says otherwise; a percentage is rounded up. */
function waveOf(strategy: YamlNode | undefined, daemon: Daemon, path: string): Wave | undefined {
  const node = nodeAt(strategy, "rollingUpdate", "maxUnavailable");
  const share = shareOf(node);
  if (node === undefined || share === undefined) return undefined;
  const location = { path, range: node.range };
  return {
    share,
    because: `maxUnavailable is ${String(valueOf(node))}`,
    advice: "Set maxUnavailable to 1 or a small percentage",
    severity: daemon.inPath ? "warning" : "info",
    location,
    mend: { title: "One node after the other", edits: [{ ...location, newText: "1" }] },
  };
}

/** Without a probe a pod is ready as soon as its containers run, and the next node follows. */
function uncheckedOf(root: YamlNode, template: YamlNode | undefined, daemon: Daemon, path: string): Weakness | undefined {
  if (!daemon.inPath) return undefined;
  const containers = itemsOf(nodeAt(template, "containers"));
  const seconds = nodeAt(root, "spec", "minReadySeconds");
  if (seconds !== undefined && valueOf(seconds) !== 0) return undefined;
  if (containers.length === 0 || containers.some((container) => entryOf(container, "readinessProbe") !== undefined)) return undefined;
  const kind = entryOf(root, "kind")!;
  return {
    severity: "info",
    location: { path, range: kind.value.range },
    message: `No container of this DaemonSet has a readinessProbe, and minReadySeconds is 0: a pod of ${daemon.name} counts as healthy as soon as it runs, and the next node follows although this one may have no ${daemon.kind}. Add a readinessProbe, or minReadySeconds.`,
  };
}
