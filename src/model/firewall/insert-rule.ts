import type { TextEdit } from "../../engine/fix.ts";
import type { Chain, FirewallRule, Ruleset, Table } from "./ruleset.ts";

/** A rule in both languages: what stands in an nft chain, and what follows `-A CHAIN`. */
export interface NewRule {
  readonly nft: string;
  readonly iptables: string;
}

/**
 * The edit that puts rules into a chain in the layout of the file: before `before`, or at the chain's end. Undefined
 * where the file's layout leaves it open how.
 */
export function insertRules(text: string, ruleset: Ruleset, table: Table, chain: Chain, before: FirewallRule | undefined, rules: readonly NewRule[]): TextEdit | undefined {
  // A zone of firewalld is no place for rules of nft.
  if (/^\uFEFF?\s*</.test(text)) return undefined;
  const edit = ruleset.dialect === "iptables" ? iptablesEdit(text, table, chain, before, rules) : nftEdit(text, chain, before, rules);
  return edit && { path: ruleset.path, range: { start: edit.at, end: edit.at }, newText: edit.newText };
}

interface Insertion {
  readonly at: number;
  readonly newText: string;
}

function iptablesEdit(text: string, table: Table, chain: Chain, before: FirewallRule | undefined, rules: readonly NewRule[]): Insertion | undefined {
  const neighbour = before ?? lastOf(chain);
  const lineBreak = lineBreakOf(text);
  if (neighbour === undefined) {
    const declared = table.chains.filter((other) => text[other.range.start] === ":").map((other) => other.range.end);
    if (declared.length === 0) return undefined;
    return { at: endOfLine(text, Math.max(...declared)), newText: rules.map((rule) => `${lineBreak}-A ${chain.name} ${rule.iptables}`).join("") };
  }
  const start = startOfLine(text, neighbour.range.start);
  const line = text.slice(start, endOfLine(text, neighbour.range.end));
  const head = /^(\s*(?:\[\d+:\d+\]\s*|[^'"|;&#]*?\s)??)(?:-A|--append)\s+(["']?)([\w.:-]+)\2(?=\s)/.exec(line);
  if (!head || head[3] !== chain.name || line.includes("\n")) return undefined;
  const prefix = head[1]!.replace(/\[\d+:\d+\]/, "[0:0]");
  const added = rules.map((rule) => `${prefix}-A ${chain.name} ${rule.iptables}`);
  if (before) return { at: start, newText: added.map((one) => one + lineBreak).join("") };
  return { at: start + line.length, newText: added.map((one) => lineBreak + one).join("") };
}

function nftEdit(text: string, chain: Chain, before: FirewallRule | undefined, rules: readonly NewRule[]): Insertion | undefined {
  const lineBreak = lineBreakOf(text);
  const neighbour = before ?? lastOf(chain);
  const anchor = neighbour?.range ?? chain.policyRange;
  if (anchor === undefined) return undefined;
  const start = startOfLine(text, anchor.start);
  const ahead = text.slice(start, anchor.start);
  const line = text.slice(start, endOfLine(text, anchor.end));
  const written = rules.map(({ nft }) => nft);
  const command = /^(\s*(?:nft\s+)?(add|insert|create|replace)\s+rule\s+(?:(?:ip|ip6|inet)\s+)?[\w.-]+\s+[\w.-]+\s+)/.exec(line);
  if (command || /\brule\b/.test(ahead)) {
    if (command?.[2] !== "add" || neighbour === undefined || /['"\\]\s*$/.test(line)) return undefined;
    const added = written.map((one) => command[1]! + one);
    return before ? { at: start, newText: added.map((one) => one + lineBreak).join("") } : { at: start + line.length, newText: added.map((one) => lineBreak + one).join("") };
  }
  const alone = ahead.trim() === "";
  if (before) return { at: anchor.start, newText: written.map((one) => (alone ? `${one}${lineBreak}${ahead}` : `${one}; `)).join("") };
  const rest = text.slice(anchor.end, endOfLine(text, anchor.end));
  if (/^\s*;?\s*(#.*)?$/.test(rest)) {
    const indent = neighbour ? ahead.match(/^\s*/)![0] : /^\s*/.exec(line)![0];
    return { at: anchor.end + rest.length, newText: written.map((one) => lineBreak + indent + one).join("") };
  }
  const semicolon = /^\s*;/.exec(rest);
  return { at: anchor.end + (semicolon?.[0].length ?? 0), newText: written.map((one) => (semicolon ? ` ${one};` : `; ${one}`)).join("") };
}

function lastOf(chain: Chain): FirewallRule | undefined {
  return chain.rules.reduce<FirewallRule | undefined>((last, rule) => (last === undefined || rule.range.end > last.range.end ? rule : last), undefined);
}

function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

function endOfLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  if (end === -1) return text.length;
  return end > offset && text[end - 1] === "\r" ? end - 1 : end;
}

function lineBreakOf(text: string): string {
  return /\r\n/.test(text) ? "\r\n" : "\n";
}
