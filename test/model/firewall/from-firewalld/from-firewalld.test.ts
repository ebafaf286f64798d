import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../../src/engine/configuration.ts";
import { evaluate } from "../../../../src/model/firewall/evaluate/index.ts";
import { readFirewall } from "../../../../src/model/firewall/read.ts";
import type { Packet, Ruleset } from "../../../../src/model/firewall/ruleset.ts";
import { Workspace } from "../../../../src/model/workspace.ts";

function read(path: string, files: Record<string, string>): Ruleset {
  return readFirewall(new Workspace(new Map(Object.entries(files)), DEFAULT_CONFIGURATION), path)!;
}

const PATH = "etc/firewalld/zones/storage.xml";

function zone(inner: string, attributes = "", more: Record<string, string> = {}): Ruleset {
  return read(PATH, { [PATH]: `<?xml version="1.0" encoding="utf-8"?>\n<zone${attributes}>\n  <interface name="eth1"/>\n${inner}\n</zone>\n`, ...more });
}

function verdict(ruleset: Ruleset, packet: Partial<Packet>): string {
  return evaluate([ruleset], { hook: "input", iif: "eth1", saddr: "192.0.2.9", daddr: "192.0.2.1", proto: "tcp", sport: 40000, dport: 22, ct: "new", ...packet }).verdict;
}

describe("fromFirewalld", () => {
  it("opens what a zone names, and answers the rest with the zone's target", () => {
    const ruleset = zone('<service name="ssh"/><port port="9100-9110" protocol="tcp"/>');
    assert.deepEqual([22, 9105, 23].map((dport) => verdict(ruleset, { dport })), ["accept", "accept", "reject"]);
    assert.equal(verdict(ruleset, { proto: "icmp", type: 8, code: 0 }), "accept");
    assert.equal(verdict(zone("", ' target="DROP"'), { dport: 22 }), "drop");
    assert.equal(verdict(zone("", ' target="ACCEPT"'), { dport: 22 }), "accept");
    assert.equal(verdict(ruleset, { dport: 23, ct: "established" }), "accept");
  });

  it("says nothing of packets that come by another way, nor of services that nobody knows", () => {
    const ruleset = zone('<service name="ssh"/><service name="made-up"/>');
    assert.equal(verdict(ruleset, { iif: "eth0" }), "unknown");
    assert.equal(verdict(ruleset, { dport: 23 }), "unknown");
    assert.equal(verdict(ruleset, { iif: "lo", dport: 23 }), "accept");
    assert.equal(evaluate([ruleset], { hook: "forward", iif: "eth1", oif: "eth2", saddr: "192.0.2.9", daddr: "198.51.100.1", proto: "tcp", dport: 22, ct: "new" }).verdict, "unknown");
  });

  it("finds services of the same repository, and those that they include", () => {
    const own = { "etc/firewalld/services/made-up.xml": '<service><port port="7000" protocol="udp"/><include service="http"/></service>' };
    const ruleset = zone('<service name="made-up"/>', "", own);
    assert.deepEqual([verdict(ruleset, { proto: "udp", dport: 7000 }), verdict(ruleset, { dport: 80 }), verdict(ruleset, { dport: 7000 })], ["accept", "accept", "reject"]);
  });

  it("tries rich rules by priority, and refusals before what is let in", () => {
    const ruleset = zone(`<service name="ssh"/>
      <rule family="ipv4"><source address="192.0.2.0/28"/><service name="ssh"/><reject/></rule>
      <rule priority="-1" family="ipv4"><source address="192.0.2.7"/><accept/></rule>
      <rule priority="1"><drop/></rule>`);
    assert.equal(verdict(ruleset, { saddr: "192.0.2.9" }), "reject");
    assert.equal(verdict(ruleset, { saddr: "192.0.2.7", dport: 99 }), "accept");
    assert.equal(verdict(ruleset, { saddr: "198.51.100.9" }), "accept");
    assert.equal(verdict(ruleset, { saddr: "198.51.100.9", dport: 99 }), "drop");
  });

  it("reads direct rules as iptables does", () => {
    const path = "etc/firewalld/direct.xml";
    const text = '<direct>\n<chain ipv="ipv4" table="filter" chain="own"/>\n<rule ipv="ipv4" table="filter" chain="INPUT" priority="0">-s 192.0.2.0/24 -j own</rule>\n<rule ipv="ipv4" table="filter" chain="own" priority="0">-p tcp --dport 22 -j DROP</rule>\n</direct>\n';
    const ruleset = read(path, { [path]: text });
    assert.equal(evaluate([ruleset], { hook: "input", iif: "eth1", saddr: "192.0.2.9", daddr: "192.0.2.1", proto: "tcp", dport: 22, ct: "new" }).verdict, "drop");
    const [match] = ruleset.tables[0]!.chains.find(({ name }) => name === "own")!.rules[0]!.statements;
    assert.equal(text.slice(match!.range.start, match!.range.end), "-p tcp");
  });

  it("leaves files alone that describe no filter", () => {
    const path = "etc/firewalld/services/own.xml";
    assert.equal(readFirewall(new Workspace(new Map([[path, "<service/>"]]), DEFAULT_CONFIGURATION), path), undefined);
  });
});
