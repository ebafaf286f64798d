import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { isTemplate } from "../../formats/template/render.ts";
import type { Workspace } from "../workspace.ts";
import { isApart, namesRead } from "./dependence.ts";
import type { Deployment, Host, Play, Scope, Task, Value, Variable } from "./fleet.ts";
import type { Standing } from "./lookup.ts";
import { conditionAt, textAtStanding } from "./lookup.ts";
import { loopOf } from "./loops.ts";
import { baseName, folderOf, foldersOf, joined } from "./paths.ts";
import { namesSetBy } from "./registered.ts";
import type { Role } from "./roles.ts";
import { findRole } from "./roles.ts";
import { HostVariables } from "./variables.ts";

/** Modules that put a file of the repository onto hosts. */
const MODULES = new Set(["template", "copy", "assemble", "synchronize", "win_template", "win_copy", "unarchive"]);

interface Placed {
  readonly source: string;
  readonly destination: Maybe<string>;
}

interface Found extends Placed {
  readonly task: Task;
  /** Hosts that get it, a list for each play and way; each list sorted by name. */
  readonly lists: (readonly Host[])[];
  readonly plays: Set<Play>;
  hidden: Maybe<Scope> | undefined;
}

/** Where one task puts its files, for the hosts that were asked about: kept while the task and the list of files stay. */
interface TaskPlaces {
  readonly role: Role | undefined;
  readonly values: readonly Value[];
  readonly fixed: readonly Placed[] | undefined;
  /** Hosts of the same groups mostly see the same values; those with values of their own are worked out alone. */
  readonly byGroups: WeakMap<ReadonlyMap<string, Variable>, { readonly names: ReadonlySet<string>; placed?: readonly Placed[]; like?: ReadonlyMap<string, Variable> }>;
  /** The hosts of the last table with what each of them got, in one order: a host that is the same object gets the same. */
  hosts: readonly Host[];
  placed: readonly (readonly Placed[])[];
}

/** All deployments, with what the next table may take over. */
export interface DeploymentTable {
  readonly deployments: readonly Deployment[];
  /** By the tasks of a play, which are the same list while the play's text is. */
  readonly places: WeakMap<Play["tasks"], Map<Task, TaskPlaces>>;
  readonly paths: readonly string[];
}

/** Every file that the tasks of plays put onto hosts, with the hosts that get it. */
export function deploymentsOf(workspace: Workspace, _: string, previous: DeploymentTable | undefined): DeploymentTable {
  const { paths } = workspace;
  const places: DeploymentTable["places"] = previous?.paths === paths ? previous.places : new WeakMap();
  const found = new Map<string, Found>();
  for (const play of workspace.fleet.plays) {
    let known = places.get(play.tasks);
    if (known === undefined) places.set(play.tasks, (known = new Map()));
    const set = namesSetBy(play);
    for (const task of [...play.tasks, ...play.handlers]) {
      if (!MODULES.has(task.module)) continue;
      const role = task.role === undefined ? undefined : roleOfTask(workspace, play, task.role);
      const standing = { play, role, task, set };
      let place = known.get(task);
      if (place === undefined || place.role !== role) known.set(task, (place = placesOf(workspace, task, standing)));
      follow(workspace, play, task, standing, place, found);
    }
  }
  const deployments = [...found.values()].map(({ source, destination, task, lists, plays: by, hidden }): Deployment => ({
    source,
    destination,
    task,
    scope: lists.length === 0 && hidden !== undefined ? hidden : { hosts: merged(lists), how: howOf(task, by) },
  }));
  return { deployments, places, paths };
}

function roleOfTask(workspace: Workspace, play: Play, name: string): Role | undefined {
  return play.ran.find((role) => role.name === name) ?? findRole(workspace, name, folderOf(play.path));
}

