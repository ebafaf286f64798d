import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { interfacesOf } from "../closed-input.ts";
import type { Place } from "../evaluate/index.ts";
import { evaluate } from "../evaluate/index.ts";
import type { Sample } from "../evaluate/samples.ts";
import { acceptingRules, FAR, OTHER } from "../evaluate/samples.ts";
import type { Family } from "../pmtud.ts";
import { isRefused } from "../pmtud.ts";
import type { FirewallRule, Packet, Ruleset, Statement, Values } from "../ruleset.ts";
import { withoutCommonDoubts } from "./assumed.ts";
import { withFragments } from "./fragments.ts";
import type { RulesetPair } from "./pairs.ts";

/** A protocol that hosts keep their network, their cluster or their keys alive with. */
interface Protocol {
  readonly name: string;
  /** What breaks without it, as a clause. */
  readonly effect: string;
  readonly number: number;
  readonly ports?: readonly number[];
  /** What it sends to when no rule names an address. */
  readonly to?: Readonly<Record<Family, string>>;
  /** Files of the daemon that speaks it: a change that removes them means to stop it. */
  readonly daemon: RegExp;
}

const ROUTING = /(^|[/_.-])(frr|bird6?|quagga|bgpd|ospf6?d|zebra|gobgp|exabgp|openbgpd)([/_.-]|$)/i;
const KEYING = /(^|[/_.-])(strongswan|swanctl|ipsec|racoon|libreswan|charon)([/_.-]|$)/i;

/** Numbers and ports of IANA's registries; corosync.conf(5) for corosync's. */
const PROTOCOLS: readonly Protocol[] = [
  { name: "VRRP", number: 112, to: { ip: "224.0.0.18", ip6: "ff02::12" }, effect: "every router takes itself for the only one and claims the shared address", daemon: /keepalived|vrrp|ucarp/i },
  { name: "OSPF", number: 89, to: { ip: "224.0.0.5", ip6: "ff02::5" }, effect: "neighbours are lost after the dead interval, and the routes with them", daemon: ROUTING },
  { name: "BGP", number: 6, ports: [179], effect: "sessions end when their hold time is over, and the routes with them", daemon: ROUTING },
  { name: "BFD", number: 17, ports: [3784, 3785, 4784], effect: "BFD calls the links dead within a second, and routing moves away from them", daemon: ROUTING },
  { name: "corosync", number: 17, ports: [5404, 5405], effect: "the cluster falls apart: nodes lose quorum or fence each other", daemon: /corosync|pacemaker/i },
  { name: "NTP", number: 17, ports: [123], effect: "clocks drift apart, and with them what depends on time (Ceph monitors, Kerberos, certificates)", daemon: /chrony|ntpd|ntp\.conf|ntpsec|timesyncd/i },
  { name: "IKE", number: 17, ports: [500, 4500], effect: "tunnels are not keyed anew and end when their keys do", daemon: KEYING },
  { name: "ESP", number: 50, effect: "tunnels stay up and carry nothing", daemon: KEYING },
  { name: "AH", number: 51, effect: "tunnels stay up and carry nothing", daemon: KEYING },
];

/** A control protocol that rules let through before the change and that is refused after it. */
export interface CutProtocol {
  readonly name: string;
  readonly effect: string;
  readonly hook: "input" | "output" | "forward";
  readonly packet: Packet;
  /** What refuses it now. */
  readonly place: Place;
  /** The rule that let it through. */
  readonly was: FirewallRule;
  readonly port?: number;
  /** It still gets through from or to others. */
  readonly partly: boolean;
  /** The files of its daemon. */
  readonly daemon: RegExp;
}

/** What the change cuts, one entry for each protocol and hook. Only what a rule named before counts as used. */
export function cutProtocols(workspace: Workspace, pair: RulesetPair): CutProtocol[] {
  const found: CutProtocol[] = [];
  const { before, after: now } = withoutCommonDoubts(pair.before, withFragments(workspace, pair.after));
  const doors = [...new Set(["uplink0", ...interfacesOf(before), ...interfacesOf(now)])].slice(0, 8);
  for (const hook of ["input", "output", "forward"] as const) {
    for (const protocol of PROTOCOLS) {
      const cut = judge(before, now, hook, protocol, doors);
      if (cut) found.push(cut);
    }
  }
  return found;
}

