import assert from "node:assert/strict";
import * as vscode from "vscode";
import { closeAll, freshDirectory, open } from "./editor.ts";

const at = (document: vscode.TextDocument, text: string): vscode.Position => document.positionAt(document.getText().indexOf(text) + text.length);

async function hoverAt(document: vscode.TextDocument, text: string): Promise<string> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, at(document, text));
  return found.flatMap(({ contents }) => contents.map((one) => (typeof one === "string" ? one : one.value))).join("\n").replaceAll("\\", "");
}

describe("files of keying daemons in the editor", () => {
  afterEach(closeAll);

  it("say on hover when a dead peer is noticed, when keys are renewed, and when it gives up", async () => {
    const text = "connections {\n  site-b {\n    remote_addrs = 198.51.100.1\n    dpd_delay = 30s\n    children {\n      lan {\n        start_action = start\n        dpd_action = restart\n      }\n    }\n  }\n}\nsecrets {\n  ike-b {\n    secret = hunter-two\n  }\n}\n";
    const document = await open("etc/swanctl/swanctl.conf", text, freshDirectory());
    assert.match(await hoverAt(document, "site-"), /A dead peer is noticed after 195 s \(3 min 15 s\), then replaced[^]*every 54 to 60 min[^]*gives up connecting after one attempt/);
    assert.match(await hoverAt(document, "dpd_del"), /Default: 0s/);
    assert.doesNotMatch(await hoverAt(document, "secret = hun"), /hunter/);
  });

  it("complete settings and values", async () => {
    const document = await open("etc/swanctl/swanctl.conf", "connections {\n  site-b {\n    dpd_\n    mobike = \n  }\n}\n", freshDirectory());
    const labels = async (position: vscode.Position): Promise<string[]> => (await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, position)).items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok((await labels(at(document, "dpd_"))).includes("dpd_delay"));
    assert.deepEqual((await labels(at(document, "mobike = "))).filter((label) => /^(?:yes|no)$/.test(label)).sort(), ["no", "yes"]);
  });
});
