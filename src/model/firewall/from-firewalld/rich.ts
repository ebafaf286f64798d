import { unknown } from "../../../engine/unknown.ts";
import type { XmlElement } from "../../../formats/xml.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { FirewallRule, Statement, Verdict } from "../ruleset.ts";
import { REJECTED, TEMPLATE, addressMatch, asks, attribute, decides, familyMatch, icmpMatches, portMatch, rule } from "./build.ts";
import type { OwnServices } from "./service.ts";
import { serviceMatches } from "./service.ts";

/** A rich rule's rules, and when firewalld tries them: by priority, then what it refuses before what it lets in. */
export interface RichRule {
  readonly priority: number;
  readonly kind: "deny" | "allow";
  readonly rules: readonly FirewallRule[];
}

/** A rule of firewalld.richlanguage(5); undefined where it only logs or translates. */
export function readRich(element: XmlElement, own: OwnServices, conditional: boolean): RichRule | undefined {
  const { range, children } = element;
  const of = (name: string): XmlElement | undefined => children.find((child) => child.name === name);
  const action = children.find(({ name }) => name === "accept" || name === "reject" || name === "drop");
  if (action === undefined) return undefined;
  const head: Statement[] = [];
  const family = attribute(element, "family");
  if (family === "ipv4" || family === "ipv6") head.push(familyMatch(family === "ipv4" ? "ip" : "ip6", range));
  const [source, destination] = [of("source"), of("destination")];
  if (source) head.push(...endpoint(source, "saddr"));
  if (destination) head.push(...endpoint(destination, "daddr"));
  const limit = action.children.find(({ name }) => name === "limit");
  if (limit) head.push({ kind: "limit", what: "rate", over: false, text: attribute(limit, "value") ?? "", range: limit.range });
  const verdict = decides(verdictOf(action), action.range);
  const rules = subject(children, own).map((matches) => rule([...head.filter(({ kind }) => kind !== "limit"), ...matches, ...head.filter(({ kind }) => kind === "limit"), verdict], range, conditional));
  return { priority: Number(attribute(element, "priority") ?? 0) || 0, kind: action.name === "accept" ? "allow" : "deny", rules };
}

function endpoint(element: XmlElement, side: "saddr" | "daddr"): Statement[] {
  const { range } = element;
  const negated = /^(true|yes)$/i.test(attribute(element, "invert") ?? "") || /^(true|yes)$/i.test(attribute(element, "NOT") ?? "");
  const address = attribute(element, "address");
  if (address !== undefined) return addressMatch(address, side, range, negated);
  const mac = attribute(element, "mac");
  if (mac !== undefined) return [asks("ether saddr", /^([\da-f]{2}:){5}[\da-f]{2}$/i.test(mac) ? { kind: "intervals", intervals: [[BigInt(`0x${mac.replaceAll(":", "")}`), BigInt(`0x${mac.replaceAll(":", "")}`)]] } : TEMPLATE, range, negated)];
  const set = attribute(element, "ipset") ?? "";
  return [asks(`ip ${side}`, unknown(set.includes(HOLE) ? "a template decides which set is meant" : `the set ${set} is not in the text`), range, negated)];
}

function verdictOf(action: XmlElement): Verdict {
  if (action.name === "accept" || action.name === "drop") return { kind: action.name };
  const type = attribute(action, "type");
  return type === undefined ? REJECTED : { kind: "reject", with: type.replace(/^icmp6?-/, (family) => (family === "icmp-" ? "icmp " : "icmpv6 ")) };
}

/** What the rule is about: any packet where it names nothing. */
function subject(children: readonly XmlElement[], own: OwnServices): Statement[][] {
  for (const child of children) {
    const { range } = child;
    switch (child.name) {
      case "service":
        return serviceMatches(attribute(child, "name") ?? "", range, own);
      case "port":
        return [portMatch(attribute(child, "port") ?? "", attribute(child, "protocol") ?? "", "dport", range)];
      case "source-port":
        return [portMatch(attribute(child, "port") ?? "", attribute(child, "protocol") ?? "", "sport", range)];
      case "protocol":
        return [portMatch("", attribute(child, "value") ?? "", "dport", range)];
      case "icmp-type":
      case "icmp-block":
        return icmpMatches(attribute(child, "name") ?? "", range);
      case "masquerade":
      case "forward-port":
        return [[{ kind: "unknown", reason: "a rich rule that translates and decides", range }]];
    }
  }
  return [[]];
}
