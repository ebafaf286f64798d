import type { Range } from "../../../engine/location.ts";
import { unknown } from "../../../engine/unknown.ts";
import { parseNetwork, fullMask } from "../../../formats/iptables/address.ts";
import { ICMPV6_NAMES, ICMP_NAMES } from "../../../formats/iptables/names.ts";
import { parsePortRange, parseProtocol } from "../../../formats/iptables/values.ts";
import type { XmlElement } from "../../../formats/xml.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { FirewallRule, Statement, Values, Verdict } from "../ruleset.ts";
import { intervals, mergeIntervals } from "../values.ts";

/** Stands for what a template decides. */
export const TEMPLATE = unknown("a template decides the value");

/** An attribute's value; undefined where it is not there. */
export function attribute({ attributes }: XmlElement, name: string): string | undefined {
  return attributes.find((one) => one.name === name)?.value;
}

/** A match. */
export function asks(field: string, values: Values, range: Range, negated = false): Statement {
  return { kind: "match", field, negated, values, range };
}

/** What a rule decides; firewalld rejects as administratively prohibited. */
export function decides(verdict: Verdict, range: Range): Statement {
  return { kind: "verdict", verdict, range };
}

/** firewalld's own answer where nothing else is written. */
export const REJECTED: Verdict = { kind: "reject", with: "icmpx admin-prohibited" };

/** A rule at the place of its element. */
export function rule(statements: readonly Statement[], range: Range, conditional = false): FirewallRule {
  return { statements, range, conditional };
}

/** `80`, `80-90` of a protocol, as destination or source port. */
export function portMatch(port: string, protocol: string, side: "dport" | "sport", range: Range): Statement[] {
  const number = protocol.includes(HOLE) ? undefined : parseProtocol(protocol);
  if (number === undefined) return [asks("meta l4proto", protocol.includes(HOLE) ? TEMPLATE : unknown(`the protocol ${protocol}`), range)];
  const found = [asks("meta l4proto", intervals(BigInt(number)), range)];
  if (port === "") return found;
  const bounds = port.includes(HOLE) ? undefined : parsePortRange(port.replace("-", ":"));
  const values = port.includes(HOLE) ? TEMPLATE : bounds === undefined ? unknown(`the port ${port}`) : mergeIntervals(bounds[0] <= bounds[1] ? [[BigInt(bounds[0]), BigInt(bounds[1])]] : []);
  return [...found, asks(`${protocol.toLowerCase()} ${side}`, values, range)];
}

/** An address or network of either family, with the family that it is for. */
export function addressMatch(address: string, side: "saddr" | "daddr", range: Range, negated = false): Statement[] {
  if (address.includes(HOLE)) return [asks(`ip ${side}`, TEMPLATE, range, negated)];
  const family = address.includes(":") ? "ip6" : "ip";
  const network = parseNetwork(address, family);
  const values = network === undefined ? unknown(`${address} is no address`) : mergeIntervals([[network.address, network.address | (fullMask(family) ^ network.mask)]]);
  return [familyMatch(family, range), asks(`${family} ${side}`, values, range, negated)];
}

/** Only packets of that family. */
export function familyMatch(family: "ip" | "ip6", range: Range): Statement {
  return asks("meta nfproto", intervals(family === "ip" ? 2n : 10n), range);
}

/** ICMP messages by firewalld's name: of both families where both have the name. */
export function icmpMatches(name: string, range: Range): Statement[][] {
  const found: Statement[][] = [];
  for (const [field, protocol, names] of [["icmp", 1n, ICMP_NAMES], ["icmpv6", 58n, ICMPV6_NAMES]] as const) {
    const type = Object.hasOwn(names, name) ? names[name] : undefined;
    if (type === undefined) continue;
    const [number, first, last] = type;
    const matches = [asks("meta l4proto", intervals(protocol), range), asks(`${field} type`, intervals(BigInt(number)), range)];
    found.push(first === 0 && last === 255 ? matches : [...matches, asks(`${field} code`, mergeIntervals([[BigInt(first), BigInt(last)]]), range)]);
  }
  return found.length > 0 ? found : [[asks("icmp type", name.includes(HOLE) ? TEMPLATE : unknown(`the ICMP type ${name}`), range)]];
}
