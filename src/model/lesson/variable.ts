import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { resolveValue } from "../fleet/variables.ts";
import type { Scope, Value, Variable } from "../fleet/fleet.ts";
import { variablesOf, variablesPlace } from "../fleet/variable-files.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";
import { machinesField } from "./host.ts";

interface Item {
  readonly workspace: Workspace;
  readonly variable: Variable;
}

const ROLE_VARIABLES = /(?:^|\/)(?:vars|defaults)\/[^/]+\.ya?ml$/;
const scopeOf = ({ workspace, variable }: Item): Maybe<Scope> => workspace.fleet.scopeOf(variable.location.path);

/** What another variable is, a run alone tells: `x | default('')` is not empty for certain. */
export const elsewhere = (name: string): Value => unknown(`it is made of ${name}`);

/** A variable as conditions see it. */
export const variableType: ObjectType<Item> = {
  name: "Variable",
  summary: "A variable of Ansible as one file sets it. Another file may set it again for some of the hosts.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ variable: { location } }) => location.path },
    name: { type: "string", summary: "Its name.", read: ({ variable: { name } }) => name },
    value: { type: "dyn", summary: "Its value: a text, a number, a list, a map. What a template in it gives is unknown.", read: ({ variable: { value } }) => resolveValue(value, elsewhere) },
    texts: { type: "list<string>", summary: "Every text, number and truth value in it, however deep, as text; an empty one stands for nothing.", read: ({ variable: { value } }) => textsIn(resolveValue(value, elsewhere)) },
    isList: { type: "bool", summary: "It is a list.", read: ({ variable: { value } }) => Array.isArray(value) },
    beside: { type: "list<string>", summary: "The names of the other variables of the same file.", read: ({ workspace, variable: { name, location } }) => variablesOf(workspace, location.path, "variable").map((one) => one.name).filter((other) => other !== name) },
    kind: { type: "string", summary: "Whose it is: `group_vars`, `host_vars` or `role`.", read: ({ variable: { location } }) => variablesPlace(location.path)?.kind ?? "role" },
    owner: { type: "string", summary: "The name of that group or host; empty for a role's.", read: ({ variable: { location } }) => variablesPlace(location.path)?.name ?? "" },
    ...scopeFields<Item>(scopeOf, ({ workspace }) => workspace),
    ...machinesField<Item>(scopeOf, ({ workspace }) => workspace),
  },
};

/** Variables of Ansible. */
export const variable: Element = {
  name: "variable",
  variable: "variable",
  type: variableType as ObjectType<never>,
  source: "group_vars, host_vars, and the vars and defaults of roles",
  subject: "syntax",
  parts: { value: "The value." },
  examplePath: "group_vars/all.yml",
  find: variablesIn,
};

/** The variables that one file sets at its top. */
export function variablesIn(workspace: Workspace, path: string): readonly Found[] {
  if (variablesPlace(path) === undefined && !ROLE_VARIABLES.test(path)) return [];
  return variablesOf(workspace, path, "variable").map((one) => {
    const { range } = one.location;
    // A long value is pointed at by its first line.
    const line = (workspace.text(path) ?? "").slice(range.start, range.end).search(/\r?\n/);
    return { value: thing(variableType, { workspace, variable: one }), path, range: line > 0 ? { start: range.start, end: range.start + line } : range, parts: { value: range } };
  });
}

/** More than anybody writes; a generated list is longer. */
const MOST_TEXTS = 20_000;

function textsIn(value: unknown): readonly unknown[] {
  const found: unknown[] = [];
  const look = (one: unknown, depth: number): void => {
    if (found.length >= MOST_TEXTS || depth > 20) return;
    if (Array.isArray(one)) for (const item of one) look(item, depth + 1);
    else if (isUnknown(one as Maybe<string>)) found.push(one);
    else if (typeof one === "object" && one !== null) for (const item of Object.values(one)) look(item, depth + 1);
    else found.push(one === null || one === undefined ? "" : String(one as string | number | boolean));
  };
  look(value, 0);
  return found;
}
