import type { Token } from "../../../../formats/nftables/lexer.ts";
import { tokenize } from "../../../../formats/nftables/lexer.ts";

/** What a pair of braces holds: `elements` are those of a set, `object` is a counter, flowtable and the like. */
export type BlockKind = "table" | "chain" | "set" | "object" | "elements";

/** Braces that are open at a place. */
export interface Block {
  readonly kind: BlockKind;
  /** The words before the brace. */
  readonly header: readonly string[];
  /** The statements that stand in it so far. */
  readonly statements: (readonly string[])[];
}

/** Where in an nft text a place is. */
export interface Context {
  /** The braces around it, outermost first. */
  readonly blocks: readonly Block[];
  /** The words of its statement that stand before it; `{}` for a closed pair of braces. */
  readonly words: readonly string[];
}

const OBJECTS = new Set(["flowtable", "counter", "quota", "limit", "ct", "synproxy", "secmark", "tunnel"]);
const VERBS = new Set(["add", "create", "insert", "replace", "delete", "destroy", "flush", "list"]);

/** The surroundings of the end of a text. Braces that were never closed end where another block of the ruleset begins. */
export function contextAt(text: string): Context {
  let blocks: Block[] = [];
  let words: string[] = [];
  for (const token of tokenize(text).slice(0, -2)) {
    const inner = blocks.at(-1);
    if (token.kind === "newline" || isMark(token, ";")) {
      if (inner?.kind === "elements") continue;
      if (words.length > 0) inner?.statements.push(words);
      words = [];
    } else if (isMark(token, "{")) {
      const header = blockHeader(words);
      const kind = header === undefined ? "elements" : kindOf(header);
      if (kind === "table") blocks = [];
      else if (kind !== "elements" && header![0] !== "jump" && header![0] !== "goto") while (blocks.length > 0 && blocks.at(-1)!.kind !== "table") blocks.pop();
      blocks.push({ kind, header: header === undefined || header[0] === "jump" || header[0] === "goto" ? words : header, statements: [] });
      words = [];
    } else if (isMark(token, "}")) {
      const closed = blocks.pop();
      words = closed?.kind === "elements" ? [...closed.header, "{}"] : [];
    } else words.push(token.text);
  }
  return { blocks, words };
}

function isMark(token: Token, text: string): boolean {
  return token.kind === "mark" && token.text === text;
}

/** The words that open a block of the ruleset; undefined where the brace opens the elements of a set. */
function blockHeader(words: readonly string[]): readonly string[] | undefined {
  const last = words.at(-1) ?? "";
  if (last === "jump" || last === "goto") return [last];
  const rest = VERBS.has(words[0] ?? "") ? words.slice(1) : words;
  if (rest[0] === "table" && rest.length <= 3) return rest;
  const named = ["chain", "set", "map", "meter"].includes(rest[0] ?? "") || OBJECTS.has(rest[0] ?? "");
  if (named && rest.length >= 2 && rest.length <= 4 && !rest.includes("=") && rest[1] !== "state") return rest;
  // A brace that was left open before: the last words are the block's.
  const [what = "", name = ""] = words.slice(-2);
  return (what === "chain" || what === "set" || what === "map") && name !== "" ? [what, name] : undefined;
}

function kindOf(header: readonly string[]): BlockKind {
  switch (header[0]) {
    case "table":
      return "table";
    case "chain":
    case "jump":
    case "goto":
      return "chain";
    case "set":
    case "map":
    case "meter":
      return "set";
    default:
      return "object";
  }
}
