import { isUnknown } from "../../engine/unknown.ts";
import { baseChains, interfacesOf } from "./closed-input.ts";
import type { Outcome, Place } from "./evaluate/index.ts";
import { evaluate } from "./evaluate/index.ts";
import { FAR, OTHER } from "./evaluate/samples.ts";
import type { Family } from "./pmtud.ts";
import { isRefused } from "./pmtud.ts";
import type { Chain, FirewallRule, Packet, Ruleset, Table } from "./ruleset.ts";

/** Packets of running connections that were accepted as such and no longer are. */
export interface LostReplies {
  readonly hook: "input" | "forward";
  /** What refuses them now. */
  readonly place: Place;
  /** The base chain at the hook, in the later ruleset. */
  readonly table: Table;
  readonly chain: Chain;
  /** The rule that accepted them before. */
  readonly was: FirewallRule;
  /** Some replies still pass: the rule was narrowed, not lost. */
  readonly partly: boolean;
  readonly example: Packet;
}

/** The replies that `after` refuses where `before` accepted them by a rule for established connections. */
export function lostReplies(before: Ruleset, after: Ruleset): LostReplies[] {
  const interfaces = [...new Set(["uplink0", ...interfacesOf(before), ...interfacesOf(after)])].slice(0, 10);
  const found: LostReplies[] = [];
  for (const family of ["ip", "ip6"] as const) {
    for (const hook of ["input", "forward"] as const) {
      const [base] = baseChains(after, hook, family);
      if (!base || found.some((other) => other.hook === hook && other.chain === base.chain)) continue;
      let kept = 0;
      let first: { place: Place; was: FirewallRule; example: Packet } | undefined;
      for (const packet of replies(hook, family, interfaces)) {
        const was = acceptedAsReply(evaluate([before], packet));
        if (!was) continue;
        const now = evaluate([after], packet);
        const place = now.places.get(now.possible[0]!);
        if (isRefused(now) && place) first ??= { place, was, example: packet };
        else kept++;
      }
      if (first) found.push({ hook, ...first, ...base, partly: kept > 0 });
    }
  }
  return found;
}

/** Replies to what this host, or one behind it, began: high ports on both ends but for the service's. */
function replies(hook: LostReplies["hook"], family: Family, interfaces: readonly string[]): Packet[] {
  const ends = { hook, saddr: FAR[family], daddr: OTHER[family], ct: "established" as const };
  return interfaces.flatMap((name, i) =>
    [{ proto: "tcp", sport: 443, dport: 47113, flags: ["ack"] }, { proto: "udp", sport: 53, dport: 47113 }].map((kind): Packet => ({ ...ends, ...kind, iif: name, ...(hook === "forward" && { oif: interfaces[(i + 1) % interfaces.length]! }) })),
  );
}

/** The rule that certainly accepts the packet for its connection's state. */
function acceptedAsReply(outcome: Outcome): FirewallRule | undefined {
  const rule = outcome.verdict === "accept" ? outcome.rule : undefined;
  const asks = rule?.statements.some((statement) => {
    if (statement.kind === "vmap") return statement.fields.includes("ct state");
    return statement.kind === "match" && statement.field === "ct state" && !isUnknown(statement.values);
  });
  return asks === true ? rule : undefined;
}
