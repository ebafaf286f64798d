import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";
import { closeAll, folder, openFile, replace } from "./editor.ts";

const file = (path: string): string => join(folder("fleet").uri.fsPath, "reach", path);

/** The titles of the lenses as `line: title`, lines counted from 1. */
async function lenses(document: vscode.TextDocument): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 100);
  return found.filter(({ command }) => command?.command === "premortem.showReach").map(({ range, command }) => `${range.start.line + 1}: ${command!.title}`);
}

describe("how far an edit reaches", () => {
  afterEach(async () => {
    await vscode.workspace.getConfiguration("premortem").update("reach", undefined, vscode.ConfigurationTarget.Global);
    await closeAll();
  });

  it("says nothing where nothing differs from HEAD", async () => {
    assert.deepEqual(await lenses(await openFile(file("group_vars/all.yml"))), []);
  });

  it("counts hosts, those that a play changes, and what they restart, from unsaved text", async () => {
    const document = await openFile(file("group_vars/all.yml"));
    await replace(document, "motd: welcome\nport: 8080\n");
    assert.deepEqual(await lenses(document), ["2: Reaches 6 of 6 hosts · 4 by plays here · restarts front on 4"]);
    await replace(document, "motd: hello\nport: 8080\n");
    assert.deepEqual(await lenses(document), ["1: Reaches 6 of 6 hosts · read by no task here", "2: Reaches 6 of 6 hosts · 4 by plays here · restarts front on 4"]);
    await replace(document, "# The same.\nport: '80'\nmotd: welcome\n");
    assert.deepEqual(await lenses(document), []);
  });

  it("stands above templates, tasks and plays too", async () => {
    const template = await openFile(file("templates/front.conf.j2"));
    await replace(template, "{# Where it listens. #}\nlisten [::]:{{ port }}\n");
    assert.deepEqual(await lenses(template), ["1: Reaches 4 of 6 hosts · restarts front on 4"]);
    await closeAll();
    const play = await openFile(file("site.yml"));
    await replace(play, play.getText().replace("hosts: web", "hosts: all"));
    assert.deepEqual(await lenses(play), ["1: Reaches 2 of 6 hosts · restarts front on 2"]);
  });

  it("can be had for every file, and not at all", async () => {
    const document = await openFile(file("group_vars/all.yml"));
    const settings = vscode.workspace.getConfiguration("premortem");
    await settings.update("reach", "always", vscode.ConfigurationTarget.Global);
    assert.deepEqual(await lenses(document), ["1: Applies to 6 of 6 hosts"]);
    await settings.update("reach", "off", vscode.ConfigurationTarget.Global);
    await replace(document, "motd: welcome\nport: 8080\n");
    assert.deepEqual(await lenses(document), []);
  });
});
