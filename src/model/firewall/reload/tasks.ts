import type { Location } from "../../../engine/location.ts";
import type { Command } from "../../../formats/shell/index.ts";
import { parseCommands } from "../../../formats/shell/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Play, Task, Value } from "../../fleet/fleet.ts";
import { textAsWritten, truth } from "../../fleet/values.ts";
import type { Workspace } from "../../workspace.ts";
import type { Sited } from "./sites.ts";
import { effectsOfCommands, loadsOneOf, resolveEffect } from "./sites.ts";
import type { Backend, Effect } from "./steps.ts";
import { unitEffect } from "./steps.ts";

/** What one task does to the rules of its hosts. */
export function effectsOfTask(workspace: Workspace, task: Task): Sited[] {
  const text = (name: string): string | undefined => textAsWritten(task.args.get(name)?.value);
  const at = (name: string): Location => task.args.get(name)?.location ?? task.location;
  switch (task.module) {
    case "service":
    case "systemd":
    case "systemd_service":
    case "sysvinit":
    case "openrc": {
      const unit = text("name") ?? text("service") ?? text("unit");
      const state = text("state");
      if (unit === undefined || state === undefined) return [];
      // Stopped and disabled, it gives way to another firewall for good: no reload.
      if (state === "stopped" && truth(task.args.get("enabled")?.value) === false) return [];
      const action = { started: "start", stopped: "stop", restarted: "restart", reloaded: "reload" }[state];
      return unitEffect(unit, action ?? "").flatMap((effect) => resolveEffect(workspace, effect, at("state"), "", 0));
    }
    case "command":
    case "shell":
    case "raw":
    case "script": {
      const name = task.args.has("_raw_params") ? "_raw_params" : "cmd";
      const argv = task.args.get("argv")?.value;
      const command = Array.isArray(argv) ? argv.map((word: Value) => textAsWritten(word) ?? HOLE).join(" ") : text(name);
      if (command === undefined) return [];
      if (task.module === "script") {
        return resolveEffect(workspace, { does: "run", program: command.split(/\s/)[0]! }, at(name), command, 0);
      }
      return effectsOfCommands(workspace, parseCommands(command), (inner) => within(workspace, at(name), inner, command), 0);
    }
    case "iptables": {
      const sited = (effect: Effect, location: Location, how: string): Sited[] => [{ ...effect, location, how }];
      if (truth(task.args.get("flush")?.value) === true) {
        return sited({ does: "flush", backend: "iptables", keepsPolicy: true }, at("flush"), "this task flushes the rules before others add them");
      }
      const policy = text("policy");
      if (policy !== undefined && text("chain") === "INPUT") {
        return sited({ does: "policy", backend: "iptables", policy: policy === "DROP" ? "drop" : "accept" }, at("policy"), "this task sets the policy");
      }
      if (text("state") === "absent" || !task.args.has("chain")) return [];
      return sited({ does: "add", backend: "iptables", stateful: task.args.has("ctstate") || text("table") === "nat" }, task.location, "this task adds a rule");
    }
    case "iptables_state":
      return text("state") === "restored"
        ? [{ does: "load", backend: "iptables", location: task.location, how: "iptables_state loads the rules in one transaction" }]
        : [];
    case "ufw":
      return text("state") === "reloaded" ? resolveEffect(workspace, { does: "unit", unit: "ufw", action: "reload" }, at("state"), "", 0) : [];
    default:
      return [];
  }
}

/** The place of a command inside a task's argument: the command's own text where the file has it unfolded, else all of it. */
function within(workspace: Workspace, location: Location, command: Command, text: string): Location {
  const raw = workspace.textAt(location);
  const own = text.slice(command.range.start, command.range.end).trim();
  const index = raw.indexOf(own);
  if (own === "" || index < 0) return location;
  const start = location.range.start + index;
  return { path: location.path, range: { start, end: start + own.length } };
}

/** The plays in which a task runs. */
export function playsWith(workspace: Workspace, task: Task): Play[] {
  return workspace.fleet.plays.filter((play) => play.tasks.some((other) => same(other, task)) || play.handlers.some((other) => same(other, task)));
}

/** The tasks of a play that belong together with one of them: those of its role, or those of no role. */
export function siblingsOf(play: Play, task: Task): Task[] {
  return play.tasks.filter((other) => other.role === task.role);
}

/** What each play's tasks do together, and each of its handlers, where they load one of `names` or a file that they do not name. */
export function tasksLoading(workspace: Workspace, names: readonly string[], backend: Backend): Sited[][] {
  return workspace.data(playEffects).filter((effects) => loadsOneOf(effects, names, backend));
}

function playEffects(workspace: Workspace): Sited[][] {
  return workspace.fleet.plays.flatMap((play) => [
    play.tasks.flatMap((task) => effectsOfTask(workspace, task)),
    ...play.handlers.map((task) => effectsOfTask(workspace, task)),
  ]);
}

function same(a: Task, b: Task): boolean {
  return a === b || (a.location.path === b.location.path && a.location.range.start === b.location.range.start);
}
