import assert from "node:assert/strict";
import type { Piece } from "../../../../src/model/firewall/language/hover.ts";
import { hoverAt } from "../../../../src/model/firewall/language/hover.ts";
import { completionsAt } from "../../../../src/model/firewall/language/completion/index.ts";
import { marked } from "./place.ts";

const said = (pieces: readonly Piece[]): string => pieces.map((piece) => (typeof piece === "string" ? piece : "code" in piece ? piece.code : `[${piece.text}]`)).join("");

function hover(files: Readonly<Record<string, string>>): string[] {
  const { workspace, path, offset } = marked(files);
  return hoverAt(workspace, path, offset)?.sections.flatMap(({ heading, code, lines }) => [said(heading), ...(code === undefined ? [] : [code]), ...lines.map(said)]) ?? [];
}

const TEXT = `define wan = { eth0, eth1 }
table inet filter {
  set bad { type ipv4_addr; elements = { 192.0.2.1, 198.51.100.7 } }
  map go { type inet_service : verdict; flags dynamic; elements = { 22 : jump ssh } }
  chain ssh {
    ip saddr 10.0.0.0/8 accept
    drop
    counter
  }
  chain deeper { accept
  }
  chain lost { jump deeper
  }
  chain input {
    type filter hook input priority filter; policy drop;
    iifname $wan ct state new tcp dport 22 jump ssh
    ip saddr @bad drop
    tcp dport vmap @go
  }
  chain late { type filter hook input priority 10; policy accept; }
}
`;

function at(needle: string, more = 0): Record<string, string> {
  const offset = TEXT.indexOf(needle) + more;
  return { "nftables.conf": `${TEXT.slice(0, offset)}‸${TEXT.slice(offset)}` };
}

describe("hover in firewall files", () => {
  it("on a rule says what it matches and does, and where it stands", () => {
    assert.deepEqual(hover(at("ct state new")), [
      "TCP to port 22 arriving on eth0 or eth1, new connections: jumps to ssh.",
      "Rule 1 of 3 of chain input in table inet filter: filter chain on the input hook, priority 0 (filter), policy drop.",
      "The chain sees packets for this host.",
      "It can match: earlier rules leave some of its packets.",
    ]);
  });

  it("on a chain says what reaches it, also by way of a map that changes while it is in use", () => {
    assert.deepEqual(hover(at("chain ssh", 7)), ["Chain ssh of table inet filter", "3 rules.", "Called by input ([line 16]) and input ([line 18], by a map)."]);
    assert.ok(hover(at("chain late", 7)).includes("Before it on the hook: filter input at 0 (filter) ([line 14])."));
    assert.ok(hover(at("chain input", 7)).includes("After it, which can still drop what it accepts: filter late at 10 ([line 20])."));
  });

  it("on a chain to which nothing leads says so, and of its rules too", () => {
    assert.ok(hover(at("chain lost", 7)).some((line) => line.startsWith("No packet comes here: no rule leads")));
    assert.ok(hover(at("accept\n  }\n  chain lost")).some((line) => line.startsWith("No packet comes here: the rules that lead")));
  });

  it("on a rule that can never match says why", () => {
    assert.ok(hover(at("counter")).includes("Never matches: [line 7] before it takes all of its packets."));
    const last = (rules: string): string => hover({ "a.nft": `table inet t { chain c { type filter hook input priority 0; policy drop;\n${rules}\n } }\n` }).at(-1)!;
    assert.equal(last("tcp dport 1-100 accept\ntcp dport 101-200 accept\ntcp dport 50-150 ‸accept"), "Never matches: [line 2] and [line 3] before it take all of its packets, with the same verdict.");
    assert.equal(last("ip saddr 10.0.0.0/8 drop\nip saddr 10.1.0.0/16 ‸accept"), "Never matches: [line 2] before it takes all of its packets, some with another verdict.");
    assert.equal(last("tcp dport 22 udp dport 53 ‸accept"), "Never matches: its conditions contradict each other.");
    assert.equal(last("tcp dport 22 limit rate 1/second accept\ntcp dport 22 ‸accept"), "It can match: earlier rules leave some of its packets.");
  });

  it("on a set, a variable, an object and an include says what they hold and who uses them", () => {
    assert.deepEqual(hover(at("@bad", 2)).slice(0, 3), ["Set bad of ipv4_addr", "2 elements: 192.0.2.1, 198.51.100.7", "Used by input ([line 17])."]);
    assert.deepEqual(hover(at("$wan", 2)).slice(0, 3), ["Variable $wan", "define wan = { eth0, eth1 }", "Defined at [line 1]; used once."]);
    assert.deepEqual(hover({ "a.nft": "table inet t { limit l { rate 5/second }\n chain c { limit name ‸l accept\n } }\n" }).slice(0, 3), ["Object l", "limit l { rate 5/second }", "Used by c ([line 2])."]);
    assert.deepEqual(hover({ "e/a.nft": 'include "‸b.nft"\n', "e/b.nft": "define a = 1\n" }), ["Includes b.nft", "Reads [e/b.nft]."]);
  });

  it("on rules that another file includes says which", () => {
    assert.deepEqual(hover({ "e/main.nft": 'table inet t { chain c { type filter hook input priority 0;\n include "part.nft"\n } }\n', "e/part.nft": "tcp dport 22 acc‸ept\n" }), ["TCP to port 22: accepts.", "Included by [line 2 of main.nft]."]);
  });

  it("of a rule with alternatives says all of them", () => {
    assert.equal(hover({ "rules.v4": "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m multiport --ports 5‸3 -j ACCEPT\nCOMMIT\n" })[0], "TCP from port 53: accepts; or TCP to port 53: accepts.");
  });

  it("is silent in other files and between rules", () => {
    assert.deepEqual(hover({ "sysctl.conf": "net.ipv4.ip_forward‸ = 1\n" }), []);
    assert.deepEqual(hover({ "a.nft": "table inet t {\n‸\n}\n" }), []);
  });

  it("and completion bear every half-typed text", () => {
    const texts = { "nftables.conf": TEXT, "rules.v4": "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m conntrack --ctstate NEW,ESTABLISHED -m set ! --match-set x src -j REJECT --reject-with tcp-reset\nCOMMIT\n", "fw.sh": '#!/bin/sh\niptables -A INPUT -p "tcp" --dport 22 -j ACCEPT; nft add rule inet filter input accept\n' };
    for (const [path, text] of Object.entries(texts)) {
      for (let end = 0; end <= text.length; end++) {
        const { workspace } = marked({ [path]: `${text.slice(0, end)}‸` });
        hoverAt(workspace, path, end);
        completionsAt(workspace, path, end);
      }
    }
  });
});
