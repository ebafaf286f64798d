import { HOST_VARIABLES, TRAITS } from "../engine/configuration.ts";
import type { Json } from "../engine/finding.ts";
import { compareText } from "../engine/finding.ts";
import type { Maybe } from "../engine/unknown.ts";
import { isUnknown } from "../engine/unknown.ts";
import { guestsOf } from "../model/fleet/guests.ts";
import type { Host, Play, Value, Variable } from "../model/fleet/fleet.ts";
import type { Guest } from "../model/forecast/evacuation.ts";
import { memoryOf, sizeText } from "../model/kernel/memory.ts";
import type { Workspace } from "../model/workspace.ts";
import { Places } from "./report.ts";
import { painter, plural, printable } from "./text.ts";

/** A reviewed file and the hosts that it reaches, or the reason why that is not known. */
interface Reach {
  readonly path: string;
  readonly how: string;
  readonly hosts?: readonly string[];
}

/** The files that say something about hosts, by path. */
function reaches(workspace: Workspace): Reach[] {
  return workspace.paths.flatMap((path): Reach[] => {
    const language = workspace.language(path);
    if (language === undefined || language === "premortem-config") return [];
    const scope = workspace.fleet.scopeOf(path);
    if (isUnknown(scope)) return [{ path, how: scope.unknown }];
    return [{ path, how: scope.how, hosts: scope.hosts.map((host) => host.name).sort(compareText) }];
  });
}

/** The files of each host, by its name. */
function filesOf(files: readonly Reach[]): Map<string, Reach[]> {
  const byHost = new Map<string, Reach[]>();
  for (const file of files) {
    for (const host of file.hosts ?? []) {
      const list = byHost.get(host);
      if (list === undefined) byHost.set(host, [file]);
      else list.push(file);
    }
  }
  return byHost;
}

/** What a host runs on and what runs on it, as far as its variables tell. */
interface Machine {
  readonly kernel: Maybe<string> | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  readonly guests: Maybe<readonly Guest[]> | undefined;
}

function machineOf(workspace: Workspace, host: Host): Machine {
  const { fleet } = workspace;
  const kernel = fleet.fact(host, "kernel") === undefined ? undefined : fleet.kernel(host);
  const guests = fleet.fact(host, "virtualMachines");
  return {
    kernel: kernel === undefined || isUnknown(kernel) ? kernel : kernel.text,
    memory: memoryOf(workspace, host)?.bytes,
    guests: guests && guestsOf(guests.value, 0),
  };
}

/** The plays of each host, by its name. */
function playsByHost({ fleet }: Workspace): Map<string, Play[]> {
  const byHost = new Map<string, Play[]>();
  for (const play of fleet.plays) {
    if (isUnknown(play.scope)) continue;
    for (const { name } of play.scope.hosts) {
      const list = byHost.get(name);
      if (list === undefined) byHost.set(name, [play]);
      else list.push(play);
    }
  }
  return byHost;
}

