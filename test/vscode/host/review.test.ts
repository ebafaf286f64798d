import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { closeAll, folder, found, openFile, replace, ruleOf, settled, until } from "./editor.ts";

interface Summary {
  readonly findings: number;
  readonly changed: number;
  readonly message: string;
}

const review = (): Thenable<Summary | undefined> => vscode.commands.executeCommand<Summary | undefined>("premortem.reviewChange");

/** Files of the fixture that are in HEAD. */
const CEPH = (): string => join(folder("fleet").uri.fsPath, "ceph.conf");
const SYSCTL = (): string => join(folder("fleet").uri.fsPath, "etc/sysctl.d/50-base.conf");

describe("review of the change", () => {
  afterEach(async () => {
    await closeAll();
    await vscode.commands.executeCommand("premortem.clearReview");
  });

  it("reports what unsaved text brings, and nothing that HEAD has already", async () => {
    const document = await openFile(CEPH());
    const old = found(document).map(ruleOf);
    await replace(document, document.getText().replace("osd_pool_default_size = 3", "osd_pool_default_size = 2"));
    await settled(document);
    const summary = await review();
    assert.ok(summary, "it ran");
    assert.ok(summary.changed >= 1, summary.message);
    assert.ok(summary.findings >= 1, summary.message);
    assert.match(summary.message, /against HEAD/);
    const rules = found(document).map(ruleOf);
    assert.ok(rules.includes("ceph/pool-size-two"), `${old.join()} -> ${rules.join()}`);
  });

  it("lists findings in files that no editor shows, and forgets them on demand", async () => {
    const file = SYSCTL();
    const head = readFileSync(file, "utf8");
    writeFileSync(file, `${head}net.ipv4.ip_no_pmtu_disc = 1\n`);
    try {
      const summary = await review();
      assert.ok(summary && summary.findings >= 1, summary?.message);
      const uri = vscode.Uri.file(file);
      assert.deepEqual(found(uri).map(ruleOf), ["sysctl/pmtud-disabled"]);
      await vscode.commands.executeCommand("premortem.clearReview");
      assert.deepEqual(found(uri), []);
    } finally {
      writeFileSync(file, head);
    }
  });

  it("is brought up to date while the user mends what it found", async () => {
    const document = await openFile(SYSCTL());
    const head = document.getText();
    await replace(document, `${head}net.ipv4.ip_no_pmtu_disc = 1\n`);
    await settled(document);
    await review();
    assert.deepEqual(found(document).map(ruleOf), ["sysctl/pmtud-disabled"]);
    await until(() => found(document).length === 0, () => replace(document, `${head}net.ipv4.ip_no_pmtu_disc = 0\n`));
  });

  it("shows nothing twice", async () => {
    const document = await openFile(SYSCTL());
    await replace(document, `${document.getText()}net.ipv4.ip_no_pmtu_disc = 1\n`);
    await settled(document);
    await review();
    const keys = found(document).map((diagnostic) => `${ruleOf(diagnostic)} ${diagnostic.range.start.line} ${diagnostic.message}`);
    assert.deepEqual(keys, [...new Set(keys)]);
  });
});
