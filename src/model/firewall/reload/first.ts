import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import type { Ruleset } from "../ruleset.ts";
import { inputPolicy, isStateful, statefulPlace } from "../tracking/index.ts";

/** Hosts that a change gives a stateful ruleset while they run without one. */
export interface FirstEnabled {
  readonly ruleset: Ruleset;
  readonly location: Location;
  /** Sorted by name. */
  readonly hosts: readonly Host[];
}

/** The rulesets of the head that drop by default and reach hosts of the base that no stateful ruleset reached there. */
export function firstEnabled(before: Workspace, after: Workspace): FirstEnabled[] {
  const guarded = new Set<string>();
  for (const { path, subject } of before.subjects("firewall")) {
    if (!isStateful(subject)) continue;
    const scope = before.fleet.scopeOf(path);
    if (isUnknown(scope)) return [];
    for (const { name } of scope.hosts) guarded.add(name);
  }
  return after.subjects("firewall").flatMap(({ path, subject }): FirstEnabled[] => {
    const place = statefulPlace(subject);
    const scope = after.fleet.scopeOf(path);
    if (place === undefined || inputPolicy(subject) !== "drop" || isUnknown(scope)) return [];
    const hosts = scope.hosts.filter(({ name }) => !guarded.has(name) && before.fleet.host(name) !== undefined);
    return hosts.length === 0 ? [] : [{ ruleset: subject, location: { path, range: place }, hosts }];
  });
}