function placesOf(workspace: Workspace, task: Task, standing: Standing): TaskPlaces {
  const values = decisive(task);
  const fixed = values.length === 0 ? placedBy(workspace, task, standing) : undefined;
  return { role: standing.role, values, fixed, byGroups: new WeakMap(), hosts: [], placed: [] };
}

function follow(workspace: Workspace, play: Play, task: Task, standing: Standing, places: TaskPlaces, found: Map<string, Found>): void {
  const add = (placed: Placed, hosts: readonly Host[], hidden: Maybe<Scope> | undefined): void => {
    const { path, range } = task.location;
    const key = `${path}\0${range.start}\0${placed.source}\0${isUnknown(placed.destination) ? "" : placed.destination}`;
    let entry = found.get(key);
    if (entry === undefined) found.set(key, (entry = { ...placed, task, lists: [], plays: new Set(), hidden: undefined }));
    entry.plays.add(play);
    if (hosts.length > 0) entry.lists.push(hosts);
    else entry.hidden ??= hidden;
  };
  const { scope } = play;
  if (isUnknown(scope) || scope.hosts.length === 0) {
    const reason = isUnknown(scope) ? scope : { hosts: [], how: howOf(task, new Set([play])) };
    for (const placed of places.fixed ?? placedBy(workspace, task, standing)) add(placed, [], reason);
    return;
  }
  if (places.fixed !== undefined) {
    for (const placed of places.fixed) add(placed, scope.hosts, undefined);
    return;
  }
  const byPlaces = new Map<readonly Placed[], Host[]>();
  const all = scope.hosts.map((host, index) => {
    const before = places.hosts[index];
    return before !== undefined && seesTheSame(places, before, host) ? places.placed[index]! : placedOn(workspace, task, standing, places, host);
  });
  places.hosts = scope.hosts;
  places.placed = all;
  for (const [index, host] of scope.hosts.entries()) {
    const placed = all[index]!;
    const hosts = byPlaces.get(placed);
    if (hosts === undefined) byPlaces.set(placed, [host]);
    else hosts.push(host);
  }
  for (const [placed, hosts] of byPlaces) for (const one of placed) add(one, hosts, undefined);
}

/** Whether what decides a task's places is written for a host now as it was before. */
function seesTheSame({ byGroups }: TaskPlaces, before: Host, host: Host): boolean {
  if (before === host) return true;
  const [was, is] = [before.variables, host.variables];
  if (before.name !== host.name || before.groups !== host.groups || !(was instanceof HostVariables) || !(is instanceof HostVariables)) return false;
  const common = byGroups.get(was.shared);
  if (common === undefined || was.lookup("groups") !== is.lookup("groups")) return false;
  const { names } = common;
  if (was.own !== is.own) for (const own of [was.own, is.own]) for (const name of own.keys()) if (names.has(name) && !sameWords(was.raw(name), is.raw(name))) return false;
  // What the groups share is compared once for them all.
  const there = byGroups.get(is.shared);
  if (there !== undefined) return there.like === was.shared;
  for (const name of names) if (!sameWords(was.shared.get(name), is.shared.get(name))) return false;
  byGroups.set(is.shared, { names, like: was.shared, ...(common.placed && { placed: common.placed }) });
  return true;
}

/** Whether two variables are the same, or the same words of one line. */
function sameWords(a: Variable | undefined, b: Variable | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && typeof a.value !== "object" && a.value === b.value);
}

function placedOn(workspace: Workspace, task: Task, standing: Standing, places: TaskPlaces, host: Host): readonly Placed[] {
  const work = (): readonly Placed[] => {
    const there = { ...standing, host };
    return conditionAt(task.keywords.get("when")?.value, there) === false ? [] : placedBy(workspace, task, there);
  };
  if (host.variables instanceof HostVariables) {
    const { shared } = host.variables;
    let common = places.byGroups.get(shared);
    if (common === undefined) places.byGroups.set(shared, (common = { names: namesRead(places.values, standing, shared) }));
    if (!isApart(host, common.names)) return (common.placed ??= work());
  }
  return work();
}

