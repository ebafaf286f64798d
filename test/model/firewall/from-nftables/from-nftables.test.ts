import assert from "node:assert/strict";
import { isUnknown } from "../../../../src/engine/unknown.ts";
import { parseNftables } from "../../../../src/formats/nftables/index.ts";
import { fromNftables } from "../../../../src/model/firewall/from-nftables/index.ts";
import type { Ruleset, SetElement, Statement, Values, Verdict } from "../../../../src/model/firewall/ruleset.ts";

function ruleset(text: string): Ruleset {
  return fromNftables("nftables.conf", parseNftables(text).tree);
}

/** A rule of the model in one line. */
function show(statements: readonly Statement[]): string {
  return statements.map(showStatement).join("; ");
}

function showStatement(statement: Statement): string {
  switch (statement.kind) {
    case "match":
      return `${statement.field}${statement.negated ? "!=" : "="}${showValues(statement.values)}`;
    case "match-tuple":
      return `(${statement.fields.join(", ")})${statement.negated ? "!=" : "="}${showElements(statement.elements)}`;
    case "verdict":
      return showVerdict(statement.verdict);
    case "vmap":
      return `vmap (${statement.fields.join(", ")}) ${showElements(statement.elements)}`;
    case "limit":
      return `limit ${statement.what}${statement.over ? " over" : ""}`;
    case "mss-clamp":
      return `mss ${String(statement.size)}`;
    case "nat":
      return statement.nat + showTo(statement.to);
    case "assign":
      return `${statement.field} := ${showChange(statement)}`;
    case "other":
      return `(${statement.name})`;
    case "unknown":
      return `?${statement.reason}`;
    default:
      return statement.kind;
  }
}

function showTo(to: Extract<Statement, { kind: "nat" }>["to"]): string {
  if (to === undefined) return "";
  if (isUnknown(to)) return ` ?${to.unknown}`;
  return ` ${to.address ?? ""}${to.port === undefined ? "" : `:${to.port}`}`;
}

function showChange({ field, from, value }: Extract<Statement, { kind: "assign" }>): string {
  if (isUnknown(value)) return `?${value.unknown}`;
  return `${from ?? field} & 0x${value.and.toString(16)} ^ 0x${value.xor.toString(16)}`;
}

function showElements(elements: readonly SetElement[] | { unknown: string }): string {
  if (isUnknown(elements)) return `?${elements.unknown}`;
  return `{${elements.map(({ key, verdict }) => key.map(showValues).join(" . ") + (verdict ? `: ${showVerdict(verdict)}` : "")).join(", ")}}`;
}

function showVerdict(verdict: Verdict): string {
  if (verdict.kind === "jump" || verdict.kind === "goto") return `${verdict.kind} ${isUnknown(verdict.target) ? "?" : verdict.target}`;
  return verdict.kind === "reject" && verdict.with !== undefined ? `reject ${verdict.with}` : verdict.kind;
}

function showValues(values: Values): string {
  if (isUnknown(values)) return "?";
  if (values.kind === "names") return values.names.join("|");
  if (values.kind === "masked") return `${values.values.join("|")}/${values.mask}`;
  return values.intervals.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join("|");
}

function lowered(rule: string, family = "inet"): string {
  const { tables } = ruleset(`table ${family} t {\n chain c {\n  ${rule}\n }\n}\n`);
  return tables[0]!.chains[0]!.rules.map(({ statements }) => show(statements)).join("\n");
}

