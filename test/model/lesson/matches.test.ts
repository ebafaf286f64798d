import assert from "node:assert/strict";
import fc from "fast-check";
import { loadWorkspace } from "../../../src/core.ts";
import { evaluate } from "../../../src/model/firewall/evaluate/index.ts";
import { functions } from "../../../src/model/lesson/cel/functions.ts";
import { firewallRulesIn } from "../../../src/model/lesson/firewall-rule.ts";
import { fieldValue } from "../../../src/model/lesson/cel/values.ts";
import { Budget, Failure } from "../../../src/model/lesson/cel/outcome.ts";
import { Thing } from "../../../src/model/lesson/element.ts";

/** A field of the first rule of an nftables chain; `unknown: …` where it is hidden. */
async function field(rule: string, name: string, more = ""): Promise<unknown> {
  const text = `table inet filter {\n${more}\n  chain input {\n    type filter hook input priority 0;\n    ${rule}\n  }\n}\n`;
  const workspace = await loadWorkspace(new Map([["nftables.conf", text]]));
  return shown(fieldValue(firewallRulesIn(workspace, "nftables.conf")[0]!.value, name));
}

/** The same of an iptables rule. */
async function iptablesField(rule: string, name: string): Promise<unknown> {
  const workspace = await loadWorkspace(new Map([["rules.v4", `*filter\n:INPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`]]));
  return shown(fieldValue(firewallRulesIn(workspace, "rules.v4")[0]!.value, name));
}

function shown(value: unknown): unknown {
  if (value instanceof Failure) return `unknown: ${value.reason}`;
  if (!Array.isArray(value)) return value;
  return value.map((item: unknown) => (item instanceof Thing ? `${String(item.read("first"))}-${String(item.read("last"))}` : item));
}

const SET = "set partners { type ipv4_addr; flags interval; elements = { 192.0.2.0/25, 198.51.100.7 } }";
const PAIRS = "set pairs { type ipv4_addr . inet_service; elements = { 192.0.2.1 . 22, 192.0.2.2 . 80, 192.0.2.1 . 80 } }";