/** What decides whether, from where and to where a task puts a file; nothing where that is the same for every host. */
function decisive(task: Task): Value[] {
  const written = ["src", "dest", "path"].map((name) => task.args.get(name)?.value);
  const values = written.filter((value) => typeof value === "string" && isTemplate(value)) as Value[];
  for (const [key, { value }] of task.keywords) if (key === "when" || key === "loop" || key.startsWith("with_")) values.push(value);
  return values;
}

/** The files and destinations of one task at one standing; one for each turn of its loop. */
function placedBy(workspace: Workspace, task: Task, standing: Standing): Placed[] {
  if (task.args.get("remote_src")?.value === true || task.args.get("remote_src")?.value === "yes") return [];
  const source = task.args.get("src")?.value;
  const destination = task.args.get("dest")?.value ?? task.args.get("path")?.value;
  if (source === undefined) return [];
  return loopOf(workspace, task, standing, searchFolders(task, standing)).flatMap((items) => {
    const there = items === undefined ? standing : { ...standing, items };
    const from = textAtStanding(source, there);
    if (isUnknown(from)) return [];
    const to = destination === undefined ? unknown("the task names no destination") : textAtStanding(destination, there);
    return filesAt(workspace, task, from, to, searchFolders(task, standing));
  });
}

/** Where a task's `src` is looked for (ansible/parsing/dataloader.py, path_dwim_relative_stack). */
function searchFolders(task: Pick<Task, "module" | "location">, standing: Pick<Standing, "play" | "role">): string[] {
  const sub = task.module.endsWith("template") ? "templates" : "files";
  const bases = [standing.role?.folder, folderOf(task.location.path), standing.play === undefined ? undefined : folderOf(standing.play.path), ""];
  return [...new Set(bases.filter((base) => base !== undefined).flatMap((base) => [joined(base, sub), base]))];
}

function filesAt(workspace: Workspace, task: Task, from: string, to: Maybe<string>, folders: readonly string[]): Placed[] {
  const known = foldersOf(workspace);
  const candidates = from.startsWith("/") ? absoluteCandidates(from) : folders.map((folder) => joined(folder, from));
  for (const candidate of candidates) {
    if (workspace.has(candidate)) {
      const destination = isUnknown(to) || !to.endsWith("/") ? to : to + baseName(candidate);
      return [{ source: candidate, destination }];
    }
    if (candidate !== "" && known.has(candidate)) return folderAt(workspace, task, candidate, from.endsWith("/"), to);
  }
  return [];
}

/** A folder is copied with everything below it; without a slash at its end, as a folder of its own name. */
function folderAt(workspace: Workspace, task: Task, folder: string, contents: boolean, to: Maybe<string>): Placed[] {
  const below = workspace.paths.filter((path) => path.startsWith(`${folder}/`));
  return below.map((source) => {
    if (isUnknown(to)) return { source, destination: to };
    if (task.module === "assemble") return { source, destination: to };
    const base = to.replace(/\/$/, "") + (contents ? "" : `/${baseName(folder)}`);
    return { source, destination: base + source.slice(folder.length) };
  });
}

function absoluteCandidates(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.map((_, index) => parts.slice(index).join("/")).filter((candidate) => candidate.includes("/"));
}

function merged(lists: readonly (readonly Host[])[]): readonly Host[] {
  if (lists.length <= 1) return lists[0] ?? [];
  const hosts = new Map(lists.flat().map((host) => [host.name, host]));
  return [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `role firewall, in play "storage" of site.yml`. */
function howOf(task: Pick<Task, "role">, plays: ReadonlySet<Play>): string {
  const names = [...plays].slice(0, 3).map(({ name, path }) => `play "${name}" of ${path}`);
  const more = plays.size > 3 ? ` and ${plays.size - 3} more` : "";
  return `${task.role === undefined ? "" : `role ${task.role}, in `}${names.join(", ")}${more}`;
}
