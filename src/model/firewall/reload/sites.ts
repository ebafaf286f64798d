import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Command, ShellTree } from "../../../formats/shell/index.ts";
import { parseCommands } from "../../../formats/shell/index.ts";
import type { UnitTree } from "../../../formats/systemd-unit/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { roleOf } from "../../fleet/roles.ts";
import type { Workspace } from "../../workspace.ts";
import type { Backend, Effect } from "./steps.ts";
import { effectsOf } from "./steps.ts";
import { execCommand, unitActionEffects } from "./units.ts";

/** An effect with the place that causes it and what that does, as a clause without full stop. */
export type Sited = Effect & {
  readonly location: Location;
  readonly how: string;
  /** The service that was restarted, where that is what does it. */
  readonly restarted?: string;
};

/** Scripts may run scripts; a chain longer than this is not followed. */
const DEPTH = 4;

/**
 * What a shell script of the repository does to the rules, in the order of its text: one list for each arm of its `case`
 * (`start)`, `restart)`, …), or one in all.
 */
export function runsOfScript(workspace: Workspace, path: string, depth = 0): { readonly arm: string; readonly effects: Sited[] }[] {
  const document = workspace.document(path);
  if (document?.language !== "shell") return [];
  const known = new Map<readonly Command[], Sited[]>();
  return runsOf((document.tree as ShellTree).commands).map(({ arm, commands }) => {
    const effects = known.get(commands) ?? effectsOfCommands(workspace, commands, (command) => ({ path, range: command.range }), depth);
    known.set(commands, effects);
    return { arm, effects };
  });
}

/** A run longer than this is not a firewall's; the rest of it is not looked at. */
const COMMANDS = 10_000;

/** Arms of `case` with steps of their own that are looked at. */
const ARMS = 100;

/** The commands that run together and may matter, with functions put in where they are called. */
function runsOf(all: readonly Command[]): { arm: string; commands: readonly Command[] }[] {
  const functions = new Map<string, Command[]>();
  const top: Command[] = [];
  const arms = new Map<string, number>();
  const armOf = (command: Command): string | undefined => command.blocks.find(({ kind }) => kind === "case")?.name;
  const bodyOf = (command: Command): string | undefined => command.blocks.findLast(({ kind }) => kind === "function")?.name;
  for (const command of all) {
    const inside = bodyOf(command);
    if (inside !== undefined) functions.set(inside, []);
    else arms.set(armOf(command) ?? "", 0);
  }
  for (const command of all) {
    if (!functions.has(command.words[0]?.text ?? "") && !mayMatter(command)) continue;
    const inside = bodyOf(command);
    (inside === undefined ? top : functions.get(inside)!).push(command);
  }
  const whole = new Map<string, Command[]>();
  const inline = (list: readonly Command[]): Command[] => {
    const out: Command[] = [];
    for (const command of list) {
      if (out.length >= COMMANDS) break;
      for (const inner of body(command.words[0]?.text ?? "") ?? [command]) out.push(inner);
    }
    return out;
  };
  const body = (name: string): Command[] | undefined => {
    if (!functions.has(name)) return undefined;
    if (whole.has(name)) return whole.get(name)!;
    // A function that comes to itself again does nothing new.
    whole.set(name, []);
    const commands = inline(functions.get(name)!);
    whole.set(name, commands);
    return commands;
  };
  arms.delete("");
  if (arms.size === 0) return [{ arm: "", commands: inline(top) }];
  for (const command of top) arms.set(armOf(command) ?? "", (arms.get(armOf(command) ?? "") ?? 0) + 1);
  const common = inline(top.filter((command) => armOf(command) === undefined));
  let left = ARMS;
  return [...arms].filter(([arm]) => arm !== "").map(([arm, own]) => ({
    arm,
    commands: own === 0 || left-- <= 0 ? common : inline(top.filter((command) => [undefined, arm].includes(armOf(command)))),
  }));
}

/** Whether a command by itself does something to the rules, or runs another that may. */
function mayMatter({ words }: Command): boolean {
  const texts = words.map((word) => word.text);
  return texts.includes("-c") || effectsOf(texts).length > 0;
}

/** What commands do, one after another; `place` tells where each is written. */
export function effectsOfCommands(workspace: Workspace, commands: readonly Command[], place: (command: Command) => Location, depth: number): Sited[] {
  return commands.flatMap((command) => {
    const words = command.words.map((word) => word.text);
    const location = place(command);
    const inner = words.findIndex((word, index) => word === "-c" && /(^|\/)(ba|da|a)?sh$/.test(words[index - 1] ?? ""));
    if (inner > 0 && depth < DEPTH) return effectsOfCommands(workspace, parseCommands(words[inner + 1] ?? ""), () => location, depth + 1);
    const input = command.redirections.find(({ operator }) => operator === "<")?.target.text;
    const text = [...words, ...(input === undefined ? [] : ["<", input])].join(" ").replaceAll(HOLE, "…").replace(/…+/g, "…");
    return effectsOf(words).flatMap((effect) => {
      const named = effect.does === "load" && effect.file === undefined && input !== undefined ? { ...effect, file: input } : effect;
      return resolveEffect(workspace, named, location, text, depth);
    });
  });
}

