import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { YamlMapping, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, valueOf } from "../../formats/yaml/index.ts";
import { sameList } from "../derivation.ts";
import type { Workspace } from "../workspace.ts";
import type { Host, Play, Scope, Value, Variable } from "./fleet.ts";
import { textAtStanding } from "./lookup.ts";
import { findFile, folderOf } from "./paths.ts";
import { PlayRun } from "./play-run.ts";
import { listOf } from "./values.ts";
import { variablesOf } from "./variable-files.ts";

/** Keys of a play that are not its settings. */
const PARTS = new Set(["name", "hosts", "roles", "tasks", "pre_tasks", "post_tasks", "handlers", "vars"]);
/** Scenarios of a role's own tests run on throw-away hosts, not on those of the inventory. */
const TEST_SCENARIO = /(?:^|\/)molecule\/|(?:^|\/)roles\/(?:.+\/)?tests?\//;

/** A play as its text says, before the inventory tells its hosts. */
export interface WrittenPlay {
  readonly play: Omit<Play, "scope">;
  /** Patterns that together select its hosts. */
  readonly patterns: readonly string[];
  /** The expression in `hosts:` whose default stands for what the command line may give. */
  readonly assumed?: string;
}

const nodes = new WeakMap<YamlTree, readonly YamlMapping[]>();

/** The plays that stand in a file, as mappings; none where it is no playbook. */
export function playNodes(workspace: Workspace, path: string): readonly YamlMapping[] {
  const document = workspace.document(path);
  if (document?.language !== "yaml") return [];
  const tree = document.tree as YamlTree;
  let found = nodes.get(tree);
  if (found === undefined) {
    found = itemsOf(tree.documents[0]).filter((item): item is YamlMapping => item.kind === "mapping" && entryOf(item, "hosts") !== undefined && !isTask(item));
    nodes.set(tree, found);
  }
  return found;
}

/** A task may have an argument called hosts, but only a play has none but these at its top. */
function isTask(node: YamlMapping): boolean {
  return entryOf(node, "action") !== undefined || entryOf(node, "register") !== undefined || entryOf(node, "delegate_to") !== undefined;
}

/** Every play of the repository's playbooks, by path and place. */
export function playsAsWritten(workspace: Workspace): readonly WrittenPlay[] {
  const imported = importVariables(workspace);
  return workspace.derive(playbooks).flatMap((path) => playNodes(workspace, path).map((node) => readPlay(workspace, path, node, imported.get(path) ?? [])));
}

/** The paths of the files that hold plays. */
export function playbooks(workspace: Workspace, _: string, previous: readonly string[] | undefined): readonly string[] {
  return sameList(previous, workspace.paths.filter((path) => /\.ya?ml$/.test(path) && !TEST_SCENARIO.test(path) && playNodes(workspace, path).length > 0));
}

/** The hosts that a play runs on; `match` gives those of a pattern, sorted by name. */
export function scopeOfPlay({ play, patterns, assumed }: WrittenPlay, match: (pattern: string) => Maybe<Scope["hosts"]>, madeAtRun: (pattern: string) => string | undefined): Maybe<Scope> {
  if (isUnknown(play.hostsPattern)) return play.hostsPattern;
  for (const pattern of patterns) {
    const made = madeAtRun(pattern);
    if (made !== undefined) return unknown(`the group ${made} is made only while the play runs`);
  }
  const how = `play "${play.name}" of ${play.path}`;
  const lists: (readonly Host[])[] = [];
  for (const pattern of patterns) {
    const matched = match(pattern);
    if (isUnknown(matched)) return matched;
    lists.push(matched);
  }
  const doubt = assumed === undefined ? {} : { assumed };
  if (lists.length === 1) return { hosts: lists[0]!, how, ...doubt };
  const hosts = new Map(lists.flat().map((host) => [host.name, host]));
  return { hosts: [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), how, ...doubt };
}

