import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { isApart, namesRead } from "../fleet/dependence.ts";
import type { Host, Play, Scope, Variable } from "../fleet/fleet.ts";
import { textAtStanding } from "../fleet/lookup.ts";
import { roleOf } from "../fleet/roles.ts";
import { HostVariables } from "../fleet/variables.ts";
import type { Workspace } from "../workspace.ts";
import { playAt, standingAt, variableAt } from "./standing.ts";

/** What a template's text becomes on a host, and where that is written. */
export interface Resolved {
  readonly value: string;
  /** The variable's place; undefined where the text holds its value itself, or works it out. */
  readonly location?: Location;
}

/** A value of a template with the hosts on which it is that. */
export interface Outcome extends Resolved {
  readonly hosts: readonly Host[];
}

/** A variable alone, with filters that leave a number or a word as it is. */
const PLAIN = /^\{\{-?\s*([A-Za-z_]\w*)\s*(?:\|\s*(?:int|string|trim|float|mandatory|default\([^)]*\)|d\([^)]*\))\s*)*-?\}\}$/;
const DEPTH = 8;

/** The value of `text`, a value of the file `path` with Jinja in it, on one host. */
export function resolve(workspace: Workspace, path: string, text: string, host: Host | undefined): Maybe<string> {
  const resolved = textAtStanding(text, standingAt(workspace, path, host));
  return isUnknown(resolved) ? resolved : resolved.trim();
}

/** As `resolve`, with the place of the variable that gives the value as it is. */
export function resolveWithPlace(workspace: Workspace, path: string, text: string, host: Host | undefined): Maybe<Resolved> {
  const value = resolve(workspace, path, text, host);
  if (isUnknown(value)) return value;
  let location: Location | undefined;
  let expression = text.trim();
  let from = path;
  for (let depth = 0; depth < DEPTH; depth++) {
    const name = PLAIN.exec(expression)?.[1];
    const variable = name === undefined ? undefined : variableAt(workspace, from, name, host);
    if (variable === undefined) break;
    ({ location } = variable);
    const raw = variable.raw ?? variable.value;
    if (typeof raw !== "string") break;
    expression = raw.trim();
    from = location.path;
  }
  return location === undefined ? { value } : { value, location };
}

/**
 * Every value that `text` of the file `path` becomes on the hosts of a scope, with the place that gives it. Where the
 * scope is not known: what the file's own role or play says.
 */
export function outcomes(workspace: Workspace, path: string, text: string, scope: Maybe<Scope>): Outcome[] {
  if (isUnknown(scope) || scope.hosts.length === 0) {
    const only = resolveWithPlace(workspace, path, text, undefined);
    return isUnknown(only) ? [] : [{ ...only, hosts: [] }];
  }
  const found = new Map<string, Resolved & { hosts: Host[] }>();
  const role = roleOf(workspace, path);
  // Hosts of the same groups mostly see the same value; those with variables of their own under these names are asked alone.
  const groups = new Map<ReadonlyMap<string, Variable>, { readonly play: Play | undefined; readonly names: ReadonlySet<string>; result?: Maybe<Resolved> }>();
  const resultOn = (host: Host): Maybe<Resolved> => {
    if (!(host.variables instanceof HostVariables)) return resolveWithPlace(workspace, path, text, host);
    const { shared } = host.variables;
    const play = playAt(workspace, path, host);
    let common = groups.get(shared);
    if (common === undefined) groups.set(shared, (common = { play, names: namesRead([text], { role, play }, shared) }));
    if (common.play !== play || isApart(host, common.names)) return resolveWithPlace(workspace, path, text, host);
    return (common.result ??= resolveWithPlace(workspace, path, text, host));
  };
  const lists = new Map<Maybe<Resolved>, Host[]>();
  for (const host of scope.hosts) {
    const one = resultOn(host);
    const list = lists.get(one);
    if (list !== undefined) {
      list.push(host);
      continue;
    }
    if (isUnknown(one)) continue;
    const key = `${one.value}\0${one.location?.path ?? ""}\0${one.location?.range.start ?? ""}`;
    const known = found.get(key);
    const hosts = known?.hosts ?? [];
    hosts.push(host);
    lists.set(one, hosts);
    if (known === undefined) found.set(key, { ...one, hosts });
  }
  return [...found.values()];
}
