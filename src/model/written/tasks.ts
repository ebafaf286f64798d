import { isUnknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { Range } from "../../engine/location.ts";
import type { YamlMapping, YamlNode, YamlTree, YamlValue } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, valueOf } from "../../formats/yaml/index.ts";
import type { Scope } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/** A mapping of a YAML file with what decides whether it counts. */
export interface FoundMapping {
  readonly node: YamlMapping;
  /** Its own `when` and those of the blocks around it. */
  readonly conditions: readonly YamlValue[];
  /** The mapping around it: for a module's arguments, the task. */
  readonly parent?: YamlMapping;
  /** The key under which it, or the list that it is in, stands in `parent`. */
  readonly key?: string;
}

const DEPTH = 100;

/** Every mapping of a YAML file, outer ones first. */
export function* mappings(workspace: Workspace, path: string): Iterable<FoundMapping> {
  const document = workspace.document(path);
  if (document?.language !== "yaml") return;
  for (const root of (document.tree as YamlTree).documents) yield* below(root, [], 0);
}

function* below(node: YamlNode, conditions: readonly YamlValue[], depth: number, parent?: YamlMapping, key?: string): Iterable<FoundMapping> {
  if (depth > DEPTH || node.kind === "scalar") return;
  if (node.kind === "sequence") {
    for (const item of node.items) yield* below(item, conditions, depth + 1, parent, key);
    return;
  }
  const when = entryOf(node, "when");
  const here = when === undefined ? conditions : [...conditions, valueOf(when.value)];
  yield { node, conditions: here, ...(parent ? { parent } : {}), ...(key === undefined ? {} : { key }) };
  for (const entry of entriesOf(node)) yield* below(entry.value, here, depth + 1, node, entry.key);
}

/** A module's name without its collection. */
export function moduleName(key: string): string {
  return key.slice(key.lastIndexOf(".") + 1);
}

/** A string or a number that a scalar holds, as a template would print it. */
export function plainText(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== "scalar" || isUnknown(node.value) || node.value === null) return undefined;
  return node.text;
}

/** The text between the quotes of a scalar. */
export function unquotedRange(text: string, { start, end }: Range): Range {
  const first = text[start];
  const quoted = (first === '"' || first === "'") && end - start > 1 && text[end - 1] === first;
  return quoted ? { start: start + 1, end: end - 1 } : { start, end };
}

interface RunTask {
  readonly range: Range;
  readonly scope: Maybe<Scope>;
}

/** The hosts on which what stands at `offset` of a file of tasks or variables counts. */
export function scopeAt(workspace: Workspace, path: string, offset: number): Maybe<Scope> {
  const around = (workspace.derive(tasksByPath).get(path) ?? []).filter(({ range }) => range.start <= offset && offset < range.end);
  return around.length === 0 ? workspace.fleet.scopeOf(path) : union(around.map(({ scope }) => scope));
}

function tasksByPath(workspace: Workspace): ReadonlyMap<string, readonly RunTask[]> {
  const byPath = new Map<string, RunTask[]>();
  for (const play of workspace.fleet.plays) {
    for (const { location } of [...play.tasks, ...play.handlers]) {
      const list = byPath.get(location.path) ?? [];
      if (list.length === 0) byPath.set(location.path, list);
      list.push({ range: location.range, scope: play.scope });
    }
  }
  return byPath;
}

/** All hosts of several scopes; Unknown where one of them is. */
export function union(scopes: readonly Maybe<Scope>[]): Maybe<Scope> {
  const known: Scope[] = [];
  for (const scope of scopes) {
    if (isUnknown(scope)) return scope;
    known.push(scope);
  }
  if (known.length === 1) return known[0]!;
  const hosts = new Map(known.flatMap((scope) => scope.hosts.map((host) => [host.name, host] as const)));
  const how = [...new Set(known.map((scope) => scope.how))].join("; ");
  return { hosts: [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), how };
}
