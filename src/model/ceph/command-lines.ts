import type { Range } from "../../engine/location.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { ShellCommand, ShellTree, ShellWord } from "../../formats/shell/index.ts";
import { parseCommands } from "../../formats/shell/index.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { loopItems, memberOf } from "../written/loops.ts";
import { mappings, moduleName, plainText, unquotedRange } from "../written/tasks.ts";

/** One word of a `ceph` command. A HOLE in its text: a variable decides. */
export interface CephWord {
  readonly text: string;
  readonly range: Range;
}

/** A `ceph` command of a script or a task: `osd set noout`, without the program and its own options. */
export interface CephCommand {
  readonly words: readonly CephWord[];
  readonly range: Range;
  /** A branch, a function or a task's `when` decides whether it runs. */
  readonly conditional: boolean;
}

const MODULES = new Set(["command", "shell", "raw", "cmd", "run", "script", "_raw_params", "expect"]);
/** The program's own options that take a word. */
const TAKES_WORD = /^(--(cluster|id|name|conf|keyring|connect-timeout|user|setuser|setgroup|mon-host|fsid|format)|-[cnkmf]|-i)$/;
const FIRST = new Set(["osd", "config", "health", "orch", "mon", "mgr", "mds", "fs", "pg", "auth", "balancer", "nvme-gw", "config-key", "tell", "daemon"]);
/** They only speak of a command. */
const SPEAKS = new Set(["echo", "printf", "logger", "grep", "egrep", "which", "type", "man", "alias", "pgrep", "pkill", "cat", "apt-get", "apt", "yum", "dnf"]);
const DEPTH = 3;

/** Every `ceph` command that a script or a file of tasks runs, in the order of the text. */
export function cephCommands(workspace: Workspace, path: string): CephCommand[] {
  const document = workspace.document(path);
  const text = document?.text ?? "";
  if (document === undefined || !text.includes("ceph")) return [];
  if (document.language === "shell") return (document.tree as ShellTree).commands.flatMap((command) => ofShell(command, text, 0));
  if (document.language !== "yaml") return [];
  const found: CephCommand[] = [];
  for (const { node, conditions, parent } of mappings(workspace, path)) {
    for (const { key, value } of entriesOf(node)) {
      const name = moduleName(key);
      const commands = name === "ceph_osd_flag" ? flagTask(value, text) : name === "argv" ? inList(value, text) : MODULES.has(name) ? inScalar(value, text) : [];
      if (commands.length === 0) continue;
      const task = name === "argv" || name === "cmd" || name === "_raw_params" ? (parent ?? node) : node;
      const conditional = conditions.length > 0;
      for (const command of commands) {
        for (const turn of turns(workspace, path, task, command, text)) found.push(conditional ? { ...turn, conditional } : turn);
      }
    }
  }
  return found;
}

function inScalar(value: YamlNode, text: string): CephCommand[] {
  if (value.kind !== "scalar") return value.kind === "sequence" ? inList(value, text) : [];
  const raw = text.slice(value.range.start, value.range.end);
  if (!raw.includes("ceph")) return [];
  const literal = raw.startsWith("|");
  const { start } = unquotedRange(text, value.range);
  const written = text.slice(start, unquotedRange(text, value.range).end);
  // What YAML folds is one line; a literal block keeps its own. Lengths stay, so ranges do.
  const header = /^[|>][^\n]*/.exec(raw)?.[0].length ?? 0;
  const lines = " ".repeat(header) + (literal ? written.slice(header) : written.slice(header).replace(/\\?\r?\n/g, (eol) => " ".repeat(eol.length)));
  return parseCommands(lines, start).flatMap((command) => ofShell(command, text, 0));
}

function inList(value: YamlNode, text: string): CephCommand[] {
  const words = itemsOf(value).flatMap((item) => {
    const word = plainText(item);
    return word === undefined ? [] : [{ text: word.includes("{{") ? HOLE : word, range: unquotedRange(text, item.range), quoted: true }];
  });
  return ofWords(words, false, value.range);
}

/** ceph-ansible's module: `state` is present where it is not told. */
function flagTask(value: YamlNode, text: string): CephCommand[] {
  const name = entryOf(value, "name")?.value;
  const flag = plainText(name);
  if (name === undefined || flag === undefined) return [];
  const verb = plainText(entryOf(value, "state")?.value) === "absent" ? "unset" : "set";
  const at = value.range;
  return [{ words: [{ text: "osd", range: at }, { text: verb, range: at }, { text: flag.includes("{{") ? HOLE : flag, range: unquotedRange(text, name.range) }], range: at, conditional: false }];
}

function ofShell({ words, blocks, range }: ShellCommand, text: string, depth: number): CephCommand[] {
  const own = ofWords(words, blocks.some(({ kind }) => kind !== "loop"), range);
  if (own.length > 0 || depth >= DEPTH) return own;
  // `sh -c "ceph …"`, `ssh mon1 'ceph …'`
  return words.flatMap((word) => {
    if (!word.quoted || !/\bceph\s/.test(word.text)) return [];
    const inside = unquotedRange(text, word.range);
    return parseCommands(text.slice(inside.start, inside.end), inside.start).flatMap((command) => ofShell(command, text, depth + 1));
  });
}

function ofWords(words: readonly ShellWord[], conditional: boolean, range: Range): CephCommand[] {
  if (SPEAKS.has(words[0]?.text ?? "")) return [];
  for (const [at, { text }] of words.entries()) {
    if (text !== "ceph" && !text.endsWith("/ceph")) continue;
    let first = at + 1;
    while (first < words.length && words[first]!.text.startsWith("-")) first += TAKES_WORD.test(words[first]!.text) ? 2 : 1;
    if (first < words.length && FIRST.has(words[first]!.text)) return [{ words: words.slice(first).map(({ text: word, range: place }) => ({ text: word, range: place })), range, conditional }];
  }
  return [];
}

/** A command of a loop once for each item that is written in the same file. */
function turns(workspace: Workspace, path: string, task: YamlMapping, command: CephCommand, text: string): CephCommand[] {
  if (!command.words.some((word) => word.text.includes(HOLE))) return [command];
  const items = loopItems(workspace, path, task, workspace.fleet.scopeOf(path)).filter((item) => item.path === path);
  if (items.length === 0) return [command];
  return items.map((item) => ({
    ...command,
    words: command.words.map((word) => {
      const node = word.text.includes(HOLE) ? memberOf(text.slice(word.range.start, word.range.end), item) : undefined;
      const value = plainText(node);
      return node === undefined || value === undefined ? word : { text: value.includes("{{") ? HOLE : value, range: unquotedRange(text, node.range) };
    }),
  }));
}
