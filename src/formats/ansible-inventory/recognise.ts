const NOT_INVENTORIES = /(?:^|\/)(?:group_vars|host_vars|roles|templates|tasks|handlers|library|node_modules|\.git)\//;
const FOLDER = /(?:^|\/)(?:inventory|inventories|environments?)\//;
const NAME = /^(?:hosts|inventory)(?:[-_.].*)?$/;
const OTHER_FORMATS = /\.(?!ini$|inv$|inventory$|hosts$)[A-Za-z]\w{0,6}$/;
const HEADER = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;

/** Whether a file is an INI inventory. `/etc/hosts`, `php.ini` and the like share its names, so its lines decide. */
export function recogniseInventory(path: string, head: string): "name" | "content" | false {
  if (NOT_INVENTORIES.test(path)) return false;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const named = NAME.test(name);
  const yaml = /\.ya?ml$/i.test(name);
  if ((yaml && !named) || /\.(?:json|py|sh|toml|md|txt|rst|j2|conf|xml|js|ts)$/i.test(name)) return false;
  if (!named && OTHER_FORMATS.test(name)) return false;
  const evidence = linesOf(head);
  // What is no YAML Ansible gives to its reader of INI, whatever the ending says.
  if (yaml && (evidence === undefined || evidence.groups === 0)) return false;
  if (evidence === undefined || evidence.hosts + evidence.groups === 0) return false;
  if (named || FOLDER.test(path)) return "name";
  // Elsewhere, bare words under headers are not enough: many INI files look like that.
  return evidence.ansible || (evidence.groups > 0 && evidence.hosts > 0 && !name.includes(".")) ? "content" : false;
}

/** Counts what only an inventory has; undefined where a line cannot be in one. */
function linesOf(head: string): { hosts: number; groups: number; ansible: boolean } | undefined {
  let kind = "hosts";
  let hosts = 0;
  let groups = 0;
  let ansible = false;
  const lines = head.split(/\r\n|\n|\r/);
  // The last line of a cut head may be half a line.
  if (head.length >= 4096) lines.pop();
  for (const raw of lines) {
    const line = raw.replace(/^\uFEFF/, "").trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const header = HEADER.exec(line);
    if (header) {
      kind = header[2] ?? "hosts";
      groups++;
      if (kind === "children" || kind === "vars") ansible = true;
    } else if (kind === "vars") {
      if (!line.includes("=")) return undefined;
    } else if (kind === "children") {
      if (!/^[^:=\]\s]+\s*(?:#.*)?$/.test(line)) return undefined;
    } else {
      const code = line.replace(/\s+#.*$/, "");
      const [host = "", ...rest] = code.split(/\s+/);
      if (!/^[\w.[\]:@%{}+-]+$/.test(host) || host.endsWith(":") || host.startsWith("-")) return undefined;
      // Quoted values hold blanks, so only the first word after the name must look like a variable.
      if (rest[0] !== undefined && !/^[A-Za-z_]\w*=/.test(rest[0])) return undefined;
      if (rest.some((word) => word.startsWith("ansible_"))) ansible = true;
      hosts++;
    }
  }
  return { hosts, groups, ansible };
}
