import type { Range } from "../../engine/location.ts";
import type { InventoryTree } from "../../formats/ansible-inventory/index.ts";
import type { YamlEntry, YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf } from "../../formats/yaml/index.ts";
import type { Document, Workspace } from "../workspace.ts";
import { inventories } from "./inventories.ts";
import { unreadInventory } from "./unread-inventories.ts";
import { bareExpressions } from "./bare-expressions.ts";
import { variablesPlace } from "./variable-files.ts";

/** What Ansible refuses or loses in a file that is well-formed otherwise. */
export interface FileFault {
  readonly range: Range;
  /** What is wrong, what happens, what to do. */
  readonly message: string;
  /** False: Ansible goes on, but not with what is written. */
  readonly refused: boolean;
}

/** What is wrong with a file of variables or an inventory, and what of it nobody can read here. */
export interface FileFaults {
  readonly faults: readonly FileFault[];
  /** Reasons why parts of the file are not known, as sentences without a full stop. */
  readonly hidden: readonly string[];
}

const NONE: FileFaults = { faults: [], hidden: [] };

/** What Ansible makes of the file at `path`; nothing for files that are no YAML and no inventory. */
export function faultsOfFile(workspace: Workspace, path: string): FileFaults {
  const document = workspace.document(path);
  if (document?.language === "ansible-inventory-ini") return { faults: withOthers(workspace, path, circlesOfIni(document.tree as InventoryTree)), hidden: [] };
  if (document?.language !== "yaml") return NONE;
  const { documents } = document.tree as YamlTree;
  const hidden: string[] = [];
  const faults: FileFault[] = [];
  if (/^\$ANSIBLE_VAULT;/.test(document.text)) hidden.push("the file is vaulted as a whole, so its variables are not known");
  const unread = unreadInventory(workspace, path);
  if (unread !== undefined) hidden.push(unread);
  faults.push(...variablesFault(document, path, documents), ...bareExpressions(workspace, document, path, documents));
  if (!document.text.includes("{%")) for (const root of documents) faults.push(...repeatedKeys(root, isJoined(root)));
  if (looksNested(documents[0])) faults.push(...withOthers(workspace, path, circles(edgesOfYaml(documents[0]))));
  return { faults, hidden };
}

/** A file of `group_vars` or `host_vars` must hold a mapping (DataLoader, combine_vars). */
function variablesFault({ text }: Document, path: string, documents: readonly YamlNode[]): FileFault[] {
  const root = documents[0];
  if (variablesPlace(path) === undefined || root === undefined || root.kind === "mapping" || (root.kind === "scalar" && root.value === null)) return [];
  // A template hides what the file holds in the end.
  if (text.includes("{%")) return [];
  const what = root.kind === "sequence" ? "a list" : "a single value";
  const end = text.slice(root.range.start, root.range.end).search(/[\r\n]/);
  return [{
    range: end === -1 ? root.range : { start: root.range.start, end: root.range.start + end },
    message: `This variables file holds ${what}. Ansible refuses it, and every play on its hosts fails. Write name: value.`,
    refused: true,
  }];
}

/** True for netplan's files: netplan reads every entry as it comes, so that mappings and lists of one name add up. */
function isJoined(root: YamlNode): boolean {
  const sections = entryOf(root, "network")?.value;
  return entriesOf(root).length === 1 && ["version", "renderer", "ethernets", "bonds", "bridges", "vlans", "tunnels", "wifis"].some((key) => entryOf(sections, key) !== undefined);
}

/** Keys that a mapping has twice: Ansible warns and takes the last. With `joined`, only what is no mapping and no list is lost. */
function repeatedKeys(root: YamlNode, joined: boolean): FileFault[] {
  const faults: FileFault[] = [];
  const seen = new Set<YamlNode>();
  const open: YamlNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === "scalar" || seen.has(node)) continue;
    seen.add(node);
    if (node.kind === "sequence") {
      for (const item of node.items) open.push(item);
      continue;
    }
    const last = new Map<string, YamlEntry>();
    for (const entry of node.entries) {
      open.push(entry.value);
      // What `<<` merges in is written elsewhere.
      if (entry.keyRange.start < node.range.start || entry.keyRange.end > node.range.end) continue;
      const earlier = last.get(entry.key);
      last.set(entry.key, entry);
      if (earlier === undefined || earlier.keyRange.start === entry.keyRange.start) continue;
      if (joined && earlier.value.kind !== "scalar" && earlier.value.kind === entry.value.kind) continue;
      faults.push({ range: earlier.keyRange, message: `"${entry.key}" stands twice in this mapping. Only the later value counts, and this one is lost. Keep one of them.`, refused: false });
    }
  }
  return faults.sort((a, b) => a.range.start - b.range.start);
}

interface Edge {
  readonly parent: string;
  readonly child: string;
  readonly range: Range;
}

function circlesOfIni(tree: InventoryTree): FileFault[] {
  return circles(tree.sections.flatMap((section) => section.children.map(({ name, range }) => ({ parent: section.group, child: name, range }))));
}

/** The circles of one file, and those that it closes together with the other files of its inventory. */
function withOthers(workspace: Workspace, path: string, own: readonly FileFault[]): readonly FileFault[] {
  const known = new Set(own.map(({ range }) => range.start));
  const more = inventories(workspace).filter(({ files }) => files.length > 1).flatMap((inventory) => inventory.circles.filter(({ location }) => location.path === path && !known.has(location.range.start)));
  return [...own, ...more.map(({ parent, child, location }) => ({
    range: location.range,
    message: `The group ${child} is above ${parent} already in another file of this inventory, so it cannot be below it. Ansible refuses this file. Remove one of the two.`,
    refused: true,
  }))];
}

function looksNested(root: YamlNode | undefined): boolean {
  return entriesOf(root).some(({ value }) => entryOf(value, "children") !== undefined);
}

function edgesOfYaml(root: YamlNode | undefined): Edge[] {
  const edges: Edge[] = [];
  const open = [...entriesOf(root)];
  const seen = new Set<YamlEntry>();
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    if (seen.has(entry)) continue;
    seen.add(entry);
    for (const child of entriesOf(entryOf(entry.value, "children")?.value)) {
      edges.push({ parent: entry.key, child: child.key, range: child.keyRange });
      open.push(child);
    }
  }
  return edges.sort((a, b) => a.range.start - b.range.start);
}

/** The first edges, in the order of the text, that make a group its own ancestor. */
function circles(edges: readonly Edge[]): FileFault[] {
  const faults: FileFault[] = [];
  const children = new Map<string, string[]>();
  for (const { parent, child, range } of edges) {
    if (parent === child || reaches(children, child, parent)) {
      faults.push({ range, message: `The group ${child} is ${parent === child ? "its own child" : `above ${parent} already, so it cannot be below it`}. Ansible refuses the inventory. Remove one of the two.`, refused: true });
      continue;
    }
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [child]);
    else list.push(child);
  }
  return faults;
}

function reaches(children: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  if (!children.has(from)) return false;
  const open = [from];
  const seen = new Set(open);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === to) return true;
    for (const child of children.get(name) ?? []) {
      if (seen.has(child)) continue;
      seen.add(child);
      open.push(child);
    }
  }
  return false;
}
