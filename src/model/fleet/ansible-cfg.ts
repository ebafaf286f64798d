import type { Workspace } from "../workspace.ts";
import { baseName, folderOf, joined } from "./paths.ts";

/** What one `ansible.cfg` says about where things are and how variables come together; paths are the repository's. */
export interface AnsibleSettings {
  readonly path: string;
  readonly inventories: readonly string[];
  readonly rolePaths: readonly string[];
  /** `hash_behaviour = merge`: mappings of several places are joined. */
  readonly mergesMappings: boolean;
  /** `precedence`: the order in which groups' variables come, later ones win. */
  readonly precedence: readonly string[];
  /** Endings of files that are no inventories in a folder of them. */
  readonly ignoredEndings: readonly string[];
  /** Regular expressions for the names of such files. */
  readonly ignoredNames: readonly RegExp[];
  /** `force_valid_group_names`: other characters in groups' names become underscores. */
  readonly replacesInGroupNames: boolean;
}

/** What holds without an `ansible.cfg` (ansible/config/base.yml). */
export const DEFAULT_SETTINGS: AnsibleSettings = {
  path: "",
  inventories: [],
  rolePaths: [],
  mergesMappings: false,
  precedence: ["all_inventory", "groups_inventory", "all_plugins_inventory", "all_plugins_play", "groups_plugins_inventory", "groups_plugins_play"],
  ignoredEndings: [".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".ini", ".cfg", ".retry"],
  ignoredNames: [],
  replacesInGroupNames: false,
};

/** The settings of every `ansible.cfg` of the repository, by path. Those of test scenarios are theirs alone. */
export function settingsOf(workspace: Workspace): readonly AnsibleSettings[] {
  return workspace.derive(collect);
}

/** The settings that hold for what is run from `folder` or a folder above it: those of the nearest `ansible.cfg`. */
export function settingsFor(workspace: Workspace, folder: string): AnsibleSettings {
  let best: AnsibleSettings | undefined;
  for (const settings of settingsOf(workspace)) {
    const own = folderOf(settings.path);
    if (own !== "" && folder !== own && !folder.startsWith(`${own}/`)) continue;
    if (best === undefined || own.length > folderOf(best.path).length) best = settings;
  }
  return best ?? DEFAULT_SETTINGS;
}

function collect(workspace: Workspace): readonly AnsibleSettings[] {
  return workspace.paths.filter((path) => baseName(path) === "ansible.cfg" && !/(?:^|\/)(?:molecule|tests?)\//.test(path)).map((path) => read(workspace, path));
}

function read(workspace: Workspace, path: string): AnsibleSettings {
  const { defaults, inventory } = sectionsOf(workspace.text(path) ?? "");
  const folder = folderOf(path);
  const words = (text: string | undefined): string[] | undefined => text?.split(/[\s,]+/).filter((word) => word !== "");
  const list = (text: string | undefined, separator: RegExp): string[] =>
    (text ?? "")
      .split(separator)
      .map((part) => part.trim().replace(/^["']|["']$/g, "").replace(/^\{\{\s*CWD\s*\}\}\//, ""))
      .filter((part) => part !== "" && !/^[/~$]/.test(part))
      .map((part) => joined(folder, part));
  return {
    path,
    inventories: list(defaults.get("inventory") ?? defaults.get("hostfile"), /,/),
    rolePaths: list(defaults.get("roles_path"), /:/),
    mergesMappings: defaults.get("hash_behaviour")?.trim() === "merge",
    precedence: words(defaults.get("precedence")) ?? DEFAULT_SETTINGS.precedence,
    ignoredEndings: words(defaults.get("inventory_ignore_extensions") ?? inventory.get("ignore_extensions")) ?? DEFAULT_SETTINGS.ignoredEndings,
    ignoredNames: (words(defaults.get("inventory_ignore_patterns") ?? inventory.get("ignore_patterns")) ?? []).flatMap(expression),
    replacesInGroupNames: /^\s*(?:always|silently)\s*$/.test(defaults.get("force_valid_group_names") ?? ""),
  };
}

/** Names and values of the two sections in question, as Python's configparser reads them: indented lines go on. */
function sectionsOf(text: string): { readonly defaults: ReadonlyMap<string, string>; readonly inventory: ReadonlyMap<string, string> } {
  const sections = { defaults: new Map<string, string>(), inventory: new Map<string, string>() };
  let section: Map<string, string> | undefined;
  let last: string | undefined;
  for (const raw of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/)) {
    const line = raw.replace(/(?:^|\s);.*$/, "").trimEnd();
    if (line.trim() === "" || /^\s*#/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line);
    const pair = /^([^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (header) section = header[1] === "defaults" || header[1] === "inventory" ? sections[header[1]] : undefined;
    else if (/^\s/.test(line)) {
      if (section !== undefined && last !== undefined) section.set(last, `${section.get(last) ?? ""}\n${line.trim()}`);
      continue;
    } else if (pair) section?.set(pair[1]!.toLowerCase(), pair[2]!);
    last = header || !pair ? undefined : pair[1]!.toLowerCase();
  }
  return sections;
}

/** A regular expression that is not one of JavaScript's, or that may take long, hides nothing. */
function expression(source: string): RegExp[] {
  if (source.length > 200 || /[*+}]\)?[*+{]|\([^)]*[*+][^)]*\)[*+{]/.test(source)) return [];
  try {
    return [new RegExp(source)];
  } catch {
    return [];
  }
}
