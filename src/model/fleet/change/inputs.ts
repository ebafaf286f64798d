import { compareText } from "../../../engine/finding.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { isApart, namesRead } from "../dependence.ts";
import type { Host, Play, Task, Value, Variable } from "../fleet.ts";
import type { Standing } from "../lookup.ts";
import { conditionAt, valueAtStanding } from "../lookup.ts";
import { namesSetBy } from "../registered.ts";
import type { Role } from "../roles.ts";
import { listOf, memberOf } from "../values.ts";
import { HostVariables } from "../variables.ts";
import { allSourcesOf, sourcesOf, templateParts } from "./consumers.ts";
import type { Sides } from "./rendering.ts";
import { Rendering } from "./rendering.ts";

/** Modules that leave a host as it is, whatever they are told. */
const HARMLESS = new Set(["debug", "assert", "fail", "set_fact", "stat", "meta", "pause", "include_vars", "setup", "gather_facts", "add_host", "group_by", "wait_for", "wait_for_connection", "ping", "set_stats"]);
/** Keywords that say how a task runs, not what it does. */
const MANNER = new Set(["name", "tags", "notify", "register", "when", "loop", "loop_control", "vars", "listen", "changed_when", "failed_when", "ignore_errors", "check_mode", "diff", "no_log", "retries", "delay", "until", "any_errors_fatal", "throttle", "ignore_unreachable", "collections", "debugger"]);
const TURNS = 100;
/** Loops whose items are those of the list that is written. */
const PLAIN = /^(?:loop|with_(?:items|list|flattened))$/;

/** A task on one side of a comparison: as it is written there, and the states that it takes its words from. */
export interface Side extends Sides {
  readonly play: Play;
  readonly task: Task;
  readonly role: Role | undefined;
  /** The files that the task brings to a host. */
  sources(host: Host): readonly string[];
  /** Those that it brings to any host. */
  readonly allSources: readonly string[];
}

/** A task of `roles`' plays as it stands there. */
export function sideOf(sides: Sides, play: Play, task: Task, role = play.ran.find(({ name }) => name === task.role)): Side {
  const { roles } = sides;
  return { ...sides, play, task, role: task.role === undefined ? undefined : role, sources: (host) => sourcesOf(roles, task, host), allSources: allSourcesOf(roles, task) };
}

/** False for tasks that change nothing on a host by themselves. */
export function changesHosts(task: Task): boolean {
  return !HARMLESS.has(task.module) && !/^(?:include|import)_/.test(task.module);
}

/** What a task does to a host: undefined where a condition keeps it away, whatever somebody sets who starts the play. */
export function inputOf(side: Side, host: Host): string | undefined {
  const { play, task, role } = side;
  const whole: Standing = { play, task, host, role, set: namesSetBy(play) };
  if (task.turns === undefined) return inputAt(side, host, whole);
  // Of a list that is not known, the words themselves; its items stay hidden.
  const hidden: string[] = [];
  let standings = [whole];
  for (const { name, value } of task.turns) {
    const before = standings.length;
    standings = standings.flatMap((standing) => {
      const list = listOf(valueAtStanding(value, standing));
      if (list.length * before <= TURNS && !list.some(isUnknown)) return list.map((item) => ({ ...standing, items: new Map([...(standing.items ?? []), [name, item]]) }));
      hidden.push(new Rendering(side, standing).value(value));
      return [standing];
    });
  }
  const inputs = standings.flatMap((standing) => inputAt(side, host, standing) ?? []);
  return inputs.length === 0 ? undefined : [...hidden, ...inputs].join("\n");
}

function inputAt(side: Side, host: Host, standing: Standing): string | undefined {
  const { task } = side;
  const when = task.keywords.get("when")?.value;
  const holds = conditionAt(when, standing, true);
  if (holds === false) return undefined;
  const rendering = new Rendering(side, standing);
  const loop = [...task.keywords].find(([key]) => key === "loop" || key.startsWith("with_"));
  const items = loop === undefined || !PLAIN.test(loop[0]) ? undefined : valueAtStanding(loop[1].value, standing);
  const doubt = holds === true ? "" : rendering.value(expressions(when));
  if (loop === undefined) return doubt + workOf(side, host, standing, rendering);
  const list = Array.isArray(items) ? (items as readonly Value[]) : undefined;
  if (list === undefined || list.length > TURNS || list.some(isUnknown)) return `${doubt}${rendering.value(loop[1].value)}${workOf(side, host, standing, rendering)}`;
  const name = memberOf(task.keywords.get("loop_control")?.value, "loop_var");
  const turns = list.flatMap((item) => {
    const there = { ...standing, items: new Map([...(standing.items ?? []), [typeof name === "string" ? name : "item", item]]) };
    return conditionAt(when, there, true) === false ? [] : [workOf(side, host, there, new Rendering(side, there))];
  });
  return turns.length === 0 ? undefined : doubt + turns.join("\n");
}

