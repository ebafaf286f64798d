import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lintFiles, loadWorkspace } from "../../../src/core.ts";
import type { Finding } from "../../../src/engine/finding.ts";
import { applyFixes } from "../../../src/engine/fix.ts";
import { labMissing } from "../../lab/available.ts";
import { skip } from "../../support/skip.ts";

type Files = Readonly<Record<string, string>>;
const RULE = "firewall/tracked-storage-traffic";

async function found(files: Files, only: readonly string[] = [RULE]): Promise<Finding[]> {
  const { findings, failures } = lintFiles(await loadWorkspace(new Map(Object.entries(files))), undefined, { only: new Set(only) });
  assert.deepEqual(failures, []);
  return findings;
}

const save = (raw: string, rules: string): string =>
  `${raw}*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\n-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT\n${rules}-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n`;
const CEPH = "-A INPUT -s 10.30.0.0/22 -p tcp -m multiport --dports 3300,6789,6800:7300 -m state --state NEW -j ACCEPT\n";
const PLAY = "- hosts: osds\n  serial: 1\n  tasks:\n    - copy: src=rules.v4 dest=/etc/iptables/rules.v4\n";
const on = (rules: string, more: Files = {}): Files => ({ "inventory/hosts.yml": "osds:\n  hosts:\n    o[01:10].example.net:\n", "site.yml": PLAY, "files/rules.v4": rules, ...more });
const raw = (...rules: readonly string[]): string => `*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.map((rule) => `${rule} -j CT --notrack\n`).join("")}COMMIT\n`;

describe("variants of tracked storage traffic", () => {
  it("iptables-save on ten OSD hosts of a YAML inventory", async () => {
    const [finding, ...more] = await found(on(save("", CEPH)));
    assert.deepEqual(more, []);
    assert.equal(finding!.severity, "warning");
    assert.equal(finding!.data["hosts"], 10);
  });

  it("no rule of its own for Ceph: the hosts are known by their group", async () => {
    assert.equal((await found(on(save("", ""))))[0]?.severity, "warning");
  });

  it("notrack by interface alone", async () => {
    assert.deepEqual(await found(on(save(raw("-A PREROUTING -i bond1", "-A OUTPUT -o bond1"), CEPH))), []);
  });

  it("notrack for a larger range", async () => {
    assert.deepEqual(await found(on(save(raw("-A PREROUTING -p tcp -m multiport --dports 3300,6700:7600", "-A OUTPUT -p tcp -m multiport --sports 3300,6700:7600"), CEPH))), []);
  });

  it("notrack in another file of the same hosts", async () => {
    const early = "table inet early {\n  chain pre {\n    type filter hook prerouting priority -300;\n    tcp dport { 3300, 6789, 6800-7568 } notrack\n  }\n  chain out {\n    type filter hook output priority -300;\n    tcp sport { 3300, 6789, 6800-7568 } notrack\n  }\n}\n";
    const files = on(save("", CEPH), { "site.yml": `${PLAY}    - copy: src=early.nft dest=/etc/nftables.d/early.nft\n`, "files/early.nft": early });
    assert.deepEqual(await found(files), []);
  });

  it("only the monitors exempt: the OSDs' range is named", async () => {
    const [finding] = await found(on(save(raw("-A PREROUTING -p tcp -m multiport --dports 3300,6789", "-A OUTPUT -p tcp -m multiport --sports 3300,6789"), CEPH)));
    assert.equal(finding?.data["ports"], "6800-7300");
  });

  it("udp exempt is not tcp", async () => {
    assert.equal((await found(on(save(raw("-A PREROUTING -p udp -m udp --dport 3300:7300", "-A OUTPUT -p udp -m udp --sport 3300:7300"), CEPH)))).length, 1);
  });

  it("a release with a wider range informs about the rest", async () => {
    const exempt = raw("-A PREROUTING -p tcp -m multiport --dports 3300,6789,6800:7300", "-A OUTPUT -p tcp -m multiport --sports 3300,6789,6800:7300");
    const [finding] = await found(on(save(exempt, CEPH), { "premortem.yaml": "cephRelease: reef\n" }));
    assert.deepEqual([finding?.severity, finding?.data["ports"]], ["info", "7301-7568"]);
  });

  it("hosts not known, the ruleset accepts Ceph: informs", async () => {
    assert.deepEqual((await found({ "rules.v4": save("", CEPH) })).map(({ severity }) => severity), ["info"]);
  });

  it("a port inside the range of something else: silent", async () => {
    assert.deepEqual(await found({ "rules.v4": save("", "-A INPUT -p tcp -m tcp --dport 7070 -j ACCEPT\n") }), []);
  });

  it("other hosts of the same repository: silent", async () => {
    assert.deepEqual(await found({ ...on(save("", "")), "site.yml": PLAY.replace("osds", "web"), "inventory/hosts.yml": "web:\n  hosts:\n    w[1:3]:\nosds:\n  hosts:\n    o1:\n" }), []);
  });

  describe("its fix", () => {
    const nft = "#!/usr/sbin/nft -f\nflush ruleset\n\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tiif lo accept\n\t\tip protocol icmp accept\n\t\ticmpv6 type { packet-too-big, nd-neighbor-solicit, nd-neighbor-advert } accept\n\t\tct state established,related accept\n\t\tct state invalid drop\n\t\tip saddr 10.30.0.0/22 tcp dport { 3300, 6789, 6800-7300 } ct state new accept\n\t}\n}\n";
    for (const [path, text, tool] of [
      ["rules.v4", save("", CEPH), ["iptables-restore", "--test"]],
      ["rules.v4", save(raw("-A PREROUTING -p tcp -m tcp --dport 3300"), CEPH), ["iptables-restore", "--test"]],
      ["nftables.conf", nft, ["nft", "-c", "-f", "/dev/stdin"]],
    ] as const) {
      it(`${path}: exempts, is no half, and ${tool[0]} takes it`, async function () {
        const files = { [path]: text };
        const fixes = (await found(files)).flatMap((finding) => finding.fixes);
        const mended = { ...files, ...Object.fromEntries(applyFixes((name) => files[name], fixes).files) };
        assert.notEqual(mended[path], text);
        assert.deepEqual(await found(mended, [RULE, "firewall/notrack-half", "firewall/syntax"]), []);
        const missing = labMissing([tool[0]!]);
        if (missing !== undefined) skip(this, missing);
        const { status, stderr } = spawnSync("unshare", ["-n", ...tool], { input: mended[path], encoding: "utf8" });
        assert.equal(status, 0, stderr);
      });
    }
  });
});
