import { TRAITS } from "../../engine/configuration.ts";
import type { Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { ElementName } from "../../formats/lesson/index.ts";
import type { Host, Scope } from "../fleet/fleet.ts";
import type { Subjects } from "../subjects.ts";
import type { Workspace } from "../workspace.ts";

/** A field of a type, with what a lesson's author has to know of it. */
export interface Field<T> {
  /** In CEL: `string`, `int`, `double`, `bool`, `list<string>`, `map<string, dyn>`, another type's name, … */
  readonly type: string;
  /** What it is, and when it is absent. */
  readonly summary: string;
  readonly unit?: string;
  /** The value; Unknown where a template or another file hides it, undefined where there is none. Numbers of `int` may be plain. */
  read(of: T): unknown;
}

/** A type as conditions see it. */
export interface ObjectType<T> {
  readonly name: string;
  readonly summary: string;
  readonly fields: { readonly [name: string]: Field<T> };
}

/** A value of an ObjectType: its fields are read when a condition asks for them. */
export class Thing {
  readonly type: ObjectType<never>;
  readonly of: unknown;

  constructor(type: ObjectType<never>, of: unknown) {
    this.type = type;
    this.of = of;
  }

  /** What a field holds; undefined also for a field that there is not. */
  read(field: string): unknown {
    const { fields } = this.type;
    return Object.hasOwn(fields, field) ? fields[field]!.read(this.of as never) : undefined;
  }
}

/** A map whose values are worked out when a condition asks for one: `map<string, string>` and the like. */
export class Lookup {
  readonly #ask: (key: string) => unknown;
  readonly #keys: () => readonly string[];

  /** `ask`: the value of a key; Unknown where it is hidden, undefined where there is none. `keys`: those that there are, as far as they are known. */
  constructor(ask: (key: string) => unknown, keys: () => readonly string[]) {
    this.#ask = ask;
    this.#keys = keys;
  }

  ask(key: string): unknown {
    return this.#ask(key);
  }

  keys(): readonly string[] {
    return this.#keys();
  }
}

/** Makes a value of a type. */
export function thing<T>(type: ObjectType<T>, of: T): Thing {
  return new Thing(type as ObjectType<never>, of);
}

/** An element that a lesson judges, with where it is written. */
export interface Found {
  readonly value: Thing;
  readonly path: string;
  /** All of it. */
  readonly range: Range;
  /** The places of its parts, those that it has. */
  readonly parts: { readonly [part: string]: Range | undefined };
}

/** What a lesson may read: how its elements are found and what conditions see of them. */
export interface Element {
  readonly name: ElementName;
  /** The variable of conditions. */
  readonly variable: string;
  readonly type: ObjectType<never>;
  /** The files that have such elements, for the documentation. */
  readonly source: string;
  /** The respect in which the engine must read a file to find them; undefined for what only a change has. */
  readonly subject?: keyof Subjects;
  /** Names of parts that a finding or a fix may be about, besides the whole. */
  readonly parts: { readonly [part: string]: string };
  /** The file of an example that is one text. */
  readonly examplePath: string;
  /** The elements in one file; none where only a change has them. */
  find(workspace: Workspace, path: string): readonly Found[];
  /** The elements of a change. */
  compare?(before: Workspace, after: Workspace, changed: readonly string[]): readonly Found[];
}

/** The fields that say where something applies, by its scope; `workspaceOf`: the workspace whose hosts these are, where it is at hand. */
export function scopeFields<T>(scopeOf: (of: T) => Maybe<Scope>, workspaceOf?: (of: T) => Workspace): ObjectType<T>["fields"] {
  const through = (read: (scope: Scope) => unknown) => (of: T): unknown => {
    const scope = scopeOf(of);
    return isUnknown(scope) ? scope : read(scope);
  };
  return {
    hosts: { type: "list<string>", summary: "Names of the hosts that it reaches, sorted.", read: through((scope) => scope.hosts.map(({ name }) => name)) },
    groups: { type: "list<string>", summary: "The inventory groups that any of these hosts is in, sorted.", read: through((scope) => [...new Set(scope.hosts.flatMap(({ groups }) => groups))].sort()) },
    reach: { type: "int", summary: "How many hosts it reaches.", read: through((scope) => scope.hosts.length) },
    ...(workspaceOf && {
      traits: { type: "list<string>", summary: `What any of these hosts is, from premortem.yaml, its groups' names or what is deployed there: ${TRAITS.map((trait) => `\`${trait}\``).join(", ")}.`, read: (of: T) => through((scope) => traitsOf(workspaceOf(of), scope.hosts))(of) },
    }),
  };
}

const known = new WeakMap<Workspace, WeakMap<readonly Host[], readonly string[]>>();

/** What any of some hosts is. */
export function traitsOf(workspace: Workspace, hosts: readonly Host[]): readonly string[] {
  let lists = known.get(workspace);
  if (lists === undefined) known.set(workspace, (lists = new WeakMap()));
  let traits = lists.get(hosts);
  if (traits === undefined) lists.set(hosts, (traits = TRAITS.filter((trait) => hosts.some((host) => workspace.fleet.trait(host, trait) !== undefined))));
  return traits;
}
