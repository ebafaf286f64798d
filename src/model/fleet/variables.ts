import { isUnknown, unknown } from "../../engine/unknown.ts";
import { isTemplate, render } from "../../formats/template/render.ts";
import type { Value, Variable } from "./fleet.ts";

/** What else a host knows by name: `inventory_hostname`, `group_names`, `groups`, facts. */
export type Magic = (name: string) => Value | undefined;

const templated = new WeakMap<Variable, boolean>();

/** True where a variable's value has Jinja in it somewhere. */
export function hasTemplate(variable: Variable): boolean {
  let result = templated.get(variable);
  if (result === undefined) templated.set(variable, (result = anyTemplate(variable.value, 0)));
  return result;
}

function anyTemplate(value: Value, depth: number): boolean {
  if (typeof value === "string") return isTemplate(value);
  if (typeof value !== "object" || value === null || isUnknown(value) || depth > 50) return false;
  return Object.values(value).some((part) => anyTemplate(part as Value, depth + 1));
}

const templates = new WeakMap<ReadonlyMap<string, Variable>, readonly Variable[]>();

/** The variables of a map that have Jinja in them, as written. */
export function templatesAmong(variables: ReadonlyMap<string, Variable>): readonly Variable[] {
  let found = templates.get(variables);
  if (found === undefined) templates.set(variables, (found = [...variables.values()].filter(hasTemplate)));
  return found;
}

/**
 * The effective variables of one host: a part that it shares with the hosts of its groups, and its own. Templates are
 * resolved when a variable is first asked for.
 */
export class HostVariables implements ReadonlyMap<string, Variable> {
  readonly #shared: ReadonlyMap<string, Variable>;
  readonly #own: ReadonlyMap<string, Variable>;
  readonly #magic: Magic;
  /** Made when first needed: most hosts of a large fleet are never asked for a template. */
  #resolved: Map<string, Variable> | undefined;
  #open: Set<string> | undefined;

  constructor(shared: ReadonlyMap<string, Variable>, own: ReadonlyMap<string, Variable>, magic: Magic) {
    this.#shared = shared;
    this.#own = own;
    this.#magic = magic;
  }

  /** The part that all hosts of the same groups share: the same object for each of them. */
  get shared(): ReadonlyMap<string, Variable> {
    return this.#shared;
  }

  get own(): ReadonlyMap<string, Variable> {
    return this.#own;
  }

  /** The variable as written, Jinja and all. */
  raw(name: string): Variable | undefined {
    return this.#own.get(name) ?? this.#shared.get(name);
  }

  get(name: string): Variable | undefined {
    const raw = this.raw(name);
    if (raw === undefined || !hasTemplate(raw)) return raw;
    let resolved = this.#resolved?.get(name);
    if (resolved === undefined) {
      this.#open ??= new Set();
      if (this.#open.has(name)) return { ...raw, value: unknown(`${name} refers to itself`) };
      this.#open.add(name);
      resolved = { ...raw, value: resolveValue(raw.value, (other) => this.lookup(other)), raw: raw.value };
      this.#open.delete(name);
      // While another variable is open, a circle may have cut this one short.
      if (this.#open.size === 0) (this.#resolved ??= new Map()).set(name, resolved);
    }
    return resolved;
  }

  /** As an expression on the host sees a name; facts and what else only a run can tell are Unknown. */
  lookup(name: string): Value | undefined {
    if (name === "inventory_hostname" || name === "inventory_hostname_short" || name === "group_names" || name === "groups") return this.#magic(name);
    return this.get(name)?.value ?? (this.raw(name) === undefined ? this.#magic(name) : undefined);
  }

  has(name: string): boolean {
    return this.#own.has(name) || this.#shared.has(name);
  }

  get size(): number {
    let size = this.#shared.size;
    for (const name of this.#own.keys()) if (!this.#shared.has(name)) size++;
    return size;
  }

  *keys(): MapIterator<string> {
    yield* this.#shared.keys();
    for (const name of this.#own.keys()) if (!this.#shared.has(name)) yield name;
  }

  *values(): MapIterator<Variable> {
    for (const [name, shared] of this.#shared) yield this.#seen(name, this.#own.get(name) ?? shared);
    for (const [name, own] of this.#own) if (!this.#shared.has(name)) yield this.#seen(name, own);
  }

  *entries(): MapIterator<[string, Variable]> {
    for (const variable of this.values()) yield [variable.name, variable];
  }

  #seen(name: string, raw: Variable): Variable {
    return hasTemplate(raw) ? this.get(name)! : raw;
  }

  [Symbol.iterator](): MapIterator<[string, Variable]> {
    return this.entries();
  }

  forEach(callback: (value: Variable, key: string, map: ReadonlyMap<string, Variable>) => void): void {
    for (const [name, variable] of this.entries()) callback(variable, name, this);
  }
}

/** A value with every template in it replaced by what it stands for, or by Unknown. */
export function resolveValue(value: Value, lookup: (name: string) => Value | undefined, depth = 0): Value {
  if (typeof value === "string") return isTemplate(value) ? render(value, lookup) : value;
  if (typeof value !== "object" || value === null || isUnknown(value)) return value;
  if (depth > 50) return unknown("a value is nested too deeply");
  if (Array.isArray(value)) return (value as readonly Value[]).map((part) => resolveValue(part, lookup, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolveValue(part as Value, lookup, depth + 1)]));
}
