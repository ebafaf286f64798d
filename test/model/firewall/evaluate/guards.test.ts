import assert from "node:assert/strict";
import { nftables } from "../../../../src/formats/nftables/index.ts";
import { evaluate } from "../../../../src/model/firewall/evaluate/index.ts";
import type { TraceStep } from "../../../../src/model/firewall/evaluate/index.ts";
import { fromNftables } from "../../../../src/model/firewall/from-nftables/index.ts";
import type { Packet, Ruleset } from "../../../../src/model/firewall/ruleset.ts";

function chain(rules: readonly string[]): Ruleset {
  const text = `table inet filter {\n chain input {\n  type filter hook input priority 0; policy drop;\n${rules.map((rule) => `  ${rule}\n`).join("")} }\n}\n`;
  return fromNftables("nftables.conf", nftables.parse(text).tree);
}

const packet = (more: Partial<Packet>): Packet => ({ hook: "input", iif: "eth0", saddr: "192.0.2.7", daddr: "192.0.2.1", proto: "tcp", sport: 40000, dport: 22, ct: "new", ...more });

/** A trace is made of every rule, so with one a chain is walked rule by rule. */
function agree(ruleset: Ruleset, packets: readonly Packet[]): string[] {
  return packets.map((one) => {
    const trace: TraceStep[] = [];
    const [short, long] = [evaluate([ruleset], one), evaluate([ruleset], one, trace)];
    assert.deepEqual([short.verdict, short.rule?.range, short.reason], [long.verdict, long.rule?.range, long.reason]);
    return short.verdict;
  });
}

describe("long chains", () => {
  const ports = Array.from({ length: 100 }, (_, i) => `tcp dport ${1000 + 10 * i}-${1000 + 10 * i + 12} accept`);

  it("leave out rules that a port rules out, and no other", () => {
    const ruleset = chain([...ports.slice(0, 50), "udp dport 53 accept", "ip saddr 192.0.2.9 drop", ...ports.slice(50), "tcp dport != 25 ip saddr 192.0.2.7 reject"]);
    const packets = [packet({ dport: 1005 }), packet({ dport: 1011 }), packet({ dport: 1985, saddr: "192.0.2.9" }), packet({ dport: 25 }), packet({ dport: 26 }), packet({ proto: "udp", dport: 53 }), packet({ proto: "icmp", type: 8, code: 0 })];
    assert.deepEqual(agree(ruleset, packets), ["accept", "accept", "drop", "drop", "reject", "accept", "drop"]);
  });

  it("are walked whole where the packet does not tell the port", () => {
    const untold: Packet = { hook: "input", iif: "eth0", saddr: "192.0.2.7", daddr: "192.0.2.1", proto: "tcp", ct: "new" };
    assert.deepEqual(agree(chain(ports), [untold]), ["unknown"]);
  });

  it("are read anew once a rule writes what tells the rules apart", () => {
    const marks = Array.from({ length: 60 }, (_, i) => `meta mark ${i + 1} ${i === 40 ? "accept" : "drop"}`);
    assert.deepEqual(agree(chain(["tcp dport 22 meta mark set 41", ...marks]), [packet({}), packet({ mark: 3, dport: 80 }), packet({ dport: 80 })]), ["accept", "drop", "drop"]);
  });
});