/** The fleet as JSON: hosts with groups, traits, what they run on, effective variables, plays and files; groups; files. */
export function hostsJson(workspace: Workspace): string {
  const { fleet } = workspace;
  const places = new Places((path) => workspace.text(path));
  const files = reaches(workspace);
  const byHost = filesOf(files);
  const plays = playsByHost(workspace);
  const result: Json = {
    version: 1,
    hosts: fleet.hosts.map((host): Json => ({
      name: host.name,
      groups: host.groups,
      traits: traitsOf(workspace, host).map(({ trait, why, certain }): Json => ({ trait, why, certain })),
      ...machineJson(machineOf(workspace, host)),
      plays: (plays.get(host.name) ?? []).map(({ path, name }): Json => ({ path, name })),
      facts: Object.fromEntries(factsOf(workspace, host).map(([name, variable]) => [name, described(variable, places)])),
      variables: Object.fromEntries(variablesOf(host).map((variable) => [variable.name, described(variable, places)])),
      files: (byHost.get(host.name) ?? []).map((file) => file.path),
    })),
    groups: [...fleet.groups.values()]
      .sort((a, b) => compareText(a.name, b.name))
      .map((group): Json => ({ name: group.name, children: group.children, hosts: group.hosts })),
    files: files.map(({ path, how, hosts }): Json => (hosts === undefined ? { path, unknown: how } : { path, how, hosts })),
  };
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** The same for a person. */
export function hostsText(workspace: Workspace, colour: boolean): string {
  const { fleet } = workspace;
  const paint = painter(colour);
  const lines: string[] = [];
  if (fleet.hosts.length === 0) {
    lines.push("No hosts: there is no inventory here that Premortem reads. Findings that need hosts are left out.", "");
  }
  const files = reaches(workspace);
  const byHost = filesOf(files);
  const plays = playsByHost(workspace);
  for (const host of fleet.hosts) {
    lines.push(paint("bold", printable(host.name)), `  groups: ${printable(host.groups.join(", "))}`);
    for (const { trait, why, certain } of traitsOf(workspace, host)) lines.push(`  ${trait}${certain ? "" : " (guessed)"}: ${printable(why)}`);
    for (const line of machineLines(machineOf(workspace, host))) lines.push(`  ${printable(line)}`);
    for (const { path, name } of plays.get(host.name) ?? []) lines.push(`  play ${printable(name)} ${paint("dim", printable(`(${path})`))}`);
    for (const variable of variablesOf(host)) {
      lines.push(`  ${printable(variable.name)} = ${printable(shown(variable.value))} ${paint("dim", printable(`(${variable.origin}, ${variable.location.path})`))}`);
    }
    for (const { path, how } of byHost.get(host.name) ?? []) lines.push(`  file ${printable(path)} ${paint("dim", printable(`(${how})`))}`);
    lines.push("");
  }
  const groups = [...fleet.groups.values()].sort((a, b) => compareText(a.name, b.name));
  if (groups.length > 0) {
    lines.push(paint("bold", "Groups"));
    for (const group of groups) lines.push(printable(`  ${group.name}: ${plural(group.hosts.length, "host")}: ${group.hosts.join(", ")}`));
    lines.push("");
  }
  if (files.length > 0) {
    lines.push(paint("bold", "Files"));
    for (const { path, how, hosts } of files) {
      lines.push(printable(hosts === undefined ? `  ${path}: hosts not known: ${how}` : `  ${path}: ${plural(hosts.length, "host")} (${how})`));
    }
    lines.push("");
  }
  lines.push(`${plural(fleet.hosts.length, "host")} in ${plural(groups.length, "group")}.`);
  return `${lines.join("\n")}\n`;
}

/** What is told of it, and why the rest is not; nothing of what no variable speaks of. */
function machineJson({ kernel, memory, guests }: Machine): { readonly [name: string]: Json } {
  const shownGuests = guests === undefined || isUnknown(guests) ? guests : guests.map(({ name, memory: bytes }): Json => ({ name, memory: bytes }));
  return {
    ...(kernel !== undefined && { kernel: isUnknown(kernel) ? { unknown: kernel.unknown } : kernel }),
    ...(memory !== undefined && { memory }),
    ...(shownGuests !== undefined && { guests: isUnknown(shownGuests) ? { unknown: shownGuests.unknown } : shownGuests }),
  };
}

function machineLines({ kernel, memory, guests }: Machine): string[] {
  const lines: string[] = [];
  if (kernel !== undefined) lines.push(isUnknown(kernel) ? `kernel not known: ${kernel.unknown}` : `kernel: ${kernel}`);
  if (memory !== undefined) lines.push(`memory: ${sizeText(memory)}`);
  if (guests !== undefined && isUnknown(guests)) lines.push(`guests not known: ${guests.unknown}`);
  else if (guests !== undefined) lines.push(`guests: ${guests.length}, with ${sizeText(guests.reduce((sum, guest) => sum + guest.memory, 0))}`);
  return lines;
}

function traitsOf(workspace: Workspace, host: Host): { trait: string; why: string; certain: boolean }[] {
  return TRAITS.flatMap((trait) => {
    const evidence = workspace.fleet.trait(host, trait);
    return evidence === undefined ? [] : [{ trait, ...evidence }];
  });
}

function factsOf(workspace: Workspace, host: Host): [string, Variable][] {
  return HOST_VARIABLES.flatMap((name): [string, Variable][] => {
    const variable = workspace.fleet.fact(host, name);
    return variable === undefined ? [] : [[name, variable]];
  });
}

function variablesOf(host: Host): Variable[] {
  return [...host.variables.values()].sort((a, b) => compareText(a.name, b.name));
}

function described(variable: Variable, places: Places): Json {
  const { path, range } = variable.location;
  return { name: variable.name, value: plain(variable.value), origin: variable.origin, path, line: places.at(path, range.start).line };
}

/** A value as JSON: what is not known becomes `{ "unknown": reason }`. */
function plain(value: Value): Json {
  if (isUnknown(value)) return { unknown: value.unknown };
  if (Array.isArray(value)) return (value as readonly Value[]).map(plain);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  return value as Json;
}

function shown(value: Value): string {
  if (isUnknown(value)) return `not known: ${value.unknown}`;
  return typeof value === "string" ? value : JSON.stringify(plain(value));
}
