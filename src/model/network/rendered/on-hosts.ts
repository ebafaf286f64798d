import type { Related } from "../../../engine/finding.ts";
import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import { variableAt } from "../../written/standing.ts";
import type { Machine } from "../machines.ts";
import type { NetworkFile } from "../network.ts";
import { variableAtPlace } from "./origin.ts";
import { networkTasks } from "./placements.ts";
import { renderedNetworkOf } from "./read.ts";

/** A template as it is on some hosts. */
export interface Rendering {
  readonly files: readonly NetworkFile[];
  /** The first of the hosts that have it so. */
  readonly host: Host;
  readonly hosts: number;
}

/** Different renderings of one template that are looked at: what is wrong in thousands shows on these. */
const MOST = 2_000;
const NONE: readonly Rendering[] = [];

/** Every different rendering of a template, or of a file whose place tells what it is; none of other files. */
export function renderingsOf(workspace: Workspace, path: string): readonly Rendering[] {
  return workspace.derive(byPath).get(path) ?? NONE;
}

function byPath(workspace: Workspace): ReadonlyMap<string, readonly Rendering[]> {
  const names = new Set(workspace.derive(networkTasks).flatMap(({ hosts }) => [...hosts]));
  const found = new Map<string, Map<NetworkFile, { files: readonly NetworkFile[]; host: Host; hosts: number }>>();
  for (const name of names) {
    const host = workspace.fleet.host(name);
    if (host === undefined) continue;
    for (const [path, files] of renderedNetworkOf(workspace, host)) {
      const [first] = files;
      if (first === undefined) continue;
      let known = found.get(path);
      if (known === undefined) found.set(path, (known = new Map()));
      const same = known.get(first);
      if (same !== undefined) same.hosts++;
      else if (known.size < MOST) known.set(first, { files, host, hosts: 1 });
    }
  }
  return new Map([...found].map(([path, known]) => [path, [...known.values()]]));
}

/** ` on gw01.example.net` for a machine that is a host of the inventory; nothing for one that files alone show. */
export function onHost(machine: Machine): string {
  return "host" in machine ? ` on ${(machine as { readonly host: Host }).host.name}` : "";
}

/** The variable that gives a template's value on a host. */
export function givenBy(workspace: Workspace, location: Location, host: Host | undefined): Related[] {
  const name = variableAtPlace(location);
  const variable = name === undefined || host === undefined ? undefined : variableAt(workspace, location.path, name, host);
  if (variable === undefined || isUnknown(variable.value)) return [];
  return [{ location: variable.location, message: `${variable.name} gives the value on ${host!.name}.` }];
}

/** As `givenBy`, for a machine that may be a host. */
export function givenOn(workspace: Workspace, location: Location, machine: Machine): Related[] {
  return givenBy(workspace, location, "host" in machine ? (machine as { readonly host: Host }).host : undefined);
}
