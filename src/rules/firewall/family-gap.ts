import { isUnknown } from "../../engine/unknown.ts";
import { rangeOf } from "../../model/firewall/evaluate/index.ts";
import type { FamilyGap } from "../../model/firewall/family-gap.ts";
import { familyGaps, openFamily } from "../../model/firewall/family-gap.ts";
import { packetText } from "../../model/firewall/packet-text.ts";
import type { Ruleset } from "../../model/firewall/ruleset.ts";
import type { Workspace } from "../../model/workspace.ts";
import { closedIptables, closedNftables } from "../closed-firewall.ts";
import { rule } from "../rule.ts";

const six = (...rules: string[]): string => closedIptables(...rules).replace("-p icmp -j", "-p ipv6-icmp -j");
const OPEN = "*filter\n:INPUT ⟦ACCEPT⟧ [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
const HTTPS = "-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT";

export default rule({
  what: "A service is open by one of IPv4 and IPv6 and closed by the other.",
  why: "The two families are filtered apart, and one was forgotten. Clients that prefer the closed one wait for a timeout before they try the other; and what the operator believes closed is open to everybody who comes by the other family.",
  instead: "Open and close services in both families: one inet table, or the same rule in both files. Where a service is meant for one family only, say so with meta nfproto.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["nft(8), inet address family", "RFC 8305, section 3"],
  data: { port: "the port; 0 where a whole family is open", open: "ip or ip6", count: "services that are open by this family only" },
  examples: {
    bad: [
      { "rules.v4": closedIptables(`⟦${HTTPS}⟧`), "rules.v6": six() },
      closedNftables("⟦ip protocol tcp tcp dport { 80, 443 } accept⟧"),
      // Nothing is filtered in IPv6.
      { "rules.v4": closedIptables(HTTPS), "rules.v6": OPEN },
    ],
    good: [{ "rules.v4": closedIptables(HTTPS), "rules.v6": six(HTTPS) }, closedNftables("tcp dport { 80, 443 } accept")],
    lookalike: [
      // IPv6 is closed as a whole, or not there.
      { "rules.v4": closedIptables(HTTPS), "rules.v6": "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A OUTPUT -o lo -j ACCEPT\nCOMMIT\n" },
      { "rules.v4": closedIptables(HTTPS) },
      // DHCP has other ports in IPv6.
      closedNftables("ip protocol udp udp dport 68 accept", "ip6 nexthdr udp udp dport 546 accept"),
      // From some addresses only: those of the other family are others.
      { "rules.v4": closedIptables("-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 5432 -j ACCEPT"), "rules.v6": six() },
      // Of different hosts.
      { "hosts/a/rules.v4": closedIptables(HTTPS), "hosts/b/rules.v6": six() },
    ],
  },
  check({ firewall, path, workspace, report }) {
    const rulesets = together(workspace, path, firewall);
    const whole = openFamily(rulesets);
    if (whole?.path === path) {
      const [open, closed] = whole.open === "ip" ? ["IPv4", "IPv6"] : ["IPv6", "IPv4"];
      report({
        location: { path, range: whole.chain.policyRange ?? whole.chain.nameRange },
        message: `${open} is not filtered, while ${closed} is closed but for named services: ${packetText(whole.packet)}, is accepted, as to any port. Write the same rules for ${open}, or close it.`,
        related: [{ location: { path: whole.closedBy.path, range: rangeOf(whole.closedBy) }, message: `This closes ${closed}.` }],
        data: { port: 0, open: whole.open, count: 0 },
        key: `family ${whole.open}`,
      });
    }
    const gaps = familyGaps(rulesets);
    for (const gap of gaps) {
      if (gap.path !== path || gap.rule === undefined || gaps.find((other) => other.rule === gap.rule) !== gap) continue;
      const ports = gaps.filter((other) => other.rule === gap.rule && other.open === gap.open).map(({ port }) => port);
      report({
        location: { path, range: gap.rule.range },
        message: message(gap, ports),
        ...(gap.meant ? { severity: "info" as const, confidence: "likely" as const } : {}),
        related: [{ location: { path: gap.place.path, range: rangeOf(gap.place) }, message: "This refuses it in the other family." }],
        data: { port: gap.port, open: gap.open, count: gaps.filter(({ open }) => open === gap.open).length },
      });
    }
  },
});

function message({ open, proto, packet }: FamilyGap, ports: readonly number[]): string {
  const [has, lacks] = open === "ip" ? ["IPv4", "IPv6"] : ["IPv6", "IPv4"];
  const what = `${proto.toUpperCase()} port${ports.length === 1 ? "" : "s"} ${ports.join(", ")}`;
  return `${what} ${ports.length === 1 ? "is" : "are"} open to anywhere by ${has} and closed by ${lacks}, which other services are open by: ${packetText(packet)}, is refused. Open or close it in both.`;
}

/** The ruleset and, where it is for one family only, the one of the other family that its hosts get with it. */
function together(workspace: Workspace, path: string, ruleset: Ruleset): readonly Ruleset[] {
  const families = familiesOf(ruleset);
  if (families.size !== 1) return [ruleset];
  const scope = workspace.fleet.scopeOf(path);
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const twins = workspace.subjects("firewall").filter(({ path: other, subject }) => {
    if (other === path || subject.dialect !== ruleset.dialect || other.slice(0, other.lastIndexOf("/") + 1) !== folder) return false;
    const theirs = familiesOf(subject);
    if (theirs.size !== 1 || [...theirs].some((family) => families.has(family)) || !isTwin(path, other)) return false;
    const there = workspace.fleet.scopeOf(other);
    return isUnknown(scope) || isUnknown(there) || there.how === scope.how || there.hosts.some(({ name }) => scope.hosts.some((host) => host.name === name));
  });
  return twins.length === 1 ? [ruleset, twins[0]!.subject] : [ruleset];
}

function familiesOf({ tables }: Ruleset): ReadonlySet<string> {
  return new Set(tables.filter(({ chains }) => chains.some(({ hook }) => hook === "input")).flatMap(({ family }): string[] => (family === "inet" ? ["ip", "ip6"] : [family])));
}

/** File names that differ only in the family: rules.v4 and rules.v6, iptables and ip6tables. */
function isTwin(a: string, b: string): boolean {
  const plain = (path: string): string => path.slice(path.lastIndexOf("/") + 1).replace(/ip6tables/gi, "iptables").replace(/(ip|inet)?v?[46](?=\b|_|-|\.|$)/gi, "");
  return plain(a) === plain(b);
}
