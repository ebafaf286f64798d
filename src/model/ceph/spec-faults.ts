import type { Range } from "../../engine/location.ts";
import { nearest } from "../../engine/similar.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, valueOf } from "../../formats/yaml/index.ts";
import { plainText } from "../written/tasks.ts";
import type { ServiceSpec } from "./resources.ts";
import table from "./specs.json" with { type: "json" };

/** What `ceph orch apply -i` refuses of a specification. */
export interface SpecFault {
  readonly range: Range;
  /** A sentence without what happens. */
  readonly message: string;
  /** False for a name that another release may know. */
  readonly certain: boolean;
  /** What was evidently meant, in place of the range. */
  readonly instead?: string;
}

/** Keys of Tentacle's python-common (service_spec.py, drive_group.py). */
const { common, placement: placementKeys, identified, devices, services } = table as {
  readonly common: readonly string[];
  readonly placement: readonly string[];
  readonly identified: readonly string[];
  readonly devices: readonly string[];
  readonly services: Readonly<Record<string, readonly string[]>>;
};
const OWN = new Set(["spec", "service_name", "service_type"]);
const HOST = new Set(["service_type", "hostname", "addr", "labels", "status", "location", "oob"]);
const TEMPLATE = new RegExp(`\\{[{%]|${HOLE}`);
const DEVICES = /^(data|db|wal|journal)_devices$/;

/** Checks one document as ServiceSpec.from_json and validate of Tentacle do, as far as keys and shapes go. */
export function specFaults({ type, id, node, typeNode }: ServiceSpec): SpecFault[] {
  // What a template puts in cannot be judged, nor what stands around it.
  if (entriesOf(node).some(({ key }) => TEMPLATE.test(key)) || type.includes("{{")) return [];
  if (type === "host") return hostFaults(node, typeNode);
  if (!Object.hasOwn(services, type)) {
    const meant = nearest(type, Object.keys(services), 2);
    return [{ range: typeNode.range, certain: false, message: `There is no service type "${type}".`, ...(meant === undefined ? {} : { instead: meant }) }];
  }
  const faults: SpecFault[] = [];
  const own = services[type]!;
  const known = [...common, ...own];
  const spec = entryOf(node, "spec")?.value;
  if (identified.includes(type) && id === undefined && entryOf(node, "service_id") === undefined) {
    faults.push({ range: typeNode.range, certain: true, message: `A service of type ${type} needs a service_id.` });
  }
  for (const { key, keyRange } of [...entriesOf(node).filter(({ key }) => !OWN.has(key)), ...entriesOf(spec)]) {
    if (!known.includes(key) && !TEMPLATE.test(key)) faults.push(unknownKey(key, keyRange, type, known));
  }
  if (type === "ingress" && [node, spec].every((holder) => entryOf(holder, "frontend_port") === undefined && entryOf(holder, "keepalive_only") === undefined)) {
    faults.push({ range: typeNode.range, certain: true, message: "An ingress needs a frontend_port." });
  }
  faults.push(...placementFaults(entryOf(node, "placement")?.value));
  for (const holder of [node, spec]) {
    for (const { key, value } of entriesOf(holder)) {
      if (type !== "osd" || !DEVICES.test(key)) continue;
      for (const one of entriesOf(value)) if (!devices.includes(one.key) && !TEMPLATE.test(one.key)) faults.push(unknownKey(one.key, one.keyRange, key, devices));
    }
  }
  return faults;
}

function unknownKey(key: string, range: Range, where: string, known: readonly string[]): SpecFault {
  const meant = nearest(key, known, key.length < 6 ? 1 : 2);
  return { range, certain: false, message: `${where} has no key "${key}".`, ...(meant === undefined ? {} : { instead: meant }) };
}

function hostFaults(node: YamlMapping, typeNode: YamlNode): SpecFault[] {
  const faults: SpecFault[] = [];
  if (entryOf(node, "hostname") === undefined) faults.push({ range: typeNode.range, certain: true, message: "A host needs a hostname." });
  for (const { key, keyRange } of entriesOf(node)) if (!HOST.has(key)) faults.push(unknownKey(key, keyRange, "host", [...HOST]));
  return faults;
}

function placementFaults(placement: YamlNode | undefined): SpecFault[] {
  if (placement === undefined) return [];
  const value = valueOf(placement);
  if (isUnknown(value) || value === null) return [];
  if (placement.kind === "scalar") {
    // A string is read as `ceph orch apply` reads it on the command line, but not from a file.
    return placement.text.includes("{{") ? [] : [{ range: placement.range, certain: true, message: "placement takes keys such as hosts, label or count, no text." }];
  }
  const faults: SpecFault[] = [];
  for (const { key, keyRange } of entriesOf(placement)) if (!placementKeys.includes(key) && !TEMPLATE.test(key)) faults.push({ ...unknownKey(key, keyRange, "placement", placementKeys), certain: key !== "" });
  for (const item of itemsOf(entryOf(placement, "hosts")?.value)) {
    if (item.kind === "sequence") faults.push({ range: item.range, certain: true, message: "A host is a name, or has hostname, network and name." });
  }
  const count = entryOf(placement, "count")?.value;
  const number = Number(plainText(count) ?? Number.NaN);
  if (count !== undefined && Number.isInteger(number) && number < 1) faults.push({ range: count.range, certain: true, message: "count is 1 at least." });
  return faults;
}
