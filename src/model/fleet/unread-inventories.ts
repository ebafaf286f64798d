import { stringOf, entryOf } from "../../formats/yaml/index.ts";
import type { YamlTree } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { settingsOf } from "./ansible-cfg.ts";
import { variablesPlace } from "./variable-files.ts";

const FOLDER = /(?:^|\/)(?:inventory|inventories|environments?)\//;

/**
 * Why the hosts of an inventory are not known from its text: a script, a plugin's configuration, TOML. Undefined for every
 * other file.
 */
export function unreadInventory(workspace: Workspace, path: string): string | undefined {
  if (variablesPlace(path) !== undefined || !(FOLDER.test(path) || isNamed(workspace, path))) return undefined;
  const text = workspace.text(path) ?? "";
  if (text.startsWith("#!")) return "this inventory is a script, which finds hosts, groups or variables only when it runs";
  if (path.endsWith(".toml")) return "this inventory is TOML, which is not read here, so its hosts are not known";
  const document = workspace.document(path);
  if (document?.language !== "yaml") return undefined;
  const plugin = stringOf(entryOf((document.tree as YamlTree).documents[0], "plugin")?.value);
  return plugin === undefined ? undefined : `the inventory plugin ${plugin} finds hosts, groups or variables only when it runs`;
}

/** Named in an `ansible.cfg`, or the usual names next to a playbook. */
function isNamed(workspace: Workspace, path: string): boolean {
  if (/(?:^|\/)(?:hosts|inventory)(?:\.(?:toml|py|sh))?$/.test(path)) return true;
  return settingsOf(workspace).some(({ inventories }) => inventories.some((given) => given !== "" && (path === given || path.startsWith(`${given}/`))));
}
