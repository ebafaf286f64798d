import { isUnknown } from "../../engine/unknown.ts";
import { asymmetryOf, dropsInvalidForwarded, sharesConnections } from "../../model/firewall/paths/asymmetric.ts";
import { hostsText } from "../../model/firewall/reload/words.ts";
import { rule } from "../rule.ts";

const gateway = (forward: string): string => `flush ruleset

table inet transit {
	chain forward {
		type filter hook forward priority filter; policy accept;
${forward}
	}
}
`;

const site = (forward: string, routing: Record<string, string>): Record<string, string> => ({
  "inventory.ini": "[edge]\nedge[01:02].example.net\n",
  "site.yml": `- hosts: edge
  tasks:
    - copy:
        src: nftables.conf
        dest: /etc/nftables.conf
${Object.keys(routing)
  .map((name) => `    - copy:\n        src: ${name.replace("files/", "")}\n        dest: /etc/${name.replace("files/", "")}\n`)
  .join("")}`,
  "files/nftables.conf": gateway(forward),
  ...routing,
});

const BIRD = "protocol bgp upstream {\n\tlocal as 64512;\n\tneighbor 192.0.2.1 as 64513;\n}\n";
const INVALID = "\t\tct state established,related accept\n\t\t⟦ct state invalid⟧ drop";

export default rule({
  what: "Forwarded packets of unknown connections are dropped where routing may be asymmetric.",
  why: "Where the two directions of a connection pass different routers, each one's conntrack sees half of it: answers come without a question, and acknowledgements outside any window. They are INVALID, and a rule that drops INVALID cuts connections that work, at the moment when a route moves.",
  instead: "Do not drop INVALID in forward on such routers: filter transit by address without ct, set nf_conntrack_tcp_be_liberal, or tell the routers of each other's connections with conntrackd.",
  lessons: [],
  reads: ["firewall"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["Linux net/netfilter/nf_conntrack_proto_tcp.c: a connection that begins with SYN and ACK is invalid", "conntrackd(8)", "ip-rule(8)"],
  data: { hosts: "hosts that get the ruleset, where they are known" },
  examples: {
    bad: [
      site(INVALID, { "files/bird/bird.conf": BIRD }),
      site("\t\t⟦ct state vmap { established : accept, related : accept, invalid : drop }⟧", { "files/netplan/60-uplinks.yaml": "network:\n  ethernets:\n    wan0:\n      routing-policy:\n        - from: 192.0.2.0/24\n          table: 101\n" }),
      {
        "hosts/gw01/etc/iptables/rules.v4": "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD ⟦-m conntrack --ctstate INVALID⟧ -j DROP\nCOMMIT\n",
        "hosts/gw01/etc/network/interfaces": "auto wan0\niface wan0 inet static\n\taddress 192.0.2.2/24\n\tup ip rule add from 192.0.2.0/24 table 101\n",
      },
    ],
    good: [site("\t\tct state established,related accept", { "files/bird/bird.conf": BIRD })],
    lookalike: [
      // Nothing says that routes may differ.
      gateway("\t\tct state established,related accept\n\t\tct state invalid drop"),
      // A host sees both directions of its own connections, whichever way they take.
      site("\t\tct state established,related accept\n\t}\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\tct state invalid drop", { "files/bird/bird.conf": BIRD }),
      site("\t\tct state established,related accept\n\t\tct state invalid drop", { "files/bird/bird.conf": BIRD, "files/conntrackd/conntrackd.conf": "Sync {\n\tMode FTFW {\n\t}\n}\n" }),
      site("\t\tct state established,related accept\n\t\tct state invalid tcp dport 22 drop", { "files/bird/bird.conf": BIRD }),
    ],
  },
  check({ firewall, path, workspace, report }) {
    const drop = dropsInvalidForwarded(firewall);
    if (drop === undefined || sharesConnections(workspace)) return;
    const asymmetry = asymmetryOf(workspace, path);
    if (asymmetry === undefined) return;
    const scope = workspace.fleet.scopeOf(path);
    const hosts = isUnknown(scope) ? [] : scope.hosts;
    const reason = asymmetry.kind === "peers" ? `${hostsText(hosts)} take part in dynamic routing` : "routes are chosen by policy";
    report({
      location: { path, range: drop.statement.range },
      message: `Forwarded packets that conntrack takes for INVALID are dropped, and ${reason} (${asymmetry.why}): a connection whose directions pass different routers is INVALID on each, and is cut when a route moves. Do not drop INVALID in forward here, or share connections with conntrackd.`,
      related: [{ location: asymmetry.location, message: "This makes the way back differ." }],
      confidence: "possible",
      ...(hosts.length > 0 ? { data: { hosts: hosts.length } } : {}),
    });
  },
});
