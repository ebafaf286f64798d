import { isUnknown } from "../../engine/unknown.ts";
import type { CutProtocol } from "../../model/firewall/change/control-plane.ts";
import { cutProtocols } from "../../model/firewall/change/control-plane.ts";
import { includesOthers, placeIn } from "../../model/firewall/change/fragments.ts";
import { rulesetPairs } from "../../model/firewall/change/pairs.ts";
import { addsToOthers } from "../../model/firewall/from-shell/index.ts";
import { packetText } from "../../model/firewall/packet-text.ts";
import { closedIptables } from "../closed-firewall.ts";
import { rule } from "../rule.ts";

const router = (...rules: string[]): string => `flush ruleset

table inet filter {
	set peers {
		type ipv4_addr
		elements = { 192.0.2.1, 192.0.2.2 }
	}

	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 accept
${rules.map((one) => `\t\t${one}\n`).join("")}	}
}
`;
const VRRP = 'iifname "lan0" ip protocol vrrp accept';
const BGP = "ip saddr @peers tcp dport 179 accept";
const CLOSED = ["policy drop", "⟦policy drop⟧"] as const;

const TUNNEL = ["-A INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT", "-A INPUT -p esp -j ACCEPT"];

export default rule({
  what: "The change refuses a protocol that routing, a cluster, clocks or tunnels live by.",
  why: "VRRP, OSPF, BGP, BFD, corosync, NTP and the daemons that key tunnels keep their state alive by small packets. A firewall that drops them breaks nothing at once: the fault shows when a timer runs out, on all hosts that got the rules, and looks like a fault of the network.",
  instead: "Keep the accept for the protocol, from the neighbours that speak it, ahead of every drop; or take the daemon out of service first.",
  lessons: [],
  reads: ["firewall"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["RFC 5798 (VRRP)", "RFC 2328 (OSPF)", "RFC 4271 (BGP)", "RFC 5881 (BFD)", "corosync.conf(5)", "RFC 5905 (NTP)", "RFC 7296 (IKE)"],
  data: { protocol: "its name", hook: "input, output or forward", hosts: "hosts that the ruleset reaches; null where they are not known" },
  examples: {
    bad: [
      { before: router(VRRP, BGP), after: router(BGP).replace(...CLOSED) },
      { before: router(VRRP, BGP), after: router(VRRP).replace(...CLOSED) },
      { before: { "rules.v4": closedIptables(...TUNNEL) }, after: { "rules.v4": closedIptables(`⟦-A INPUT -p udp -j DROP⟧`, ...TUNNEL) } },
      { before: router("udp dport 5404-5405 ip saddr 192.0.2.0/28 accept"), after: router("⟦ip saddr 192.0.2.0/24 reject⟧", "udp dport 5404-5405 ip saddr 192.0.2.0/28 accept") },
    ],
    good: { before: router(VRRP, BGP), after: router(BGP, 'iifname "lan0" meta l4proto { vrrp, ospf } accept') },
    lookalike: [
      // One of several peers goes.
      { before: router(BGP), after: router(BGP).replace("192.0.2.1, 192.0.2.2", "192.0.2.1") },
      // Nothing told that these hosts speak it.
      { before: router("udp dport 53 accept").replace("policy drop", "policy accept"), after: router("udp dport 53 accept") },
      // The port stays, by another rule.
      { before: { "rules.v4": closedIptables(...TUNNEL) }, after: { "rules.v4": closedIptables("-A INPUT -s 192.0.2.0/24 -p udp -j DROP", ...TUNNEL) } },
    ],
  },
  compare({ before, after, changed, report }) {
    const removed = changed.filter((path) => after.text(path) === undefined);
    for (const pair of rulesetPairs(before, after, changed)) {
      const scope = after.fleet.scopeOf(pair.path);
      const hosts = isUnknown(scope) ? undefined : scope.hosts.length;
      if (hosts === 0) continue;
      const uncertain = includesOthers(after, pair.path) || addsToOthers(after, pair.after);
      for (const cut of cutProtocols(after, pair)) {
        // One peer of several is a matter for who reads the flows.
        if (cut.partly) continue;
        const meant = removed.some((path) => cut.daemon.test(path));
        report({
          location: placeIn(pair.after, cut.place),
          message: message(cut, hosts, meant),
          ...(uncertain || meant ? { severity: "warning" as const, confidence: "likely" as const } : {}),
          data: { protocol: cut.name, hook: cut.hook, hosts: hosts ?? null },
          key: `${cut.name} ${cut.hook}`,
        });
      }
    }
  },
});

function message({ name, hook, packet, place, effect }: CutProtocol, hosts: number | undefined, meant: boolean): string {
  const where = hosts === undefined ? "" : hosts === 1 ? " on 1 host" : ` on ${hosts} hosts`;
  const by = place.rule === undefined ? `the policy of chain ${place.chain.name}` : `this rule of chain ${place.chain.name}`;
  const way = hook === "output" ? " on its way out" : hook === "forward" ? " on its way through" : "";
  const rest = meant ? "The change removes files of its daemon: stop the daemon before these rules are loaded." : "Keep its accept ahead of the drop, or stop the daemon first.";
  return `${name} was accepted by a rule of its own and is refused${way}${where} now, by ${by} (${packetText(packet)}): ${effect}. ${rest}`;
}
