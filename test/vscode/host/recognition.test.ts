import assert from "node:assert/strict";
import * as vscode from "vscode";
import { closeAll, marks, open, settled } from "./editor.ts";

const CEPH = "[global]\nfsid = 6c1f2a6e-3f0b-4a57-9b0c-0d5f6f3f4b11\nosd_pool_default_size = 2\n\n[osd]\nosd_max_backfills = 1\n";

describe("files are known", () => {
  afterEach(closeAll);

  for (const [path, language] of [
    ["nftables.conf", "premortem-nftables"],
    ["rules.nft", "premortem-nftables"],
    ["templates/nftables.conf.j2", "premortem-nftables"],
    ["etc/iptables/rules.v4", "premortem-iptables"],
    ["etc/sysctl.conf", "premortem-sysctl"],
    ["etc/sysctl.d/60-example.conf", "premortem-sysctl"],
    ["etc/ceph/ceph.conf", "premortem-ceph-conf"],
  ] as const) {
    it(`by name: ${path} is ${language}`, async () => {
      const document = await open(path, "");
      assert.equal(document.languageId, language);
    });
  }

  for (const path of ["nginx.conf", "app.ini", "site.yml", "notes.txt", "my.cnf"]) {
    it(`and ${path} is left to others`, async () => {
      const document = await open(path, "");
      assert.ok(!document.languageId.startsWith("premortem-"), document.languageId);
    });
  }

  it("by what they say, whatever language they are opened in", async () => {
    const document = await open("cluster-settings", CEPH);
    assert.equal(document.languageId, "plaintext");
    assert.ok(marks(document).some((mark) => mark.startsWith("ceph/pool-size-two")));
  });

  it("before they are saved", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "premortem-sysctl", content: "net.ipv4.ip_no_pmtu_disc = 1\n" });
    await settled(document);
    assert.ok(marks(document).some((mark) => mark.startsWith("sysctl/pmtud-disabled")));
  });
});
