import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Deployment, Host, Play, Scope } from "./fleet.ts";
import { hostTable } from "./hosts.ts";
import { inventories, membersOf, patternNames } from "./inventories.ts";
import type { Inventory } from "./inventory.ts";
import { recordsOf } from "./records/read.ts";
import { roleOf } from "./roles.ts";
import { variablesPlace } from "./variable-files.ts";

/** Folders whose entries are hosts or groups, and folders that a host's own tree begins with. */
const KEEPERS = /^(?:hosts?|nodes?|machines?|servers?|groups?|systems?)$/;
const ROOTS = new Set(["etc", "usr", "var", "opt", "srv", "root", "home", "boot", "lib", "run"]);

/** The hosts that a file of the repository reaches; Unknown with the reason where that cannot be told. */
export function scopeAt(workspace: Workspace, path: string): Maybe<Scope> {
  return new FileScope(workspace).of(path);
}

/** What brings files to hosts, by the file. */
interface Ways {
  readonly deployed: ReadonlyMap<string, readonly Deployment[]>;
  readonly playsOfRole: ReadonlyMap<string, ReadonlySet<Play>>;
  readonly playsOfFile: ReadonlyMap<string, ReadonlySet<Play>>;
}

function waysOf(workspace: Workspace): Ways {
  const deployed = new Map<string, Deployment[]>();
  const playsOfRole = new Map<string, Set<Play>>();
  const playsOfFile = new Map<string, Set<Play>>();
  for (const deployment of workspace.fleet.deployments) push(deployed, deployment.source, deployment);
  for (const play of workspace.fleet.plays) {
    for (const role of play.ran) put(playsOfRole, role.folder, play);
    for (const file of [play.path, ...play.files]) put(playsOfFile, file, play);
  }
  return { deployed, playsOfRole, playsOfFile };
}

/** Hosts by the first label of their names; "" where several have it. */
function shortNames(workspace: Workspace): ReadonlyMap<string, string> {
  const short = new Map<string, string>();
  for (const full of workspace.derive(patternNames).hosts) {
    const label = full.split(".")[0]!;
    if (label !== full && /[a-z]/i.test(label)) short.set(label, short.has(label) ? "" : full);
  }
  return short;
}

