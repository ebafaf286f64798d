import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Play, Scope } from "../fleet/fleet.ts";
import { batches } from "../rollout/batches.ts";
import type { Workspace } from "../workspace.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";
import { machinesField } from "./host.ts";
import { headOf, plainMap, taskThing } from "./task.ts";

interface Item {
  readonly workspace: Workspace;
  readonly play: Play;
}

const scopeOf = ({ play: { scope } }: Item): Maybe<Scope> => scope;

/** A play as conditions see it. */
export const playType: ObjectType<Item> = {
  name: "Play",
  summary: "A play of Ansible with all that it runs.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ play: { path } }) => path },
    name: { type: "string", summary: "Its name; empty where it has none.", read: ({ play: { name } }) => name },
    text: { type: "string", summary: "All of it as written, without what its roles and includes bring.", read: ({ workspace, play: { location } }) => workspace.textAt(location) },
    pattern: { type: "string", summary: "The host pattern as written after `hosts`.", read: ({ play: { hostsPattern } }) => hostsPattern },
    batches: { type: "list<int>", summary: "The sizes of its batches in turn, from `serial`; one batch of all hosts without it.", read: ({ play }) => batchesOf(play) },
    strategy: { type: "string", summary: "`linear` where none is written.", read: ({ play }) => keyword(play, "strategy", "linear") },
    maxFailPercentage: { type: "double", summary: "The share of a batch that may fail before the play stops; absent where none is written: then it stops only when all have failed.", unit: "percent", read: ({ play }) => numeric(keyword(play, "max_fail_percentage", undefined)) },
    isStoppedByErrors: { type: "bool", summary: "`any_errors_fatal`: the first failure stops the play.", read: ({ play }) => truth(keyword(play, "any_errors_fatal", false)) },
    keywords: { type: "map<string, dyn>", summary: "Its other keywords by name, as written: `serial`, `become`, `gather_facts`, …", read: ({ play: { keywords } }) => plainMap(keywords) },
    roles: { type: "list<string>", summary: "The roles that it lists.", read: ({ play: { roles } }) => roles.map(({ name }) => name) },
    tasks: { type: "list<Task>", summary: "Its tasks and those of its roles, in the order in which they run.", read: ({ workspace, play: { tasks } }) => tasks.map((one) => taskThing(workspace, one)) },
    handlers: { type: "list<Task>", summary: "Its handlers and those of its roles.", read: ({ workspace, play: { handlers } }) => handlers.map((one) => taskThing(workspace, one)) },
    variables: { type: "map<string, dyn>", summary: "Its `vars`, and those of its `vars_files`, by name, as written. Ask has(play.variables.NAME) first.", read: ({ play: { variables } }) => plainMap(variables) },
    ...scopeFields<Item>(scopeOf, ({ workspace }) => workspace),
    ...machinesField<Item>(scopeOf, ({ workspace }) => workspace),
  },
};

/** Plays. */
export const play: Element = {
  name: "play",
  variable: "play",
  type: playType as ObjectType<never>,
  source: "playbooks of Ansible",
  subject: "playbook",
  parts: { hosts: "The host pattern." },
  examplePath: "site.yml",
  find: playsIn,
};

/** The plays that are written in one file. */
export function playsIn(workspace: Workspace, path: string): readonly Found[] {
  return (workspace.subject("playbook", path)?.plays ?? []).map((one) => ({
    value: thing(playType, { workspace, play: one }),
    path,
    range: headOf(workspace, one.location),
    parts: { hosts: one.hostsLocation.range },
  }));
}

function keyword({ keywords }: Play, name: string, fallback: unknown): unknown {
  return keywords.get(name)?.value ?? fallback;
}

function numeric(value: unknown): unknown {
  if (isUnknown(value) || typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*%?\s*$/.test(value)) return Number.parseFloat(value);
  return /\{\{/.test(value) ? { unknown: "a template gives it" } : undefined;
}

function truth(value: unknown): unknown {
  if (isUnknown(value) || typeof value === "boolean") return value;
  if (typeof value === "string" && /\{\{/.test(value)) return { unknown: "a template gives it" };
  return typeof value === "string" && /^(?:yes|true|on|1)$/i.test(value.trim());
}

function batchesOf({ keywords, scope }: Play): Maybe<readonly number[]> {
  return isUnknown(scope) ? scope : batches(keywords.get("serial")?.value, scope.hosts.length);
}
