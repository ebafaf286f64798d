import * as vscode from "vscode";
import { ok, premortem, same } from "./editor.ts";

describe("the extension in the browser", () => {
  it("runs without Node.js, on files of no disk", () => {
    same(vscode.env.uiKind, vscode.UIKind.Web);
    same(typeof (globalThis as { process?: unknown }).process, "undefined");
    same([...new Set(vscode.workspace.workspaceFolders!.map(({ uri }) => uri.scheme))], ["vscode-test-web"]);
  });

  it("activates", async () => {
    same(typeof (await premortem()).whenSettled, "function");
  });

  it("registers every command that its manifest promises", async () => {
    await premortem();
    const registered = await vscode.commands.getCommands(true);
    const { commands } = vscode.extensions.getExtension("premortem.premortem")!.packageJSON.contributes as { commands: { command: string }[] };
    same(commands.map(({ command }) => command).filter((command) => !registered.includes(command)), []);
  });

  it("shows the page of a rule inside the editor", async () => {
    const opened = new Promise<string>((resolve) => {
      const subscription = vscode.window.tabGroups.onDidChangeTabs(({ opened: tabs }) => {
        const tab = tabs.find(({ label }) => label.includes("pmtud"));
        if (tab === undefined) return;
        subscription.dispose();
        resolve(tab.label);
      });
    });
    const { extensionUri } = vscode.extensions.getExtension("premortem.premortem")!;
    const page = vscode.Uri.joinPath(extensionUri, "docs/rules/firewall/blocks-pmtud.md");
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(page));
    ok(text.startsWith("# firewall/blocks-pmtud"), "the page goes along with the extension");
    await vscode.commands.executeCommand("markdown.showPreview", page);
    await opened;
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
});
