import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { evaluate, truth } from "../../formats/template/evaluate.ts";
import { parseExpression } from "../../formats/template/expression.ts";
import { isTemplate, render } from "../../formats/template/render.ts";
import type { Host, Play, Task, Value } from "./fleet.ts";
import { folderOf } from "./paths.ts";
import type { Role } from "./roles.ts";
import { listOf, memberOf } from "./values.ts";
import { isIncluded } from "./variable-files.ts";
import { HostVariables, resolveValue } from "./variables.ts";

/** Where an expression stands: what of this is known decides which variables it sees. */
export interface Standing {
  readonly host?: Host | undefined;
  readonly play?: Pick<Play, "path" | "variables"> | undefined;
  readonly role?: Role | undefined;
  readonly task?: Pick<Task, "keywords"> | undefined;
  /** Loop variables by name. */
  readonly items?: ReadonlyMap<string, Value> | undefined;
  /** Names that tasks set while the play runs (`register`, `set_fact`). */
  readonly set?: ReadonlySet<string> | undefined;
}

const DEPTH = 20;
/** Names that Ansible sets itself, whatever variables are called so. */
const MAGIC = new Set(["inventory_hostname", "inventory_hostname_short", "group_names", "groups"]);

/** Looks names up as Ansible does at `standing`: loop, task, role variables, play, host, role defaults (variable precedence). */
export function lookupAt(standing: Standing): (name: string) => Value | undefined {
  const open = new Set<string>();
  const { host, play, role, task, items } = standing;
  const taskVariables = task?.keywords.get("vars")?.value;
  const look = (name: string): Value | undefined => {
    const item = items?.get(name);
    if (item !== undefined) return item;
    if (MAGIC.has(name) && host?.variables instanceof HostVariables) return host.variables.lookup(name);
    if (standing.set?.has(name) === true) return unknown(`${name} is known only while the play runs`);
    // What include_vars has read wins over the variables of roles and tasks.
    const included = play?.variables.get(name);
    if (included !== undefined && isIncluded(included)) return inner(name, included.value);
    const written = memberOf(taskVariables, name) ?? role?.vars.get(name)?.value ?? play?.variables.get(name)?.value;
    if (written !== undefined) return inner(name, written);
    const hostValue = host?.variables.get(name)?.value;
    if (hostValue !== undefined) return isUnknown(hostValue) ? again(name, hostValue) : hostValue;
    const preset = role?.defaults.get(name)?.value;
    if (preset !== undefined) return inner(name, preset);
    if (name === "role_path" && role !== undefined) return role.folder;
    if (name === "role_name" && role !== undefined) return role.name;
    if (name === "playbook_dir" && play !== undefined) return folderOf(play.path);
    return host?.variables instanceof HostVariables ? host.variables.lookup(name) : onlyAtRun(name);
  };
  const inner = (name: string, value: Value): Value => {
    if (open.has(name) || open.size > DEPTH) return unknown(`${name} refers to itself`);
    open.add(name);
    const resolved = resolveValue(value, look);
    open.delete(name);
    return resolved;
  };
  /** A host's variable may refer to what only the role or the play defines. */
  const again = (name: string, fallback: Value): Value => {
    const raw = host?.variables instanceof HostVariables ? host.variables.raw(name)?.value : undefined;
    return raw === undefined || isUnknown(raw) || (role === undefined && play === undefined) ? fallback : inner(name, raw);
  };
  return look;
}

/** Unknown for names that Ansible fills in only when it runs; undefined for all others. */
export function onlyAtRun(name: string): Value | undefined {
  if (/^ansible_|^(?:hostvars|item|omit|play_hosts|vars|environment|inventory_dir|inventory_file)$/.test(name)) {
    return unknown(`${name} is known only when Ansible runs`);
  }
  return undefined;
}

/** A value as written, with its templates resolved at `standing`. */
export function valueAtStanding(value: Value, standing: Standing): Value {
  return typeof value === "string" && !isTemplate(value) ? value : resolveValue(value, lookupAt(standing));
}

/** A string with its templates resolved at `standing`; Unknown also for what is no single value. */
export function textAtStanding(value: Value, standing: Standing): Maybe<string> {
  const resolved = valueAtStanding(value, standing);
  if (isUnknown(resolved)) return resolved;
  if (typeof resolved === "object") return unknown("a list or nothing stands where a text is meant");
  return typeof resolved === "boolean" ? (resolved ? "True" : "False") : String(resolved);
}

/**
 * Whether a `when` holds at `standing`; Unknown where that depends on more than the repository tells. With `asked` also
 * where it depends on a name that nothing here defines: whoever starts the play may set it.
 */
export function conditionAt(when: Value | undefined, standing: Standing, asked = false): Maybe<boolean> {
  if (when === undefined) return true;
  const given = lookupAt(standing);
  const look = asked ? (name: string): Value => given(name) ?? unknown(`${name} is left to whoever starts the play`) : given;
  let open: Maybe<boolean> = true;
  for (const condition of listOf(when)) {
    const result = typeof condition === "string" ? conditionText(condition, look) : truth(condition);
    if (result === false) return false;
    if (isUnknown(result)) open = result;
  }
  return open;
}

function conditionText(condition: string, look: (name: string) => Value | undefined): Maybe<boolean> {
  if (isTemplate(condition)) return truth(render(condition, look));
  const expression = parseExpression(condition.trim());
  return expression === undefined ? unknown(`the condition "${condition.trim()}" is more than is read here`) : truth(evaluate(expression, look));
}

/**
 * The value that an expression or a string with Jinja has on `host`, with the defaults and variables of `role` where it
 * stands in one.
 */
export function resolve(host: Host | undefined, value: Value, role?: Role): Value {
  return valueAtStanding(value, { host, role });
}
