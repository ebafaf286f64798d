import { compareText } from "../../engine/finding.ts";
import type { HostVariable, Trait } from "../../engine/configuration.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { readDeployments } from "./deployments.ts";
import { factOf, kernelOf } from "./facts.ts";
import type { Deployment, Fleet, Group, Host, Play, Scope, TraitEvidence, Value, Variable } from "./fleet.ts";
import type { Inventory, InventoryHost } from "./inventory.ts";
import { hostsOfTrees } from "./tree-hosts.ts";
import { readInventory } from "./inventory.ts";
import { onlyAtRun } from "./lookup.ts";
import { folderOf } from "./paths.ts";
import { matchPattern } from "./patterns.ts";
import type { PatternNames } from "./patterns.ts";
import { playNodes, readPlays } from "./plays.ts";
import type { Role } from "./roles.ts";
import { rolesOf } from "./roles.ts";
import { Scopes } from "./scope.ts";
import { inventorySources } from "./sources.ts";
import { Traits } from "./traits.ts";
import { variableFolders } from "./variable-files.ts";
import { InventoryVariables } from "./variables.ts";

/** Works out the fleet of a workspace. Inventories come first; plays, deployments and scopes when they are asked for. */
export function buildFleet(workspace: Workspace): Fleet {
  return new WorkspaceFleet(workspace);
}