describe("lessons: what a rule matches", () => {
  const cases: readonly [string, string, string, unknown, string?][] = [
    ["what an address is not", "ip saddr != 10.0.0.0/8 drop", "sources", ["0.0.0.0-9.255.255.255", "11.0.0.0-255.255.255.255"]],
    ["what an address of IPv6 is not", "ip6 saddr != ::/1 drop", "sources", ["8000::/1"]],
    ["what a port is not", "tcp dport != 22 drop", "destinationPorts", ["0-21", "23-65535"]],
    ["what is not in a list", "tcp dport != { 22, 80-90 } drop", "destinationPorts", ["0-21", "23-79", "91-65535"]],
    ["what is not in a named set", "ip saddr != @partners drop", "sources", ["0.0.0.0-192.0.1.255", "192.0.2.128-198.51.100.6", "198.51.100.8-255.255.255.255"], SET],
    ["several conditions on one address", "ip saddr 192.0.2.0/24 ip saddr != 192.0.2.7 accept", "sources", ["192.0.2.0-192.0.2.6", "192.0.2.8-192.0.2.255"]],
    ["several conditions on one port", "tcp dport 1-100 tcp dport 50-200 accept", "destinationPorts", ["50-100"]],
    ["one port that two conditions leave", "tcp dport 22 tcp dport 20-30 accept", "destinationPorts", ["22-22"]],
    ["addresses of a concatenation", "ip saddr . tcp dport @pairs accept", "sources", ["192.0.2.1-192.0.2.2"], PAIRS],
    ["ports of a concatenation", "ip saddr . tcp dport { 192.0.2.1 . 22, 192.0.2.9 . 443 } accept", "destinationPorts", ["22-22", "443-443"]],
    ["names of a concatenation", "iifname . ip saddr { eth1 . 192.0.2.1, eth0 . 192.0.2.9 } accept", "inputInterfaces", ["eth0", "eth1"]],
    ["what no packet meets", "tcp dport 22 tcp dport 80 accept", "destinationPorts", "unknown: no packet meets what the rule asks of tcp dport"],
    ["what an interface is not", 'iifname != "eth0" drop', "inputInterfaces", "unknown: meta iifname is matched by what it is not"],
    ["what a concatenation is not", "ip saddr . tcp dport != @pairs drop", "sources", "unknown: ip saddr is matched together with other fields", PAIRS],
    ["both families", "ip saddr 192.0.2.1 ip6 saddr ::1 accept", "sources", "unknown: several parts of the rule speak of ip saddr"],
    ["what is not in a set that another tool fills", "ip saddr != @filled drop", "sources", "unknown: the set filled is empty here: something else fills it", "set filled { type ipv4_addr; }"],
    ["nothing", "tcp dport 22 accept", "sources", ["0.0.0.0/0", "::/0"]],
  ];
  for (const [title, rule, name, expected, more] of cases) {
    it(title, async () => assert.deepEqual(await field(rule, name, more), expected));
  }

  it("what an address of iptables is not", async () => {
    assert.deepEqual(await iptablesField("-A INPUT ! -s 128.0.0.0/1 -j DROP", "sources"), ["0.0.0.0/1"]);
    assert.deepEqual(await iptablesField("-A INPUT -p tcp ! --dport 22 -j DROP", "destinationPorts"), ["0-21", "23-65535"]);
  });

  it("at random: addresses and ports are those with which a packet may meet the rule", async () => {
    const prefix = fc.constantFrom("192.0.2.0/24", "192.0.2.128/25", "192.0.2.7", "192.0.2.200-192.0.2.210", "198.51.100.0/25");
    const port = fc.constantFrom("22", "20-25", "80", "8000-9000");
    const set = (one: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(one, fc.uniqueArray(one, { minLength: 1, maxLength: 3 }).map((all) => `{ ${all.join(", ")} }`));
    const not = fc.constantFrom("", "", "!= ");
    const condition = fc.oneof(
      fc.tuple(not, set(prefix)).map(([no, values]) => `ip saddr ${no}${values}`),
      fc.tuple(not, set(port)).map(([no, values]) => `tcp dport ${no}${values}`),
      fc.array(fc.tuple(prefix, port), { minLength: 1, maxLength: 3 }).map((pairs) => `ip saddr . tcp dport { ${pairs.map((pair) => pair.join(" . ")).join(", ")} }`),
    );
    const addresses = ["192.0.2.7", "192.0.2.8", "192.0.2.128", "192.0.2.205", "198.51.100.127", "198.51.100.128", "203.0.113.1"];
    const ports = [19, 20, 22, 25, 26, 80, 8000, 9001];
    let told = 0;
    for (const rule of fc.sample(fc.array(condition, { minLength: 1, maxLength: 3 }).map((all) => all.join(" ")), { numRuns: 300, seed: Number(process.env["PREMORTEM_SEED"] ?? 7) })) {
      const text = `table ip filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    ${rule} accept\n  }\n}\n`;
      const workspace = await loadWorkspace(new Map([["nftables.conf", text]]));
      // What nft refuses is none of lessons' matter.
      if (workspace.document("nftables.conf")!.errors.length > 0) continue;
      const [one] = firewallRulesIn(workspace, "nftables.conf");
      const [sources, destinations] = ["sources", "destinationPorts"].map((name) => fieldValue(one!.value, name));
      const meets = (saddr: string, dport: number): boolean => evaluate([workspace.subject("firewall", "nftables.conf")!], { hook: "input", saddr, daddr: "192.0.2.1", proto: "tcp", sport: 40_000, dport, ct: "new" }).verdict === "accept";
      for (const saddr of addresses) {
        if (!Array.isArray(sources)) continue;
        told++;
        const listed = (sources as string[]).some((span) => functions["inNetwork"]!.call([saddr, span], new Budget(1000)) === true);
        // With a concatenation an address may be listed and its port be another's.
        if (ports.some((dport) => meets(saddr, dport))) assert.ok(listed, `${rule}: ${saddr} meets it and is not among ${sources.join(", ")}`);
        else if (!rule.includes(" . ") && !rule.includes("tcp")) assert.ok(!listed, `${rule}: ${saddr} does not meet it and is among ${sources.join(", ")}`);
      }
      for (const dport of ports) {
        if (!Array.isArray(destinations)) continue;
        told++;
        const listed = destinations.some((span) => Number((span as Thing).read("first")) <= dport && dport <= Number((span as Thing).read("last")));
        if (addresses.some((saddr) => meets(saddr, dport))) assert.ok(listed, `${rule}: port ${dport} meets it and is not among its ports`);
        else if (!rule.includes(" . ") && !rule.includes("saddr")) assert.ok(!listed, `${rule}: port ${dport} does not meet it and is among its ports`);
      }
    }
    assert.ok(told > 1000, "most of them can be told");
  });
});
