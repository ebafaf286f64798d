import type { TextEdit } from "../../../engine/fix.ts";
import type { Workspace } from "../../workspace.ts";
import type { FirewallRule, Ruleset, Table } from "../ruleset.ts";
import { acceptsPorts } from "./accepted.ts";
import type { PortInterval } from "./ports.ts";
import { intersect, isEmpty, portsText } from "./ports.ts";

/**
 * The edits that exempt TCP ports from conntrack, both ways, and let the untracked packets in where the tracked ones were
 * accepted. undefined where the file has no evident place for them.
 */
export function exemptPorts(workspace: Workspace, ruleset: Ruleset, ports: readonly PortInterval[]): readonly TextEdit[] | undefined {
  const text = workspace.text(ruleset.path);
  const accepts = acceptsPorts(ruleset, (interval) => !isEmpty(intersect([interval], ports)));
  const table = ruleset.tables.find((one) => one.chains.some(({ hook, rules }) => hook === "input" && rules.length > 0));
  if (text === undefined || accepts.length === 0 || table === undefined || workspace.language(ruleset.path) === "shell") return undefined;
  const widen = accepts.flatMap((rule) => acceptUntracked(ruleset.path, text, rule));
  const added = ruleset.dialect === "nftables" ? nftables(ruleset.path, text, table, accepts[0]!, ports) : iptables(ruleset.path, text, ruleset, table, accepts[0]!, ports);
  return added && [...added, ...widen];
}

/** Lets a rule that asks for the state `new` take untracked packets as well. */
function acceptUntracked(path: string, text: string, rule: FirewallRule): TextEdit[] {
  const own = text.slice(rule.range.start, rule.range.end);
  const match = /\bct state (\{[^}]*\}|[a-z]+(?:\s*,\s*[a-z]+)*)|--(?:ct)?state\s+([A-Z]+(?:,[A-Z]+)*)/.exec(own);
  if (match === null || /untracked/i.test(match[0])) return [];
  const start = rule.range.start + match.index;
  const states = (match[1] ?? "").replace(/[{}\s]/g, "").split(",");
  const newText = match[2] === undefined ? `ct state { ${[...states, "untracked"].join(", ")} }` : `${match[0]},UNTRACKED`;
  return [{ path, range: { start, end: start + match[0].length }, newText }];
}

function nftables(path: string, text: string, table: Table, first: FirewallRule, ports: readonly PortInterval[]): TextEdit[] | undefined {
  const close = table.range.end - 1;
  if (text[close] !== "}") return undefined;
  const names = new Set(table.chains.map(({ name }) => name));
  if (names.has("untracked_in") || names.has("untracked_out")) return undefined;
  const set = `{ ${portsText(ports)} }`;
  const unit = indentOf(text, first.range.start).slice(indentOf(text, table.chains[0]!.range.start).length) || "\t";
  const chain = (name: string, hook: string): string =>
    [
      `${unit}chain ${name} {`,
      `${unit}${unit}type filter hook ${hook} priority -300; policy accept;`,
      `${unit}${unit}tcp dport ${set} notrack`,
      `${unit}${unit}tcp sport ${set} notrack`,
      `${unit}}`,
    ].join("\n");
  const lineStart = text.lastIndexOf("\n", close - 1) + 1;
  const alone = text.slice(lineStart, close).trim() === "";
  const at = alone ? lineStart : close;
  const chains = `\n${chain("untracked_in", "prerouting")}\n\n${chain("untracked_out", "output")}\n`;
  const indent = indentOf(text, first.range.start);
  return [
    { path, range: { start: first.range.start, end: first.range.start }, newText: `tcp sport ${set} tcp flags & (syn | ack) != syn ct state untracked accept\n${indent}` },
    { path, range: { start: at, end: at }, newText: chains },
  ];
}

function iptables(path: string, text: string, ruleset: Ruleset, table: Table, first: FirewallRule, ports: readonly PortInterval[]): TextEdit[] | undefined {
  const raw = ruleset.tables.find(({ name, family }) => name === "raw" && family === table.family);
  const list = portsText(ports, ":", ",");
  const rules = ["PREROUTING", "OUTPUT"].flatMap((chain) => ["--dports", "--sports"].map((side) => `-A ${chain} -p tcp -m multiport ${side} ${list} -j CT --notrack`)).join("\n");
  const chain = /^-A (\S+)/.exec(text.slice(first.range.start, first.range.end))?.[1];
  if (chain === undefined || text[table.range.start] !== "*") return undefined;
  const replies = `-A ${chain} -p tcp -m multiport --sports ${list} -m tcp ! --syn -m conntrack --ctstate UNTRACKED -j ACCEPT\n`;
  const commit = raw === undefined ? -1 : text.lastIndexOf("COMMIT", raw.range.end);
  if (raw !== undefined && commit < raw.range.start) return undefined;
  const at = raw === undefined ? table.range.start : commit;
  const newText = raw === undefined ? `*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n` : `${rules}\n`;
  return [
    { path, range: { start: at, end: at }, newText },
    { path, range: { start: first.range.start, end: first.range.start }, newText: replies },
  ];
}

function indentOf(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}