class WorkspaceFleet implements Fleet {
  readonly hosts: readonly Host[];
  readonly groups: ReadonlyMap<string, Group>;
  readonly #workspace: Workspace;
  readonly #byName: ReadonlyMap<string, Host>;
  readonly #inventories: readonly Inventory[];
  readonly #members = new Map<Inventory, Map<string, readonly string[]>>();
  readonly #names: PatternNames;
  readonly #matched = new Map<string, Maybe<readonly Host[]>>();
  readonly #traits: Traits;
  readonly #origin = new Map<string, string>();
  #plays: readonly Play[] | undefined;
  #deployments: readonly Deployment[] | undefined;
  #scopes: Scopes | undefined;
  #groupsValue: Value | undefined;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    const written = inventorySources(workspace).map(({ files, folders }) => readInventory(workspace, files, folders));
    const shown = written.some((inventory) => inventory.hosts.size > 0) ? undefined : hostsOfTrees(workspace);
    this.#inventories = shown === undefined ? written : [...written, shown];
    const hosts = this.#readHosts();
    this.hosts = [...hosts.values()].sort((a, b) => compareText(a.name, b.name));
    this.#byName = hosts;
    this.groups = this.#readGroups();
    const groupHosts = new Map([...this.groups.keys()].map((name) => [name, this.#inventoryOrder(name)]));
    this.#names = { hosts: new Set(groupHosts.get("all")), groups: groupHosts };
    this.#traits = new Traits(workspace.configuration, new Set(this.groups.keys()), (host) => this.#origin.get(host), () => this);
  }

  get roles(): ReadonlyMap<string, Role> {
    return rolesOf(this.#workspace);
  }

  get plays(): readonly Play[] {
    this.#plays ??= readPlays(this.#workspace, (pattern) => this.matching(pattern));
    return this.#plays;
  }

  get deployments(): readonly Deployment[] {
    this.#deployments ??= readDeployments(this.#workspace, this.plays);
    return this.#deployments;
  }

  host(name: string): Host | undefined {
    return this.#byName.get(name);
  }

  matching(pattern: string): Maybe<readonly Host[]> {
    let matched = this.#matched.get(pattern);
    if (matched === undefined) this.#matched.set(pattern, (matched = this.#match(pattern)));
    return matched;
  }

  scopeOf(path: string): Maybe<Scope> {
    this.#scopes ??= new Scopes({
      workspace: this.#workspace,
      hosts: this.#byName,
      inventories: this.#inventories,
      groupHosts: (inventory, group) => this.#membersOf(inventory, group),
      plays: this.plays,
      deployments: this.deployments,
    });
    return this.#scopes.of(path);
  }

  trait(host: Host, trait: Trait): TraitEvidence | undefined {
    return this.#traits.of(host, trait);
  }

  fact(host: Host, name: HostVariable): Variable | undefined {
    return factOf(host, name, this.#workspace.configuration);
  }

  kernel(host: Host): ReturnType<Fleet["kernel"]> {
    const fact = this.fact(host, "kernel");
    return kernelOf(host, fact, this.#workspace.textAt(fact?.location ?? host.location));
  }

  #match(pattern: string): Maybe<readonly Host[]> {
    if (this.hosts.length === 0) return unknown("the repository has no inventory");
    const names = matchPattern(pattern, this.#names);
    return isUnknown(names) ? names : names.map((name) => this.#byName.get(name)!);
  }

  /** A host of two inventories is the first one's, by path; the other only adds its groups to those of the fleet. */
  #readHosts(): Map<string, Host> {
    const playFolders = this.#playFolders();
    const hosts = new Map<string, Host>();
    for (const inventory of this.#inventories) {
      const variables = new InventoryVariables(this.#workspace, inventory, playFolders);
      for (const host of inventory.hosts.values()) {
        if (hosts.has(host.name)) continue;
        hosts.set(host.name, this.#hostOf(host, variables));
        this.#origin.set(host.name, host.location.path);
      }
    }
    return hosts;
  }

  #hostOf(host: InventoryHost, all: InventoryVariables): Host {
    let groupNames: readonly string[] = [];
    const { groups, variables } = all.of(host, (name) => {
      if (name === "inventory_hostname") return host.name;
      if (name === "inventory_hostname_short") return host.name.split(".")[0]!;
      if (name === "group_names") return groupNames.filter((group) => group !== "all").sort(compareText);
      if (name === "groups") return this.#allGroups();
      return onlyAtRun(name);
    });
    groupNames = groups.map(({ name }) => name).reverse();
    return { name: host.name, groups: groupNames, location: host.location, variables };
  }

  #allGroups(): Value {
    this.#groupsValue ??= Object.fromEntries([...this.groups.values()].map((group) => [group.name, group.hosts]));
    return this.#groupsValue;
  }

  /** Folders of playbooks that have variables next to them. */
  #playFolders(): string[] {
    const withVariables = variableFolders(this.#workspace);
    const folders = new Set<string>();
    for (const path of this.#workspace.paths) {
      const folder = folderOf(path);
      if (!withVariables.has(folder) || folders.has(folder) || !/\.ya?ml$/.test(path)) continue;
      if (playNodes(this.#workspace, path).length > 0 || /(?:^|\/)(?:site|main|playbook)\.ya?ml$/.test(path)) folders.add(folder);
    }
    return [...folders].sort(compareText);
  }

  #readGroups(): Map<string, Group> {
    const merged = new Map<string, { name: string; children: Set<string>; hosts: Set<string>; location: Group["location"] }>();
    for (const inventory of this.#inventories) {
      for (const { name, children, location } of inventory.groups.values()) {
        let group = merged.get(name);
        if (group === undefined) merged.set(name, (group = { name, children: new Set(), hosts: new Set(), location }));
        for (const child of children) group.children.add(child);
        for (const host of this.#membersOf(inventory, name)) group.hosts.add(host);
      }
    }
    return new Map([...merged.values()].map((group) => [group.name, { ...group, children: [...group.children], hosts: [...group.hosts].sort(compareText) }]));
  }

  #inventoryOrder(group: string): readonly string[] {
    if (this.#inventories.length === 1) return this.#membersOf(this.#inventories[0]!, group);
    return [...new Set(this.#inventories.flatMap((inventory) => this.#membersOf(inventory, group)))];
  }

  /** Hosts in and below a group, in the inventory's order; each group once. */
  #membersOf(inventory: Inventory, name: string): readonly string[] {
    let known = this.#members.get(inventory);
    if (known === undefined) this.#members.set(inventory, (known = new Map()));
    let members = known.get(name);
    if (members === undefined) {
      const hosts = new Set<string>();
      const seen = new Set([name]);
      // A set takes new names while it is walked, so this goes level by level, as Ansible does.
      for (const one of seen) {
        const group = inventory.groups.get(one);
        for (const host of group?.hosts ?? []) hosts.add(host);
        for (const child of group?.children ?? []) seen.add(child);
      }
      members = [...hosts];
      known.set(name, members);
    }
    return members;
  }
}
