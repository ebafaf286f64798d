import { rule } from "../rule.ts";

export default rule({
  what: "A premortem-ignore comment hides nothing, or does not say why.",
  why: "A comment without a reason cannot be judged by the next reader, so it is not honoured. One that matches no finding any more hides the next real one without anybody noticing.",
  instead: "Write what is accepted and why: `# premortem-ignore RULE -- reason`. Remove the comment once nothing is found there.",
  lessons: [],
  // The engine makes these findings itself: only it knows which comments were of use.
  reads: ["syntax"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  examples: {
    bad: [
      "# ⟦premortem-ignore firewall/blocks-pmtud⟧\ntable inet filter {\n}\n",
      "table inet filter {\n\t# ⟦premortem-ignore firewall/blocks-pmtud -- accepted in CHG-2211⟧\n\tchain input {\n\t\ttype filter hook input priority 0; policy accept;\n\t}\n}\n",
      "# ⟦premortem-ignore -- we know⟧\ntable inet filter {\n}\n",
    ].map((text) => ({ "nftables.conf": text })),
    good: { "nftables.conf": "# The rule premortem/suppression is about comments such as this one.\ntable inet filter {\n}\n" },
    lookalike: { "nftables.conf": 'table inet filter {\n\tchain input {\n\t\tcomment "see premortem-ignore in the handbook"\n\t}\n}\n' },
  },
});
