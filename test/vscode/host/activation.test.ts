import assert from "node:assert/strict";
import * as vscode from "vscode";
import { openPage } from "../../../src/editor/pages.ts";
import { premortem } from "./editor.ts";

describe("the extension", () => {
  it("activates", async () => {
    const api = await premortem();
    assert.equal(typeof api.whenSettled, "function");
  });

  it("registers its commands", async () => {
    const commands = await vscode.commands.getCommands(true);
    for (const name of ["reviewChange", "clearReview", "showLog", "showEffectiveConfiguration"]) assert.ok(commands.includes(`premortem.${name}`), name);
  });

  it("contributes languages that nobody else has", async () => {
    const languages = await vscode.languages.getLanguages();
    for (const name of ["nftables", "iptables", "sysctl", "ceph-conf"]) assert.ok(languages.includes(`premortem-${name}`), name);
  });

  it("shows the page of a rule by the address that reports give", async () => {
    const opened = new Promise<void>((resolve) => {
      const subscription = vscode.window.tabGroups.onDidChangeTabs(({ opened: tabs }) => {
        if (!tabs.some(({ label }) => label.includes("blocks-pmtud"))) return;
        subscription.dispose();
        resolve();
      });
    });
    await openPage(vscode.Uri.parse("vscode://premortem.premortem/rules/firewall/blocks-pmtud"));
    await opened;
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
});