describe("model/firewall from nftables", () => {
  const cases: [rule: string, expected: string, family?: string][] = [
    ["tcp dport 22 accept", "meta l4proto=6; tcp dport=22; accept"],
    ["tcp dport { 22, 80, 81-90 } accept", "meta l4proto=6; tcp dport=22|80-90; accept"],
    ["meta l4proto tcp tcp dport 22 tcp sport 1024-65535 accept", "meta l4proto=6; tcp dport=22; tcp sport=1024-65535; accept"],
    ["ip saddr 192.0.2.0/24 drop", "meta nfproto=2; ip saddr=3221225984-3221226239; drop"],
    ["ip saddr 192.0.2.7/24 drop", "ip saddr=3221225984-3221226239; drop", "ip"],
    ["ip6 saddr ::1 ip6 daddr ::2 accept", "meta nfproto=10; ip6 saddr=1; ip6 daddr=2; accept"],
    ["ip saddr 192.0.2.1 icmp type echo-request accept", "meta nfproto=2; ip saddr=3221225985; meta l4proto=1; icmp type=8; accept"],
    ["icmpv6 type { packet-too-big, echo-request } accept", "meta nfproto=10; meta l4proto=58; icmpv6 type=2|128; accept"],
    ["ip protocol icmp accept", "meta nfproto=2; meta l4proto=1; accept"],
    ["ip6 nexthdr icmpv6 accept", "meta l4proto=58; accept", "ip6"],
    ["meta l4proto { icmp, ipv6-icmp } accept", "meta l4proto=1|58; accept"],
    ["meta protocol ip6 drop", "meta nfproto=10; drop"],
    ["ether type ip drop", "ether type=2048; drop", "bridge"],
    ["tcp dport 22 ip saddr 192.0.2.1 drop", "meta l4proto=6; tcp dport=22; meta protocol=2048; ip saddr=3221225985; drop", "bridge"],
    ["ct state established,related accept", "ct state=established|related; accept"],
    ["ct state { new, untracked } accept", "ct state=new|untracked; accept"],
    ["ct state != new drop", "ct state!=new; drop"],
    ["ct state ! invalid accept", "ct state!=invalid; accept"],
    ["ct state & (established | related) != 0 accept", "ct state=established|related; accept"],
    ["ct state & new == 0 accept", "ct state!=new; accept"],
    ["tcp flags syn drop", "meta l4proto=6; tcp flags!=0/2; drop"],
    ["tcp flags syn,rst drop", "meta l4proto=6; tcp flags!=0/6; drop"],
    ["tcp flags { syn, ack } drop", "meta l4proto=6; tcp flags=2|16; drop"],
    ["tcp flags == syn drop", "meta l4proto=6; tcp flags=2; drop"],
    ["tcp flags ! fin,rst drop", "meta l4proto=6; tcp flags=0/5; drop"],
    ["tcp flags & (fin|syn|rst|ack) == syn accept", "meta l4proto=6; tcp flags=2/23; accept"],
    ["tcp flags & (fin|syn) != 0 accept", "meta l4proto=6; tcp flags!=0/3; accept"],
    ["tcp flags & (fin|syn) < syn accept", "meta l4proto=6; tcp flags=0|1/3; accept"],
    ["snat ip saddr map { 192.0.2.1 : 198.51.100.1 }", "ip saddr=3221225985; snat ?a map decides the new address", "ip"],
    ["tcp flags syn / syn,ack accept", "meta l4proto=6; tcp flags=2/18; accept"],
    ["meta mark & 0xff00 == 0x1200 accept", "meta mark=4608/65280; accept"],
    ["ip daddr & 255.0.0.255 == 10.0.0.1 accept", "ip daddr=167772161/4278190335; accept", "ip"],
    ["meta mark != 0x10 accept", "meta mark!=16; accept"],
    ["tcp dport < 1024 drop", "meta l4proto=6; tcp dport=0-1023; drop"],
    ["tcp dport >= 1024 drop", "meta l4proto=6; tcp dport=1024-65535; drop"],
    ["iif lo accept", "meta iifname=lo; accept"],
    ['iifname { "eth0", "wg*" } oifname != "lo" accept', "meta iifname=eth0|wg*; meta oifname!=lo; accept"],
    ["meta pkttype { broadcast, unicast } drop", "meta pkttype=broadcast|host; drop"],
    ["fib daddr type local accept", "fib daddr type=local; accept"],
    ["fib saddr . iif oif missing drop", "fib saddr . iif oif=0; drop"],
    ["ct original ip daddr 192.0.2.1 accept", "meta nfproto=2; ct original ip daddr=3221225985; accept"],
    ["ip saddr . tcp dport { 192.0.2.1 . 22, 192.0.2.2 . 80-81 } accept", "meta nfproto=2; meta l4proto=6; (ip saddr, tcp dport)={3221225985 . 22, 3221225986 . 80-81}; accept"],
    ["tcp dport vmap { 22 : accept, 80 : jump web }", "meta l4proto=6; vmap (tcp dport) {22: accept, 80: jump web}"],
    ["ct state vmap { established : accept, invalid : drop }", "vmap (ct state) {established: accept, invalid: drop}"],
    ["meta l4proto { tcp, udp } th dport 53 accept", "meta l4proto=6|17; th dport=53; accept"],
    ["@th,16,16 53 accept", "th dport=53; accept"],
    ["limit rate over 5/second drop", "limit rate over; drop"],
    ["ct count over 20 drop", "limit connections over; drop"],
    ["quota 5 mbytes accept", "limit quota; accept"],
    ["meta l4proto tcp reject with tcp reset", "meta l4proto=6; reject tcp reset"],
    ["reject with icmpv6 no-route", "meta nfproto=10; reject icmpv6 no-route"],
    ["reject", "reject"],
    ["tcp flags syn tcp option maxseg size set rt mtu", "meta l4proto=6; tcp flags!=0/2; mss path"],
    ["tcp option maxseg size set 1360", "meta l4proto=6; mss 1360"],
    ["udp dport 53 dnat ip to 192.0.2.53", "meta l4proto=17; udp dport=53; meta nfproto=2; dnat 3221226037"],
    ["snat to 192.0.2.1", "meta nfproto=2; snat 3221225985"],
    ["dnat to tcp dport map { 80 : 192.0.2.1, 81 : 192.0.2.2 }", "meta l4proto=6; tcp dport=80-81; dnat ?a map decides the new address", "ip"],
    ["udp dport 4789 notrack", "meta l4proto=17; udp dport=4789; notrack"],
    ["tcp dport 80 dnat to 192.0.2.1:8080", "meta l4proto=6; tcp dport=80; dnat 3221225985:8080", "ip"],
    ["tcp dport 80 redirect to :8080", "meta l4proto=6; tcp dport=80; redirect :8080"],
    ["snat to 192.0.2.1-192.0.2.9", "snat ?the new address is one of several", "ip"],
    ["masquerade", "masquerade"],
    ["meta mark set 1 counter log accept", "meta mark := meta mark & 0x0 ^ 0x1; (counter); (log); accept"],
    ["meta mark set ct mark", "meta mark := ct mark & 0xffffffff ^ 0x0"],
    ["ct mark set meta mark & 0xff | 0x100", "ct mark := meta mark & 0xff ^ 0x100"],
    ["meta mark set mark or 0x10", "meta mark := meta mark & 0xffffffef ^ 0x10"],
    ["meta mark set ip dscp map { cs1 : 1 }", "meta nfproto=2; ip dscp=8; meta mark := ?a map decides the new value"],
    ["meta mark set jhash ip saddr mod 2", "meta mark := ?the new value is calculated from the packet"],
    ["ip daddr set 192.0.2.1", "meta nfproto=2; ip daddr := ip daddr & 0x0 ^ 0xc0000201"],
    ['ct helper set "ftp"', "(ct helper set)"],
    ["fwd to eth1", "(fwd); drop", "netdev"],
    ["synproxy mss 1460 wscale 7", "meta l4proto=6; tcp flags!=0/18; (synproxy); accept"],
    ["update @seen { ip saddr limit rate 5/second } accept", "meta nfproto=2; (update @seen); limit rate; accept"],
    ["queue num 1 bypass", "queue"],
    ["tcp dport {{ ssh_port }} accept", "meta l4proto=6; tcp dport=?; accept"],
    ["ip saddr $lan accept", "meta nfproto=2; ip saddr=?; accept"],
    ["ip saddr db.example accept", "meta nfproto=2; ip saddr=?; accept"],
    ["jump {{ chain }}", "jump ?"],
    ["{{ rule }}", "?a template decides it"],
    ['xt match "recent"', "?match \"recent\" is an extension of iptables"],
  ];
  for (const [rule, expected, family] of cases) it(`${rule}${family ? ` (${family})` : ""}`, () => assert.equal(lowered(rule, family), expected));

  it("looks named sets up, wherever they are filled", () => {
    const { tables } = ruleset(
      "table inet t {\n chain c {\n  tcp dport @ports accept\n  ip saddr . tcp dport @pairs accept\n  ip saddr @empty drop\n  ip saddr @dynamic drop\n  tcp dport vmap @verdicts\n  add @dynamic { ip saddr }\n }\n set ports {\n  type inet_service; flags interval\n  elements = { 22, 80-90 }\n }\n set pairs { typeof ip saddr . tcp dport; elements = { 192.0.2.1 . 22 } }\n set empty { type ipv4_addr; }\n set dynamic { type ipv4_addr; elements = { 192.0.2.1 } }\n map verdicts { type inet_service : verdict; elements = { 22 : accept } }\n}\nadd element inet t ports { 443 }\n",
    );
    assert.deepEqual(tables[0]!.chains[0]!.rules.map(({ statements }) => show(statements)), [
      "meta l4proto=6; tcp dport=22|80-90|443; accept",
      "meta nfproto=2; meta l4proto=6; (ip saddr, tcp dport)={3221225985 . 22}; accept",
      "meta nfproto=2; ip saddr=?; drop",
      "meta nfproto=2; ip saddr=?; drop",
      "meta l4proto=6; vmap (tcp dport) {22: accept}",
      "meta nfproto=2; (add @dynamic)",
    ]);
    assert.deepEqual(tables[0]!.sets.map(({ name, kind, keyType }) => [name, kind, keyType]), [
      ["ports", "set", ["inet_service"]],
      ["pairs", "set", ["ip saddr", "tcp dport"]],
      ["empty", "set", ["ipv4_addr"]],
      ["dynamic", "set", ["ipv4_addr"]],
      ["verdicts", "map", ["inet_service"]],
    ]);
  });

  it("resolves variables as they are where they are used", () => {
    const { tables } = ruleset(
      'define lan = { 192.0.2.0/25 }\ndefine ports = { 22, 80 }\ndefine nets = { $lan, 192.0.2.128/25 }\nredefine ports = { $ports, 443 }\ndefine prio = -150\ntable ip t {\n chain c {\n  type filter hook input priority $prio; policy drop;\n  ip saddr $nets tcp dport $ports accept\n }\n}\n',
    );
    const [chain] = tables[0]!.chains;
    assert.equal(chain!.priority, -150);
    assert.equal(show(chain!.rules[0]!.statements), "ip saddr=3221225984-3221226239; meta l4proto=6; tcp dport=22|80|443; accept");
  });

  it("gives variables up that hold themselves, or each other too often", () => {
    const doubled = Array.from({ length: 40 }, (_, i) => `define a${i + 1} = { $a${i}, $a${i} }\n`).join("");
    const rule = (definitions: string, written: string): string => show(ruleset(`${definitions}table ip t {\n chain c {\n  ip saddr ${written} accept\n }\n}\n`).tables[0]!.chains[0]!.rules[0]!.statements);
    assert.equal(rule(`define a0 = { 192.0.2.1, 192.0.2.3 }\n${doubled}`, "$a40"), "ip saddr=?; accept");
    assert.equal(rule("define a = { $a, 192.0.2.1 }\n", "$a"), "ip saddr=?; accept");
    assert.equal(rule("define a = { 192.0.2.1 }\ndefine b = { $a }\nredefine a = { $b, 192.0.2.3 }\n", "$a"), "ip saddr=3221225985|3221225987; accept");
  });

  it("numbers priorities, by family", () => {
    const priority = (written: string, family = "inet"): unknown => ruleset(`table ${family} t {\n chain c {\n  type filter hook input priority ${written}; policy accept;\n }\n}\n`).tables[0]!.chains[0]!.priority;
    assert.equal(priority("filter"), 0);
    assert.equal(priority("mangle - 5"), -155);
    assert.equal(priority("raw+10"), -290);
    assert.equal(priority("-300"), -300);
    assert.equal(priority("filter", "bridge"), -200);
    assert.equal(isUnknown(priority("{{ priority }}")), true);
  });

  it("runs commands as nft does", () => {
    const { tables, replaces, unknownStatements } = ruleset(
      "add table ip t\nadd chain ip t c { type filter hook input priority 0; policy drop; }\nadd rule ip t c tcp dport 22 accept\ninsert rule ip t c iif lo accept\nadd rule ip t c index 0 counter\nadd chain ip t old\nrename chain ip t old new\nadd table ip gone\ndelete table ip gone\n",
    );
    assert.equal(replaces, "nothing");
    assert.equal(unknownStatements, 0);
    assert.deepEqual(tables.map(({ name }) => name), ["t"]);
    const [chain, renamed] = tables[0]!.chains;
    assert.deepEqual(chain!.rules.map(({ statements }) => show(statements)), ["meta iifname=lo; accept", "(counter)", "meta l4proto=6; tcp dport=22; accept"]);
    assert.equal(renamed!.name, "new");
    assert.equal(chain!.policy, "drop");
    assert.equal(chain!.type, "filter");
  });

  it("takes elements away and empties sets as nft does", () => {
    const elements = (commands: string): string => showElements(ruleset(`table ip t {\n set s {\n  type inet_service\n  elements = { 22, 80 }\n }\n}\n${commands}`).tables[0]!.sets[0]!.elements);
    assert.equal(elements("delete element ip t s { 22 }\n"), "{80}");
    assert.equal(elements("add element ip t s { 443 }\ndelete element ip t s { 80, 443 }\n"), "{22}");
    assert.equal(elements("flush set ip t s\nadd element ip t s { 443 }\n"), "{443}");
  });

  it("does not guess which rule a handle means", () => {
    const rules = (command: string): string[] => ruleset(`table ip t {\n chain c {\n  tcp dport 22 accept\n  drop\n }\n}\n${command}\n`).tables[0]!.chains[0]!.rules.map(({ statements }) => show(statements).replace(/\?.*/, "?"));
    assert.deepEqual(rules("delete rule ip t c handle 5"), ["?", "meta l4proto=6; tcp dport=22; accept", "drop"]);
    assert.deepEqual(rules("replace rule ip t c handle 5 accept"), ["?", "meta l4proto=6; tcp dport=22; accept", "drop"]);
    assert.deepEqual(rules("insert rule ip t c index 1 accept"), ["meta l4proto=6; tcp dport=22; accept", "accept", "drop"]);
    assert.deepEqual(rules("add rule ip t c index 0 accept"), ["meta l4proto=6; tcp dport=22; accept", "accept", "drop"]);
    assert.deepEqual(rules("flush chain ip t c"), []);
  });

  it("tells what loading removes first", () => {
    const table = "table inet t {\n chain c {\n  accept\n }\n}\n";
    assert.equal(ruleset(table).replaces, "nothing");
    assert.equal(ruleset(`flush ruleset\n${table}`).replaces, "ruleset");
    assert.equal(ruleset(`table inet t\nflush table inet t\n${table}`).replaces, "tables");
    assert.equal(ruleset(`table inet t\ndelete table inet t\n${table}`).replaces, "tables");
    assert.equal(ruleset(`destroy table inet t\n${table}`).replaces, "tables");
    assert.equal(ruleset(`delete table inet other\n${table}`).replaces, "nothing");
    assert.equal(ruleset(`flush chain inet t c\n${table}`).replaces, "tables");
  });

  it("knows what a template decides", () => {
    const { tables } = ruleset(
      "table inet t {\n chain c {\n  type filter hook input priority 0; policy {{ policy }};\n  {% if ssh %}\n  tcp dport 22 accept\n  {% endif %}\n  drop\n }\n}\n",
    );
    const [chain] = tables[0]!.chains;
    assert.equal(isUnknown(chain!.policy), true);
    assert.deepEqual(chain!.rules.map(({ conditional }) => conditional), [true, false]);
  });

  it("gives rules in braces a chain, and rules of another file an unknown statement", () => {
    const { tables, unknownStatements } = ruleset('table ip t {\n chain c {\n  tcp dport 22 jump {\n   ip saddr 192.0.2.1 accept\n   drop\n  }\n  include "more.nft"\n }\n}\n');
    const [chain, inner] = tables[0]!.chains;
    assert.equal(show(chain!.rules[0]!.statements), `meta l4proto=6; tcp dport=22; jump ${inner!.name}`);
    assert.equal(inner!.rules.length, 2);
    assert.equal(unknownStatements, 1);
  });

  it("does not hook the chains of a dormant table", () => {
    assert.equal(ruleset("table ip t {\n flags dormant\n chain c {\n  type filter hook input priority 0; policy drop;\n }\n}\n").tables[0]!.chains[0]!.hook, undefined);
  });

  it("keeps what it does not understand as an unknown statement", () => {
    const { tables, unknownStatements } = ruleset("table ip t {\n chain c {\n  tcp dport 22 frobnicate accept\n  tcp dport 23 drop\n }\n}\n");
    assert.equal(unknownStatements, 1);
    assert.equal(tables[0]!.chains[0]!.rules.length, 2);
  });

  it("reads the same word by the field that it stands for, however often it comes", () => {
    const shown = (rules: string): string[] => ruleset(`table ip t {\n chain c {\n${rules} }\n}\n`).tables[0]!.chains[0]!.rules.map(({ statements }) => show(statements));
    const rule = '  ip length 300 accept\n  ip ttl 300 accept\n  ip length "300" accept\n  tcp dport 300 accept\n  iifname "300" accept\n';
    const once = shown(rule);
    assert.equal(new Set(once).size, 5);
    assert.deepEqual(shown(rule.repeat(3)), [...once, ...once, ...once]);
  });

  it("tells the values of a file apart that has very many", () => {
    const { rules } = ruleset(`table ip t {\n chain c {\n${Array.from({ length: 5000 }, (_, i) => `  meta mark ${i + 1} drop\n`).join("")} }\n}\n`).tables[0]!.chains[0]!;
    assert.ok(rules.every(({ statements }, i) => show(statements) === `meta mark=${i + 1}; drop`));
  });
});
