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
    const page = vscode.Uri.from({ scheme: "premortem", path: "/rules/firewall/blocks-pmtud.md" });
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(page));
    ok(text.startsWith("# firewall/blocks-pmtud"), text.slice(0, 80));
    const opened = new Promise<vscode.Tab>((resolve) => {
      const subscription = vscode.window.tabGroups.onDidChangeTabs(({ opened: tabs }) => {
        const tab = tabs.find(({ label }) => label.includes("pmtud"));
        if (tab === undefined) return;
        subscription.dispose();
        resolve(tab);
      });
    });
    await vscode.commands.executeCommand("vscode.open", page);
    ok((await opened).input instanceof vscode.TabInputCustom, "it is rendered");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
});
