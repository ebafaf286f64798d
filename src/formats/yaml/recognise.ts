const VARIABLES = /(?:^|\/)(?:group_vars|host_vars)\/(.+)$/;
/** Variables of a role may be JSON too, which is YAML. */
const ROLE_VARIABLES = /(?:^|\/)roles\/.+\/(?:vars|defaults)\/.+\.json$/;
const INVENTORY = /(?:^|\/)(?:inventory|inventories|environments?)\//;
/** Ansible's YAML inventories may be JSON, which is YAML: groups with members as keys. */
const JSON_INVENTORY = /^\uFEFF?\s*\{\s*"[\w.-]+"\s*:\s*\{\s*"(?:hosts|children|vars)"\s*:\s*\{/;
/** A document start, or a key alone on its line. */
const YAML_START = /^\uFEFF?(?:[ \t\f]*(?:#.*)?[\r\n])*(?:---(?:\s|$)|[A-Za-z_][\w.-]*:[ \t]*(?:#.*)?(?:\r?\n|$))/;

/**
 * Whether a file is YAML: by its ending, or as a variables file of Ansible, which has none or a host's last label for
 * one; an inventory without an ending by how it begins.
 */
export function recogniseYaml(path: string, head: string): "name" | "content" | false {
  if (/\.ya?ml$/i.test(path)) return "name";
  const variables = VARIABLES.exec(path)?.[1];
  if (variables !== undefined) {
    if (variables.endsWith(".json")) return "name";
    const name = variables.slice(variables.lastIndexOf("/") + 1);
    if (name.startsWith(".") || /~$|\.(?:md|txt|rst|py|sh|bak|swp|orig|ini|cfg|conf|gpg|asc|license)$/i.test(name)) return false;
    // A folder's files count only without an ending, DataLoader._get_dir_vars_files; a file may be called like its host.
    return variables.includes("/") && name.includes(".") ? false : "name";
  }
  if (ROLE_VARIABLES.test(path)) return "name";
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name.endsWith(".json")) return (INVENTORY.test(path) || /^(?:hosts|inventory)/.test(name)) && JSON_INVENTORY.test(head) ? "content" : false;
  if (!name.includes(".") && YAML_START.test(head)) {
    if (INVENTORY.test(path)) return "name";
    // Elsewhere, what only an inventory has right below a group.
    if (/^ +(?:hosts|children):[ \t]*\r?$/m.test(head)) return "content";
  }
  return false;
}
