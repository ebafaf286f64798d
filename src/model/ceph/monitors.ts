import type { Range } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { entryOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import { plainText } from "../written/tasks.ts";
import { addressesOf } from "./networks.ts";
import type { CephSetting, CephSettings } from "./settings.ts";

/** The monitors that one place names. */
export interface Monitors {
  readonly count: number;
  readonly range: Range;
  /** `mon host`, `placement.count`, `the [mon.X] sections` */
  readonly how: string;
  /** A host that runs two of them, where that can be told. */
  readonly twice?: { readonly host: string; readonly range: Range };
  /** Every monitor of the cluster is named here, and not only those that a client or the first start needs. */
  readonly complete: boolean;
}

/** Every place of a file that tells how many monitors a cluster has. */
export function monitorsOf(ceph: CephSettings): Monitors[] {
  return [...inConf(ceph.settings), ...inRook(ceph), ...inSpecs(ceph)];
}

function inConf(settings: readonly CephSetting[]): Monitors[] {
  const found: Monitors[] = [];
  for (const { option, value, valueRange, rawOption, section, conditional } of settings) {
    if (isUnknown(value) || conditional || value === "" || isUnknown(section) || section !== "global") continue;
    if (option === "mon_host") {
      const addresses = addressesOf(value);
      const doubled = addresses.find((one, index) => addresses.slice(0, index).some((other) => other.host === one.host && other.port !== one.port));
      const hosts = new Set(addresses.map(({ host }) => host));
      // A name may stand for any number of addresses.
      if (addresses.some(({ ip }) => ip === undefined) && hosts.size < 2) continue;
      found.push({ count: hosts.size, range: valueRange, how: rawOption, complete: hosts.size > 1, ...(doubled === undefined ? {} : { twice: { host: doubled.host, range: valueRange } }) });
    }
  }
  const single = new Map<string, CephSetting[]>();
  for (const setting of settings) {
    if (isUnknown(setting.section) || setting.kind !== "conf" || setting.conditional || !/^mon\.[^.\s]+$/.test(setting.section)) continue;
    single.set(setting.section, [...(single.get(setting.section) ?? []), setting]);
  }
  const placed = [...single].flatMap(([, own]) => own.find(({ option, value }) => option === "host" && !isUnknown(value)) ?? []);
  if (placed.length > 1) {
    const second = placed.find((one, index) => placed.slice(0, index).some((other) => other.value === one.value));
    found.push({ count: placed.length, range: placed[0]!.range, how: "the [mon.X] sections", complete: true, ...(second === undefined ? {} : { twice: { host: String(second.value), range: second.valueRange } }) });
  }
  return found;
}

function inRook({ resources }: CephSettings): Monitors[] {
  return resources.flatMap(({ kind, spec }): Monitors[] => {
    const count = nodeAt(spec, "mon", "count");
    const number = Number(plainText(count) ?? Number.NaN);
    if (kind !== "CephCluster" || count === undefined || !Number.isInteger(number) || number < 1) return [];
    const several = nodeAt(spec, "mon", "allowMultiplePerNode");
    const twice = several !== undefined && plainText(several) === "true" && number > 1 ? { twice: { host: "the same node", range: several.range } } : {};
    return [{ count: number, range: count.range, how: "mon.count", complete: true, ...twice }];
  });
}

function inSpecs({ specs }: CephSettings): Monitors[] {
  return specs.flatMap(({ type, node }): Monitors[] => {
    if (type !== "mon" || plainText(entryOf(node, "unmanaged")?.value) === "true") return [];
    const placement = entryOf(node, "placement")?.value;
    const count = entryOf(placement, "count")?.value;
    const number = Number(plainText(count) ?? Number.NaN);
    if (count !== undefined && Number.isInteger(number)) return number < 1 ? [] : [{ count: number, range: count.range, how: "placement.count", complete: true }];
    const hosts = entryOf(placement, "hosts")?.value;
    const named = itemsOf(hosts).length;
    if (hosts === undefined || named === 0) return [];
    return [{ count: named, range: hosts.range, how: "placement.hosts", complete: true }];
  });
}
