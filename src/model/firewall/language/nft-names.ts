import { unquote } from "../../../formats/nftables/cursor.ts";
import type { Address, Command, Definition, Include, Name, NftFile, TableItem } from "../../../formats/nftables/index.ts";
import type { Token } from "../../../formats/nftables/lexer.ts";
import { tokenize } from "../../../formats/nftables/lexer.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { keyOf } from "../from-nftables/tables.ts";
import type { NameKind, Occurrence } from "./occurrence.ts";
import { spanAt } from "./occurrence.ts";

/** Bases of raw payload: `@th,16,16` names no set. */
const PAYLOAD = new Set(["ll", "nh", "th", "ih"]);
/** What may be given by `name` or `set`; the rest of nft's words after those begin an expression. */
const NAMED = new Set(["counter", "limit", "quota", "synproxy", "tunnel"]);

/**
 * Every name of an nft file, in the order of the text. What defines comes from the tree; what uses comes from the words,
 * so that names in a statement that is being typed, which the parser cannot take in yet, are there as well.
 */
export function nftNames(file: NftFile): Occurrence[] {
  const found: Occurrence[] = [];
  for (const command of file.commands) definitions(command, found);
  const known = new Set(found.map(({ range }) => range.start));
  const add = (kind: NameKind, token: Token): void => {
    const quoted = token.kind === "quoted";
    const range = quoted ? { start: token.start + 1, end: token.start + 1 + unquote(token.text).length } : { start: token.start, end: token.end };
    if (token.text.includes(HOLE) || range.start === range.end || known.has(range.start)) return;
    const scope = kind === "variable" ? "" : scopeAt(file.commands, token.start);
    found.push({ kind, name: quoted ? unquote(token.text) : token.text, scope, range, role: "use" });
  };
  const tokens = tokenize(file.masked.text);
  for (let i = 0; i + 1 < tokens.length; i++) {
    const token = tokens[i]!;
    const next = tokens[i + 1]!;
    const named = next.kind === "word" || next.kind === "quoted";
    if (!named || token.kind === "quoted") continue;
    if (token.text === "$") add("variable", next);
    else if (token.text === "@") {
      if (/^\d/.test(next.text) || (PAYLOAD.has(next.text) && tokens[i + 2]?.text === ",")) continue;
      const flow = (tokens[i - 1]?.text === "add" || tokens[i - 1]?.text === "offload") && tokens[i - 2]?.text === "flow";
      add(flow ? "flowtable" : "set", next);
    } else if (token.text === "jump" || token.text === "goto") add("chain", next);
    else if (token.text === "name" && NAMED.has(tokens[i - 1]?.text ?? "")) add("object", next);
    else if (token.text === "set" && tokens[i - 2]?.text === "ct" && /^(helper|timeout|expectation)$/.test(tokens[i - 1]?.text ?? "")) add("object", next);
  }
  return found.sort((a, b) => a.range.start - b.range.start);
}

/** The table in which a place of the text stands, as `family name`; undefined in a part that another file includes. */
export function scopeAt(commands: readonly Command[], offset: number): string | undefined {
  const command = spanAt(commands, offset);
  if (command === undefined || (command.kind !== "table" && command.kind !== "object") || command.at.table === undefined) return undefined;
  return keyOf(command.at.family, command.at.table.text);
}

const CREATING = new Set(["add", "create"]);

function definitions(command: Command, found: Occurrence[]): void {
  switch (command.kind) {
    case "define":
      return variable(command, found);
    case "include":
      return include(command, found);
    case "other":
      if (command.item) item(command.item, undefined, found);
      return;
    case "table":
      table(command.at, CREATING.has(command.verb) ? "definition" : "use", found);
      for (const one of command.items) item(one, keyOf(command.at.family, command.at.table?.text ?? ""), found);
      return;
    case "object": {
      const { at, verb, what } = command;
      table(at, "use", found);
      const kind = kindOf(what);
      const scope = keyOf(at.family, at.table?.text ?? "");
      const creates = CREATING.has(verb) && !["rule", "element"].includes(what);
      if (at.name && kind) add(kind, at.name, scope, creates ? "definition" : "use", found);
      if (command.newName) add("chain", command.newName, scope, "definition", found);
    }
  }
}

function table(at: Address, role: Occurrence["role"], found: Occurrence[]): void {
  if (at.table) add("table", at.table, keyOf(at.family, at.table.text), role, found);
}

function item(node: TableItem, scope: string | undefined, found: Occurrence[]): void {
  switch (node.kind) {
    case "define":
      return variable(node, found);
    case "include":
      return include(node, found);
    case "chain":
      add("chain", node.name, scope, "definition", found);
      for (const rule of node.rules) if (rule.kind === "define") variable(rule, found);
      else if (rule.kind === "include") include(rule, found);
      return;
    case "other":
      if (node.name) add(node.what === "flowtable" ? "flowtable" : "object", node.name, scope, "definition", found);
      return;
    default:
      add("set", node.name, scope, "definition", found);
  }
}

function variable({ verb, name }: Definition, found: Occurrence[]): void {
  add("variable", name, "", verb === "undefine" ? "use" : "definition", found);
}

function include({ path }: Include, found: Occurrence[]): void {
  add("include", path, "", "use", found);
}

function kindOf(what: string): NameKind | undefined {
  if (what === "chain" || what === "rule") return "chain";
  if (["set", "map", "element", "meter"].includes(what)) return "set";
  if (what === "flowtable") return "flowtable";
  return /^(counter|quota|limit|secmark|synproxy|ct .+)$/.test(what) ? "object" : undefined;
}

function add(kind: NameKind, name: Name, scope: string | undefined, role: Occurrence["role"], found: Occurrence[]): void {
  const { text, range } = name;
  if (text === "" || text.includes(HOLE)) return;
  const quoted = range.end - range.start === text.length + 2;
  found.push({ kind, name: text, scope, range: quoted ? { start: range.start + 1, end: range.end - 1 } : range, role });
}
