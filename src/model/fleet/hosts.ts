import { compareText } from "../../engine/finding.ts";
import { unknown } from "../../engine/unknown.ts";
import { sameList } from "../derivation.ts";
import type { Workspace } from "../workspace.ts";
import type { Host, Value, Variable } from "./fleet.ts";
import type { AnsibleSettings } from "./ansible-cfg.ts";
import { settingsFor } from "./ansible-cfg.ts";
import { isIpAddress } from "../../formats/ansible-inventory/index.ts";
import { groupsOf, inventories } from "./inventories.ts";
import type { Inventory, InventoryGroup, InventoryHost } from "./inventory.ts";
import { onlyAtRun } from "./lookup.ts";
import { folderOf } from "./paths.ts";
import { playNodes } from "./plays.ts";
import { variableFilesIn, variableFolders, variablesOf } from "./variable-files.ts";
import { combined } from "./values.ts";
import type { Magic } from "./variables.ts";
import { HostVariables } from "./variables.ts";

/** Every host of the repository. */
export interface HostTable {
  /** Sorted by name. */
  readonly hosts: readonly Host[];
  /** In the order of the inventories. */
  readonly byName: ReadonlyMap<string, Host>;
  /** What the next table may take over. */
  readonly made: { readonly inventories: readonly Inventory[]; readonly settings: readonly AnsibleSettings[]; readonly playFolders: readonly string[]; readonly parts: readonly InventoryHosts[] };
}

/** The hosts of all inventories. A host of two is the first one's, by path; the other only adds its groups to those of the fleet. */
export function hostTable(workspace: Workspace, _: string, previous: HostTable | undefined): HostTable {
  const all = inventories(workspace);
  const playFolders = workspace.derive(foldersOfPlaybooks);
  const groups = workspace.derive(groupsValue);
  const settings = sameList(previous?.made.settings, all.map(({ folders }) => settingsFor(workspace, folders[0] ?? "")));
  const kept = previous?.made.inventories === all && previous.made.playFolders === playFolders && previous.made.settings === settings ? previous : undefined;
  const parts = all.map((inventory, index) => new InventoryHosts(workspace, inventory, settings[index]!, playFolders, groups, kept?.made.parts[index]));
  const byName = new Map<string, Host>();
  for (const part of parts) for (const host of part.hosts) if (!byName.has(host.name)) byName.set(host.name, host);
  const made = { inventories: all, settings, playFolders, parts };
  // The names are those of before where the inventories are.
  if (kept !== undefined) return { hosts: sameList(kept.hosts, kept.hosts.map(({ name }) => byName.get(name)!)), byName, made };
  return { hosts: [...byName.values()].sort((a, b) => compareText(a.name, b.name)), byName, made };
}

/** The `groups` of expressions: the names of each group's hosts. */
function groupsValue(workspace: Workspace): Value {
  return Object.fromEntries([...workspace.derive(groupsOf).values()].map((group) => [group.name, group.hosts]));
}

/** Folders of playbooks that have variables next to them. */
function foldersOfPlaybooks(workspace: Workspace, _: string, previous: readonly string[] | undefined): readonly string[] {
  const withVariables = variableFolders(workspace);
  const folders = new Set<string>();
  for (const path of workspace.paths) {
    const folder = folderOf(path);
    if (!withVariables.has(folder) || folders.has(folder) || !/\.ya?ml$/.test(path)) continue;
    if (playNodes(workspace, path).length > 0 || /(?:^|\/)(?:site|main|playbook)\.ya?ml$/.test(path)) folders.add(folder);
  }
  return sameList(previous, [...folders].sort(compareText));
}

/** Variables of one group or host as its files give them; one list for each folder, the same objects while the files stay. */
type Lists = readonly (readonly Variable[])[];

interface Chain {
  /** A file of the groups that is vaulted as a whole: any name may stand in it. */
  readonly hidden: string | undefined;
  /** Farthest first. */
  readonly groups: readonly InventoryGroup[];
  readonly names: readonly string[];
  readonly lists: Lists;
  readonly variables: ReadonlyMap<string, Variable>;
}

/** A host with what it was made of. */
interface Made {
  /** The groups that the inventory puts it into. */
  readonly key: string;
  readonly chain: Chain;
  readonly lists: Lists;
  readonly own: ReadonlyMap<string, Variable>;
  readonly host: Host;
}

