import { compareText } from "../../engine/finding.ts";
import type { Location } from "../../engine/location.ts";
import type { InventoryTree } from "../../formats/ansible-inventory/index.ts";
import { expandHosts, parseInventory } from "../../formats/ansible-inventory/index.ts";
import type { YamlEntry, YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, parseYaml, valueOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import type { AnsibleSettings } from "./ansible-cfg.ts";
import { DEFAULT_SETTINGS, settingsFor } from "./ansible-cfg.ts";
import type { Value, Variable } from "./fleet.ts";
import { combined } from "./values.ts";

/** A group while its inventory is read. */
export interface InventoryGroup {
  readonly name: string;
  readonly location: Location;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  /** Hosts that are named in the group itself. */
  readonly hosts: Set<string>;
  readonly variables: Map<string, Variable>;
  /** `ansible_group_priority`: decides between groups of one depth. */
  priority: number;
  /** Steps below `all` on the longest way; set by `finish`. */
  depth: number;
}

/** A host while its inventory is read. */
export interface InventoryHost {
  readonly name: string;
  readonly location: Location;
  readonly groups: Set<string>;
  readonly variables: Map<string, Variable>;
}

/** One inventory: what Ansible would be given with one `-i`, from one or several files. */
export class Inventory {
  readonly groups = new Map<string, InventoryGroup>();
  readonly hosts = new Map<string, InventoryHost>();
  /** Paths of the files that it is made of. */
  readonly files: readonly string[];
  /** Folders whose `group_vars` and `host_vars` belong to it; "" is the repository itself. */
  readonly folders: readonly string[];

  /** Edges that would have closed a circle of groups, where they are written. */
  readonly circles: { readonly parent: string; readonly child: string; readonly location: Location }[] = [];
  readonly #settings: AnsibleSettings;

  constructor(files: readonly string[], folders: readonly string[], settings: AnsibleSettings = DEFAULT_SETTINGS) {
    this.files = files;
    this.folders = folders;
    this.#settings = settings;
    const location = { path: files[0] ?? "", range: { start: 0, end: 0 } };
    this.addGroup("all", location);
    this.addGroup("ungrouped", location);
  }

  addGroup(written: string, location: Location): InventoryGroup {
    const name = this.#settings.replacesInGroupNames ? written.replace(/^[\d\W]|\W/g, "_") : written;
    let group = this.groups.get(name);
    if (group === undefined) {
      group = { name, location, children: new Set(), parents: new Set(), hosts: new Set(), variables: new Map(), priority: 1, depth: 0 };
      this.groups.set(name, group);
    }
    return group;
  }

  addHost(name: string, group: InventoryGroup, location: Location): InventoryHost {
    let host = this.hosts.get(name);
    if (host === undefined) this.hosts.set(name, (host = { name, location, groups: new Set(), variables: new Map() }));
    host.groups.add(group.name);
    group.hosts.add(name);
    return host;
  }

  /** Ansible refuses a group that is its own ancestor; here the edge that closes the circle is left out. */
  addChild(parent: InventoryGroup, child: InventoryGroup, location?: Location): void {
    if (parent === child || child.name === "all" || parent.children.has(child.name)) return;
    if (this.#isAncestor(child, parent)) {
      if (location !== undefined) this.circles.push({ parent: parent.name, child: child.name, location });
      return;
    }
    parent.children.add(child.name);
    child.parents.add(parent.name);
  }

  setGroupVariable(group: InventoryGroup, variable: Variable): void {
    if (variable.name !== "ansible_group_priority") this.#put(group.variables, variable);
    else if (Number.isInteger(Number(variable.value))) group.priority = Number(variable.value);
  }

  setHostVariable(host: InventoryHost, variable: Variable): void {
    this.#put(host.variables, variable);
  }

  #put(into: Map<string, Variable>, variable: Variable): void {
    const before = this.#settings.mergesMappings ? into.get(variable.name) : undefined;
    into.set(variable.name, before === undefined ? variable : { ...variable, value: combined(before.value, variable.value) });
  }

  /** Every group gets a parent and a depth, every host a group, as `InventoryData.reconcile_inventory` does. */
  finish(): void {
    const all = this.groups.get("all")!;
    const ungrouped = this.groups.get("ungrouped")!;
    for (const group of this.groups.values()) if (group !== all && group.parents.size === 0) this.addChild(all, group);
    for (const host of this.hosts.values()) {
      const named = [...host.groups].filter((name) => name !== "all" && name !== "ungrouped");
      if (named.length > 0) {
        host.groups.delete("ungrouped");
        ungrouped.hosts.delete(host.name);
      } else {
        host.groups.add("ungrouped");
        ungrouped.hosts.add(host.name);
      }
    }
    this.#deepen(all);
  }

  /** The groups of a host or of `names` and everything above them, in the order in which later ones win. */
  chain(names: Iterable<string>): InventoryGroup[] {
    const seen = new Set<string>(["all"]);
    const open = [...names];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      open.push(...(this.groups.get(name)?.parents ?? []));
    }
    return [...seen]
      .flatMap((name) => this.groups.get(name) ?? [])
      .sort((a, b) => a.depth - b.depth || a.priority - b.priority || compareText(a.name, b.name));
  }

  #isAncestor(candidate: InventoryGroup, of: InventoryGroup): boolean {
    const open = [of];
    const seen = new Set<InventoryGroup>();
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      if (group === candidate) return true;
      if (seen.has(group)) continue;
      seen.add(group);
      for (const parent of group.parents) open.push(this.groups.get(parent)!);
    }
    return false;
  }

  /** Longest ways, over the groups in topological order. */
  #deepen(all: InventoryGroup): void {
    const waiting = new Map([...this.groups.values()].map((group) => [group.name, group.parents.size]));
    const open = [all];
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      for (const name of group.children) {
        const child = this.groups.get(name)!;
        child.depth = Math.max(child.depth, group.depth + 1);
        const left = waiting.get(name)! - 1;
        waiting.set(name, left);
        if (left === 0) open.push(child);
      }
    }
  }
}

