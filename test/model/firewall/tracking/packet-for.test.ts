import assert from "node:assert/strict";
import { iptablesSave } from "../../../../src/formats/iptables/index.ts";
import { fromIptables } from "../../../../src/model/firewall/from-iptables/index.ts";
import { packetFor } from "../../../../src/model/firewall/tracking/new-needs-syn.ts";
import { passesUntracked } from "../../../../src/model/firewall/tracking/survives.ts";

const dump = (path: string, rule: string): ReturnType<typeof fromIptables> => fromIptables(path, iptablesSave.parse(`*filter\n:INPUT DROP [0:0]\n${rule}\nCOMMIT\n`).tree);

describe("packets of long-lived connections", () => {
  it("are of the family that the rule is for", () => {
    const four = dump("rules.v4", "-A INPUT -s 192.0.2.0/24 -p tcp --dport 6789 -j ACCEPT");
    const six = dump("rules.v6", "-A INPUT -s 2001:db8:1::/48 -p tcp --dport 6789 -j ACCEPT");
    assert.equal(packetFor(four, four.tables[0]!.chains[0]!.rules[0]!)?.saddr, "192.0.2.1");
    assert.equal(packetFor(six, six.tables[0]!.chains[0]!.rules[0]!)?.saddr, "2001:db8:1::1");
  });

  it("pass untracked only where rules of their own family let them", () => {
    assert.equal(passesUntracked(dump("rules.v6", "-A INPUT -p tcp --dport 22 -j ACCEPT")), false);
    assert.equal(passesUntracked(dump("rules.v6", "-A INPUT -p tcp -j ACCEPT")), true);
  });
});
