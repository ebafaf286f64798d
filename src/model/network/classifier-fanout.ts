import type { Location } from "../../engine/location.ts";
import type { Workspace } from "../workspace.ts";
import { isUnknown } from "../../engine/unknown.ts";

/** Networks that classifiers give to hosts that have no address in them. */
export interface ClassifierFanout {
  /** The first of them. */
  readonly location: Location;
  readonly hosts: number;
  /** Different networks. */
  readonly networks: number;
}

/** Where at least two hosts get networks from a classifier without an address in them; undefined elsewhere. */
export function classifierFanout(workspace: Workspace): ClassifierFanout | undefined {
  return workspace.data(collect);
}

function collect(workspace: Workspace): ClassifierFanout | undefined {
  const files = workspace.subjects("network").filter(({ subject }) => subject.source === "enc");
  const networks = files.map(({ subject }) => subject.networks.filter(({ prefix, addresses }) => !isUnknown(prefix) && addresses?.length === 0));
  const affected = networks.filter((list) => list.length > 0);
  const first = affected[0]?.[0];
  if (first === undefined || affected.length < 2) return undefined;
  const different = new Set(affected.flat().map(({ prefix }) => (isUnknown(prefix) ? "" : `${prefix.address}/${prefix.length}`)));
  return { location: first.location, hosts: affected.length, networks: different.size };
}
