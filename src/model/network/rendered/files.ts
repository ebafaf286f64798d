import type { WhiteSpace } from "../../../formats/template/blocks.ts";
import { USUAL } from "../../../formats/template/blocks.ts";
import { isApart, namesRead } from "../../fleet/dependence.ts";
import { hostVariables } from "../../fleet/change/rendering.ts";
import { templateParts } from "../../fleet/change/consumers.ts";
import type { Host, Task, Value, Variable } from "../../fleet/fleet.ts";
import { lookupAt } from "../../fleet/lookup.ts";
import { folderOf, joined } from "../../fleet/paths.ts";
import { namesSetBy } from "../../fleet/registered.ts";
import type { Role } from "../../fleet/roles.ts";
import { truth } from "../../fleet/values.ts";
import { HostVariables } from "../../fleet/variables.ts";
import type { Workspace } from "../../workspace.ts";
import type { NetworkTask, Placement } from "./placements.ts";
import { isOfNetworks, networkTasks, placementsOn } from "./placements.ts";
import { renderText } from "./render.ts";
import type { RenderedText } from "./text.ts";

/** A file of network configuration as a host gets it. Hosts that get the same text have the same object. */
export interface RenderedFile {
  /** The template. */
  readonly path: string;
  /** Where it is on the host, without its slash. */
  readonly destination: string;
  readonly rendered: RenderedText;
  /** A condition that the repository does not decide may keep it away. */
  readonly undecided: boolean;
}

/** What one task gave hosts. Kept across edits: it holds where the task, its role, its play's variables and the texts are the same. */
interface TaskCache {
  readonly role: Role | undefined;
  readonly play: ReadonlyMap<string, Variable>;
  readonly texts: readonly (readonly [path: string, text: string | undefined])[];
  /** Where the text depends on other hosts: all of them. */
  readonly foreign: readonly Host[] | undefined;
  readonly byShared: WeakMap<ReadonlyMap<string, Variable>, { readonly names: ReadonlySet<string>; files?: readonly RenderedFile[] }>;
  readonly byHost: Map<string, { readonly host: Host; readonly files: readonly RenderedFile[] }>;
  readonly byText: Map<string, RenderedFile>;
  /** Groups' variables that are the same under the names that count, by the newer of the two. */
  readonly like: WeakMap<ReadonlyMap<string, Variable>, WeakMap<ReadonlyMap<string, Variable>, boolean>>;
}

/** Different texts of one task that are kept. */
const KEPT = 30_000;
const NONE: readonly RenderedFile[] = [];
const caches = new WeakMap<object, TaskCache>();

/** The files of network configuration that templates give a host, as they are there. Of two at one place, the later. */
export function renderedFilesOf(workspace: Workspace, host: Host): readonly RenderedFile[] {
  const found: RenderedFile[] = [];
  const tasks = workspace.derive(tasksByHost).get(host.name);
  if (tasks === undefined) return NONE;
  const valid = workspace.derive(checked);
  for (const one of tasks) found.push(...filesOf(workspace, one, host, valid));
  if (found.length < 2) return found;
  // A later task writes over what an earlier one put there, if it is sure to run.
  return found.filter(({ destination }, index) => !found.slice(index + 1).some((later) => later.destination === destination && !later.undecided));
}

function tasksByHost(workspace: Workspace): ReadonlyMap<string, readonly NetworkTask[]> {
  const byHost = new Map<string, NetworkTask[]>();
  for (const one of workspace.derive(networkTasks)) {
    if (one.play.scope === undefined || !("hosts" in one.play.scope)) continue;
    for (const { name } of one.play.scope.hosts) {
      if (!one.hosts.has(name)) continue;
      const list = byHost.get(name);
      if (list === undefined) byHost.set(name, [one]);
      else list.push(one);
    }
  }
  return byHost;
}

function filesOf(workspace: Workspace, one: NetworkTask, host: Host, valid: CheckedCaches): readonly RenderedFile[] {
  const cache = cacheOf(workspace, one, valid);
  const known = cache.byHost.get(host.name);
  if (known !== undefined && seesTheSame(cache, known.host, host)) {
    if (known.host !== host) cache.byHost.set(host.name, { host, files: known.files });
    return known.files;
  }
  const files = workFor(workspace, one, cache, host);
  cache.byHost.set(host.name, { host, files });
  return files;
}

function cacheOf(workspace: Workspace, one: NetworkTask, valid: CheckedCaches): TaskCache {
  const now = valid.get(one);
  if (now !== undefined) return now;
  const { task, play, deployments } = one;
  const role = task.role === undefined ? undefined : play.ran.find(({ name }) => name === task.role);
  let cache = caches.get(task);
  const { hosts } = workspace.fleet;
  const holds = cache !== undefined && cache.role === role && cache.play === play.variables && cache.texts.every(([path, text]) => workspace.text(path) === text) && (cache.foreign === undefined || cache.foreign === hosts);
  if (!holds) {
    const paths = [...new Set(deployments.flatMap(({ source }) => templateParts(workspace, source)))];
    const texts = paths.map((path) => [path, workspace.text(path)] as const);
    const words = texts.map(([, text]) => text ?? "").join("\n") + JSON.stringify([...task.args.values(), ...task.keywords.values()].map(({ value }) => value));
    const variables = [...(role?.vars.values() ?? []), ...(role?.defaults.values() ?? []), ...play.variables.values()].map(({ value }) => JSON.stringify(value)).join("\n");
    const foreign = /\b(?:hostvars|groups)\b/.test(words) || /\b(?:hostvars|groups)\b/.test(variables);
    caches.set(task, (cache = { role, play: play.variables, texts, foreign: foreign ? hosts : undefined, byShared: new WeakMap(), byHost: new Map(), byText: new Map(), like: new WeakMap() }));
  }
  valid.set(one, cache!);
  return cache!;
}

