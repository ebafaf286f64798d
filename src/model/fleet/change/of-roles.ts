import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Play, Variable } from "../fleet.ts";
import { consumersOf, dependentsOf, withDependents } from "./consumers.ts";
import { isEdited, placeInHead } from "./differences.ts";
import type { Found } from "./effects.ts";
import { Comparison, changesHosts, sideOf } from "./inputs.ts";
import type { Reach } from "./interruptions.ts";
import { playPairs } from "./plays.ts";
import type { Role } from "../roles.ts";

interface Edit {
  readonly name: string;
  readonly location: Location;
  /** Undefined: a variable of the play. */
  readonly folder: string | undefined;
  readonly plays: Set<Play>;
}

/** Defaults and variables of roles, and variables of plays, that differ and that a host does not set itself. */
export function ofRoles(before: Workspace, after: Workspace): Found[] {
  const pairs = playPairs(before, after);
  const consumers = after.derive(consumersOf);
  const dependents = after.derive(dependentsOf);
  const found: Found[] = [];
  for (const { name, location, folder, plays } of edits(before, after, pairs).values()) {
    const words = withDependents(name, dependents);
    const uses = [...words].flatMap((word) => consumers.get(word) ?? []).filter(({ play, task }) => plays.has(play) && !play.handlers.includes(task));
    const reaches: Reach[] = [];
    const seen = new Map<Play, Set<unknown>>();
    for (const { play, task } of uses) {
      if (isUnknown(play.scope) || !changesHosts(task) || seen.get(play)?.has(task) === true) continue;
      seen.set(play, (seen.get(play) ?? new Set()).add(task));
      const role = play.ran.find((one) => one.name === task.role);
      if (folder !== undefined && role?.folder !== folder) continue;
      const old = folder === undefined ? role : before.fleet.roles.get(folder);
      const played = folder === undefined ? { ...play, variables: pairs.get(play)?.variables ?? play.variables } : play;
      const was = { ...sideOf({ files: after, hosts: after, roles: after }, play, task, old), play: played, roles: before };
      const comparison = new Comparison(was, sideOf({ files: after, hosts: after, roles: after }, play, task, role));
      const hosts = play.scope.hosts.filter((host) => before.fleet.host(host.name) !== undefined && comparison.differs(host, host));
      if (hosts.length > 0) reaches.push({ play, task, hosts });
    }
    if (reaches.length > 0) found.push({ cause: { kind: "variables", names: [name] }, location, also: [], hosts: [], used: true, reaches });
  }
  return found;
}

function edits(before: Workspace, after: Workspace, pairs: ReadonlyMap<Play, Play>): Map<string, Edit> {
  const all = new Map<string, Edit>();
  const note = (old: ReadonlyMap<string, Variable>, now: ReadonlyMap<string, Variable>, folder: string | undefined, play: Play): void => {
    if (old === now) return;
    for (const name of new Set([...old.keys(), ...now.keys()])) {
      const was = old.get(name);
      const is = now.get(name);
      if (was === is || (was !== undefined && is !== undefined && JSON.stringify(was.value) === JSON.stringify(is.value) && before.textAt(was.location) === after.textAt(is.location))) continue;
      const location = is?.location ?? placeInHead(before, after, was!.location);
      if (!isEdited(before, after, location.path)) continue;
      const key = `${name}\0${location.path}\0${location.range.start}`;
      const edit = all.get(key) ?? { name, location, folder, plays: new Set<Play>() };
      edit.plays.add(play);
      all.set(key, edit);
    }
  };
  for (const play of after.fleet.plays) {
    const old = pairs.get(play);
    if (old !== undefined) note(old.variables, play.variables, undefined, play);
    for (const role of play.ran) {
      const was: Role | undefined = before.fleet.roles.get(role.folder);
      if (was === undefined) continue;
      note(was.defaults, role.defaults, role.folder, play);
      note(was.vars, role.vars, role.folder, play);
    }
  }
  return all;
}