/** Reads the files of one inventory. One of no known form is there because ansible.cfg names it: it is tried as YAML, then as INI. */
export function readInventory(workspace: Workspace, files: readonly string[], folders: readonly string[]): Inventory {
  const inventory = new Inventory(files, folders, settingsFor(workspace, folders[0] ?? ""));
  for (const path of files) {
    const document = workspace.document(path);
    if (document?.language === "ansible-inventory-ini") readIni(inventory, path, document.tree as InventoryTree);
    else if (document?.language === "yaml") readYaml(inventory, path, document.tree as YamlTree);
    else if (document === undefined) {
      const read = inventoryForm(workspace.text(path) ?? "");
      if (read?.yaml !== undefined) readYaml(inventory, path, read.yaml);
      else if (read?.ini !== undefined) readIni(inventory, path, read.ini);
    }
  }
  inventory.finish();
  return inventory;
}

/** What an inventory is whose name and place do not tell its form: YAML where it is a mapping, as Ansible tries that first; else INI. */
export function inventoryForm(text: string): { readonly yaml?: YamlTree; readonly ini?: InventoryTree } | undefined {
  if (text.startsWith("#!")) return undefined;
  const yaml = parseYaml(text);
  const [root] = yaml.tree.documents;
  if (yaml.errors.length === 0 && yaml.tree.documents.length === 1 && root!.kind === "mapping") return entryOf(root, "plugin") === undefined ? { yaml: yaml.tree } : undefined;
  const ini = parseInventory(text);
  return ini.errors.length === 0 ? { ini: ini.tree } : undefined;
}

function readYaml(inventory: Inventory, path: string, tree: YamlTree): void {
  for (const { key, keyRange, value } of entriesOf(tree.documents[0])) readGroup(inventory, path, key, keyRange, value, 0);
}

function readIni(inventory: Inventory, path: string, tree: InventoryTree): void {
  for (const section of tree.sections) {
    const group = inventory.addGroup(section.group, { path, range: section.groupRange });
    for (const line of section.hosts) {
      for (const name of line.names) {
        const isNew = !inventory.hosts.has(name);
        const host = inventory.addHost(name, group, { path, range: line.nameRange });
        if (isNew && line.port !== undefined) portOf(host, line.port, { path, range: line.nameRange });
        for (const variable of line.variables) {
          inventory.setHostVariable(host, variableOf(path, variable.name, variable.value, variable.valueRange, `inventory line of ${line.pattern}`));
        }
      }
    }
    for (const child of section.children) inventory.addChild(group, inventory.addGroup(child.name, { path, range: child.range }), { path, range: child.range });
    for (const variable of section.variables) {
      inventory.setGroupVariable(group, variableOf(path, variable.name, variable.value, variable.valueRange, `inventory variables of ${group.name}`));
    }
  }
}

/** Groups of a YAML inventory nest without limit in principle; the text itself nests no deeper than the parser allows. */
function readGroup(inventory: Inventory, path: string, name: string, range: { start: number; end: number }, node: YamlNode, depth: number): InventoryGroup | undefined {
  if (depth > 200 || (node.kind === "scalar" ? node.value !== null : node.kind !== "mapping")) return undefined;
  const group = inventory.addGroup(name, { path, range });
  // In the order of the text: of two places that name a host's variable the later one wins.
  for (const section of entriesOf(node)) {
    if (section.key === "vars") {
      for (const entry of entriesOf(section.value)) {
        inventory.setGroupVariable(group, variableOf(path, entry.key, valueOf(entry.value), entry.value.range, `inventory variables of ${name}`));
      }
    } else if (section.key === "children") {
      for (const child of named(section)) {
        const below = readGroup(inventory, path, child.key, child.keyRange, child.value, depth + 1);
        if (below !== undefined) inventory.addChild(group, below, { path, range: child.keyRange });
      }
    } else if (section.key === "hosts") {
      for (const entry of named(section)) readHosts(inventory, group, path, entry);
    }
  }
  return group;
}

function readHosts(inventory: Inventory, group: InventoryGroup, path: string, entry: YamlEntry): void {
  const expanded = expandHosts(entry.key);
  const location = { path, range: entry.keyRange };
  for (const name of expanded.problem === undefined ? expanded.names : []) {
    const isNew = !inventory.hosts.has(name);
    const host = inventory.addHost(name, group, location);
    if (isNew && expanded.port !== undefined) portOf(host, expanded.port, location);
    for (const variable of entriesOf(entry.value)) {
      inventory.setHostVariable(host, variableOf(path, variable.key, valueOf(variable.value), variable.value.range, `inventory line of ${entry.key}`));
    }
  }
}

/** `hosts: name` is short for a mapping with that one key. */
function named(entry: YamlEntry | undefined): readonly YamlEntry[] {
  const node = entry?.value;
  if (node?.kind === "scalar" && typeof node.value === "string") {
    const nothing: YamlNode = { kind: "scalar", range: node.range, value: null, text: "" };
    return [{ key: node.value, keyRange: node.range, value: nothing, range: node.range }];
  }
  return entriesOf(node);
}

function portOf(host: InventoryHost, port: number, location: Location): void {
  host.variables.set("ansible_port", { name: "ansible_port", value: port, location, origin: "inventory line" });
}

function variableOf(path: string, name: string, value: Value, range: { start: number; end: number }, origin: string): Variable {
  return { name, value, location: { path, range }, origin };
}
