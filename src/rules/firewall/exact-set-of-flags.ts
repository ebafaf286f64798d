import { exactFlagSets } from "../../model/firewall/loading/flag-sets.ts";
import { rule } from "../rule.ts";

const host = (match: string): string => `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		${match} accept
	}
}
`;

export default rule({
  what: "Flags in braces are compared as a whole, where a test of single bits is meant.",
  why: "`tcp flags { syn, ack }` is a set of two whole values: nothing but SYN, or nothing but ACK. A packet with SYN and ACK, or with PSH and ACK, is neither and does not match. The status of a tracked connection has several bits at any time, so a set of single ones matches none.",
  instead: "Leave the braces out: `tcp flags syn,ack` and `ct status snat,dnat` match where one of the bits is set. To compare under a mask, write `tcp flags & (fin | syn | rst | ack) == syn`.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "safe",
  fixSafety: "Offered only where the rule accepts or goes on: it then matches what its text says. A rule that drops would drop more.",
  lifecycle: "stable",
  sources: ["nft(8), bitmask type and set references", "nftables src/evaluate.c: a comma list becomes a bitwise test, a set a lookup of whole values", "include/uapi/linux/netfilter/nf_conntrack_common.h, enum ip_conntrack_status"],
  data: { flags: "the flags of the set" },
  examples: {
    bad: [
      host("⟦tcp flags { syn, ack }⟧ tcp dport 443"),
      host("⟦ct status { snat, dnat }⟧"),
      host("⟦tcp flags != { syn, ack }⟧ tcp dport 179"),
      host("tcp dport 22 ⟦tcp flags { fin, rst }⟧ drop").replace("drop accept", "drop"),
    ],
    good: [host("tcp flags syn,ack tcp dport 443"), host("ct status snat,dnat")],
    lookalike: [
      host("tcp flags & (fin | syn | rst | ack) == { syn, ack }"),
      // Whole values are meant: combinations stand beside them.
      host("tcp flags { syn, syn | ack, fin | ack, ack, psh | ack }"),
      // A state is one bit at a time, so a set of them is the same as a list.
      host("ct state { new, untracked }"),
      host("tcp flags vmap { syn : continue, ack : continue }").replace(" accept\n\t}", "\n\t}"),
      host("tcp flags == syn"),
      // nft makes a set of one the plain value, which is a test of its bit.
      host("tcp flags { syn }"),
    ],
  },
  check({ firewall, path, workspace, report }) {
    for (const { field, flags, negated, range, mend } of exactFlagSets(firewall, workspace.text(path) ?? "")) {
      const list = flags.join(",");
      const effect =
        field === "ct status"
          ? `A connection's status always has several bits, so ${negated ? "this holds for all of them" : "none matches"}.`
          : `Packets with several flags, such as ${flags.includes("syn") && flags.includes("ack") ? "SYN with ACK" : `${flags[0]!.toUpperCase()} with ${flags[0] === "ack" ? "PSH" : "ACK"}`}, ${negated ? "count as others" : "do not match"}.`;
      report({
        location: { path, range },
        message: `The braces make this a comparison of all bits with each of these values. ${effect} For a test of single bits write “${field} ${negated ? "! " : ""}${list}”.`,
        data: { flags: list },
        fixes: mend === undefined ? [] : [{ title: `Test the bits: ${field} ${list}`, safety: "safe", edits: [{ path, range, newText: mend }] }],
      });
    }
  },
});