/** Replaces a service or a script by what it does, where that is known. `text` is the command as a person reads it. */
export function resolveEffect(workspace: Workspace, effect: Effect, location: Location, text: string, depth: number): Sited[] {
  if (effect.does === "unit") {
    const run = depth > DEPTH ? undefined : (line: string): Effect[] => effectsOfCommands(workspace, parseCommands(line), () => location, DEPTH + 1);
    const known = unitActionEffects(workspace, effect.unit, effect.action, run);
    if (known === undefined) return [{ ...effect, location, how: `what ${effect.action} of the service ${effect.unit} does is not known` }];
    const restarted = effect.action === "restart" ? { restarted: effect.unit } : {};
    const unlessRunning = effect.action === "start" ? { unlessRunning: true } : {};
    return known.effects.map((inner) => ({ ...inner, ...(inner.does === "load" ? unlessRunning : {}), location, how: known.why, ...restarted }));
  }
  if (effect.does === "run") {
    const script = depth < DEPTH ? findScript(workspace, effect.program) : undefined;
    const runs = script === undefined ? [] : runsOfScript(workspace, script, depth + 1);
    return (runs.find(({ arm }) => arm.split("|").includes(effect.argument ?? "")) ?? (runs.length === 1 ? runs[0] : undefined))?.effects ?? [];
  }
  return [{ ...effect, location, how: clause(effect, text) }];
}

function clause(effect: Effect, text: string): string {
  switch (effect.does) {
    case "flush":
      return `\`${text}\` removes the rules before they are loaded again`;
    case "load":
      return `\`${text}\` loads the rules in one transaction`;
    case "conntrack-flush":
      return `\`${text}\` forgets every connection`;
    default:
      return `\`${text}\` changes single rules`;
  }
}

/** The repository's file for a program's path on a host: the one that is deployed there, or the only one of that name. */
function findScript(workspace: Workspace, program: string): string | undefined {
  const deployed = workspace.fleet.deployments.find((deployment) => deployment.destination === program);
  if (deployed !== undefined) return deployed.source;
  const same = workspace.derive(pathsByName).get(program.slice(program.lastIndexOf("/") + 1)) ?? [];
  return same.length === 1 ? same[0] : undefined;
}

/** Every file by its name, that of a template without its ending. */
function pathsByName(workspace: Workspace): ReadonlyMap<string, readonly string[]> {
  const paths = new Map<string, string[]>();
  for (const path of workspace.paths) {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.j2$/, "");
    const list = paths.get(name);
    if (list === undefined) paths.set(name, [path]);
    else list.push(path);
  }
  return paths;
}

/** What a unit file does to the rules when it is reloaded and when it is started, with the place of each line. */
export function runsOfUnit(workspace: Workspace, path: string): { readonly arm: string; readonly effects: Sited[] }[] {
  const document = workspace.document(path);
  if (document?.language !== "systemd-unit") return [];
  const entries = (document.tree as UnitTree).sections.filter(({ name }) => name === "Service").flatMap((section) => section.entries);
  return [["ExecReload"], ["ExecStartPre", "ExecStart", "ExecStartPost"]].map((keys) => ({
    arm: keys[0]!,
    effects: entries
      .filter(({ key }) => keys.includes(key))
      .flatMap(({ value, valueRange }) => effectsOfCommands(workspace, parseCommands(execCommand(value)), () => ({ path, range: valueRange }), 0)),
  }));
}

/**
 * What each script does that loads one of `names` (the ruleset's path in the repository first, then those on the host). A
 * script that does not name the file counts only where it can mean no other: beside the ruleset, in its role, or where the
 * repository has hardly any other.
 */
export function scriptsLoading(workspace: Workspace, names: readonly [string, ...string[]], backend: Backend): Sited[][] {
  const only = workspace.subjects("firewall").filter(({ path, subject }) => subject.dialect === backend && workspace.language(path) !== "shell").length <= FEW;
  const home = homeOf(workspace, names[0]);
  return workspace.data(scriptEffects).flatMap(({ path, effects }) => {
    if (apart(workspace, path, names[0])) return [];
    const near = only || homeOf(workspace, path) === home;
    const loads = effects.flatMap((effect) => (effect.does === "load" && effect.backend === backend ? [effect.file?.includes(HOLE) === true ? undefined : effect.file] : []));
    return loads.some((file) => (file === undefined ? near : isOneOf(file, names))) ? [effects] : [];
  });
}

/** One file for each of IPv4 and IPv6 is the custom with iptables. */
const FEW = 2;

/** True where both files are known to go to hosts, and to none together: one host's script does not load another's rules. */
function apart(workspace: Workspace, one: string, other: string): boolean {
  const [here, there] = [workspace.fleet.scopeOf(one), workspace.fleet.scopeOf(other)];
  if (isUnknown(here) || isUnknown(there) || here.hosts.length === 0 || there.hosts.length === 0) return false;
  const names = new Set(here.hosts.map(({ name }) => name));
  return !there.hosts.some(({ name }) => names.has(name));
}

/** The role of a file, else its folder. */
function homeOf(workspace: Workspace, path: string): string {
  return roleOf(workspace, path)?.folder ?? path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function scriptEffects(workspace: Workspace): { path: string; effects: Sited[] }[] {
  return workspace.paths.flatMap((path) => runsOfScript(workspace, path).map(({ effects }) => ({ path, effects })));
}

/** Whether effects load one of the named files, by the last part of its path, or one that they do not name. */
export function loadsOneOf(effects: readonly Sited[], names: readonly string[], backend: Backend): boolean {
  return effects.some((effect) => effect.does === "load" && effect.backend === backend && (effect.file === undefined || isOneOf(effect.file, names)));
}

function isOneOf(file: string, names: readonly string[]): boolean {
  return names.some((name) => base(name) === base(file));
}

function base(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.j2$/, "");
}
