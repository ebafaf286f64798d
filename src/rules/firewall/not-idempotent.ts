import { repeats } from "../../model/firewall/loading/repeat.ts";
import type { Repeat } from "../../model/firewall/loading/repeat.ts";
import { unflushedScripts } from "../../model/firewall/loading/scripts.ts";
import { rule } from "../rule.ts";

const TABLE = `table inet guard {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport 22 limit rate 10/minute accept
	}
}
`;

const SCRIPT = `iptables -P INPUT DROP
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A INPUT -p tcp --dport 22 -j ACCEPT
`;

export default rule({
  what: "Loading the firewall twice is not the same as loading it once.",
  why: "nft adds what a file says to what is loaded: without a flush every reload leaves all rules there once more, so that limits and counters count for themselves and old rules stay in force behind new ones. With a delete that comes first the opposite happens: at the first boot there is no such table, and the whole file is refused.",
  instead: "Begin each table with `table inet NAME`, `delete table inet NAME` and then its block, in one file: that loads the same on an empty host and on a running one. In scripts, flush before you add.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The table that the file defines is made anew in the same transaction; other tables are left alone.",
  lifecycle: "stable",
  sources: ["nft(8): add table, delete table, flush; a file given to -f is one transaction", "iptables(8), --append and --flush"],
  data: { fault: "doubles, first-fails or second-fails", table: "the table" },
  examples: {
    bad: [
      `#!/usr/sbin/nft -f\n\n⟦table inet guard⟧${TABLE.slice("table inet guard".length)}`,
      { "guard.nft": `#!/usr/sbin/nft -f\n\n⟦table inet guard⟧${TABLE.slice("table inet guard".length)}` },
      `#!/usr/sbin/nft -f\n\n⟦delete table inet guard⟧\n${TABLE}`,
      { "files/nftables.conf": `⟦flush table inet guard⟧\n${TABLE}` },
      { "firewall.sh": `#!/bin/sh\n${SCRIPT.replace("iptables -A INPUT -i", "⟦iptables -A INPUT -i")}`.replace("-i lo -j ACCEPT", "-i lo -j ACCEPT⟧") },
    ],
    good: [
      `#!/usr/sbin/nft -f\n\nflush ruleset\n\n${TABLE}`,
      `#!/usr/sbin/nft -f\n\ntable inet guard\ndelete table inet guard\n${TABLE}`,
      { "firewall.sh": `#!/bin/sh\niptables -F\n${SCRIPT}` },
    ],
    lookalike: [
      // A fragment: what includes it flushes.
      { "nftables.conf": '#!/usr/sbin/nft -f\nflush ruleset\ninclude "guard.nft"\n', "guard.nft": `#!/usr/sbin/nft -f\n${TABLE}` },
      { "nftables.d/guard.nft": TABLE },
      { "rules/20-guard.nft": `#!/usr/sbin/nft -f\n${TABLE}` },
      // Fedora's service flushes before it includes this.
      { "etc/sysconfig/nftables.conf": TABLE },
      `#!/usr/sbin/nft -f\ndestroy table inet guard\n${TABLE}`,
      `#!/usr/sbin/nft -f\nadd table inet guard\nadd chain inet guard input\nflush chain inet guard input\n${TABLE}`,
      // iptables-restore flushes by itself.
      { "rules.v4": "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\nCOMMIT\n" },
      { "firewall.sh": `#!/bin/sh\nset -e\niptables -C INPUT -i lo -j ACCEPT 2>/dev/null && exit 0\n${SCRIPT}` },
    ],
  },
  check({ firewall, path, workspace, report }) {
    const text = workspace.text(path) ?? "";
    for (const repeat of repeats(workspace, path)) {
      const mended = repeat.before === undefined ? undefined : { path, range: { start: repeat.at, end: repeat.at }, newText: repeat.before };
      // Only at the start of a line is there room for more lines.
      const room = mended !== undefined && (repeat.at === 0 || text[repeat.at - 1] === "\n");
      report({
        location: { path, range: repeat.range },
        message: MESSAGES[repeat.fault](repeat.table),
        ...(repeat.fault !== "first-fails" && repeat.how === "by-hand" ? { severity: "info" as const, confidence: "possible" as const } : { confidence: "likely" as const }),
        data: { fault: repeat.fault, table: repeat.table },
        fixes: room ? [{ title: `Make table ${repeat.table} anew at each load`, safety: "safe", edits: [mended] }] : [],
      });
    }
    for (const { range, table, commands } of unflushedScripts(workspace, firewall)) {
      report({
        location: { path, range },
        message: `Nothing in this script flushes the table ${table} before it adds ${commands} rule${commands === 1 ? "" : "s"} to it: each further run leaves all of them there once more, and old rules stay in force. Flush the chains first, or load one file with iptables-restore.`,
        severity: "info",
        confidence: "likely",
        data: { fault: "doubles", table },
      });
    }
  },
});

const MESSAGES: Record<Repeat["fault"], (table: string) => string> = {
  doubles: (table) => `Nothing flushes the table ${table} before its rules are added: each further load (nft -f, a reload of the service) leaves all of them there once more, and rules that the file no longer has stay in force. Put “table ${table}” and “delete table ${table}” ahead of it.`,
  "first-fails": (table) => `The table ${table} does not exist when this is loaded for the first time, as at every boot: nft refuses the whole file, and the host has no rules. Put “table ${table}” ahead of it.`,
  "second-fails": (table) => `“create” refuses a table that is there already: every load but the first is refused as a whole. Use “table ${table}” and “delete table ${table}” ahead of its block.`,
};
