import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { Workspace } from "../../../src/model/workspace.ts";
import { readFirewall } from "../../../src/model/firewall/read.ts";

function values(files: Record<string, string>, path: string): unknown {
  const ruleset = readFirewall(new Workspace(new Map(Object.entries(files)), DEFAULT_CONFIGURATION), path);
  const match = ruleset?.tables[0]?.chains[0]?.rules[0]?.statements.find((statement) => statement.kind === "match" && statement.field === "ip saddr");
  assert(match?.kind === "match");
  return isUnknown(match.values) ? "unknown" : match.values.kind === "intervals" ? match.values.intervals.map(([first]) => Number(first)) : match.values;
}

describe("model/firewall/read", () => {
  const rule = "table ip t {\n chain c {\n  ip saddr $lan accept\n }\n}\n";
  const definition = "define lan = 10.0.0.1\n";

  it("takes variables from the files that a file includes", () => {
    assert.deepEqual(values({ "etc/nftables.conf": `include "/etc/nftables.d/*.nft"\n${rule}`, "etc/nftables.d/vars.nft": definition }, "etc/nftables.conf"), [167772161]);
    assert.deepEqual(values({ "fw/nftables.conf": `include "./vars.nft"\n${rule}`, "fw/vars.nft": definition }, "fw/nftables.conf"), [167772161]);
  });

  it("takes variables from the file that includes this one", () => {
    assert.deepEqual(values({ "etc/nftables.conf": `${definition}include "/etc/nftables.d/*.nft"\n`, "etc/nftables.d/rules.nft": rule }, "etc/nftables.d/rules.nft"), [167772161]);
  });

  it("takes those of the same host where several have such a file", () => {
    const files = {
      "hosts/a/etc/nftables.conf": `include "/etc/vars.nft"\n${rule}`,
      "hosts/a/etc/vars.nft": definition,
      "hosts/b/etc/nftables.conf": `include "/etc/vars.nft"\n${rule}`,
      "hosts/b/etc/vars.nft": "define lan = 10.0.0.2\n",
    };
    assert.deepEqual(values(files, "hosts/b/etc/nftables.conf"), [167772162]);
  });

  it("ends where files include each other", () => {
    assert.equal(values({ "a.nft": `include "b.nft"\n${rule}`, "b.nft": 'include "a.nft"\n' }, "a.nft"), "unknown");
  });

  const rulesOf = (files: Record<string, string>, path: string): string[] => {
    const ruleset = readFirewall(new Workspace(new Map(Object.entries(files)), DEFAULT_CONFIGURATION), path);
    return ruleset!.tables.flatMap(({ name, chains }) => chains.flatMap((chain) => chain.rules.map(({ statements, range }) => `${name} ${chain.name} ${statements.map(({ kind }) => kind).join(" ")} ${range.start}`)));
  };

  it("counts the tables, parts, rules and elements of included files, each where its include stands", () => {
    const files = {
      "etc/nftables.conf": 'include "/etc/nft/tables/*.nft"\ntable ip t {\n include "/etc/nft/chain.nft"\n chain c {\n  include "/etc/nft/rules.nft"\n  drop\n }\n set s {\n  type ipv4_addr\n  include "/etc/nft/elements.nft"\n }\n}\n',
      "etc/nft/tables/a.nft": "table ip a {\n chain x {\n  accept\n }\n}\n",
      "etc/nft/chain.nft": "chain d {\n counter accept\n}\n",
      "etc/nft/rules.nft": "ip saddr @s accept\ntcp dport 22 accept\n",
      "etc/nft/elements.nft": "elements = { 192.0.2.1, 192.0.2.2 }\n",
    };
    assert.deepEqual(rulesOf(files, "etc/nftables.conf"), ["a x verdict 8", "t d other verdict 54", "t c match verdict 96", "t c match match verdict 96", "t c verdict 119"]);
    const ruleset = readFirewall(new Workspace(new Map(Object.entries(files)), DEFAULT_CONFIGURATION), "etc/nftables.conf");
    const [set] = ruleset!.tables[1]!.sets;
    assert.equal((set!.elements as unknown[]).length, 2);
    assert.equal(ruleset!.unknownStatements, 0);
    assert.deepEqual(ruleset!.includes, ["etc/nft/tables/a.nft", "etc/nft/chain.nft", "etc/nft/rules.nft", "etc/nft/elements.nft"]);
  });

  it("says that rules of a file that is not there are unknown", () => {
    assert.deepEqual(rulesOf({ "etc/nftables.conf": 'table ip t {\n chain c {\n  include "/etc/nft/rules.nft"\n  drop\n }\n}\n' }, "etc/nftables.conf"), ["t c unknown 26", "t c verdict 57"]);
  });

  it("reads iptables and scripts, and nothing else", () => {
    const workspace = new Workspace(
      new Map([
        ["rules.v4", "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n"],
        ["fw.sh", "#!/bin/sh\niptables -A INPUT -p tcp --dport 22 -j ACCEPT\n"],
        ["etc/sysctl.d/10.conf", "net.ipv4.ip_forward = 1\n"],
      ]),
      DEFAULT_CONFIGURATION,
    );
    assert.equal(readFirewall(workspace, "rules.v4")?.dialect, "iptables");
    assert.equal(readFirewall(workspace, "fw.sh")?.tables.length, 1);
    assert.equal(readFirewall(workspace, "etc/sysctl.d/10.conf"), undefined);
    assert.equal(readFirewall(workspace, "missing"), undefined);
  });
});
