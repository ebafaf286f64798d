import type { Location, Range } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { IfupdownTree } from "../../formats/ifupdown/index.ts";
import type { ShellTree, ShellWord } from "../../formats/shell/index.ts";
import { parseCommands } from "../../formats/shell/index.ts";
import type { UnitTree } from "../../formats/systemd-unit/index.ts";
import type { YamlMapping, YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Ping } from "./ping.ts";
import { pingOf } from "./ping.ts";

/** A ping in a file, with what is said beside it. */
export interface ReachabilityCheck {
  readonly ping: Ping;
  readonly location: Location;
  /** The task's name, the comment above, the unit's description, the file's name: what a person wrote of its purpose. */
  readonly purpose: string;
}

const PROGRAM = /\bf?ping[46]?\b|\bcheck_(?:ping|icmp|fping)\b/;
/** Keys under which YAML files keep command lines: Ansible's modules, cron, keepalived, Kubernetes' probes, monitoring. */
const COMMAND_KEY = /(?:^|[._])(?:command|shell|raw|script|cmd|job|exec|execstart|check|test|run|healthcheck|probe|command_line|check_command|argv|args|free_form|up|post-up|pre-up)$/i;
const NAME_KEYS = ["name", "description", "id", "service_description"];
const DEEPEST = 60;

/** Every ping in a script, a unit's Exec lines, an interface's commands or the command lines of a YAML file. */
export function reachabilityChecks(workspace: Workspace, path: string): readonly ReachabilityCheck[] {
  const document = workspace.document(path);
  if (document === undefined || !PROGRAM.test(document.text)) return [];
  const { text } = document;
  const file = path.slice(path.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
  if (document.language === "shell") {
    return (document.tree as ShellTree).commands.flatMap(({ words, range }) => checkOf(path, words, `${file} ${commentAbove(text, range.start)}`));
  }
  if (document.language === "systemd-unit") {
    const { sections } = document.tree as UnitTree;
    const description = sections.flatMap(({ entries }) => entries).find(({ key }) => key === "Description")?.value ?? "";
    return sections.flatMap(({ entries }) => entries).flatMap(({ key, valueRange }) => (/^Exec(Start|Condition|Reload|Stop)/.test(key) ? inText(path, text, skipPrefix(text, valueRange), `${file} ${description}`) : []));
  }
  if (document.language === "ifupdown") {
    return (document.tree as IfupdownTree).stanzas.flatMap(({ options }) => options).flatMap(({ key, valueRange }) => (/^(pre-|post-)?(up|down)$/.test(key) ? inText(path, text, valueRange, file) : []));
  }
  if (document.language !== "yaml") return [];
  const found: ReachabilityCheck[] = [];
  for (const root of (document.tree as YamlTree).documents) walk(path, text, root, "", "", found, 0);
  return found;
}

function walk(path: string, text: string, node: YamlNode, key: string, purpose: string, into: ReachabilityCheck[], depth: number): void {
  if (depth > DEEPEST) return;
  if (node.kind === "mapping") {
    const own = nameOf(node);
    for (const entry of entriesOf(node)) walk(path, text, entry.value, entry.key, own === "" ? purpose : own, into, depth + 1);
    return;
  }
  if (node.kind === "sequence") {
    const words = argumentList(text, node);
    if (words !== undefined && COMMAND_KEY.test(key)) into.push(...checkOf(path, words, purpose));
    else for (const item of itemsOf(node)) walk(path, text, item, key, purpose, into, depth + 1);
    return;
  }
  if (typeof node.value !== "string" || isUnknown(node.value) || !PROGRAM.test(node.text)) return;
  if (!COMMAND_KEY.test(key) && !/^\s*\/\S+\/(?:f?ping6?|check_\w+)\s/.test(node.text)) return;
  into.push(...inText(path, text, node.range, `${purpose} ${key}`));
}

function nameOf(node: YamlMapping): string {
  for (const key of NAME_KEYS) {
    const value = entryOf(node, key)?.value;
    if (value?.kind === "scalar" && value.text !== "") return value.text;
  }
  return "";
}

/** A command as a list of its words: `argv`, a probe's `exec.command`. */
function argumentList(text: string, node: YamlNode): ShellWord[] | undefined {
  const words: ShellWord[] = [];
  for (const item of itemsOf(node)) {
    if (item.kind !== "scalar") return undefined;
    // What stands in quotes is the word; a space inside makes it a command line of its own.
    const quoted = /^["']/.test(text.slice(item.range.start, item.range.start + 1)) ? 1 : 0;
    if (/\s/.test(item.text)) return undefined;
    words.push({ text: item.text, range: { start: item.range.start + quoted, end: item.range.end - quoted }, quoted: quoted === 1 });
  }
  return words.length > 1 ? words : undefined;
}

/** The pings of a command line that stands in `range` of a text, quoted or as a block. */
function inText(path: string, text: string, range: Range, purpose: string): ReachabilityCheck[] {
  const quoted = /^["']/.test(text.slice(range.start, range.start + 1)) ? 1 : 0;
  const start = range.start + quoted;
  const source = text.slice(start, range.end - quoted);
  // A block scalar's mark is no pipe.
  const header = /^[|>][-+\d]*[ \t]*(?:#[^\n]*)?\r?\n/.exec(source)?.[0].length ?? 0;
  return parseCommands(" ".repeat(header) + source.slice(header)).flatMap(({ words }) =>
    checkOf(path, words.map((word) => ({ ...word, range: { start: start + word.range.start, end: start + word.range.end } })), purpose),
  );
}

function checkOf(path: string, words: readonly ShellWord[], purpose: string): ReachabilityCheck[] {
  const ping = pingOf(words);
  return ping === undefined ? [] : [{ ping, location: { path, range: ping.range }, purpose: purpose.trim() }];
}

/** systemd.service(5): `@`, `-`, `:`, `+` and `!` before the program. */
function skipPrefix(text: string, { start, end }: Range): Range {
  let at = start;
  while (at < end && "@-:+!".includes(text[at]!)) at++;
  return { start: at, end };
}

/** The comment lines directly above a place. */
function commentAbove(text: string, at: number): string {
  const lines = text.slice(Math.max(0, at - 600), at).split("\n").slice(0, -1).reverse();
  const comments: string[] = [];
  for (const line of lines) {
    if (!/^\s*#(?!!)/.test(line)) break;
    comments.push(line.replace(/^\s*#+/, "").trim());
  }
  return comments.reverse().join(" ");
}