/** What fills up later: a class of its own, since an empty one never stands for another that is empty too. */
class CheckedCaches extends Map<NetworkTask, TaskCache> {}

/** The caches that were found to hold in this workspace. */
function checked(workspace: Workspace): CheckedCaches {
  // Made anew whenever anything that a cache may rest on has changed.
  void workspace.fleet.hosts;
  for (const { deployments } of workspace.derive(networkTasks)) for (const { source } of deployments) void templateParts(workspace, source);
  return new CheckedCaches();
}

function workFor(workspace: Workspace, one: NetworkTask, cache: TaskCache, host: Host): readonly RenderedFile[] {
  if (!(host.variables instanceof HostVariables)) return render(workspace, one, cache, host);
  const { shared } = host.variables;
  const common = commonOf(cache, one, shared);
  if (isApart(host, common.names) || cache.foreign !== undefined) return render(workspace, one, cache, host);
  return (common.files ??= render(workspace, one, cache, host));
}

function commonOf(cache: TaskCache, { play, task }: NetworkTask, shared: ReadonlyMap<string, Variable>): { readonly names: ReadonlySet<string>; files?: readonly RenderedFile[] } {
  let common = cache.byShared.get(shared);
  if (common === undefined) {
    const values: Value[] = [...[...task.args.values(), ...task.keywords.values()].map(({ value }) => value), ...cache.texts.map(([, text]) => text ?? "")];
    cache.byShared.set(shared, (common = { names: namesRead(values, { play, role: cache.role, task }, shared) }));
  }
  return common;
}

/** Whether what decides a task's files is written for a host now as it was before. */
function seesTheSame(cache: TaskCache, before: Host, host: Host): boolean {
  if (before === host) return true;
  const [was, is] = [before.variables, host.variables];
  if (before.groups !== host.groups || !(was instanceof HostVariables) || !(is instanceof HostVariables)) return false;
  const common = cache.byShared.get(was.shared);
  if (common === undefined || was.lookup("groups") !== is.lookup("groups")) return false;
  if (was.own !== is.own) {
    for (const own of [was.own, is.own]) for (const name of own.keys()) if (common.names.has(name) && !sameWords(was.own.get(name), is.own.get(name))) return false;
  }
  if (was.shared === is.shared) return true;
  let likes = cache.like.get(is.shared);
  if (likes === undefined) cache.like.set(is.shared, (likes = new WeakMap()));
  let same = likes.get(was.shared);
  if (same === undefined) {
    same = [...common.names].every((name) => sameWords(was.shared.get(name), is.shared.get(name)));
    likes.set(was.shared, same);
    if (same && cache.byShared.get(is.shared) === undefined) cache.byShared.set(is.shared, { names: common.names, ...(common.files && { files: common.files }) });
  }
  return same;
}

function sameWords(a: Variable | undefined, b: Variable | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && (a.value === b.value || JSON.stringify(a.value) === JSON.stringify(b.value)));
}

function render(workspace: Workspace, one: NetworkTask, cache: TaskCache, host: Host): readonly RenderedFile[] {
  const files = placementsOn(workspace, one, host).flatMap((placement) => renderedAt(workspace, one, cache, placement) ?? []);
  return files.length === 0 ? NONE : files;
}

function renderedAt(workspace: Workspace, { task, play }: NetworkTask, { byText }: TaskCache, { source, destination, standing, undecided }: Placement): RenderedFile | undefined {
  const text = workspace.text(source);
  if (text === undefined) return undefined;
  const look = lookupAt(standing);
  const rendered = task.module === "copy" ? whole(source, text) : renderText(text, source, {
    look: (name) => (name === "hostvars" ? hostVariables(workspace) : look(name)),
    included: (name, from) => partOf(workspace, name, from),
    set: namesSetBy(play),
    whiteSpace: whiteSpaceOf(task),
  });
  if (rendered === undefined || !isOfNetworks(destination, rendered.text)) return undefined;
  const key = `${source}\0${destination}\0${undecided ? 1 : 0}\0${rendered.text}`;
  let file = byText.get(key);
  if (file === undefined) {
    if (byText.size >= KEPT) byText.clear();
    byText.set(key, (file = { path: source, destination, rendered, undecided }));
  }
  return file;
}

function whiteSpaceOf({ args }: Task): WhiteSpace {
  const [trim, lstrip] = [args.get("trim_blocks"), args.get("lstrip_blocks")].map((one) => truth(one?.value));
  return trim === undefined && lstrip === undefined ? USUAL : { trim: trim ?? true, lstrip: lstrip ?? false };
}

function whole(path: string, text: string): RenderedText {
  return { text, pieces: [{ at: 0, path, range: { start: 0, end: text.length }, literal: true }], complete: true };
}

/** A template that another one includes: beside it, or where its folder of templates begins. */
function partOf(workspace: Workspace, name: string, from: string): { readonly path: string; readonly text: string } | undefined {
  for (const folder of [folderOf(from), /^(.*?\btemplates)\//.exec(from)?.[1] ?? folderOf(from)]) {
    const path = joined(folder, name);
    const text = workspace.text(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}
