import { rulesetPairs } from "../../model/firewall/change/pairs.ts";
import type { Emptied } from "../../model/firewall/change/sets.ts";
import { emptiedDefinitions, emptiedSets, emptiedVariables } from "../../model/firewall/change/sets.ts";
import { closedNftables } from "../closed-firewall.ts";
import { rule } from "../rule.ts";

const ruleset = (set: string, use = "ip saddr @partners tcp dport 8443 accept"): string => `flush ruleset

table inet filter {
	set ${set}
	}

	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		meta l4proto { icmp, ipv6-icmp } accept
		tcp dport 22 accept
		${use}
	}
}
`;
const PARTNERS = "partners {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 192.0.2.0/26, 192.0.2.64/26, 198.51.100.4, 198.51.100.9, 203.0.113.80-203.0.113.95 }";
const NONE = "⟦partners⟧ {\n\t\ttype ipv4_addr\n\t\tflags interval";

const defined = (list: string, name = "monitors"): string =>
  closedNftables("ip saddr $monitors tcp dport 9100 accept").replace("\ntable", `\ndefine ${name} = { ${list} }\n\ntable`);

const templated = (list: string): Record<string, string> => ({
  "inventory.ini": "[web]\nweb[01:03].example.net\n",
  "group_vars/web.yml": `http_from:${list}\n`,
  "site.yml": "- hosts: web\n  tasks:\n    - template:\n        src: nftables.conf.j2\n        dest: /etc/nftables.conf\n",
  "templates/nftables.conf.j2": defined("192.0.2.5").replace("\t\ttcp dport 22 accept\n", "\t\ttcp dport 22 accept\n{% for net in http_from %}\n\t\tip saddr {{ net }} tcp dport 443 accept\n{% endfor %}\n"),
});

export default rule({
  what: "A set, map or list that rules still ask loses all or most of its elements.",
  why: "The rules stay as they were and look right, but match nothing or little: everybody whom the list let in is refused, or everything that it kept out gets in. Generated lists come out empty when their source fails.",
  instead: "Check what generated the list, and whether so many were meant to go. Where the list is no longer needed, remove the rules that ask it as well.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["nft(8), sets"],
  data: { name: "the set, map or list", before: "elements before the change", lost: "how many of them are gone", left: "elements after it" },
  examples: {
    bad: [
      { before: ruleset(PARTNERS), after: ruleset(NONE) },
      { before: ruleset(PARTNERS), after: ruleset("⟦partners⟧ {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 198.51.100.4 }") },
      { before: defined("192.0.2.5, 192.0.2.6, 192.0.2.7, 192.0.2.8"), after: defined("192.0.2.8").replace("define monitors", "define ⟦monitors⟧") },
      { before: templated("\n  - 192.0.2.0/26\n  - 192.0.2.64/26\n  - 198.51.100.4\n  - 203.0.113.9"), after: templated(" ⟦[]⟧") },
    ],
    good: { before: ruleset(PARTNERS), after: ruleset(PARTNERS.replace(", 198.51.100.9", "")) },
    lookalike: [
      // Put together: fewer elements, the same addresses.
      { before: ruleset(PARTNERS), after: ruleset("partners {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 192.0.2.0/25, 198.51.100.0/28, 203.0.113.80/28 }") },
      // Filled while it is in use.
      { before: ruleset(PARTNERS), after: ruleset("partners {\n\t\ttype ipv4_addr\n\t\tflags interval, timeout") },
      { before: ruleset(PARTNERS), after: ruleset("partners {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { {{ partners | join(', ') }} }") },
      // Its rules go with it.
      { before: ruleset(PARTNERS), after: ruleset(NONE.replace(/[⟦⟧]/g, ""), "tcp dport 8443 accept") },
      // It was empty before: something else fills it.
      { before: ruleset(NONE.replace(/[⟦⟧]/g, ""), "ip saddr @partners drop"), after: ruleset(NONE.replace(/[⟦⟧]/g, "")) },
      // Renumbered: as many as before.
      { before: defined("192.0.2.5, 192.0.2.6, 192.0.2.7"), after: defined("198.51.100.5, 198.51.100.6, 198.51.100.7") },
    ],
  },
  compare({ before, after, changed, report }) {
    const all = [...rulesetPairs(before, after, changed).flatMap((pair) => emptiedSets(after, pair)), ...emptiedDefinitions(before, after, changed), ...emptiedVariables(before, after, changed)];
    for (const one of all) {
      const { kind, name, location, before: was, lost, left, use, asked } = one;
      report({
        location,
        message: message(one),
        // A list of those who are kept out is renewed often; that it is empty is news.
        ...(use === "drop" && left > 0 ? { severity: "info" as const } : {}),
        ...(use === undefined || kind === "variable" ? { confidence: "likely" as const } : {}),
        ...(asked ? { related: [{ location: asked, message: "These rules are made from it." }] } : {}),
        data: { name, before: was, lost, left },
        key: `${kind} ${name}`,
      });
    }
  },
});

const CALLED = { set: "The set", map: "The map", definition: "The variable", variable: "The list" } as const;

function message({ kind, name, before, lost, left, use }: Emptied): string {
  const what = left === 0 ? `loses ${before === 1 ? "its only element" : `all of its ${before} elements`}` : `loses ${lost} of its ${before} elements`;
  const effect =
    use === "accept" ? (left === 0 ? "nobody gets in by it any more" : "they are let in no longer")
    : use === "drop" ? (left === 0 ? "nothing is kept out by it any more" : "they are kept out no longer")
    : left === 0 ? "rules that ask it match nothing any more" : "rules that ask it match them no longer";
  return `${CALLED[kind]} ${name} ${what} and is still asked by rules: ${effect}. Check what generated it, or remove its rules too.`;
}
