import type { TextEdit } from "../../../engine/fix.ts";
import type { Workspace } from "../../workspace.ts";
import type { Decision } from "../evaluate/index.ts";
import { evaluate } from "../evaluate/index.ts";
import type { Chain, FirewallRule, Packet, Ruleset } from "../ruleset.ts";
import type { Exemption } from "./index.ts";
import { isStateful, rulesOf, untracked } from "./index.ts";
import type { PortInterval } from "./ports.ts";
import { isEmpty, subtract } from "./ports.ts";

type Hook = "prerouting" | "output";
type Side = "dport" | "sport";
type Protocol = "tcp" | "udp";

/** What an exemption from conntrack lacks. */
export interface Half {
  readonly rule: FirewallRule;
  readonly protocol: Protocol;
  readonly ports: readonly PortInterval[];
  /** `other-way`: packets of the other direction are tracked; `accept`: nothing accepts the untracked packets; `errors`: nor ICMP errors about them. */
  readonly lacks: "other-way" | "accept" | "errors";
  /** Of `other-way`: where the other half belongs. Of `accept`: which packets are refused. */
  readonly hook: Hook;
  readonly side: Side;
}

/** A range of more ports than this exempts everything, not a service. */
const WIDE = 32768n;

const HALVES: readonly (readonly [Hook, Side])[] = [
  ["prerouting", "dport"],
  ["output", "sport"],
  ["output", "dport"],
  ["prerouting", "sport"],
];

/** The exemptions of one ruleset that only half work, beside the other rulesets of the same hosts. */
export function halves(ruleset: Ruleset, beside: readonly Ruleset[]): Half[] {
  if (!beside.some(isStateful)) return [];
  const found: Half[] = [];
  const heard = new Set<FirewallRule>();
  for (const protocol of ["tcp", "udp"] as const) {
    for (const [hook, side] of HALVES) {
      const back = side === "dport" ? "sport" : "dport";
      const local = untracked(beside, hook === "prerouting" ? "output" : "prerouting", back, protocol);
      // What a router forwards comes in by prerouting both ways.
      const passing = hook === "prerouting" && forwards(beside) ? untracked(beside, hook, back, protocol) : undefined;
      if (local.unknown || passing?.unknown === true) continue;
      const other = [...local.ports, ...(passing?.ports ?? [])];
      for (const exemption of untracked([ruleset], hook, side, protocol).exemptions) {
        if (!isService(exemption) || heard.has(exemption.rule)) continue;
        const missing = subtract(exemption.ports, other);
        const half = isEmpty(missing) ? refused(exemption, beside, protocol, hook, side) : oneWay(exemption, missing, protocol, hook, side);
        // One rule about ICMP mends them all.
        if (half === undefined || (half.lacks === "errors" && found.some(({ lacks }) => lacks === "errors"))) continue;
        heard.add(exemption.rule);
        found.push(half);
      }
    }
  }
  // Addresses that are rewritten without conntrack come back as others: the two directions name different ports and hooks.
  return found.length > 0 && beside.some(translatesStateless) ? [] : found;
}

/** Whether the hosts decide about others' packets, not only about their own. */
function forwards(rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(({ tables }) => tables.some(({ name, chains }) => name !== "nat" && chains.some(({ hook, rules }) => hook === "forward" && rules.length > 0)));
}

/** Stateless NAT: a rule that writes addresses or ports itself, nft(8) payload statement. */
function translatesStateless(ruleset: Ruleset): boolean {
  return rulesOf(ruleset).some(({ statements }) => statements.some((one) => one.kind === "assign" && /^(ip6? [sd]addr|(tcp|udp|th) [sd]port)$/.test(one.field)));
}

function isService({ rule, ports }: Exemption): boolean {
  return !rule.conditional && !isEmpty(ports) && ports.every(([low, high]) => high - low < WIDE);
}

function oneWay({ rule }: Exemption, ports: readonly PortInterval[], protocol: Protocol, hook: Hook, side: Side): Half {
  return { rule, protocol, ports, lacks: "other-way", hook: hook === "prerouting" ? "output" : "prerouting", side: side === "dport" ? "sport" : "dport" };
}

