import assert from "node:assert/strict";
import * as vscode from "vscode";
import { closeAll, freshDirectory, open } from "./editor.ts";

const at = (document: vscode.TextDocument, text: string): vscode.Position => document.positionAt(document.getText().indexOf(text) + text.length);

describe("sysctl files in the editor", () => {
  afterEach(closeAll);

  it("say on hover what a key takes and what hosts end up with", async () => {
    const directory = freshDirectory();
    await open("hosts/a/etc/sysctl.d/90-web.conf", "net.core.somaxconn = 8192\n", directory);
    const document = await open("hosts/a/etc/sysctl.d/60-net.conf", "net.core.somaxconn = 1024\nnet.ipv4.conf.all.rp_filter = 2\n", directory);
    const found = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, at(document, "net.core.som"));
    const text = found.flatMap(({ contents }) => contents.map((one) => (typeof one === "string" ? one : one.value))).join("\n").replaceAll("\\", "");
    assert.match(text, /net\.core\.somaxconn[^]*Default: 128 at first, 4096 by 5\.4/);
    assert.match(text, /On a: 8192, by \[[^\]]*hosts\/a\/etc\/sysctl\.d\/90-web\.conf:1\]/);
  });

  it("complete keys and values", async () => {
    const document = await open("etc/sysctl.d/60-net.conf", "net.ipv4.conf.all.rp_\nnet.ipv4.conf.all.rp_filter = \n", freshDirectory());
    const labels = async (position: vscode.Position): Promise<string[]> => (await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, position)).items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok((await labels(at(document, "rp_"))).includes("net.ipv4.conf.all.rp_filter"));
    assert.deepEqual((await labels(at(document, "rp_filter = "))).filter((label) => /^\d$/.test(label)), ["0", "1", "2"]);
  });
});
