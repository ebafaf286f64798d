import * as vscode from "vscode";
import { closeAll, found, ok, ruleOf, settled } from "./editor.ts";

describe("the walkthrough in the browser", () => {
  afterEach(async () => {
    await vscode.commands.executeCommand("premortem.clearReview");
    await closeAll();
  });

  it("opens the ruleset of the first incident, finds what was wrong, and reviews the change", async () => {
    await vscode.commands.executeCommand("premortem.openSample");
    const document = vscode.window.activeTextEditor?.document;
    ok(document !== undefined && document.uri.path.endsWith("rules.v4"), String(document?.uri));
    await settled(document);
    ok(found(document.uri).map(ruleOf).includes("firewall/tracked-storage-traffic"), found(document.uri).map(ruleOf).join());
    await vscode.commands.executeCommand("premortem.reviewSample");
    const panels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof vscode.TabInputWebview);
    ok(panels.length === 1, "the panel is open");
  });
});
