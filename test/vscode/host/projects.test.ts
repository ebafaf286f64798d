import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";
import { closeAll, found, freshDirectory, marks, open, openFile, remove, until, write } from "./editor.ts";

const BAD = "net.ipv4.ip_no_pmtu_disc = 1\n";

describe("projects", () => {
  afterEach(closeAll);

  it("each folder has its own premortem.yaml", async () => {
    // The folder `other` switches the rule off.
    const here = await open("etc/sysctl.d/60-a.conf", BAD, freshDirectory("fleet"));
    const there = await open("etc/sysctl.d/60-a.conf", BAD, freshDirectory("other"));
    assert.ok(marks(here).some((mark) => mark.startsWith("sysctl/pmtud-disabled")));
    assert.ok(!marks(there).some((mark) => mark.startsWith("sysctl/pmtud-disabled")));
  });

  it("a premortem.yaml that appears and goes on the disk is heeded at once", async () => {
    const directory = freshDirectory();
    const document = await open("etc/sysctl.d/60-a.conf", BAD, directory);
    const silent = (): boolean => found(document).length === 0;
    await until(silent, () => write(directory, { "premortem.yaml": "severity:\n  sysctl/pmtud-disabled: off\n" }));
    await until(() => !silent(), () => remove(join(directory, "premortem.yaml")));
  });

  it("an unsaved premortem.yaml is heeded too, and its own faults are found", async () => {
    const directory = freshDirectory();
    write(directory, { "premortem.yaml": "severity: {}\n" });
    const configuration = await openFile(join(directory, "premortem.yaml"));
    const document = await open("etc/sysctl.d/60-a.conf", BAD, directory);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(configuration.uri, new vscode.Range(0, 0, 1, 0), "severity:\n  sysctl/pmtud-disabled: off\nseveritty: {}\n");
    await until(
      () => found(document).length === 0 && marks(configuration).some((mark) => mark.startsWith("premortem/config")),
      () => vscode.workspace.applyEdit(edit),
    );
  });

  it("the effective configuration says where each value is from", async () => {
    const directory = freshDirectory();
    write(directory, { "premortem.yaml": "maintenance:\n  work: 30 s\n" });
    await openFile(join(directory, "premortem.yaml"));
    await vscode.commands.executeCommand("premortem.showEffectiveConfiguration");
    const text = vscode.window.activeTextEditor!.document.getText();
    assert.match(text, /work: 30 +# .*premortem\.yaml/);
    assert.match(text, /downtime: 0\.3 +# default/);
  });
});
