import type { Range } from "../../../engine/location.ts";
import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, nodeAt, stringOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Carrier, Wave, Weakness } from "./carrier.ts";
import { resourcesOf } from "./manifests.ts";

/** kured's options by their names on the command line. */
type Options = ReadonlyMap<string, { readonly value: string; readonly range: Range }>;

/** Names that only kured's chart has below `configuration`. */
const OWN = ["rebootSentinel", "rebootSentinelCommand", "rebootDays", "lockReleaseDelay", "lockTtl", "forceReboot", "blockingPodSelector", "drainTimeout", "rebootDelay"];

/** kured, the Kubernetes reboot daemon: as a DaemonSet, or as values of its chart, also inside HelmRelease and the like. */
export function kured(workspace: Workspace, path: string): readonly Carrier[] {
  if (!/\.ya?ml(?:\.\w+)?$/.test(path)) return [];
  const text = workspace.text(path) ?? "";
  if (!/kured|configuration[ \t]*:/.test(text)) return [];
  const document = workspace.document(path);
  if (document?.language !== "yaml") return [];
  const found = [...resourcesOf(workspace, path).flatMap(({ kind, root }) => (kind === "DaemonSet" ? ofDaemonSet(root) : [])), ...(document.tree as YamlTree).documents.flatMap(ofValues)];
  return found.flatMap((options) => carrierOf(options, path, text));
}

/** Arguments are `--name=value` or `--name value`, below `command` or `args`. */
function ofDaemonSet(root: YamlNode): Options[] {
  return itemsOf(nodeAt(root, "spec", "template", "spec", "containers")).flatMap((container) => {
    if (!/(?:^|\/)kured(?:$|[:@])/.test(stringOf(entryOf(container, "image")?.value) ?? "")) return [];
    const options = new Map<string, { value: string; range: Range }>();
    const words = [...itemsOf(nodeAt(container, "command")), ...itemsOf(nodeAt(container, "args"))];
    words.forEach((word, index) => {
      const match = word.kind === "scalar" ? /^--([\w-]+)(?:=(.*))?$/s.exec(word.text) : null;
      if (match === null) return;
      const next = words[index + 1];
      const value = match[2] ?? (next?.kind === "scalar" && !next.text.startsWith("-") ? next.text : "true");
      options.set(match[1]!, { value: value.replace(/^["']|["']$/g, ""), range: word.range });
    });
    return [options];
  });
}

/** Values of the chart stand at the top, below the name of a dependency, or in a resource that names the chart. */
function ofValues(root: YamlNode): Options[] {
  const holders = [root, entryOf(root, "kured")?.value, nodeAt(root, "spec", "values"), nodeAt(root, "spec", "source", "helm", "valuesObject"), nodeAt(root, "spec", "valuesContent")];
  return holders.flatMap((holder) => {
    const configuration = entryOf(holder, "configuration")?.value;
    if (!OWN.some((name) => entryOf(configuration, name) !== undefined)) return [];
    const options = new Map<string, { value: string; range: Range }>();
    for (const { key, value } of entriesOf(configuration)) {
      if (value.kind === "scalar") options.set(key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), { value: value.text, range: value.range });
    }
    return [options];
  });
}

function carrierOf(options: Options, path: string, text: string): Carrier[] {
  const passes: Weakness[] = [];
  const ttl = options.get("lock-ttl");
  if (ttl !== undefined && /^(?:\d+(?:\.\d+)?(?:ms|[hms]))+$/.test(ttl.value) && /[1-9]/.test(ttl.value)) {
    passes.push({
      severity: "warning",
      location: { path, range: ttl.range },
      message: `kured gives its lock away after ${ttl.value} even if the node that holds it has not come back, and reboots the next one. An update that nodes do not survive takes down one node after the other until none is left. Leave lock-ttl at 0, so that the first node that stays away stops it, and watch how long the lock is held.`,
    });
  }
  const force = options.get("force-reboot");
  if (force?.value === "true") {
    passes.push({
      severity: "warning",
      location: { path, range: force.range },
      message: "force-reboot lets kured reboot a node although its drain has failed or timed out: what PodDisruptionBudgets hold back, such as the last good copy of the storage, goes down with it. Leave force-reboot off, so that a drain that fails stops it.",
    });
  }
  const concurrency = options.get("concurrency");
  const count = concurrency !== undefined && /^\d+$/.test(concurrency.value) ? Number(concurrency.value) : 1;
  return [
    {
      by: "kured",
      service: "host",
      kind: "host",
      action: "reboot",
      units: "nodes",
      hosts: undefined,
      wave: count > 1 ? waveOf(count, path, concurrency!.range, text) : undefined,
      passes,
      unchecked: undefined,
      confidence: "certain",
    },
  ];
}

function waveOf(count: number, path: string, range: Range, text: string): Wave {
  const location = { path, range };
  return {
    count,
    because: `concurrency is ${count}`,
    advice: "Set concurrency to 1",
    severity: "info",
    location,
    mend: { title: "One node after the other", edits: [{ ...location, newText: text.slice(range.start, range.end).replace(/\d+(?=\D*$)/, "1") }] },
  };
}
