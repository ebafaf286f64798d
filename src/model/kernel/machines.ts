import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import type { PlacedSysctl } from "./effective.ts";
import { effectiveSysctl, openSysctls, sysctlsOn, winnerOf } from "./effective.ts";
import { placements } from "./placement.ts";

/** A host of the fleet, or a tree of files that is laid out as on one machine and belongs to no known host. */
export interface Machine {
  /** The host's name, or the tree's folder. */
  readonly name: string;
  readonly host?: Host;
  /** Its sysctls. */
  readonly placed: readonly PlacedSysctl[];
}

/** What a machine has for a key, and where. */
export interface MachineValue {
  readonly value: string;
  readonly location: Location;
}

const TREE = /^(|.*\/)(?:etc|run|usr\/lib|usr\/local\/lib|lib)\//;

/** Every machine that the repository gives sysctls. Trees count only for files whose hosts are not known. */
export function machines(workspace: Workspace): readonly Machine[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly Machine[] {
  const found: Machine[] = [];
  for (const host of workspace.fleet.hosts) {
    const placed = sysctlsOn(workspace, host);
    if (placed.length > 0) found.push({ name: host.name, host, placed });
  }
  const trees = new Map<string, PlacedSysctl[]>();
  for (const one of openSysctls(workspace)) {
    const tree = TREE.exec(one.path)?.[1];
    if (tree === undefined || isUnknown(one.destination)) continue;
    const list = trees.get(tree);
    if (list === undefined) trees.set(tree, [one]);
    else list.push(one);
  }
  for (const [name, placed] of trees) found.push({ name, placed });
  return found;
}

/** The value of a key on a machine; undefined: nothing sets it. */
export function valueOf(workspace: Workspace, machine: Machine, key: string): Maybe<MachineValue> | undefined {
  if (machine.host !== undefined) {
    const effective = effectiveSysctl(workspace, machine.host, key);
    return effective === undefined || isUnknown(effective) ? effective : { value: effective.value, location: effective.location };
  }
  const concerned = machine.placed.filter(({ setting, pattern }) => setting.key === key || pattern?.test(key) === true);
  const [one, other] = [winnerOf(key, concerned, "systemd"), winnerOf(key, concerned, "procps")];
  if (one === undefined || other === undefined) return undefined;
  const { value, conditional, valueRange } = one.setting;
  if (value === undefined || isUnknown(value)) return value;
  if (conditional || other.setting.value !== value) return unknown(`nothing tells which value ${key} gets in ${machine.name}`);
  return { value, location: { path: one.path, range: valueRange } };
}

/** Whether a file of the repository belongs to a machine; undefined: nothing tells. */
export function hasFile(workspace: Workspace, machine: Machine, path: string): boolean | undefined {
  if (machine.host === undefined) return TREE.exec(path)?.[1] === machine.name;
  const reached = workspace.data(reachOf, path);
  return reached.names.has(machine.name) ? true : reached.open ? undefined : false;
}

interface Reach {
  readonly names: ReadonlySet<string>;
  /** It may reach others. */
  readonly open: boolean;
}

/** The hosts that a file reaches, worked out once: every machine asks. */
function reachOf(workspace: Workspace, path: string): Reach {
  const scopes = placements(workspace, path).map(({ scope }) => scope);
  return { names: new Set(scopes.flatMap((scope) => (isUnknown(scope) ? [] : scope.hosts.map(({ name }) => name)))), open: scopes.some(isUnknown) };
}

/** `3 hosts`, or the tree that stands for one. */
export function machinesText(list: readonly Machine[]): string {
  const hosts = list.filter(({ host }) => host !== undefined).length;
  return hosts === 0 ? "the machine of this tree" : `${hosts} ${hosts === 1 ? "host" : "hosts"}`;
}