const NO_LISTS: Lists = [];

/**
 * The hosts of one inventory. Hosts of the same groups share the groups' part, and whatever an edit leaves as it was is
 * taken over from `previous`.
 */
class InventoryHosts {
  readonly hosts: readonly Host[];
  readonly #workspace: Workspace;
  readonly #inventory: Inventory;
  readonly #settings: AnsibleSettings;
  #previous: InventoryHosts | undefined;
  readonly #inventoryFolders: readonly string[];
  /** Folders of the playbooks, whose variables come after the inventory's of the same kind. */
  readonly #playFolders: readonly string[];
  readonly #groupFiles: readonly ReadonlyMap<string, readonly string[]>[];
  readonly #hostFiles: readonly ReadonlyMap<string, readonly string[]>[];
  readonly groupLists = new Map<string, Lists>();
  readonly chains = new Map<string, Chain>();
  readonly made = new Map<string, Made>();

  constructor(workspace: Workspace, inventory: Inventory, settings: AnsibleSettings, playFolders: readonly string[], groups: Value, previous: InventoryHosts | undefined) {
    this.#workspace = workspace;
    this.#inventory = inventory;
    this.#settings = settings;
    this.#inventoryFolders = inventory.folders;
    // Read again behind another inventory's, a folder's variables win again.
    this.#playFolders = playFolders.filter((folder) => folder !== inventory.folders.at(-1));
    const folders = [...this.#inventoryFolders, ...this.#playFolders];
    this.#groupFiles = folders.map((folder) => variableFilesIn(workspace, folder, "group_vars"));
    this.#hostFiles = folders.map((folder) => variableFilesIn(workspace, folder, "host_vars"));
    this.#previous = previous;
    this.hosts = [...inventory.hosts.values()].map((host) => this.#of(host, groups));
    this.#previous = undefined;
  }

  #of(host: InventoryHost, groups: Value): Host {
    const before = this.#previous?.made.get(host.name);
    const key = before?.key ?? [...host.groups].sort().join("\0");
    const chain = this.#chain(host, key);
    const lists = this.#read(this.#hostFiles, "host_vars", host.name, before?.lists);
    let made = before;
    if (before === undefined || before.chain !== chain || before.lists !== lists) {
      const own = before?.lists === lists && !this.#settings.mergesMappings ? before.own : this.#ownOf(host, chain, lists);
      const hidden = chain.hidden ?? this.#vaulted(this.#hostFiles, host.name);
      const magic = magicOf(host.name, chain, groups, hidden);
      made = { key, chain, lists, own, host: { name: host.name, groups: chain.names, location: host.location, variables: new HostVariables(chain.variables, own, magic) } };
    }
    this.made.set(host.name, made!);
    return made!.host;
  }

  #chain(host: InventoryHost, key: string): Chain {
    let chain = this.chains.get(key);
    if (chain === undefined) {
      const before = this.#previous?.chains.get(key);
      const groups = before?.groups ?? this.#inventory.chain(host.groups);
      const lists = sameList(before?.lists, groups.flatMap(({ name }) => this.#listsOf(name)));
      if (before !== undefined && before.lists === lists) chain = before;
      else chain = { groups, hidden: groups.map(({ name }) => this.#vaulted(this.#groupFiles, name)).find((path) => path !== undefined), names: before?.names ?? groups.map(({ name }) => name).reverse(), lists, variables: this.#merge(groups) };
      this.chains.set(key, chain);
    }
    return chain;
  }

  #vaulted(files: readonly ReadonlyMap<string, readonly string[]>[], name: string): string | undefined {
    return files.flatMap((index) => index.get(name) ?? []).find((path) => this.#workspace.text(path)?.startsWith("$ANSIBLE_VAULT;") === true);
  }

  #listsOf(group: string): Lists {
    let lists = this.groupLists.get(group);
    if (lists === undefined) {
      lists = this.#read(this.#groupFiles, "group_vars", group, this.#previous?.groupLists.get(group));
      this.groupLists.set(group, lists);
    }
    return lists;
  }

  /** The variables that only this host has: its lines in the inventory, then its files. */
  #ownOf(host: InventoryHost, chain: Chain, lists: Lists): ReadonlyMap<string, Variable> {
    if (lists.length === 0 && !this.#settings.mergesMappings) return host.variables;
    const own = new Map<string, Variable>();
    const add = (variables: Iterable<Variable>): void => {
      for (const variable of variables) this.#put(own, variable, chain.variables);
    };
    add(host.variables.values());
    add(this.#joined(lists.slice(0, this.#inventoryFolders.length)));
    add(this.#joined(lists.slice(this.#inventoryFolders.length)));
    return own;
  }

  /** Variables in the order of `precedence`; within each the groups farthest from the host first. */
  #merge(groups: readonly InventoryGroup[]): ReadonlyMap<string, Variable> {
    const merged = new Map<string, Variable>();
    const all = groups.filter(({ name }) => name === "all");
    const others = groups.filter(({ name }) => name !== "all");
    const own = this.#inventoryFolders.length;
    for (const entry of this.#settings.precedence) {
      const match = /^(all|groups)_(?:(inventory)|plugins_(inventory|play))$/.exec(entry);
      const part = match?.[1] === "all" ? all : others;
      if (match === null) continue;
      const [from, to] = match[3] === "play" ? [own, this.#groupFiles.length] : [0, own];
      const lists = match[2] !== undefined ? part.map((group) => [...group.variables.values()]) : this.#listsIn(part, from, to);
      for (const variable of this.#joined(lists)) this.#put(merged, variable);
    }
    return merged;
  }

  /** The lists of groups folder by folder. */
  #listsIn(groups: readonly InventoryGroup[], from: number, to: number): (readonly Variable[])[] {
    const lists: (readonly Variable[])[] = [];
    for (let folder = from; folder < to; folder++) lists.push(...groups.map(({ name }) => this.#listsOf(name)[folder] ?? NO_VARIABLES));
    return lists;
  }

  /** What stands in several lists; with merged mappings they come together before anything is laid over what is below. */
  #joined(lists: Lists): Iterable<Variable> {
    if (!this.#settings.mergesMappings) return lists.flat();
    const together = new Map<string, Variable>();
    for (const variable of lists.flat()) this.#put(together, variable);
    return together.values();
  }

  #put(into: Map<string, Variable>, variable: Variable, below?: ReadonlyMap<string, Variable>): void {
    const before = this.#settings.mergesMappings ? (into.get(variable.name) ?? below?.get(variable.name)) : undefined;
    into.set(variable.name, before === undefined ? variable : { ...variable, value: combined(before.value, variable.value) });
  }

  /** One list for each folder; none at all where no folder has a file of that name. */
  #read(files: readonly ReadonlyMap<string, readonly string[]>[], kind: string, name: string, previous: Lists | undefined): Lists {
    if (!files.some((index) => index.has(name))) return NO_LISTS;
    const origin = `${kind} of ${name}`;
    const read = files.map((index) => {
      const paths = index.get(name);
      if (paths === undefined) return NO_VARIABLES;
      return joined(paths.map((path) => variablesOf(this.#workspace, path, origin)));
    });
    return sameList(previous, read);
  }
}

const NO_VARIABLES: readonly Variable[] = [];
const joints = new WeakMap<readonly Variable[], { readonly parts: Lists; readonly whole: readonly Variable[] }>();

/** Several files as one list; the same object for the same lists. */
function joined(parts: Lists): readonly Variable[] {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? NO_VARIABLES;
  let joint = joints.get(first);
  if (joint === undefined || sameList(joint.parts, parts) !== joint.parts) joints.set(first, (joint = { parts, whole: parts.flat() }));
  return joint.whole;
}

function magicOf(name: string, chain: Chain, groups: Value, hidden: string | undefined): Magic {
  return (asked) => {
    if (asked === "inventory_hostname") return name;
    if (asked === "inventory_hostname_short") return isIpAddress(name) ? name : name.split(".")[0]!;
    if (asked === "group_names") return chain.names.filter((group) => group !== "all").sort(compareText);
    if (asked === "groups") return groups;
    return onlyAtRun(asked) ?? (hidden === undefined ? undefined : unknown(`${asked} may stand in ${hidden}, which is vaulted`));
  };
}
