import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import { closeAll, found, marks, open, settled } from "./editor.ts";

const TWO = "  net.ipv4.ip_no_pmtu_disc = 1\n# and again\n  net.ipv4.ip_no_pmtu_disc = 1\n";

async function actions(document: vscode.TextDocument, kind = vscode.CodeActionKind.QuickFix): Promise<vscode.CodeAction[]> {
  const { range } = found(document)[0]!;
  return vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", document.uri, range, kind.value);
}

function titled(list: readonly vscode.CodeAction[], words: RegExp): vscode.CodeAction {
  const action = list.find(({ title }) => words.test(title));
  assert.ok(action, `${words} is among: ${list.map(({ title }) => title).join(" | ")}`);
  return action;
}

describe("quick fixes", () => {
  afterEach(closeAll);

  it("mend this finding", async () => {
    const document = await open("etc/sysctl.d/60-one.conf", "net.ipv4.ip_no_pmtu_disc = 1\n");
    const list = await actions(document);
    const preferred = list.find(({ isPreferred }) => isPreferred);
    assert.ok(preferred?.edit, `one is preferred: ${list.map(({ title }) => title).join(" | ")}`);
    await vscode.workspace.applyEdit(preferred.edit);
    await settled(document);
    assert.deepEqual(marks(document).filter((mark) => mark.startsWith("sysctl/pmtud-disabled")), []);
  });

  it("mend all of this rule, and all that are safe", async () => {
    const document = await open("etc/sysctl.d/60-two.conf", TWO);
    const list = await actions(document);
    titled(list, /^Fix all \d+ that are safe/);
    await vscode.workspace.applyEdit(titled(list, /^Fix all \d+ of sysctl\/pmtud-disabled/).edit!);
    await settled(document);
    assert.deepEqual(marks(document).filter((mark) => mark.startsWith("sysctl/pmtud-disabled")), []);
  });

  it("suppress with a reason, on the line above and with its indentation", async () => {
    const document = await open("etc/sysctl.d/60-one.conf", "  net.ipv4.ip_no_pmtu_disc = 1\n");
    const { command } = titled(await actions(document), /^Suppress sysctl\/pmtud-disabled here/);
    assert.ok(command);
    await vscode.commands.executeCommand(command.command, ...(command.arguments as unknown[]), "the lab has one MTU");
    await settled(document);
    assert.equal(document.lineAt(0).text, "  # premortem-ignore sysctl/pmtud-disabled -- the lab has one MTU");
    assert.deepEqual(marks(document), []);
  });

  it("suppress in the whole file", async () => {
    const document = await open("etc/sysctl.d/60-two.conf", TWO);
    const { command } = titled(await actions(document), /sysctl\/pmtud-disabled in this file, with a reason/);
    await vscode.commands.executeCommand(command!.command, ...(command!.arguments as unknown[]), "measured");
    await settled(document);
    assert.equal(document.lineAt(0).text, "# premortem-ignore-file sysctl/pmtud-disabled -- measured");
    assert.deepEqual(marks(document).filter((mark) => mark.startsWith("sysctl/pmtud-disabled")), []);
  });

  it("run on save where the user wants them to, the safe ones alone", async () => {
    const document = await open("etc/sysctl.d/60-one.conf", "net.ipv4.ip_no_pmtu_disc = 1\n");
    const settings = vscode.workspace.getConfiguration("editor");
    await settings.update("codeActionsOnSave", { "source.fixAll.premortem": "explicit" }, vscode.ConfigurationTarget.Global);
    try {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(0, 0), "# tunnels\n");
      await vscode.workspace.applyEdit(edit);
      await document.save();
    } finally {
      await settings.update("codeActionsOnSave", undefined, vscode.ConfigurationTarget.Global);
    }
    const saved = readFileSync(document.uri.fsPath, "utf8");
    assert.ok(!/disc = 1/.test(saved), saved);
  });
});

describe("hover", () => {
  afterEach(closeAll);

  it("says why, what instead, and whose lesson it is", async () => {
    const document = await open("etc/sysctl.d/60-one.conf", "net.ipv4.ip_no_pmtu_disc = 1\n");
    const { range } = found(document)[0]!;
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, range.start);
    const text = hovers.flatMap(({ contents }) => contents.map((part) => (typeof part === "string" ? part : part.value))).join("\n");
    for (const words of [/\*\*Why:\*\*/, /\*\*Instead:\*\*/, /Lesson of .*2015/]) assert.match(text, words);
  });
});
