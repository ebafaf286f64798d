import { halfApplied } from "../../model/firewall/loading/transactions.ts";
import { rule } from "../rule.ts";

const NAT = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i wan0 -p tcp -m tcp --dport 443 -j DNAT --to-destination 192.0.2.20:443
COMMIT
`;

const filter = (rule: string, end = "COMMIT\n"): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT ${rule}
${end}`;

const SSH = "-p tcp -m tcp --dport 22 -j ACCEPT";

export default rule({
  what: "A part of the firewall can fail after other parts are in force.",
  why: "iptables-restore puts one table in force at each COMMIT, and every iptables command takes effect at once. When a later one fails, the earlier ones stay: addresses are translated and marked for a filter that is not there, or the policy drops what the missing rules would accept.",
  instead: "Keep what can fail out of the file: addresses for names, sets for what changes, modules that belong to the kernel. Check first with iptables-restore --test, or use one nft file, which is a single transaction.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["iptables 1.8.9, iptables-restore.c: one commit for each table", "iptables(8)"],
  data: { applied: "what is in force by then", missing: "what is not" },
  examples: {
    bad: [
      { "rules.v4": NAT + filter(`-s ⟦jump.example.net⟧ ${SSH}`) },
      { "rules.v4": NAT + filter(SSH, "").replace("*filter", "*⟦filter⟧").trimEnd() + "\n" },
      { "rules.v4": NAT + filter(`⟦-m geoip --src-cc CH⟧ ${SSH}`) },
      { "firewall.sh": `#!/bin/sh\nset -e\niptables -F\niptables -P INPUT DROP\niptables -A INPUT -i lo -j ACCEPT\niptables -A INPUT -s ⟦watch.example.net⟧ -p tcp --dport 9100 -j ACCEPT\niptables -A INPUT ${SSH}\n` },
    ],
    good: [{ "rules.v4": NAT + filter(`-s 192.0.2.10 ${SSH}`) }, { "rules.v4": filter(`-s jump.example.net ${SSH}`) }],
    lookalike: [
      // The table that can fail comes first, so nothing is in force before it.
      { "rules.v4": filter(`-s jump.example.net ${SSH}`) + NAT },
      { "rules.v4": `${NAT}{% if filter %}\n${filter(SSH)}{% endif %}\n` },
      // This one goes on after an error.
      { "firewall.sh": `#!/bin/sh\niptables -F\niptables -P INPUT DROP\niptables -A INPUT -s watch.example.net -p tcp --dport 9100 -j ACCEPT\niptables -A INPUT ${SSH}\n` },
      { "firewall.sh": `#!/bin/sh\nset -e\niptables -F\niptables -P INPUT DROP\niptables -A INPUT -s watch.example.net -p tcp --dport 9100 -j ACCEPT || true\niptables -A INPUT ${SSH}\n` },
    ],
  },
  check({ firewall, path, workspace, report }) {
    for (const { range, because, applied, missing, certain } of halfApplied(workspace, firewall)) {
      report({
        location: { path, range },
        message: `${because[0]!.toUpperCase()}${because.slice(1)}. When that fails, ${applied} ${applied.includes(" and ") || applied.startsWith("the tables") ? "are" : "is"} in force already and ${missing} ${/^\d+ later rules/.test(missing) ? "are" : "is"} not. ${certain ? "Add the COMMIT." : "Keep out of the file what can fail."}`,
        data: { applied, missing },
        ...(certain ? {} : { severity: "info" as const, confidence: "possible" as const }),
      });
    }
  },
});