/** Conditions as the expressions that they are. */
function expressions(when: Value | undefined): Value {
  return listOf(when).map((condition) => (typeof condition === "string" && !condition.includes("{{") ? `{{ ${condition} }}` : condition));
}

/** Arguments whose lists are sets: in another order they do the same. */
const SETS: readonly (readonly [module: RegExp, argument: RegExp])[] = [
  [/^(?:apt|dnf5?|yum|package|pip|zypper|pacman|apk|portage|homebrew|package_facts)$/, /^(?:name|pkg|package|list)$/],
  [/^user$/, /^groups$/],
  [/^firewalld$/, /^(?:port|service)$/],
];
/** Arguments that are switches: `yes` of the short form is the `true` of YAML. */
const SWITCHES = /^(?:append|autoremove|backup|create|daemon_reload|daemon_reexec|enabled|follow|force|ignoreerrors|install_recommends|masked|purge|recurse|reload|remote_src|sysctl_set|system|update_cache)$/;

/** An argument as its module takes it, so that one which is only written in another way is the same. */
function argumentOf(module: string, name: string, value: Value, standing: Standing): Value {
  if (SWITCHES.test(name) && typeof value === "string" && /^(?:y|yes|true|on|1|n|no|false|off|0)$/i.test(value)) return /^(?:y|yes|true|on|1)$/i.test(value);
  if (!SETS.some(([modules, names]) => modules.test(module) && names.test(name))) return name === "content" ? value : inKeyOrder(value);
  const given = valueAtStanding(value, standing);
  const list = typeof given === "string" ? given.split(",").map((part) => part.trim()) : given;
  return Array.isArray(list) && !(list as readonly Value[]).some((part) => typeof part !== "string") ? [...(list as readonly string[])].sort(compareText) : value;
}

/** A mapping says the same whatever the order of its keys. */
function inKeyOrder(value: Value, depth = 0): Value {
  if (typeof value !== "object" || value === null || isUnknown(value) || depth > 20) return value;
  if (Array.isArray(value)) return (value as readonly Value[]).map((part) => inKeyOrder(part, depth + 1));
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compareText(a, b)).map(([key, part]) => [key, inKeyOrder(part as Value, depth + 1)]));
}

function workOf({ task, files, sources }: Side, host: Host, standing: Standing, rendering: Rendering): string {
  const args = [...task.args].map(([name, { value }]) => `${name}=${rendering.value(argumentOf(task.module, name, value, standing))}`).sort();
  const manner = [...task.keywords].filter(([key]) => !MANNER.has(key) && !key.startsWith("with_")).map(([key, { value }]) => `${key}=${rendering.value(value)}`);
  const brought = sources(host).map((path) => {
    const text = files.text(path) ?? "";
    return task.module.endsWith("template") ? rendering.text(text, path) : text;
  });
  return `${task.module} ${args.join("\n")}\n${manner.sort().join("\n")}\n${brought.join("\n")}`;
}

/**
 * Tells, host by host, whether what a task does differs between two sides. Hosts of the same groups that set nothing of what
 * it reads get the same answer without another look.
 */
export class Comparison {
  readonly #before: Side;
  readonly #after: Side;
  readonly #values: readonly Value[];
  readonly #byGroups = new Map<ReadonlyMap<string, Variable>, { names: ReadonlySet<string>; results: Map<ReadonlyMap<string, Variable>, boolean> }>();

  constructor(before: Side, after: Side) {
    this.#before = before;
    this.#after = after;
    this.#values = [...wordsOf(before), ...wordsOf(after)];
  }

  /** True where the host gets something else on the second side; `was` is the host of the first. */
  differs(was: Host, is: Host): boolean {
    if (!(was.variables instanceof HostVariables) || !(is.variables instanceof HostVariables)) return this.#work(was, is);
    const { shared } = is.variables;
    let common = this.#byGroups.get(shared);
    if (common === undefined) {
      const names = [this.#before, this.#after].flatMap(({ play, task, role }) => [...namesRead(this.#values, { play, task, role }, shared)]);
      this.#byGroups.set(shared, (common = { names: new Set(names), results: new Map() }));
    }
    if (isApart(is, common.names) || isApart(was, common.names)) return this.#work(was, is);
    let result = common.results.get(was.variables.shared);
    if (result === undefined) common.results.set(was.variables.shared, (result = this.#work(was, is)));
    return result;
  }

  #work(was: Host, is: Host): boolean {
    const now = inputOf(this.#after, is);
    return now !== undefined && inputOf(this.#before, was) !== now;
  }
}

function wordsOf({ task, files, allSources }: Side): Value[] {
  const texts = task.module.endsWith("template") ? allSources.flatMap((path) => templateParts(files, path)).map((path) => files.text(path) ?? "") : [];
  return [...[...task.args.values()].map(({ value }) => value), ...[...task.keywords.values()].map(({ value }) => value), ...(task.turns ?? []).map(({ value }) => value), ...texts];
}
