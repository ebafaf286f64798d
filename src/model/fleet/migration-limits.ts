import type { Location } from "../../engine/location.ts";
import type { YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entryOf, nodeAt, stringOf, valueOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";

/** What a cluster's own settings allow one migration. */
export interface MigrationLimits {
  /** Bytes per second. */
  readonly bandwidth: number;
  /** Seconds for each GiB of memory, after which the migration is cancelled. */
  readonly secondsPerGib: number;
  /** False where the limit of time is the default. */
  readonly isWritten: boolean;
  /** The bandwidth's value. */
  readonly location: Location;
}

/**
 * KubeVirt's default in older releases, which were the more patient ones; newer cancel sooner.
 * https://kubevirt.io/user-guide/compute/live_migration/
 */
const DEFAULT_SECONDS_PER_GIB = 800;
/** Where each kind keeps them: the operator's resource, HyperConverged's, and a policy for some guests. */
const PATHS: { readonly [kind: string]: readonly string[] } = {
  KubeVirt: ["spec", "configuration", "migrations"],
  HyperConverged: ["spec", "liveMigrationConfig"],
  MigrationPolicy: ["spec"],
};
const UNITS: { readonly [suffix: string]: number } = {
  "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40,
};

/** The limits that KubeVirt's resources in a file set, where a migration that reaches them is cancelled. */
export function migrationLimits(workspace: Workspace, path: string): readonly MigrationLimits[] {
  if (!/\.ya?ml$/.test(path) || workspace.text(path)?.includes("bandwidthPerMigration") !== true) return [];
  const document = workspace.document(path);
  if (document?.language !== "yaml") return [];
  return (document.tree as YamlTree).documents.flatMap((root) => limitsOf(root, path));
}

function limitsOf(root: YamlNode, path: string): MigrationLimits[] {
  const keys = PATHS[stringOf(entryOf(root, "kind")?.value) ?? ""];
  if (keys === undefined) return [];
  const section = nodeAt(root, ...keys);
  const node = entryOf(section, "bandwidthPerMigration")?.value;
  const bandwidth = node === undefined ? undefined : quantity(valueOf(node));
  const timeout = entryOf(section, "completionTimeoutPerGiB")?.value;
  const seconds = timeout === undefined ? DEFAULT_SECONDS_PER_GIB : valueOf(timeout);
  // With these a migration that takes too long is ended in another way.
  const goesOn = ["allowPostCopy", "allowWorkloadDisruption"].some((key) => {
    const flag = entryOf(section, key)?.value;
    return flag !== undefined && valueOf(flag) !== false;
  });
  if (node === undefined || bandwidth === undefined || bandwidth <= 0 || typeof seconds !== "number" || goesOn) return [];
  return [{ bandwidth, secondsPerGib: seconds, isWritten: timeout !== undefined, location: { path, range: node.range } }];
}

/** A quantity of Kubernetes: `64Mi`, `1G`, `1048576`. */
function quantity(value: unknown): number | undefined {
  const match = typeof value === "string" || typeof value === "number" ? /^(\d+(?:\.\d+)?)([kMGT]|[KMGT]i)?$/.exec(String(value)) : null;
  return match === null ? undefined : Number(match[1]) * UNITS[match[2] ?? ""]!;
}
