import { compareText } from "../../engine/finding.ts";
import type { YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import type { AnsibleSettings } from "./ansible-cfg.ts";
import { settingsOf } from "./ansible-cfg.ts";
import { inventoryForm } from "./inventory.ts";
import { baseName, folderOf, joined } from "./paths.ts";

/** The files of one inventory, and the folders whose variables go with it. */
export interface InventorySource {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const INVENTORY_FOLDER = /(?:^|\/)(?:inventory|inventories|environments?)(?:\/|$)/;
/** Folders of which every entry is an inventory of its own. */
const FOLDER_OF_INVENTORIES = /(?:^|\/)(?:inventories|environments?)$/;
/** Names of environments: files that are called so are given to Ansible one at a time. */
const ENVIRONMENT = /(?:^|[-_.])(?:prod|production|live|stag|stage|staging|stg|test|testing|lab|dev|devel|development|qa|uat|preprod|pre-?production|int|integration|demo|sandbox|vagrant|local)(?:$|[-_.])/i;
/** `ansible.cfg` takes these for no inventory (C.INVENTORY_IGNORE_EXTS), and neither is a file with such a name. */
const IGNORED = /(?:^|\/)\.|~$|\.(?:pyc|pyo|orig|cfg|retry|bak|rpmsave|rpmnew|md|txt|rst|j2)$|(?:^|\/)(?:group_vars|host_vars|vars_plugins)\//;

const SCENARIO = /(?:^|\/)(?:molecule|tests?|examples?|\.github|ci)\//;

/**
 * The inventories of a repository: what `ansible.cfg` names, then what its place, its name and its text show to be one.
 * A folder's files make one inventory, as with `-i folder`, unless they are named after environments.
 */
export function inventorySources(workspace: Workspace): InventorySource[] {
  const configured = settingsOf(workspace).flatMap((settings) => (settings.inventories.length === 0 ? [] : [fromSetting(workspace, settings)]));
  const decided = configured.filter(({ files }) => files.length > 0);
  const taken = new Set(decided.flatMap(({ files }) => files));
  const given = settingsOf(workspace).flatMap(({ inventories }) => inventories.filter((path) => path !== "").map((path) => `${path}/`));
  const byKey = new Map<string, string[]>();
  for (const path of workspace.paths) {
    // What Ansible passes over in a folder that it is given is meant for nobody.
    if (taken.has(path) || given.some((folder) => path.startsWith(folder)) || IGNORED.test(path) || !mayBe(workspace, path, decided.length > 0)) continue;
    const key = keyOf(path);
    const files = byKey.get(key);
    if (files === undefined) byKey.set(key, [path]);
    else files.push(path);
  }
  // The inventories of test scenarios count only where there are no others: their hosts are thrown away.
  const real = [...byKey.values()].some((files) => files.some((path) => !SCENARIO.test(path)));
  const kept = [...byKey.values()].filter((files) => !(real || decided.length > 0) || !files.every((path) => SCENARIO.test(path)));
  const found = kept.map((files) => ({ files: inOrder(files), folders: [...new Set(files.map(folderOf))].sort(compareText) }));
  return [...decided, ...found];
}

function fromSetting(workspace: Workspace, settings: AnsibleSettings): InventorySource {
  const files: string[] = [];
  const folders: string[] = [];
  for (const path of settings.inventories) {
    if (workspace.has(path)) {
      if (isInventory(workspace, path) || isReadFromFolder(workspace, path)) files.push(path);
      folders.push(folderOf(path));
      continue;
    }
    const prefix = path === "" ? "" : `${path}/`;
    const below = workspace.paths.filter((other) => other.startsWith(prefix) && !isIgnored(other.slice(prefix.length), settings) && isReadFromFolder(workspace, other));
    files.push(...inOrder(below));
    if (below.length > 0) folders.push(path);
  }
  return { files, folders: [...new Set(folders)] };
}

/** Whether Ansible passes over an entry of an inventory folder (IGNORED in ansible/inventory/manager.py). */
function isIgnored(below: string, { ignoredEndings, ignoredNames }: AnsibleSettings): boolean {
  return below.split("/").some((name) => /^\.|^(?:host_vars|group_vars|vars_plugins)$/.test(name) || ignoredEndings.some((ending) => name.endsWith(ending)) || ignoredNames.some((pattern) => pattern.test(name)));
}

/** In a folder that is given as an inventory, every mapping is one of groups, unless it configures a plugin. */
function isReadFromFolder(workspace: Workspace, path: string): boolean {
  if (isInventory(workspace, path)) return true;
  const document = workspace.document(path);
  if (document === undefined) return !/\.toml$/.test(path) && inventoryForm(workspace.text(path) ?? "") !== undefined;
  if (document.language !== "yaml" || !/\.(?:ya?ml|json)$|(?:^|\/)[^.]+$/.test(path)) return false;
  const { documents } = document.tree as YamlTree;
  return documents.length === 1 && documents[0]!.kind === "mapping" && entryOf(documents[0], "plugin") === undefined;
}

/** Whether a file has the form of an inventory, wherever it stands. */
function isInventory(workspace: Workspace, path: string): boolean {
  const document = workspace.document(path);
  if (document?.language === "ansible-inventory-ini") return true;
  return document?.language === "yaml" && looksLikeInventory(document.tree as YamlTree);
}

function mayBe(workspace: Workspace, path: string, decided: boolean): boolean {
  const byPlace = INVENTORY_FOLDER.test(folderOf(path)) || /^(?:hosts|inventory)(?:[-_.].*)?$/.test(baseName(path));
  if (byPlace) return isInventory(workspace, path);
  if (decided || /(?:^|\/)(?:roles|tasks|handlers|templates|files|vars|defaults|molecule|tests?)\//.test(path)) return false;
  const document = workspace.document(path);
  if (document?.language === "ansible-inventory-ini") return true;
  if (document?.language !== "yaml" || !/\.ya?ml$/.test(path)) return false;
  // Elsewhere only the one key that nothing but an inventory begins with.
  const tree = document.tree as YamlTree;
  return entryOf(tree.documents[0], "all") !== undefined && looksLikeInventory(tree);
}

/** Groups only: mappings with none but `hosts`, `children` and `vars`, and hosts or children somewhere. */
function looksLikeInventory(tree: YamlTree): boolean {
  const root = tree.documents[0];
  if (root?.kind !== "mapping" || tree.documents.length > 1) return false;
  let members = 0;
  for (const { value } of root.entries) {
    if (value.kind === "scalar" ? value.value !== null : value.kind !== "mapping") return false;
    for (const section of entriesOf(value)) {
      if (section.key === "hosts" || section.key === "children") {
        if (section.value.kind === "sequence") return false;
        members++;
      } else if (section.key !== "vars") return false;
    }
  }
  return members > 0;
}

function keyOf(path: string): string {
  const folder = folderOf(path);
  const alone = baseName(path).replace(/\.\w+$/, "");
  // Of a folder that is given as a whole, Ansible leaves out such files; they are given one at a time.
  if (FOLDER_OF_INVENTORIES.test(folder) || ENVIRONMENT.test(alone) || !INVENTORY_FOLDER.test(folder) || path.endsWith(".ini")) return path;
  return joined(folder, "");
}

/** Ansible reads a folder's entries in the order of their names. */
function inOrder(paths: readonly string[]): string[] {
  return [...paths].sort((a, b) => compareText(a.replaceAll("/", "\0"), b.replaceAll("/", "\0")));
}
