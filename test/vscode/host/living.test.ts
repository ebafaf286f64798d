import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { stateOf } from "../../../src/editor/status.ts";
import { closeAll, folder, found, freshDirectory, open, replace, ruleOf, settled, until } from "./editor.ts";

const PAGE = vscode.Uri.parse("premortem:/rules/sysctl/pmtud-disabled.md");
const BAD = "net.ipv4.ip_no_pmtu_disc = 1\n";

/** Sets one of our settings for the test's workspace, and takes it back afterwards. */
async function setting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration("premortem").update(name, value, vscode.ConfigurationTarget.Workspace);
}

async function labels(document: vscode.TextDocument, at: string): Promise<string[]> {
  const offset = document.getText().indexOf(at) + at.length;
  const list = await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, document.positionAt(offset));
  return list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
}

describe("living in the editor", () => {
  afterEach(async () => {
    for (const name of ["run", "severity", "enable", "reach"]) await setting(name, undefined);
    await closeAll();
  });

  it("has a page for every code, which is text that can only be read", async () => {
    const document = await open("etc/sysctl.d/50-page.conf", BAD);
    const [diagnostic] = found(document);
    const code = diagnostic!.code as { target: vscode.Uri };
    assert.equal(code.target.toString(), PAGE.toString());
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(PAGE));
    assert.match(text, /^# sysctl\/pmtud-disabled/);
    assert.match(text, /\]\(\.\.\/\.\.\/lessons\/2015-tunnel-pmtu-collapse\.md\)/);
    const lesson = new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(PAGE, "../../../lessons/2015-tunnel-pmtu-collapse.md")));
    assert.match(lesson, /\]\(\.\.\/rules\/sysctl\/pmtud-disabled\.md\)/);
    await assert.rejects(async () => vscode.workspace.fs.writeFile(PAGE, new Uint8Array()));
    await assert.rejects(async () => vscode.workspace.fs.readFile(vscode.Uri.parse("premortem:/rules/no/such.md")));
  });

  it("says in its status what was found, when, and which rule failed", () => {
    const linted = { findings: [], at: Date.UTC(2020, 0, 1), took: 12.4 };
    assert.equal(stateOf(linted, []).text, "Premortem: no findings");
    assert.match(stateOf(linted, []).detail, /last lint .*in 12 ms/);
    assert.deepEqual([stateOf(linted, ["ceph/pool-size-two"]).text, stateOf(linted, ["ceph/pool-size-two"]).failing], ["Premortem: the rule ceph/pool-size-two failed", true]);
  });

  it("premortem.severity: shows a rule as the user wants it, or not at all", async () => {
    const document = await open("etc/sysctl.d/50-severity.conf", BAD);
    assert.equal(found(document)[0]?.severity, vscode.DiagnosticSeverity.Warning);
    await until(() => found(document)[0]?.severity === vscode.DiagnosticSeverity.Information, () => setting("severity", { "sysctl/pmtud-disabled": "info" }));
    await until(() => found(document).length === 0, () => setting("severity", { "sysctl/pmtud-disabled": "off" }));
  });

  it("premortem.enable: switches linting off and on", async () => {
    const document = await open("etc/sysctl.d/50-enable.conf", BAD);
    await until(() => found(document).length === 0, () => setting("enable", false));
    await until(() => found(document).length === 1, () => setting("enable", undefined));
  });

  it("premortem.run: waits for saving where it is to", async () => {
    const document = await open("etc/sysctl.d/50-run.conf", "net.ipv4.tcp_syncookies = 1\n");
    await setting("run", "onSave");
    await settled(document);
    await replace(document, BAD);
    assert.deepEqual(found(document), []);
    await until(() => found(document).length === 1, () => document.save());
  });

  it("completes premortem.yaml with groups and hosts, and mends an unknown key", async () => {
    const directory = freshDirectory();
    await open("hosts.ini", "[ceph_osds]\nosd01.example.net\n", directory);
    const document = await open("premortem.yaml", "groups:\n  storage: [c]\n  hypervisors: []\n", directory);
    const offered = await labels(document, "[c");
    assert.ok(offered.includes("ceph_osds"), offered.join());
    assert.deepEqual(found(document).map(ruleOf), ["premortem/config"]);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", document.uri, found(document)[0]!.range);
    assert.ok(actions.some(({ title }) => title === "Replace by hypervisor"), actions.map(({ title }) => title).join());
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, new vscode.Position(0, 2));
    assert.match((hover!.contents[0] as vscode.MarkdownString).value, /Inventory groups that have a trait/);
  });

  it("opens a new premortem.yaml unsaved, and brings answers into one that is there", async () => {
    const answers = { groups: { storage: ["ceph_osds"] }, networks: ["192.0.2.0/24"] };
    // The active file says which folder it is for.
    await open("etc/sysctl.d/50-create.conf", "net.ipv4.tcp_syncookies = 1\n");
    const document = await vscode.commands.executeCommand<vscode.TextDocument>("premortem.createConfiguration", answers);
    assert.ok(document.isUntitled || document.isDirty, "nothing is written yet");
    assert.match(document.getText(), /storage: \[ceph_osds\]/);
    assert.ok(!existsSync(join(folder("fleet").uri.fsPath, "premortem.yaml")));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("brings answers into the premortem.yaml that is there, unsaved, with all that it says", async () => {
    const file = join(folder("other").uri.fsPath, "premortem.yaml");
    const before = readFileSync(file, "utf8");
    await vscode.window.showTextDocument(vscode.Uri.file(file));
    const document = await vscode.commands.executeCommand<vscode.TextDocument>("premortem.createConfiguration", { groups: { storage: ["ceph_osds"], lab: [] } });
    assert.equal(document.uri.fsPath, file);
    assert.ok(document.isDirty);
    assert.ok(document.getText().startsWith(before), document.getText());
    assert.match(document.getText().slice(before.length), /groups:\n(?: +#.*\n)? +storage: \[ceph_osds\]\n(?: +#.*\n)? +lab: \[\]/);
    await settled(document);
    assert.deepEqual(found(document), []);
    assert.equal(readFileSync(file, "utf8"), before, "nothing is written yet");
    // A second time there is nothing left to add.
    const text = document.getText();
    await vscode.commands.executeCommand("premortem.createConfiguration", { groups: { storage: ["ceph_osds"] } });
    assert.equal(document.getText(), text);
  });

  it("adds nothing to a premortem.yaml that cannot be read, and opens it", async () => {
    const file = join(folder("other").uri.fsPath, "premortem.yaml");
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    await replace(document, "groups: [\n");
    assert.equal(await vscode.commands.executeCommand("premortem.createConfiguration", { groups: { storage: ["ceph_osds"] } }), undefined);
    assert.equal(document.getText(), "groups: [\n");
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file);
  });

  it("lints the walkthrough's ruleset among the files around it", async () => {
    await vscode.commands.executeCommand("premortem.openSample");
    const { document } = vscode.window.activeTextEditor!;
    await settled(document);
    assert.deepEqual(found(document).map(ruleOf), ["firewall/tracked-storage-traffic"]);
    assert.match(found(document)[0]!.message, /on 6 storage hosts/);
  });

  it("registers its commands", async () => {
    for (const name of ["refreshReview", "openPage", "showNotComputed", "openWalkthrough", "reviewSample"]) assert.ok((await vscode.commands.getCommands(true)).includes(`premortem.${name}`), name);
  });
});
