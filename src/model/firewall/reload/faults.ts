import type { Location } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import type { ReloadMethod } from "./losses.ts";
import type { Sited } from "./sites.ts";
import { runsOfScript, runsOfUnit } from "./sites.ts";
import { effectsOfTask } from "./tasks.ts";
import type { Backend } from "./steps.ts";
import { methodOf } from "./steps.ts";
import { reloadIsAtomic } from "./units.ts";
import type { Ruleset } from "../ruleset.ts";
import { inputPolicy, statefulPlace } from "../tracking/index.ts";

/** A place in the repository that replaces rules in more than one transaction. */
export interface ReloadFault {
  readonly method: Extract<ReloadMethod, "two-step" | "drop-gap" | "conntrack-flush">;
  readonly location: Location;
  /** A clause without full stop. */
  readonly how: string;
  /** A stateful ruleset that it loads, or may load; undefined where the repository has none. */
  readonly stateful?: Location;
  /** A reload of the same service would do the same in one transaction. */
  readonly reloadable: boolean;
}

const BACKENDS: readonly Backend[] = ["nftables", "iptables"];

/** The faults whose place is in one file: a playbook, a role's tasks or handlers, a script, a unit. */
export function nonAtomicReloads(workspace: Workspace, path: string): readonly ReloadFault[] {
  const own = [...runsOfScript(workspace, path), ...runsOfUnit(workspace, path)].flatMap(({ effects }) => faultsOf(workspace, effects, path));
  const found = new Map<number, ReloadFault>();
  for (const fault of [...(workspace.data(playFaults).get(path) ?? []), ...own]) {
    if (fault.location.path === path && !found.has(fault.location.range.start)) found.set(fault.location.range.start, fault);
  }
  return [...found.values()];
}

/** The faults of all plays, by the file that they are in. Many plays share a role, so each run is judged once. */
function playFaults(workspace: Workspace): ReadonlyMap<string, readonly ReloadFault[]> {
  const byPath = new Map<string, ReloadFault[]>();
  const judged = new Set<string>();
  for (const effects of playRuns(workspace)) {
    const run = effects.map(({ location: { path, range } }) => `${path}:${range.start}`).join(" ");
    if (effects.length === 0 || judged.has(run)) continue;
    judged.add(run);
    for (const fault of faultsOf(workspace, effects, undefined)) byPath.set(fault.location.path, [...(byPath.get(fault.location.path) ?? []), fault]);
  }
  return byPath;
}

function faultsOf(workspace: Workspace, effects: readonly Sited[], path: string | undefined): ReloadFault[] {
  return BACKENDS.flatMap((backend) => faultOf(workspace, path, effects, backend) ?? []);
}

/** What each handler does alone, and what the tasks of each play and role do one after another. */
function playRuns(workspace: Workspace): Sited[][] {
  return workspace.fleet.plays.flatMap((play) => {
    const byRole = new Map<string, Sited[]>();
    for (const task of play.tasks) {
      const role = task.role ?? "";
      byRole.set(role, [...(byRole.get(role) ?? []), ...effectsOfTask(workspace, task)]);
    }
    return [...byRole.values(), ...play.handlers.map((task) => effectsOfTask(workspace, task))];
  });
}

function faultOf(workspace: Workspace, path: string | undefined, effects: readonly Sited[], backend: Backend): ReloadFault | undefined {
  const own = effects.filter((effect) => !("backend" in effect) || effect.backend === backend);
  if (!own.some((effect) => "backend" in effect)) return undefined;
  const rulesets = rulesetsOf(workspace, backend, path);
  const method = methodOf(own, policyOf(own, rulesets));
  if (method === undefined || method.method === "atomic" || method.method === "first-enabled" || method.method === "notrack-toggled") return undefined;
  const stateful = rulesets.flatMap((ruleset) => {
    const range = statefulPlace(ruleset);
    return range === undefined ? [] : [{ path: ruleset.path, range }];
  })[0];
  const adds = own.filter((effect) => effect.does === "add");
  // Rules that need no tracking lose no connection, whatever the gap.
  if (stateful === undefined && (rulesets.length > 0 || (adds.length > 0 && adds.every((add) => !add.stateful)))) return undefined;
  const { location, how, restarted } = method.at;
  return {
    method: method.method,
    location,
    how,
    ...(stateful === undefined ? {} : { stateful }),
    reloadable: restarted !== undefined && reloadIsAtomic(workspace, restarted) && rulesets.length > 0 && rulesets.every(replacesItself),
  };
}

/** The rulesets that such a step may load: the script itself where it is one, else all that the tools can read. */
function rulesetsOf(workspace: Workspace, backend: Backend, path: string | undefined): readonly Ruleset[] {
  const self = path === undefined ? undefined : workspace.subject("firewall", path);
  if (self !== undefined) return [self];
  return workspace.subjects("firewall").flatMap(({ path: other, subject }) => (subject.dialect === backend && workspace.language(other) !== "shell" ? [subject] : []));
}

/** The policy that a flush leaves in place: what the run itself sets last, for the next run begins with it. */
function policyOf(effects: readonly Sited[], rulesets: readonly Ruleset[]): "accept" | "drop" {
  const set = effects.findLast((effect) => effect.does === "policy");
  if (set?.does === "policy") return set.policy;
  return rulesets.some((ruleset) => inputPolicy(ruleset) === "drop") ? "drop" : "accept";
}

function replacesItself(ruleset: Ruleset): boolean {
  return ruleset.dialect === "iptables" || ruleset.replaces !== "nothing";
}