function readPlay(workspace: Workspace, path: string, node: YamlMapping, imports: readonly ReadonlyMap<string, Variable>[]): WrittenPlay {
  const at = (range: { start: number; end: number }): Location => ({ path, range });
  const hosts = entryOf(node, "hosts")!.value;
  const variables = playVariables(workspace, path, node);
  const patterns = (imports.length > 0 ? imports : [new Map<string, Variable>()]).map((given) =>
    hostsPattern(valueOf(hosts), { path, variables: new Map([...variables, ...given]) }),
  );
  // A playbook that is imported several times runs on the hosts of each.
  const hidden = patterns.find(isUnknown);
  const known = [...new Set(patterns.filter((pattern) => !isUnknown(pattern)))] as string[];
  const pattern = hidden !== undefined && known.length === 0 ? hidden : known.join(",");
  const name = entryOf(node, "name")?.value;
  const title = name?.kind === "scalar" && name.text !== "" ? name.text : isUnknown(pattern) ? "" : pattern;
  const keywords = new Map(
    entriesOf(node).filter(({ key }) => !PARTS.has(key)).map(({ key, value }) => [key, { value: valueOf(value) as Value, location: at(value.range) }]),
  );
  const run = new PlayRun(workspace, path, node, variables);
  const play = {
    path,
    name: title,
    location: at(node.range),
    hostsPattern: pattern,
    hostsLocation: at(hosts.range),
    keywords,
    ...run.result(),
  };
  const assumed = fallback(valueOf(hosts), imports.length === 1 ? new Map([...variables, ...imports[0]!]) : variables);
  return { play, patterns: known, ...(assumed !== undefined && { assumed }) };
}

function hostsPattern(value: Value, play: Pick<Play, "path" | "variables">): Maybe<string> {
  const parts: string[] = [];
  for (const part of listOf(value)) {
    const text = textAtStanding(part, { play });
    if (isUnknown(text)) return unknown(typeof part === "string" ? `the hosts are given by ${part}` : text.unknown);
    parts.push(text);
  }
  return parts.join(",");
}

/** The part of `hosts:` that falls back to a default, since nothing in the play gives its name: the command line may. */
function fallback(value: Value, given: ReadonlyMap<string, unknown>): string | undefined {
  return listOf(value).find((part): part is string => {
    const name = typeof part === "string" ? /\{\{\s*(\w+)[^}]*\|\s*(?:default|d)\b/.exec(part)?.[1] : undefined;
    return name !== undefined && !given.has(name);
  });
}

function playVariables(workspace: Workspace, path: string, node: YamlMapping): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>();
  const origin = `variables of the play in ${path}`;
  for (const { key, value } of entriesOf(entryOf(node, "vars")?.value)) {
    variables.set(key, { name: key, value: valueOf(value), location: { path, range: value.range }, origin });
  }
  // A play that asks for a value knows it only when it runs, whatever its default is.
  for (const prompt of itemsOf(entryOf(node, "vars_prompt")?.value)) {
    const name = entryOf(prompt, "name")?.value;
    if (name?.kind === "scalar") variables.set(name.text, { name: name.text, value: unknown(`${name.text} is asked for`), location: { path, range: name.range }, origin });
  }
  const files = entryOf(node, "vars_files")?.value;
  for (const item of files === undefined ? [] : listOf(valueOf(files))) {
    // Of a list of files the first that exists is read.
    const found = listOf(item).flatMap((one) => (typeof one === "string" ? (findFile(workspace, one, [folderOf(path)]) ?? []) : []))[0];
    if (found !== undefined) for (const variable of variablesOf(workspace, found, `variables file ${found}`)) variables.set(variable.name, variable);
  }
  return variables;
}

const IMPORT = /^(?:.*\.)?import_playbook$/;
const importing = new WeakMap<YamlTree, boolean>();

/** The paths of the files that import playbooks. */
function importers(workspace: Workspace, _: string, previous: readonly string[] | undefined): readonly string[] {
  const paths = workspace.paths.filter((path) => {
    if (!/\.ya?ml$/.test(path)) return false;
    const document = workspace.document(path);
    if (document?.language !== "yaml") return false;
    const tree = document.tree as YamlTree;
    let found = importing.get(tree);
    if (found === undefined) importing.set(tree, (found = itemsOf(tree.documents[0]).some((item) => entriesOf(item).some(({ key }) => IMPORT.test(key)))));
    return found;
  });
  return sameList(previous, paths);
}

/** What `import_playbook` gives to each imported file, one map for each import. */
function importVariables(workspace: Workspace): Map<string, ReadonlyMap<string, Variable>[]> {
  const imported = new Map<string, ReadonlyMap<string, Variable>[]>();
  for (const path of workspace.derive(importers)) {
    const document = workspace.document(path);
    if (document?.language !== "yaml") continue;
    for (const item of itemsOf((document.tree as YamlTree).documents[0])) {
      const target = entriesOf(item).find(({ key }) => IMPORT.test(key))?.value;
      if (target?.kind !== "scalar") continue;
      const file = findFile(workspace, target.text.split(/\s/)[0]!, [folderOf(path)]);
      if (file === undefined) continue;
      const given = entriesOf(entryOf(item, "vars")?.value).map(
        ({ key, value }): [string, Variable] => [key, { name: key, value: valueOf(value), location: { path, range: value.range }, origin: `import in ${path}` }],
      );
      imported.set(file, [...(imported.get(file) ?? []), new Map(given)]);
    }
  }
  return imported;
}
