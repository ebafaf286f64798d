import assert from "node:assert/strict";
import type { Location } from "../../../../src/engine/location.ts";
import { foldsOf } from "../../../../src/model/firewall/language/folding.ts";
import { definitionsAt, highlightsAt, referencesAt } from "../../../../src/model/firewall/language/references.ts";
import type { FirewallSymbol } from "../../../../src/model/firewall/language/symbols.ts";
import { symbolsOf } from "../../../../src/model/firewall/language/symbols.ts";
import type { Workspace } from "../../../../src/model/workspace.ts";
import { marked } from "./place.ts";

/** A place as `path:line text`. */
const shown = (workspace: Workspace, { path, range }: Location): string => {
  const text = workspace.text(path)!;
  return `${path}:${text.slice(0, range.start).split("\n").length} ${text.slice(range.start, range.end)}`;
};

function definitions(files: Readonly<Record<string, string>>): string[] {
  const { workspace, path, offset } = marked(files);
  return definitionsAt(workspace, path, offset).map((at) => shown(workspace, at));
}

function references(files: Readonly<Record<string, string>>): string[] {
  const { workspace, path, offset } = marked(files);
  return referencesAt(workspace, path, offset, true).map((at) => shown(workspace, at));
}

describe("definitions and references in nft files", () => {
  it("are those of the same table", () => {
    const one = "table inet a {\n chain x { }\n chain y {\n jump ‸x\n ip saddr vmap { 1.2.3.4 : goto x }\n }\n}\ntable inet b { chain x { }\n chain z { jump x\n }\n}\n";
    assert.deepEqual(definitions({ "n.nft": one }), ["n.nft:2 x"]);
    assert.deepEqual(references({ "n.nft": one }), ["n.nft:2 x", "n.nft:4 x", "n.nft:5 x"]);
  });

  it("cover sets, maps, variables, flowtables and named objects, with commands outside of tables", () => {
    const text = `define lan = eth1
table inet a {
 set s { type ipv4_addr; }
 map m { type inet_service : verdict; elements = { 22 : jump c } }
 flowtable f { hook ingress priority 0; devices = { $lan }; }
 limit l { rate 1/second }
 counter n { }
 chain c {
  iifname $lan ip saddr @s tcp dport vmap @m
  flow add @f
  limit name "l" counter name n update @s { ip saddr } accept
 }
}
add element inet a s { 1.2.3.4 }
`;
    const at = (needle: string, more: number): Record<string, string> => ({ "n.nft": text.slice(0, text.indexOf(needle) + more) + "‸" + text.slice(text.indexOf(needle) + more) });
    assert.deepEqual(references(at("@s", 1)), ["n.nft:3 s", "n.nft:9 s", "n.nft:11 s", "n.nft:14 s"]);
    assert.deepEqual(definitions(at("@m", 2)), ["n.nft:4 m"]);
    assert.deepEqual(references(at("$lan", 1)), ["n.nft:1 lan", "n.nft:5 lan", "n.nft:9 lan"]);
    assert.deepEqual(definitions(at("add @f", 5)), ["n.nft:5 f"]);
    assert.deepEqual(definitions(at('"l"', 1)), ["n.nft:6 l"]);
    assert.deepEqual(definitions(at("counter name n", 14)), ["n.nft:7 n"]);
    assert.deepEqual(references(at("chain c", 6)), ["n.nft:4 c", "n.nft:8 c"]);
  });

  it("reach across included files, and from an include to its files", () => {
    const files = { "etc/main.nft": 'include "./parts/*.nft"\ntable inet a { chain c { iifname $l‸an jump d\n } }\n', "etc/parts/1.nft": "define lan = eth1\n", "etc/parts/2.nft": "table inet a { chain d { iifname $lan\n } }\n" };
    assert.deepEqual(definitions(files), ["etc/parts/1.nft:1 lan"]);
    assert.deepEqual(references(files).sort(), ["etc/main.nft:2 lan", "etc/parts/1.nft:1 lan", "etc/parts/2.nft:1 lan"]);
    assert.deepEqual(definitions({ ...files, "etc/main.nft": 'include "./parts/*.nft"\ntable inet a { chain c { jump d‸\n } }\n' }), ["etc/parts/2.nft:1 d"]);
    assert.deepEqual(definitions({ ...files, "etc/main.nft": 'include "./par‸ts/*.nft"\n' }), ["etc/parts/1.nft:1 ", "etc/parts/2.nft:1 "]);
  });

  it("are there in a rule that is half typed, and not in comments and strings", () => {
    const around = (rule: string): Record<string, string> => ({ "n.nft": `table inet a {\n chain x { }\n chain y {\n ${rule}\n }\n}\n` });
    assert.deepEqual(definitions(around("tcp dport { 22 jump ‸x")), ["n.nft:2 x"]);
    assert.deepEqual(definitions(around("tcp dport jump ‸x")), ["n.nft:2 x"]);
    assert.deepEqual(definitions(around("accept # jump ‸x")), []);
    assert.deepEqual(definitions(around('log prefix "jump ‸x"')), []);
    assert.deepEqual(definitions(around("@th,0,1‸6 80 jump x")), []);
  });

  it("highlight the same name in the file", () => {
    const { workspace, path, offset, text } = marked({ "n.nft": "table inet a {\n chain ‸x { }\n chain y { jump x\n }\n}\n" });
    assert.deepEqual(highlightsAt(workspace, path, offset).map(({ range, role }) => `${text.slice(range.start, range.end)} ${role}`), ["x definition", "x use"]);
  });
});

