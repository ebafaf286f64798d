import { isUnknown } from "../../engine/unknown.ts";
import { includesOthers, placeIn } from "../../model/firewall/change/fragments.ts";
import type { LockOut } from "../../model/firewall/change/management.ts";
import { lockOuts } from "../../model/firewall/change/management.ts";
import { rulesetPairs } from "../../model/firewall/change/pairs.ts";
import { addsToOthers } from "../../model/firewall/from-shell/index.ts";
import type { NewRule } from "../../model/firewall/insert-rule.ts";
import { insertRules } from "../../model/firewall/insert-rule.ts";
import { packetText } from "../../model/firewall/packet-text.ts";
import type { Ruleset } from "../../model/firewall/ruleset.ts";
import { rule } from "../rule.ts";

const host = (ssh: string, established = "ct state established,related accept", policy = "policy drop"): string => `flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; ${policy};
		iif "lo" accept
		${established}
		meta l4proto { icmp, ipv6-icmp } accept
${ssh}		tcp dport { 80, 443 } accept
	}
}
`;
const SSH = "\t\ttcp dport 22 accept\n";
const CLOSED = "⟦policy drop⟧";

const dump = (...rules: string[]): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
${rules.join("\n")}
-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT
COMMIT
`;
const FROM_OFFICE = "-A INPUT -s 198.51.100.0/24 -p tcp -m tcp --dport 22 -j ACCEPT";

export default rule({
  what: "After the change operators cannot reach the hosts any more.",
  why: "Management traffic was accepted before and is refused now. Once the rules are loaded, nobody can log in to take them back: what is left is a console, host by host, for every host that got the change.",
  instead: "Keep the accept for SSH, from the networks where operators are, ahead of every drop. Load firewall changes with a timer that brings the old rules back unless somebody confirms.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["firewall"],
  severity: "error",
  fix: "unsafe",
  fixSafety: "It lets in again who was let in, or the network that premortem.yaml names; the change may have meant to close the port.",
  lifecycle: "stable",
  sources: ["sshd_config(5), Port", "iptables-apply(8)"],
  data: { port: "the TCP port that is closed", hosts: "hosts that the ruleset reaches; null where they are not known", family: "ip or ip6", what: "opening, running or replies: what of a session is refused first" },
  examples: {
    bad: [
      { before: host(SSH), after: host("").replace("policy drop", CLOSED) },
      { before: { "rules.v4": dump(FROM_OFFICE) }, after: { "rules.v4": dump("⟦-A INPUT -p tcp -m tcp --dport 1:79 -j REJECT --reject-with tcp-reset⟧", FROM_OFFICE) } },
      // Still open to somebody, but not to the network from which the operators come.
      {
        before: { "premortem.yaml": "management:\n  networks: [192.0.2.0/26]\n", "nftables.conf": host("\t\tip saddr { 192.0.2.0/26, 198.51.100.7 } tcp dport 22 accept\n") },
        after: { "premortem.yaml": "management:\n  networks: [192.0.2.0/26]\n", "nftables.conf": host("\t\tip saddr { 192.0.2.64/26, 198.51.100.7 } tcp dport 22 accept\n").replace("policy drop", CLOSED) },
      },
      // sshd listens elsewhere.
      {
        before: { "files/sshd_config": "Port 2222\nPasswordAuthentication no\n", "nftables.conf": host("\t\ttcp dport { 22, 2222 } accept\n") },
        after: { "files/sshd_config": "Port 2222\nPasswordAuthentication no\n", "nftables.conf": host(SSH).replace("policy drop", CLOSED) },
      },
      // The first packet gets in and the answer does not get out.
      {
        before: host(SSH).replace(/\t}\n}\n$/, "\t}\n\tchain output {\n\t\ttype filter hook output priority filter; policy drop;\n\t\tct state established,related accept\n\t\tudp dport 53 accept\n\t}\n}\n"),
        after: host(SSH).replace(/\t}\n}\n$/, "\t}\n\tchain output {\n\t\ttype filter hook output priority filter; ⟦policy drop⟧;\n\t\tudp dport 53 accept\n\t}\n}\n"),
      },
      // From iptables to nftables, and one rule did not make it.
      {
        before: { "roles/fw/templates/rules.v4": dump("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT") },
        after: { "roles/fw/templates/nftables.conf": host("").replace("policy drop", CLOSED).replace("table inet", "table ip").replace("{ icmp, ipv6-icmp }", "icmp") },
      },
    ],
    good: { before: host(SSH), after: host("\t\ttcp dport 22 ct state new limit rate over 10/minute drop\n\t\ttcp dport ssh accept\n") },
    lookalike: [
      // Narrowed to where operators are: the port stays open to some whom it was open to.
      { before: host(SSH), after: host("\t\tip saddr 198.51.100.0/24 tcp dport 22 accept\n") },
      // The rule moves to a part of its own.
      {
        before: { "nftables.conf": `${host(SSH)}include "/etc/nftables.d/*.nft"\n`, "nftables.d/web.nft": "table inet filter {\n\tchain input {\n\t\ttcp dport 8443 accept\n\t}\n}\n" },
        after: { "nftables.conf": `${host("")}include "/etc/nftables.d/*.nft"\n`, "nftables.d/web.nft": "table inet filter {\n\tchain input {\n\t\ttcp dport 8443 accept\n\t}\n}\n", "nftables.d/ssh.nft": "table inet filter {\n\tchain input {\n\t\ttcp dport 22 accept\n\t}\n}\n" },
      },
      // sshd moves, and the rules with it.
      {
        before: { "files/sshd_config": "Port 22\n", "nftables.conf": host(SSH) },
        after: { "files/sshd_config": "Port 2222\n", "nftables.conf": host("\t\ttcp dport 2222 accept\n") },
      },
      // A template decides.
      { before: host(SSH), after: host("{% if ssh_from is defined %}\n\t\tip saddr {{ ssh_from }} tcp dport 22 accept\n{% endif %}\n") },
      // It was closed before.
      { before: host(""), after: host("\t\ttcp dport 8080 accept\n") },
    ],
  },
  compare({ before, after, changed, report }) {
    for (const pair of rulesetPairs(before, after, changed)) {
      const uncertain = includesOthers(after, pair.path) || addsToOthers(after, pair.after);
      const scope = after.fleet.scopeOf(pair.path);
      const hosts = isUnknown(scope) ? undefined : scope.hosts.length;
      if (hosts === 0) continue;
      for (const lost of lockOuts(after, pair)) {
        const { port, family, what, place, network } = lost;
        const again = pair.kind === "translated" ? undefined : oldRule(before.text(pair.before.path) ?? "", pair.before, lost);
        const saddr = network === undefined ? "" : `${family} saddr ${network} `;
        const accept: NewRule =
          what === "replies" ? { nft: `tcp sport ${port} ct state established accept`, iptables: `-p tcp -m tcp --sport ${port} -m conntrack --ctstate ESTABLISHED -j ACCEPT` }
          : (again ?? { nft: `${saddr}tcp dport ${port} accept`, iptables: `${network === undefined ? "" : `-s ${network} `}-p tcp -m tcp --dport ${port} -j ACCEPT` });
        const edit = insertRules(after.text(pair.path) ?? "", pair.after, place.table, place.chain, place.rule, [accept]);
        const softer = uncertain || (network === undefined && lost.instead !== undefined) || lost.opened !== undefined;
        report({
          location: placeIn(pair.after, place),
          message: message(lost, hosts),
          ...(softer ? { severity: "warning" as const, confidence: "likely" as const } : {}),
          data: { port, hosts: hosts ?? null, family, what },
          key: `port ${port}`,
          fixes: edit ? [{ title: `Accept TCP port ${port}${network === undefined ? "" : ` from ${network}`}`, safety: "unsafe", edits: [edit] }] : [],
        });
      }
    }
  },
});

/** The rule that let operators in, as it was written; undefined where it cannot stand alone. */
function oldRule(text: string, ruleset: Ruleset, { was, network }: LockOut): NewRule | undefined {
  if (was === undefined || network !== undefined) return undefined;
  const written = text.slice(was.range.start, was.range.end);
  if (/[\n@${}\\]/.test(written)) return undefined;
  if (ruleset.dialect === "nftables") return { nft: written, iptables: "" };
  const body = /^(?:-A|--append)\s+\S+\s+(.*)$/.exec(written)?.[1];
  return body === undefined ? undefined : { nft: "", iptables: body };
}

function message(lost: LockOut, hosts: number | undefined): string {
  const { port, packet, place, what, network, instead, opened } = lost;
  const who = network === undefined ? `Nobody who could reach port ${port} of` : `Nobody in ${network} who could reach port ${port} of`;
  const where = hosts === undefined ? "these hosts" : hosts === 1 ? "1 host" : `${hosts} hosts`;
  const by = place.rule === undefined ? `the policy of chain ${place.chain.name}` : `this rule of chain ${place.chain.name}`;
  const sessions = what === "running" ? " Running sessions break, too." : what === "replies" ? " The host's answers do not get out." : "";
  const rest =
    opened !== undefined ? `Port ${opened} opens instead: make sure that sshd listens there before these rules are loaded.`
    : instead !== undefined ? `Only others get in now (${packetText(instead)}): make sure that operators are among them.`
    : "Put the accept back ahead of the drop, or have a console for every host at hand.";
  return `${who} ${where} gets in any more: ${packetText(packet)}, is refused by ${by}.${sessions} ${rest}`;
}
