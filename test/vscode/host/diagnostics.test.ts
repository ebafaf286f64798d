import assert from "node:assert/strict";
import * as vscode from "vscode";
import { closeAll, found, marks, open, replace, ruleOf, settled } from "./editor.ts";

const BAD = "# tunnels need it\nnet.ipv4.ip_no_pmtu_disc = 1\n";
const GOOD = "# tunnels need it\nnet.ipv4.ip_no_pmtu_disc = 0\n";

describe("diagnostics", () => {
  afterEach(closeAll);

  it("mark the smallest wrong text, with the rule as code and its page behind it", async () => {
    const document = await open("etc/sysctl.d/60-tunnel.conf", BAD);
    const [first] = found(document);
    assert.ok(first, "there is one");
    assert.equal(ruleOf(first), "sysctl/pmtud-disabled");
    assert.equal(first.range.start.line, 1);
    assert.ok(document.getText(first.range).length < "net.ipv4.ip_no_pmtu_disc = 1 ".length);
    const { target } = first.code as { target: vscode.Uri };
    assert.match(new TextDecoder().decode(await vscode.workspace.fs.readFile(target)), /^# sysctl\/pmtud-disabled/);
  });

  it("follow what is typed, and are replaced rather than cleared first", async () => {
    const document = await open("etc/sysctl.d/60-tunnel.conf", BAD);
    const before = found(document).length;
    const seen: number[] = [];
    const subscription = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (uris.some((uri) => uri.toString() === document.uri.toString())) seen.push(found(document).length);
    });
    await replace(document, `${BAD}# one more line\n`);
    await settled(document);
    assert.equal(found(document).length, before);
    assert.ok(!seen.includes(0), `counts on the way: ${seen.join(", ")}`);
    await replace(document, GOOD);
    await settled(document);
    assert.ok(!marks(document).some((mark) => mark.startsWith("sysctl/pmtud-disabled")));
    subscription.dispose();
  });

  it("are those of the latest text after a burst of edits", async () => {
    const document = await open("etc/sysctl.d/60-tunnel.conf", GOOD);
    for (let i = 0; i < 20; i++) await replace(document, i % 2 === 0 ? BAD : GOOD);
    await replace(document, BAD);
    await settled(document);
    assert.ok(marks(document).some((mark) => mark.startsWith("sysctl/pmtud-disabled")));
  });

  it("keep the worst thousand, and say how many are left out", async () => {
    const document = await open("etc/sysctl.d/60-many.conf", "net.ipv4.ip_no_pmtu_disc = 1\n".repeat(1500));
    const all = found(document);
    assert.equal(all.length, 1000);
    assert.ok(all.some((diagnostic) => /\d+ more findings/.test(diagnostic.message)));
  });

  it("are none for the old side of a diff", async () => {
    const document = await open("etc/sysctl.d/60-tunnel.conf", BAD);
    const old = await vscode.workspace.openTextDocument(document.uri.with({ scheme: "git", query: JSON.stringify({ path: document.uri.fsPath, ref: "" }) })).then(
      (opened) => opened.uri,
      () => document.uri.with({ scheme: "git" }),
    );
    await replace(document, `${BAD}\n`);
    await settled(document);
    assert.deepEqual(found(old), []);
  });

  it("go away with premortem.enable off, and come back", async () => {
    const document = await open("etc/sysctl.d/60-tunnel.conf", BAD);
    const settings = vscode.workspace.getConfiguration("premortem");
    const published = async (change: Thenable<void>): Promise<void> => {
      await change;
      await replace(document, `${document.getText()}\n`);
      await settled(document);
    };
    await published(settings.update("enable", false, vscode.ConfigurationTarget.Global));
    assert.deepEqual(found(document), []);
    await published(settings.update("enable", undefined, vscode.ConfigurationTarget.Global));
    assert.ok(found(document).length > 0);
  });

  it("stand at their line while one types above them in a file of 10,000 lines", async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `# line ${index}`);
    const document = await open("etc/sysctl.d/60-long.conf", `${lines.join("\n")}\nnet.ipv4.ip_no_pmtu_disc = 1\n`);
    for (let i = 1; i <= 5; i++) {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, new vscode.Position(5000, 0), "# typed\n");
      await vscode.workspace.applyEdit(edit);
      await settled(document);
      const ours = found(document).filter((diagnostic) => ruleOf(diagnostic) === "sysctl/pmtud-disabled");
      assert.deepEqual(ours.map(({ range }) => range.start.line), [10_000 + i]);
    }
  });
});