class FileScope {
  readonly #workspace: Workspace;
  readonly #inventories: readonly Inventory[];
  readonly #hosts: ReadonlyMap<string, Host>;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#inventories = inventories(workspace);
    this.#hosts = workspace.derive(hostTable).byName;
  }

  of(path: string): Maybe<Scope> {
    const { deployed, playsOfFile, playsOfRole } = this.#workspace.derive(waysOf);
    const deployments = deployed.get(path);
    if (deployments !== undefined) return union(deployments.map(({ scope }) => scope));
    const place = variablesPlace(path);
    if (place !== undefined) return this.#variables(path, place.folder, place.kind, place.name);
    const inventory = this.#inventories.find(({ files }) => files.includes(path));
    if (inventory !== undefined) return this.#named([...inventory.hosts.keys()], `inventory ${path}`);
    const described = recordsOf(this.#workspace).in(path).flatMap(({ name, aliases }) => [name, ...aliases].find((one) => this.#hosts.has(one)) ?? []);
    if (described.length > 0) return this.#named(described, described.length === 1 ? `it describes ${described[0]!}` : `it describes ${described.length} hosts`);
    const direct = playsOfFile.get(path);
    if (direct !== undefined) return this.#plays(direct, "");
    const role = roleOf(this.#workspace, path);
    if (role !== undefined) {
      const users = playsOfRole.get(role.folder);
      return users === undefined ? unknown(`no play runs the role ${role.name}`) : this.#plays(users, `role ${role.name}, in `);
    }
    const tree = this.#tree(path);
    if (tree !== undefined) return tree;
    if (this.#hosts.size === 0) return unknown("the repository has no inventory");
    return unknown(this.#workspace.fleet.plays.length === 0 ? "the repository has no plays that put files onto hosts" : `nothing tells to which hosts ${path} goes`);
  }

  /** Variables reach the hosts of the inventories that they stand next to; else those of all. */
  #variables(path: string, folder: string, kind: string, name: string): Maybe<Scope> {
    const near = this.#inventories.filter(({ folders }) => folders.includes(folder));
    const inventories = near.length > 0 ? near : this.#inventories;
    if (kind === "host_vars") {
      const there = inventories.some((inventory) => inventory.hosts.has(name));
      return there ? this.#named([name], `host_vars of ${name}`) : unknown(`${name}, whose variables ${path} holds, is in no inventory`);
    }
    const owners = inventories.filter((inventory) => inventory.groups.has(name));
    if (owners.length === 0) return unknown(`the group ${name}, whose variables ${path} holds, is in no inventory`);
    return this.#named(owners.flatMap((inventory) => membersOf(inventory, name)), `group_vars of ${name}`);
  }

  #plays(plays: ReadonlySet<Play>, prefix: string): Maybe<Scope> {
    const known = [...plays].filter((play) => !isUnknown(play.scope));
    const shown = (known.length > 0 ? known : [...plays]).slice(0, 3).map(({ name, path }) => `play "${name}" of ${path}`);
    const more = plays.size > shown.length ? ` and ${plays.size - shown.length} more` : "";
    const scope = union([...plays].map((play) => play.scope));
    return isUnknown(scope) ? scope : { ...scope, how: `${prefix}${shown.join(", ")}${more}` };
  }

  /** `hosts/NAME/etc/…`, `NAME/etc/…`: a tree that is laid out like a host's, or a group's hosts'. */
  #tree(path: string): Maybe<Scope> | undefined {
    const parts = path.split("/");
    for (const [index, part] of parts.entries()) {
      const last = index === parts.length - 1;
      const name = last ? part.replace(/\.(?:j2|jinja2?|erb|tmpl)$/, "").replace(/\.(?:nft|nftables|rules|v4|v6|conf|ya?ml|json|service|sysctl)$/, "") : part;
      // A host's full name means nothing else; a short one, or a group's, may, so its neighbours must fit.
      const fits = !last && (ROOTS.has(parts[index + 1]!) || (index > 0 && KEEPERS.test(parts[index - 1]!)));
      const host = this.#hosts.has(name) && (fits || name.includes(".") || /\d/.test(name)) ? name : fits ? this.#hostCalled(name) : undefined;
      if (host !== undefined) return this.#named([host], `${parts.slice(0, index + 1).join("/")} is named after the host`);
      if (!fits) continue;
      const owners = this.#inventories.filter((inventory) => inventory.groups.has(name));
      if (owners.length === 0) continue;
      return this.#named(owners.flatMap((inventory) => membersOf(inventory, name)), `${parts.slice(0, index + 1).join("/")} is named after the group`);
    }
    return undefined;
  }

  /** A host by its name, or by the first label of it where only one host has that. */
  #hostCalled(name: string): string | undefined {
    if (this.#hosts.has(name)) return name;
    const full = this.#workspace.derive(shortNames).get(name);
    return full === "" || ROOTS.has(name) ? undefined : full;
  }

  #named(names: readonly string[], how: string): Scope {
    const unique = [...new Set(names)].sort();
    return { hosts: unique.flatMap((name) => this.#hosts.get(name) ?? []), how };
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function put<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

/** What is known of several scopes together; Unknown only where none of them is known. */
function union(scopes: readonly Maybe<Scope>[]): Maybe<Scope> {
  const all = scopes.filter((scope): scope is Scope => !isUnknown(scope));
  // What is only assumed counts where nothing else tells.
  const certain = all.filter(({ assumed }) => assumed === undefined);
  const known = certain.length > 0 ? certain : all;
  if (known.length === 0) return scopes[0] ?? unknown("nothing runs it");
  if (known.length === 1) return known[0]!;
  const hosts = new Map<string, Host>();
  for (const scope of known) for (const host of scope.hosts) hosts.set(host.name, host);
  const ways = [...new Set(known.map(({ how }) => how))];
  const how = ways.slice(0, 3).join("; ") + (ways.length > 3 ? ` and ${ways.length - 3} more` : "");
  return { hosts: [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), how, ...(certain.length === 0 && { assumed: known[0]!.assumed! }) };
}
