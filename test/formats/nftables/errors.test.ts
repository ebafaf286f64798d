import assert from "node:assert/strict";
import { parseNftables } from "../../../src/formats/nftables/index.ts";

/** The text without its marks, and where they were. */
function marked(text: string): { text: string; ranges: { start: number; end: number }[] } {
  const ranges: { start: number; end: number }[] = [];
  let plain = "";
  for (const part of text.split(/(⟦|⟧)/)) {
    if (part === "⟦") ranges.push({ start: plain.length, end: plain.length });
    else if (part === "⟧") ranges.at(-1)!.end = plain.length;
    else plain += part;
  }
  return { text: plain, ranges };
}

function check(text: string): void {
  const expected = marked(text);
  const { errors } = parseNftables(expected.text);
  const found = errors.filter(({ certain }) => certain);
  assert.deepEqual(found.map(({ range }) => range), expected.ranges, `${text}\n${found.map(({ message, range }) => `${range.start}: ${message}`).join("\n")}`);
}

const inChain = (rule: string, family = "inet"): string => `table ${family} filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\t${rule}\n\t}\n}\n`;

describe("formats/nftables errors", () => {
  const refused = [
    "tcp ⟦port⟧ 22 accept",
    "⟦dport⟧ 22 accept",
    "tcp dport ⟦accept⟧",
    "tcp dport 22 ⟦acept⟧",
    "tcp dport ⟦70000⟧ accept",
    "tcp dport { 22, ⟦70000⟧ } accept",
    "tcp dport 20-⟦70000⟧ accept",
    "tcp dport ⟦30-20⟧ accept",
    "tcp dport ⟦22,80⟧ accept",
    "tcp dport { 22 ⟦80⟧ } accept",
    "tcp dport { 22⟦;⟧ 80 } accept",
    "tcp dport { ⟦,⟧ 80 } accept",
    "ip saddr ⟦10.0.0.256⟧ accept",
    "ip saddr ⟦10.0.0.0/33⟧ accept",
    "ip saddr ⟦2001:db8::1⟧ accept",
    "ip6 saddr ⟦192.0.2.1⟧ accept",
    "ip6 saddr 2001:db8::⟦:⟧1 accept",
    "ct state ⟦establised⟧,related accept",
    "icmp type ⟦echo⟧ accept",
    "icmpv6 type { echo-request, ⟦packet-to-big⟧ } accept",
    "tcp flags syn,⟦foo⟧ drop",
    "accept ⟦counter⟧",
    "drop ⟦log prefix \"dropped\"⟧",
    "ip saddr 192.0.2.1 ⟦ip6 saddr⟧ 2001:db8::1 accept",
    "tcp dport 22 ⟦udp dport⟧ 53 accept",
    "meta l4proto udp ⟦tcp dport⟧ 53 accept",
    "limit rate 10/⟦sec⟧ accept",
    "limit rate 10/second burst 5 ⟦bytes⟧ accept",
    "reject with ⟦imcp⟧ port-unreachable",
    "log level ⟦warning⟧",
    "⟦log group 2 level info⟧",
    "jump ⟦drop⟧",
    "ip dscp ⟦64⟧ accept",
    "tcp dport vmap { 22 : accept, ⟦80⟧ }",
    "tcp dport vmap { 22 : ⟦acept⟧ }",
    "tcp dport vmap { 20-30 : accept, ⟦22⟧ : drop }",
    "tcp dport { ⟦22 : accept⟧ }",
    "ip saddr . tcp dport { ⟦192.0.2.1⟧ }",
    "ip saddr . tcp dport { ⟦192.0.2.1 . 22 . 23⟧ }",
    "meta mark set ⟦{ 1, 2 }⟧",
    "iifname ⟦\"averylongnameofaninterface\"⟧ accept",
    "ip saddr ⟦=⟧ 192.0.2.1 accept",
    "counter comment \"x\" ⟦accept⟧",
  ];
  for (const rule of refused) it(`refuses ${rule}`, () => check(inChain(rule)));

  it("refuses the protocols of another family", () => {
    check(inChain("⟦ip6 saddr⟧ 2001:db8::1 accept", "ip"));
    check(inChain("⟦ip saddr⟧ 192.0.2.1 accept", "ip6"));
    check(inChain("⟦arp operation⟧ request accept", "inet"));
  });

  it("tells an unclosed brace at the brace, and goes on", () => {
    check("table inet filter {\n\tchain input {\n\t\taccept\n\t⟦chain⟧ output {\n\t\taccept\n\t}\n}\n");
    check("table inet filter ⟦{⟧\n\tchain input {\n\t\taccept\n\t}\n");
    check("table inet filter {\n\tchain input {\n\t\ttcp dport ⟦{⟧ 22, 80\n");
    check("table inet filter {\n\tchain input {\n\t\taccept\n\t}\n}\n⟦}⟧\n");
  });

  it("refuses unknown commands, chain types, hooks, policies and set types", () => {
    check("⟦tabel⟧ inet filter {\n}\n");
    check("table inet filter {\n\tchain input {\n\t\ttype ⟦filtre⟧ hook input priority 0;\n\t}\n}\n");
    check("table inet filter {\n\tchain input {\n\t\ttype filter hook ⟦inptu⟧ priority 0;\n\t}\n}\n");
    check("table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy ⟦reject⟧;\n\t}\n}\n");
    check("table inet filter {\n\tset s {\n\t\ttype ⟦ipv4_adr⟧\n\t}\n}\n");
    check("table inet filter {\n\tset s {\n\t\ttype ipv4_addr; flags ⟦intervall⟧\n\t}\n}\n");
    check("table inet filter {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.1, ⟦2001:db8::1⟧ }\n\t}\n}\n");
    check("table inet ⟦$name⟧ {\n}\n".replace("⟦$name⟧ {\n}", "⟦$⟧name"));
  });

  it("tells one fault of each rule and reads the rules around it", () => {
    const { tree, errors } = parseNftables("table inet filter {\n\tchain input {\n\t\ttcp dprt 22 accept\n\t\ttcp dport 22 accept\n\t\tudp dprt 22 accept\n\t}\n}\n");
    assert.equal(errors.length, 2);
    const table = tree.commands[0]!;
    assert(table.kind === "table");
    const chain = table.items[0]!;
    assert(chain.kind === "chain");
    assert.equal(chain.rules.length, 3);
  });

  it("is never certain of a fault that a template is near to", () => {
    for (const text of [
      inChain("tcp dport {{ ports }} accpt"),
      inChain("{% if strict %}\n\t\ttcp dprt 22 accept\n\t\t{% endif %}"),
      "table inet filter {\n{% if a %}\n\tchain input {\n{% else %}\n\tchain input2 {\n{% endif %}\n\t\taccept\n\t}\n}\n",
      inChain("tcp dport { {% for p in ports %}{{ p }}{% if not loop.last %}, {% endif %}{% endfor %} } accept"),
      inChain("{{ rules | join('\\n') }}"),
      "{{ everything }}\n",
    ]) {
      assert.deepEqual(parseNftables(text).errors.filter(({ certain }) => certain), [], text);
    }
  });
});
