import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { maskJinja } from "../../formats/template/jinja.ts";
import type { Host, Value, Variable } from "../fleet/fleet.ts";
import { HostVariables } from "../fleet/variables.ts";
import type { Workspace } from "../workspace.ts";

/** A list of networks that rules for routing are made from on many hosts. */
export interface RoutingList {
  /** The variable. */
  readonly name: string;
  readonly location: Location;
  readonly networks: readonly string[];
  /** The hosts whose rules are made from it, sorted by name. */
  readonly hosts: readonly Host[];
  /** The loops of templates that make them. */
  readonly loops: readonly Location[];
}

/** Commands and settings that make a rule or a route in a table of its own: ip-rule(8), systemd.network(5), netplan(5). */
const RULE = /\bip\s+(?:-\w+\s+)*rule\s+(?:add|replace)\b|\[RoutingPolicyRule\]|\brouting-policy\b|\bip\s+(?:-\w+\s+)*route\s+(?:add|replace|append)\b[^\n]*\btable\b/;
const PREFIX = /(?:^|[^\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{1,4}:[\da-f:]*)\/\d{1,3}(?!\d)/i;
/** One network is no list. */
const LEAST = 2;

/** The lists of networks that the routing rules of more than one host are made from. */
export function routingLists(workspace: Workspace): readonly RoutingList[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly RoutingList[] {
  const found = new Map<string, { name: string; variable: Variable; networks: string[]; hosts: Map<string, Host>; loops: Location[] }>();
  const facts = factTexts(workspace);
  for (const { path, range, code } of loopsThatRoute(workspace)) {
    const hosts = hostsOf(workspace, path);
    if (hosts.length < 2) continue;
    for (const name of namesBehind(code, facts)) {
      for (const host of hosts) {
        const variable = ofGroups(host, name);
        if (variable === undefined) continue;
        const key = `${variable.location.path}\0${variable.location.range.start}`;
        let entry = found.get(key);
        if (entry === undefined) {
          const networks = prefixesIn(variable.value);
          if (networks.length < LEAST) continue;
          found.set(key, (entry = { name, variable, networks, hosts: new Map(), loops: [] }));
        }
        entry.hosts.set(host.name, host);
        if (!entry.loops.some((loop) => loop.path === path && loop.range.start === range.start)) entry.loops.push({ path, range });
      }
    }
  }
  return [...found.values()]
    .filter(({ hosts }) => hosts.size > 1)
    .map(({ name, variable, networks, hosts, loops }) => ({
      name,
      location: nameBefore(workspace, name, variable.location),
      networks,
      hosts: [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
      loops,
    }));
}

/** What a host's groups give it; a list of the host's own says nothing of the others. As written: only the prefixes count. */
function ofGroups({ variables }: Host, name: string): Variable | undefined {
  if (!(variables instanceof HostVariables)) return variables.get(name);
  return variables.own.has(name) ? undefined : variables.shared.get(name);
}

interface Loop {
  readonly path: string;
  /** The `for` tag. */
  readonly range: Location["range"];
  readonly code: string;
}

function loopsThatRoute(workspace: Workspace): Loop[] {
  return workspace.paths.flatMap((path) => {
    const text = workspace.text(path)!;
    if (!text.includes("{%") || !RULE.test(text) || /\.(md|rst)$/.test(path)) return [];
    const { conditional, regions } = maskJinja(text);
    return conditional.filter(({ kind, range }) => kind === "for" && RULE.test(text.slice(range.start, range.end))).map(({ range, code }) => {
      const tag = regions.find((region) => region.kind === "tag" && region.code === code && region.range.end <= range.start + 4 && region.range.end >= range.start - 4);
      return { path, range: tag?.range ?? { start: range.start, end: Math.min(range.end, range.start + 1) }, code };
    });
  });
}

function hostsOf(workspace: Workspace, path: string): readonly Host[] {
  const found = new Map<string, Host>();
  for (const { source, scope } of workspace.fleet.deployments) {
    if (source === path && !isUnknown(scope)) for (const host of scope.hosts) found.set(host.name, host);
  }
  return [...found.values()];
}

/** What `set_fact` makes variables of. */
function factTexts(workspace: Workspace): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const play of workspace.fleet.plays) {
    for (const task of play.tasks) {
      if (task.module === "set_fact") for (const [name, { location }] of task.args) texts.set(name, workspace.textAt(location));
    }
  }
  return texts;
}

/** The variables that a loop runs over: the one that it names, and those that this one is made from. */
function namesBehind(code: string, facts: ReadonlyMap<string, string>): ReadonlySet<string> {
  const names = new Set<string>();
  const queue = [...(/\bin\s+(.*)$/s.exec(code)?.[1] ?? "").matchAll(/[A-Za-z_]\w*/g)].map(([word]) => word);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    for (const [word] of (facts.get(name) ?? "").matchAll(/[A-Za-z_]\w*/g)) queue.push(word);
  }
  return names;
}

/** The prefixes of a list's entries, one of each. */
export function prefixesIn(value: Value): string[] {
  if (!Array.isArray(value) && (typeof value !== "object" || value === null || isUnknown(value))) return [];
  return Object.values(value).flatMap((entry) => {
    const texts = typeof entry === "string" ? [entry] : typeof entry === "object" && entry !== null && !isUnknown(entry) ? Object.values(entry as object).filter((part) => typeof part === "string") : [];
    return texts.find((text) => PREFIX.test(text)) ?? [];
  });
}

/** The variable's name before its value. */
function nameBefore(workspace: Workspace, name: string, { path, range }: Location): Location {
  const at = (workspace.text(path) ?? "").lastIndexOf(name, range.start);
  return at === -1 || at + name.length + 40 < range.start - 200 ? { path, range } : { path, range: { start: at, end: at + name.length } };
}
