import { maskJinja } from "../../../formats/template/jinja.ts";
import type { YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf } from "../../../formats/yaml/index.ts";
import { roleOf } from "../../fleet/roles.ts";
import type { Workspace } from "../../workspace.ts";
import type { Dangling, Place } from "./place.ts";
import { inComment, literally, sortedPlaces } from "./place.ts";

/** Files whose top-level keys are variables. */
const VARIABLES = /(?:^|\/)(?:group_vars|host_vars|vars|defaults)\//;
/** Keys whose value is an expression without braces. */
const BARE = /^[ \t-]*(?:when|that|until|failed_when|changed_when|var):[ \t]*(.*)$/gm;
const GUARDS = String.raw`\s*(?:\|\s*(?:default|d)\b|is\s+(?:not\s+)?(?:defined|undefined))`;

/** Variables that the change takes away altogether, and that templates or tasks still need. */
export function removedVariables(before: Workspace, after: Workspace, changed: readonly string[]): Dangling[] {
  // Without hosts only a part of the repository is here, and the other part may define it.
  if (after.fleet.hosts.length === 0) return [];
  const gone = new Map<string, string>();
  for (const path of changed) {
    const names = VARIABLES.test(path) ? namesIn : namesInInventory;
    const left = new Set(names(after, path));
    for (const name of new Set(names(before, path))) {
      if (left.has(name) || !/^[A-Za-z_]\w*$/.test(name) || (names === namesInInventory && !wasOfHosts(before, after, name, path))) continue;
      gone.set(name, path);
    }
  }
  if (gone.size === 0) return [];
  for (const path of after.paths) {
    const text = after.text(path)!;
    for (const name of gone.keys()) if (text.includes(name) && defines(text, name)) gone.delete(name);
  }
  const found: Dangling[] = [];
  for (const [name, was] of gone) {
    const places = sortedPlaces(after.paths.filter((path) => isUsed(after, path)).flatMap((path) => usesOf(after, path, name)));
    if (places.length > 0) found.push({ kind: "variable", name, places, was });
  }
  return found;
}

function namesIn(workspace: Workspace, path: string): readonly string[] {
  const document = workspace.document(path);
  return document?.language === "yaml" ? (document.tree as YamlTree).documents.flatMap((root) => entriesOf(root).map(({ key }) => key)) : [];
}

/** What may be a variable in an inventory: of a host's line, or of a group. Ansible's own are read by Ansible. */
function namesInInventory(workspace: Workspace, path: string): readonly string[] {
  const language = workspace.language(path);
  const names = language === "ansible-inventory-ini" ? /(?:^|\s)([A-Za-z_]\w*)\s*=/gm : language === "yaml" ? /(?:^[ \t]*|[{,][ \t]*)([A-Za-z_]\w*):(?=\s)/gm : undefined;
  return names === undefined ? [] : [...(workspace.text(path) ?? "").matchAll(names)].flatMap(([, name]) => (name!.startsWith("ansible_") ? [] : [name!]));
}

/** Whether hosts that are still there had the variable from the file; one that goes with its host is missed by nobody. */
function wasOfHosts(before: Workspace, after: Workspace, name: string, path: string): boolean {
  return before.fleet.hosts.some((host) => host.variables.get(name)?.location.path === path && after.fleet.host(host.name) !== undefined);
}

/** Whether a text may give the name a value: as a key anywhere, in an inventory's line, by register, a loop, a statement. */
function defines(text: string, name: string): boolean {
  const key = literally(name);
  return new RegExp(String.raw`(?:^|[\s{,"'-])${key}["']?\s*(?:=(?!=)|:(?!:))|(?:register|loop_var|index_var|name|fact|label):\s*["']?${key}["']?\s*$|\{%-?\s*(?:set|macro)\s[^%]*\b${key}\b|\bfor\s+[^%]*\b${key}\b[^%]*\sin\b`, "m").test(text);
}

/** False for what belongs to a role that no play runs. */
function isUsed(workspace: Workspace, path: string): boolean {
  const role = roleOf(workspace, path);
  const { plays } = workspace.fleet;
  return role === undefined || plays.length === 0 || plays.some(({ ran }) => ran.includes(role));
}

/** Places of one file that read the variable with nothing to fall back to. */
export function usesOf(workspace: Workspace, path: string, name: string): Place[] {
  const text = workspace.text(path)!;
  if (!text.includes(name) || /\.(md|rst|txt)$/i.test(path)) return [];
  const key = literally(name);
  // What is asked for somewhere in the file, or may be left out there, is no fault wherever else it stands in it.
  if (new RegExp(String.raw`\b${key}\b${GUARDS}|["']${key}["']\s+in\s+(?:vars|hostvars)|lookup\(\s*["']vars["']`).test(text)) return [];
  const use = new RegExp(String.raw`(?<![\w.'"-])${key}(?![\w'"-]|\s*=[^=])`, "g");
  const found: Place[] = [];
  const search = (code: string, from: number): void => {
    for (const match of code.matchAll(use)) {
      const start = from + match.index;
      if (!inComment(text, start)) found.push({ location: { path, range: { start, end: start + name.length } }, how: name, breaks: true });
    }
  };
  for (const { kind, range } of maskJinja(text).regions) if (kind !== "comment") search(text.slice(range.start, range.end), range.start);
  if (workspace.language(path) === "yaml") {
    for (const match of text.matchAll(BARE)) if (!match[1]!.includes("{{")) search(match[1]!, match.index + match[0].length - match[1]!.length);
  }
  return found;
}
