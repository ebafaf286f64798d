/** First parts of the keys that any kernel's /proc/sys has. */
const ROOTS = "abi|crypto|debug|dev|fs|kernel|net|sunrpc|user|vm|xen";
const ASSIGNMENT = new RegExp(`^\\s*-?\\s*(?:${ROOTS})[./][\\w./*?\\[\\]{}%@:-]+\\s*=`);
const OTHER_TEXT = /\.(ya?ml|json|toml|md|rst|txt|sh|bash|py|rb|pp|nix|service|html?|xml|csv|tf|go|c|h|js|ts)$/;

/** True where most lines of `head` that are not blank, comment or template set a sysctl, and none opens a section. */
export function looksLikeSysctl(head: string): boolean {
  let assignments = 0;
  let others = 0;
  // The last line may be cut off, unless it is the only one.
  const lines = head.split(/\r?\n/);
  for (const line of lines.length > 1 && head.length >= 4096 ? lines.slice(0, -1) : lines) {
    if (/^\s*($|[#;]|\{[%#])/.test(line)) continue;
    if (/^\s*\[[^\]]*\]\s*$/.test(line)) return false;
    if (ASSIGNMENT.test(line)) assignments++;
    else others++;
  }
  return assignments > others;
}

/** How `path` (a template's ending removed) and its `head` are known to be sysctl settings. */
export function recogniseSysctl(path: string, head: string): "name" | "content" | false {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/(^|\/)sysctl\.d\/[^/]+$/.test(path) && (name.endsWith(".conf") || !/\.|^(?:README|LICENSE|COPYING|CHANGELOG|Makefile)$/i.test(name))) return "name";
  if (name === "sysctl" || /(^|[-_.])sysctl[\w.-]*\.conf$/.test(name) || /\.sysctl$/.test(name)) {
    return /^\s*\[[^\]]*\]\s*$/m.test(head) ? false : "name";
  }
  if (OTHER_TEXT.test(name)) return false;
  return looksLikeSysctl(head) ? "content" : false;
}
