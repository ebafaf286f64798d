import assert from "node:assert/strict";
import { loadWorkspace } from "../../src/core.ts";
import { ipsecConfFaults } from "../../src/model/ipsec/ipsec-conf-faults.ts";
import { STRONGSWAN_KEYWORDS } from "../../src/model/ipsec/ipsec-conf-keywords.ts";
import { askStarter, strongswanStarter } from "../support/ipsec-tools.ts";
import { skip } from "../support/skip.ts";

const VALUES = ["yes", "no", "5", "30s", "1h", "100%", "foo", "none", "restart", "start", "strat", "%forever", "tunnel", "tunel", "ikev2", "ikev3", "psk", "secret", "1h30m", "5x", "110", "42/0xff", "%mtu", "tcp/443", "tpc", "always", "accept", "pull"];

describe("conformance: ipsec.conf against strongSwan's starter", () => {
  it("takes and refuses the same keywords and values", async function () {
    const starter = strongswanStarter() ?? skip(this, "strongSwan's starter is neither installed nor unpacked where PREMORTEM_STARTER says");
    const ends = [...STRONGSWAN_KEYWORDS.end.keys()].filter((end) => end !== "").flatMap((end) => [`left${end}`, `right${end}`]);
    const names = [...STRONGSWAN_KEYWORDS.conn.keys(), ...ends].filter((name) => !/^(?:also|auto|interface)$/.test(name));
    const lines = names.flatMap((name) => VALUES.map((value) => `${name}=${value}`));
    for (const name of ["dpddeley", "ikev2", "phase2alg", "salifetime", "leftsubnets", "retransmit-timeout"]) lines.push(`${name}=yes`);
    for (const value of VALUES) lines.push(`dpddelay=5x\n\tdpddelay=${value}`);
    const text = `# strongSwan\nconfig setup\n\tcachecrls=no\n\n${lines.map((line, index) => `conn c${index}\n\tleft=192.0.2.1\n\tright=198.51.100.1\n\t${line}\n\n`).join("")}`;
    const said = askStarter(starter, text);
    const refused = new Set([...said.matchAll(/ignored conn 'c(\d+)'/g)].map(([, index]) => Number(index)));
    const unknown = new Set([...said.matchAll(/unknown keyword '([^']+)'/g)].map(([, name]) => name!));
    assert.ok(refused.size > 200 && refused.size < lines.length - 200, `${refused.size} of ${lines.length} refused`);

    const workspace = await loadWorkspace(new Map([["etc/ipsec.conf", text]]));
    const ours = new Map<number, boolean>();
    const passedOver = new Set<string>();
    for (const { range, certain, message } of ipsecConfFaults(workspace, "etc/ipsec.conf")) {
      const before = text.slice(0, range.start);
      if (message.includes("passes over")) passedOver.add(text.slice(range.start, range.end));
      else ours.set(Number(/conn c(\d+)/.exec(before.slice(before.lastIndexOf("conn c")))![1]), certain);
    }
    assert.deepEqual(lines.filter((_, index) => refused.has(index) !== (ours.get(index) ?? false)), []);
    assert.deepEqual([...passedOver].sort(), [...unknown].sort());
  }).timeout(60_000);
});
