import type { Range } from "../../../engine/location.ts";
import { unknown } from "../../../engine/unknown.ts";
import type { RuleSpec, Target } from "../../../formats/iptables/tree.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Family } from "./match.ts";
import { lowerBasic, lowerMatch, protocolOf } from "./match.ts";
import type { FirewallRule, Statement, Verdict } from "../ruleset.ts";

/** One rule's statements; several rules where a match allows alternatives (`--ports`). */
export function lowerRule(spec: RuleSpec, family: Family, table: string, range: Range, conditional: boolean): FirewallRule[] {
  let lists: Statement[][] = [spec.basics.flatMap((option) => lowerBasic(option, family))];
  const protocol = protocolOf(spec.basics);
  let comment: string | undefined;
  for (const match of spec.matches) {
    if (match.module === "comment") comment = match.options.find(({ name }) => name === "comment")?.values[0]?.text ?? comment;
    const alternatives = lowerMatch(match, family, protocol);
    lists = lists.flatMap((list) => alternatives.map((more) => [...list, ...more]));
    if (lists.length > 64) lists = [[...lists[0]!, { kind: "unknown", reason: "too many alternatives in one rule", range }]];
  }
  const hidden = spec.notUnderstood.map((word): Statement => ({ kind: "unknown", reason: word.text.includes(HOLE) ? "a template decides this part of the rule" : `“${word.text}” is not understood`, range: word.range }));
  const target = spec.target ? lowerTarget(spec.target, table) : [];
  return lists.map((list) => ({ statements: [...list, ...hidden, ...target], range, conditional, ...(comment !== undefined && { comment }) }));
}

/** Targets that change nothing about where a packet goes. */
const PASSING = new Set([
  "LOG", "NFLOG", "ULOG", "AUDIT", "MARK", "CONNMARK", "CONNSECMARK", "SECMARK", "DSCP", "TOS", "TTL", "HL", "ECN", "CLASSIFY", "CHECKSUM",
  "TRACE", "TEE", "LED", "IDLETIMER", "RATEEST", "HMARK", "SET", "TCPOPTSTRIP", "CLUSTERIP", "DNPT", "SNPT",
]);

const NAT: Readonly<Record<string, "snat" | "dnat" | "masquerade" | "redirect">> = { SNAT: "snat", DNAT: "dnat", MASQUERADE: "masquerade", REDIRECT: "redirect", NETMAP: "dnat" };

function lowerTarget(target: Target, table: string): Statement[] {
  const { range } = target;
  const name = target.name.text;
  const verdict = (verdict: Verdict): Statement[] => [{ kind: "verdict", verdict, range }];
  if (name.includes(HOLE)) return verdict({ kind: target.goto ? "goto" : "jump", target: unknown("a template decides the target"), targetRange: target.name.range });
  if (target.goto) return verdict({ kind: "goto", target: name, targetRange: target.name.range });
  switch (name) {
    case "ACCEPT":
      return verdict({ kind: "accept" });
    case "DROP":
      return verdict({ kind: "drop" });
    case "RETURN":
      return verdict({ kind: "return" });
    case "QUEUE":
    case "NFQUEUE":
      return verdict({ kind: "queue" });
    case "REJECT": {
      const how = target.options.find((option) => option.name === "reject-with")?.values[0]?.text;
      return verdict({ kind: "reject", ...(how !== undefined && { with: how }) });
    }
    case "NOTRACK":
      return [{ kind: "notrack", range }];
    case "CT":
      return [target.options.some((option) => option.name === "notrack") ? { kind: "notrack", range } : { kind: "other", name: "ct", range }];
    case "TCPMSS": {
      const size = target.options.find((option) => option.name === "set-mss")?.values[0]?.text;
      return [{ kind: "mss-clamp", size: size === undefined ? "path" : /^\d+$/.test(size) ? Number(size) : unknown("a template decides the size"), range }];
    }
    case "TPROXY":
      return [{ kind: "nat", nat: "tproxy", range }, ...verdict({ kind: "accept" })];
    case "SYNPROXY":
      return [{ kind: "unknown", reason: "SYNPROXY answers in the host's place", range }];
  }
  const nat = Object.hasOwn(NAT, name) ? NAT[name] : undefined;
  if (nat !== undefined) return [{ kind: "nat", nat: name === "NETMAP" && table === "nat" ? "dnat" : nat, range }];
  if (PASSING.has(name)) return [{ kind: "other", name: name.toLowerCase(), range }];
  return verdict({ kind: "jump", target: name, targetRange: target.name.range });
}