function judge(before: Ruleset, after: Ruleset, hook: CutProtocol["hook"], protocol: Protocol, doors: readonly string[]): CutProtocol | undefined {
  for (const port of protocol.ports ?? [undefined]) {
    for (const family of ["ip", "ip6"] as const) {
      let lost: CutProtocol | undefined;
      let kept = false;
      for (const { rule, sample } of acceptingRules(before, hook, family, protocol.number)) {
        if (!names(rule, protocol.number, port) || sample.states?.includes("new") === false) continue;
        const packets = (sample.iif ?? sample.oif) === undefined && hook !== "forward" ? doors.slice(0, 3).map((door) => packetOf(sample, hook, family, protocol, port, door)) : [packetOf(sample, hook, family, protocol, port, doors[0]!)];
        for (const packet of packets) {
          if (evaluate([before], packet).verdict !== "accept") continue;
          const outcome = evaluate([after], packet);
          const place = isRefused(outcome) ? outcome.places.get(outcome.possible[0]!) : undefined;
          if (place === undefined) kept = true;
          else lost ??= { name: protocol.name, effect: protocol.effect, hook, packet, place, was: rule, ...(port !== undefined && { port }), partly: false, daemon: protocol.daemon };
        }
      }
      if (!lost) continue;
      const others = kept || acceptingRules(after, hook, family, protocol.number).some(({ rule, sample }) => names(rule, protocol.number, port) && !isRefused(evaluate([after], packetOf(sample, hook, family, protocol, port, doors[0]!))));
      return { ...lost, partly: others };
    }
  }
  return undefined;
}

function packetOf(sample: Sample, hook: CutProtocol["hook"], family: Family, { number, to }: Protocol, port: number | undefined, door: string): Packet {
  const proto = { 6: "tcp", 17: "udp", 50: "esp", 51: "ah" }[number] ?? number;
  return {
    hook,
    ...(hook !== "output" && { iif: sample.iif ?? door }),
    ...(hook !== "input" && { oif: sample.oif ?? (hook === "forward" ? "inside0" : door) }),
    saddr: sample.saddr ?? (hook === "output" ? OTHER[family] : FAR[family]),
    daddr: sample.daddr ?? to?.[family] ?? (hook === "output" ? FAR[family] : OTHER[family]),
    proto,
    ...(port !== undefined && { sport: sample.sport ?? (port === 179 || port === 3784 || port === 3785 || port === 4784 ? 49200 : port), dport: port }),
    ct: "new",
  };
}

/** A range of more ports or protocols than this is not meant for one. */
const NARROW = 16n;

/** Whether a rule asks for the protocol, or its port, in so many words. */
function names(rule: FirewallRule, protocol: number, port: number | undefined): boolean {
  const wanted = BigInt(port ?? protocol);
  const has = (values: Values | undefined): boolean => values !== undefined && !isUnknown(values) && values.kind === "intervals" && values.intervals.some(([low, high]) => low <= wanted && wanted <= high && high - low <= NARROW);
  const about = (field: string): boolean => (port === undefined ? field === "meta l4proto" || field === "ip protocol" || field === "ip6 nexthdr" : /^(tcp|udp|th) dport$/.test(field));
  const asks = (statement: Statement): boolean => {
    if (statement.kind === "match") return !statement.negated && about(statement.field) && has(statement.values);
    if (statement.kind !== "match-tuple" && statement.kind !== "vmap") return false;
    const at = statement.fields.findIndex(about);
    return at >= 0 && !isUnknown(statement.elements) && statement.elements.some(({ key }) => has(key[at]));
  };
  return rule.statements.some((statement) => asks(statement) || (port === undefined && statement.kind === "match" && !statement.negated && ((protocol === 50 && statement.field.startsWith("esp ")) || (protocol === 51 && statement.field.startsWith("ah ")))));
}
