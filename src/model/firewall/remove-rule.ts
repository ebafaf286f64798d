import type { TextEdit } from "../../engine/fix.ts";
import type { FirewallRule, Ruleset } from "./ruleset.ts";

/** What may stand ahead of a rule on its line: a command, or iptables-save's counters. */
const COMMAND = /^\s*((nft\s+)?(add|insert)\s+rule\s+[^;{}]*|rule\s+[^;{}]*|\[\d+:\d+\]\s*)?$/;

/**
 * The edit that takes a rule out of a file, with its line where it stands alone there. Undefined where the text makes
 * several rules at once, or where a script would be left with an empty branch.
 */
export function removeRule(text: string, ruleset: Ruleset, rule: FirewallRule): TextEdit | undefined {
  const { start, end } = rule.range;
  if (rule.conditional || end <= start || isShared(ruleset, rule)) return undefined;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const lineEnd = next === -1 ? text.length : next;
  const ahead = text.slice(lineStart, start);
  const behind = text.slice(end, lineEnd);
  const shell = /^#!.*\b(ba|da|k|z)?sh\b/.test(text) || /(^|\s)(ip6?tables)\s/.test(ahead);
  if (shell) return undefined;
  const range = COMMAND.test(ahead) && /^\s*;?\s*(#.*)?$/.test(behind) ? { start: lineStart, end: next === -1 ? lineEnd : next + 1 } : undefined;
  if (range) return { path: ruleset.path, range, newText: "" };
  if (ruleset.dialect !== "nftables" || /\brule\b/.test(ahead)) return undefined;
  const separator = /^\s*;[ \t]*/.exec(behind);
  return separator ? { path: ruleset.path, range: { start, end: end + separator[0].length }, newText: "" } : undefined;
}

/** One line of iptables with several addresses is several rules; anonymous chains must not become empty. */
function isShared(ruleset: Ruleset, rule: FirewallRule): boolean {
  let same = 0;
  for (const { chains } of ruleset.tables) {
    for (const chain of chains) {
      for (const other of chain.rules) {
        if (other.range.start === rule.range.start && other.range.end === rule.range.end) same++;
        if (other === rule && chain.name.startsWith("__")) return true;
      }
    }
  }
  return same !== 1;
}