/** Untracked packets match neither `established` nor `related`: something has to accept them as they are. */
function refused({ rule, ports }: Exemption, beside: readonly Ruleset[], protocol: Protocol, hook: Hook, side: Side): Half | undefined {
  const port = Number(ports[0]![0]);
  const away = 40_000;
  const packet: Packet = {
    hook: hook === "prerouting" ? "input" : "output",
    proto: protocol,
    ct: "untracked",
    sport: side === "sport" ? port : away,
    dport: side === "dport" ? port : away,
    ...(protocol === "tcp" ? { flags: side === "dport" ? ["syn"] : ["ack"] } : {}),
  };
  const ends = endsOf(beside, packet);
  if (!ends.has("accept") && !ends.has("unknown")) {
    // That a connection from elsewhere is refused may be meant; that it was accepted while it was tracked shows that it is not.
    const tracked = endsOf(beside.map(withoutNotrack), { ...packet, ct: side === "dport" ? "new" : "established" });
    return tracked.has("accept") ? { rule, protocol, ports, lacks: "accept", hook, side } : undefined;
  }
  if (hook !== "prerouting" || protocol !== "tcp") return undefined;
  const error: Packet = { hook: "input", proto: "icmp", type: 3, code: 4 };
  const untold = endsOf(beside, { ...error, ct: "invalid" });
  const lost = !untold.has("accept") && !untold.has("unknown") && endsOf(beside, { ...error, ct: "related" }).has("accept");
  return lost ? { rule, protocol, ports, lacks: "errors", hook, side } : undefined;
}

/** Every end that a packet may find, over the interfaces that it may come or go by: those that the rules name, and any other. */
function endsOf(rulesets: readonly Ruleset[], packet: Packet): ReadonlySet<Decision> {
  const interfaces = new Set(["other0"]);
  for (const statement of rulesets.flatMap(rulesOf).flatMap((rule) => rule.statements)) {
    if (statement.kind !== "match" || !/^meta [io]if/.test(statement.field) || !("kind" in statement.values) || statement.values.kind !== "names") continue;
    for (const name of statement.values.names) if (name !== "lo") interfaces.add(name.replace(/\*$/, "0"));
  }
  const way = packet.hook === "output" ? "oif" : "iif";
  return new Set([...interfaces].flatMap((name) => evaluate(rulesets, { ...packet, [way]: name }).possible));
}

function withoutNotrack(ruleset: Ruleset): Ruleset {
  const strip = (rule: FirewallRule): boolean => !rule.statements.some(({ kind }) => kind === "notrack");
  return {
    ...ruleset,
    tables: ruleset.tables.map((table) => ({ ...table, chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.filter(strip) })) })),
  };
}

const SWAPS: readonly (readonly [RegExp, (part: string) => string])[] = [
  [/--(?:d|s)ports?\b|--(?:destination|source)-ports?\b/g, (part) => (part.includes("--d") ? part.replace("--dest", "--sour").replace("--d", "--s") : part.replace("--s", "--d"))],
  [/\b(?:dport|sport)\b/g, (part) => (part === "dport" ? "sport" : "dport")],
  [/\b(?:saddr|daddr)\b/g, (part) => (part === "saddr" ? "daddr" : "saddr")],
  [/\b[io]if(?:name)?\b/g, (part) => (part[0] === "i" ? "o" : "i") + part.slice(1)],
  [/(?<=\s)-[sdio](?=\s)/g, (part) => ({ "-s": "-d", "-d": "-s", "-i": "-o", "-o": "-i" })[part]!],
  [/^-([AI]) (?:PREROUTING|OUTPUT)\b/g, (part) => (part.includes("OUTPUT") ? part.replace("OUTPUT", "PREROUTING") : part.replace("PREROUTING", "OUTPUT"))],
];

/** The edits that add the other half of an exemption beside it, with source and destination exchanged. undefined without an evident place. */
export function otherHalf(workspace: Workspace, ruleset: Ruleset, half: Half): readonly TextEdit[] | undefined {
  const text = workspace.text(ruleset.path);
  if (text === undefined || half.lacks !== "other-way" || workspace.language(ruleset.path) === "shell") return undefined;
  const own = text.slice(half.rule.range.start, half.rule.range.end);
  if (/[\n{]\s*\n|--(?:destination|source)-port/.test(own)) return undefined;
  const twin = SWAPS.reduce((line, [pattern, swap]) => line.replace(pattern, swap), own);
  const table = ruleset.tables.find(({ chains }) => chains.some(({ rules }) => rules.includes(half.rule)))!;
  if (ruleset.dialect === "iptables") {
    if (!/^-[AI] (PREROUTING|OUTPUT)\b/.test(own)) return undefined;
    return [{ path: ruleset.path, range: { start: half.rule.range.end, end: half.rule.range.end }, newText: `\n${twin}` }];
  }
  const from = table.chains.find(({ rules }) => rules.includes(half.rule))!;
  const to: Chain | undefined = table.chains.find(({ hook, priority }) => hook === half.hook && priority === from.priority);
  const after = to?.rules.at(-1);
  if (from.hook === undefined || after === undefined) return undefined;
  const lineStart = text.lastIndexOf("\n", after.range.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, after.range.start))![0];
  return [{ path: ruleset.path, range: { start: after.range.end, end: after.range.end }, newText: `\n${indent}${twin}` }];
}