describe("definitions and references in iptables' files", () => {
  it("are those of the table", () => {
    const text = "*nat\n:SSH - [0:0]\nCOMMIT\n*filter\n:INPUT DROP [0:0]\n:SSH - [0:0]\n-A INPUT -p tcp -j ‸SSH\n-A SSH -j ACCEPT\nCOMMIT\n";
    assert.deepEqual(definitions({ "rules.v4": text }), ["rules.v4:6 SSH"]);
    assert.deepEqual(references({ "rules.v4": text }), ["rules.v4:6 SSH", "rules.v4:7 SSH", "rules.v4:8 SSH"]);
  });

  it("are found in scripts too, by family and table", () => {
    const text = '#!/bin/sh\niptables -N "SSH"\nip6tables -N SSH\nipset create bad hash:ip\niptables -A INPUT -m set --match-set bad src -j ‸SSH\n';
    assert.deepEqual(definitions({ "fw.sh": text }), ["fw.sh:2 SSH"]);
    assert.deepEqual(definitions({ "fw.sh": text.replace("‸", "").replace("--match-set b", "--match-set b‸") }), ["fw.sh:4 bad"]);
  });
});

describe("outlines and folds", () => {
  const names = (symbols: readonly FirewallSymbol[]): unknown[] => symbols.map(({ kind, name, detail, children }) => (children.length > 0 ? [`${kind} ${name}`, names(children)] : `${kind} ${name}${detail === "" ? "" : `: ${detail}`}`));

  it("of an nft file", () => {
    const { workspace, text } = marked({ "n.nft": '# one\n# two\ninclude "x"\ndefine a = 1\ntable inet t {\n  set s {\n    type ipv4_addr . inet_service\n  }\n  counter c { }\n  chain i {\n    type filter hook input priority 0; policy drop;\n    tcp dport {\n      22\n    } accept‸\n  }\n  chain u { accept\n  }\n}\n' });
    const document = workspace.document("n.nft")!;
    assert.deepEqual(names(symbolsOf(document)), ["include x", "variable a", ["table inet t", ["set s: ipv4_addr . inet_service", "object c: counter", "chain i: filter input, policy drop, 1 rule", "chain u: 1 rule"]]]);
    const lines = foldsOf(document).map(({ range, kind }) => `${kind} ${text.slice(0, range.start).split("\n").length}-${text.slice(0, range.end).split("\n").length}`);
    assert.deepEqual(lines.sort(), ["block 10-14", "block 12-13", "block 5-17", "block 6-7", "comment 1-2"]);
  });

  it("of a dump: each chain spans its rules where they stand together", () => {
    const { workspace, text } = marked({ "rules.v4": "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:A - [0:0]\n-A INPUT -j A\n-A INPUT -j ACCEPT\n-A A -j DROP\nCOMMIT\n‸" });
    const [table] = symbolsOf(workspace.document("rules.v4")!);
    assert.deepEqual(names([table!]), [["table filter", ["chain INPUT: policy DROP, 2 rules", "chain FORWARD: policy ACCEPT, 0 rules", "chain A: 1 rule"]]]);
    assert.equal(text.slice(table!.children[0]!.range.start, table!.children[0]!.range.end), "-A INPUT -j A\n-A INPUT -j ACCEPT");
    assert.equal(foldsOf(workspace.document("rules.v4")!).length, 1);
  });

  it("hold every name within its symbol, whatever is half typed", () => {
    const whole = 'define a = 1\ntable inet t {\n  set s { type ipv4_addr; elements = { 1.2.3.4 } }\n  chain i { type filter hook input priority 0;\n    tcp dport { 22 } jump u\n  }\n  chain u { accept\n  }\n}\n';
    const inside = (symbol: FirewallSymbol): void => {
      assert.ok(symbol.range.start <= symbol.nameRange.start && symbol.nameRange.end <= symbol.range.end, `${symbol.name} lies within its range`);
      symbol.children.forEach(inside);
    };
    for (let end = 0; end <= whole.length; end++) {
      const { workspace } = marked({ "n.nft": `${whole.slice(0, end)}‸` });
      const document = workspace.document("n.nft")!;
      symbolsOf(document).forEach(inside);
      foldsOf(document);
    }
  });
});
