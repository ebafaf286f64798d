import type { Location } from "../../../engine/location.ts";
import type { Deployment, Play } from "../../fleet/fleet.ts";
import { handlersOf } from "../../fleet/handlers.ts";
import type { Workspace } from "../../workspace.ts";
import type { ReloadMethod } from "./losses.ts";
import { compareLost, losses, DEFAULT_SWITCHES } from "./losses.ts";
import type { Sited } from "./sites.ts";
import { runsOfScript, scriptsLoading } from "./sites.ts";
import { effectsOfTask, playsWith, siblingsOf, tasksLoading } from "./tasks.ts";
import type { Backend } from "./steps.ts";
import { methodOf } from "./steps.ts";
import type { Ruleset } from "../ruleset.ts";
import { inputPolicy } from "../tracking/index.ts";

/** One way in which the text of a ruleset comes into force on its hosts. */
export interface Reload {
  /** `unknown`: something reloads it, and what that does cannot be told. */
  readonly method: ReloadMethod | "unknown";
  /** The command, the unit's state or the line that makes it so. */
  readonly location: Location;
  /** What that line does, as a clause without full stop: `a restart of nftables runs …`. */
  readonly how: string;
}

/**
 * Every way in which a ruleset file is loaded: by handlers and tasks of the plays that deploy it, by scripts and tasks that
 * name it, or by itself where it is a script. Empty where the repository does not tell. The worst comes first.
 */
export function reloadsOf(workspace: Workspace, path: string): readonly Reload[] {
  return workspace.derive(reloadsAt, path);
}

function reloadsAt(workspace: Workspace, path: string): readonly Reload[] {
  const ruleset = workspace.subject("firewall", path);
  return ruleset === undefined ? [] : find(workspace, path, ruleset).sort((a, b) => weight(b) - weight(a));
}

function find(workspace: Workspace, path: string, ruleset: Ruleset): Reload[] {
  const policy = inputPolicy(ruleset) ?? "accept";
  const found: Reload[] = [];
  const add = (effects: readonly Sited[]): void => {
    const reload = summarise(effects, ruleset.dialect, policy);
    if (reload !== undefined) found.push(reload);
  };
  if (workspace.language(path) === "shell") for (const { effects } of runsOfScript(workspace, path)) add(effects);
  const deployments = workspace.fleet.deployments.filter((deployment) => deployment.source === path);
  for (const deployment of deployments) {
    for (const play of playsWith(workspace, deployment.task)) add(effectsOfPlay(workspace, play, deployment));
  }
  if (found.length > 0) return found;
  const names: [string, ...string[]] = [path, ...deployments.flatMap(({ destination }) => (typeof destination === "string" ? [destination] : []))];
  for (const effects of scriptsLoading(workspace, names, ruleset.dialect)) add(effects);
  if (deployments.length === 0) for (const effects of tasksLoading(workspace, names, ruleset.dialect)) add(effects);
  return found;
}

/** What the play does to the rules around and after a deployment: its tasks in order, then the handlers that it notifies. */
function effectsOfPlay(workspace: Workspace, play: Play, deployment: Deployment): Sited[] {
  const tasks = siblingsOf(play, deployment.task).flatMap((task) => effectsOfTask(workspace, task));
  const handlers = handlersOf(play, deployment.task).flatMap((task) => effectsOfTask(workspace, task));
  return [...tasks, ...handlers];
}

/** The method of a run of effects, as far as they concern one set of tools; undefined where they load nothing. */
export function summarise(effects: readonly Sited[], backend: Backend, policy: "accept" | "drop"): Reload | undefined {
  const own = effects.filter((effect) => !("backend" in effect) || effect.backend === backend);
  const method = methodOf(own, policy);
  if (method !== undefined) return { method: method.method, location: method.at.location, how: method.at.how };
  const opaque = own.find((effect) => effect.does === "unit" || effect.does === "run");
  return opaque && { method: "unknown", location: opaque.location, how: opaque.how };
}

/** How bad a way of loading is where nothing is known of the kernel, for sorting. */
function weight({ method }: Reload): number {
  if (method === "unknown") return 1;
  const { lost } = losses(method, { major: 4, minor: 15 }, DEFAULT_SWITCHES);
  return lost === "none" ? 0 : 1 + Math.max(1, compareLost(lost, "none"));
}
