import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";
import { closeAll, freshDirectory, open, replace } from "./editor.ts";

const RULESET = `include "./nftables.d/*.nft"

table inet filter {
  set blocked { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.7 } }

  # what may log in
  # and from where
  chain ssh {
    ip saddr 10.0.0.0/8 accept
    drop
  }

  chain input {
    type filter hook input priority filter; policy drop;
    ip saddr @blocked drop
    iifname $wan tcp dport 22 ct state new jump ssh
  }
}
`;
const NAMES = "define wan = eth0\n";

async function ruleset(): Promise<{ document: vscode.TextDocument; directory: string }> {
  const directory = freshDirectory();
  // Opened, so that it is known without waiting for the watcher of files.
  await open("etc/nftables.d/names.nft", NAMES, directory);
  return { document: await open("etc/nftables.conf", RULESET, directory), directory };
}

const at = (document: vscode.TextDocument, text: string, more = 0): vscode.Position => document.positionAt(document.getText().indexOf(text) + more);

async function hovers(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
  const found = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, position);
  return found.flatMap(({ contents }) => contents.map((one) => (typeof one === "string" ? one : one.value))).join("\n").replaceAll("\\", "");
}

async function suggestions(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[]> {
  return (await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, position)).items;
}

const labelOf = ({ label }: vscode.CompletionItem): string => (typeof label === "string" ? label : label.label);

describe("firewall files in the editor", () => {
  afterEach(closeAll);

  it("say on hover what a rule does and where it stands, and what a name stands for", async () => {
    const { document } = await ruleset();
    const rule = await hovers(document, at(document, "ct state new"));
    assert.match(rule, /TCP to port 22 arriving on eth0, new connections: jumps to ssh/);
    assert.match(rule, /Rule 2 of 2 of chain `input`/);
    assert.match(await hovers(document, at(document, "chain ssh", 7)), /2 rules\.\s+Called by `input` \(\[line 16\]\(.*#L16\)\)/);
    assert.match(await hovers(document, at(document, "@blocked", 2)), /Set `blocked` of `ipv4_addr`[^]*2 elements: 192\.0\.2\.1/);
    assert.match(await hovers(document, at(document, "$wan", 2)), /define wan = eth0[^]*line 1 of names\.nft/);
  });

  it("lead to definitions and references, in other files too", async () => {
    const { document, directory } = await ruleset();
    const locations = (command: string, position: vscode.Position): Thenable<vscode.Location[]> => vscode.commands.executeCommand(command, document.uri, position);
    const [chain] = await locations("vscode.executeDefinitionProvider", at(document, "jump ssh", 6));
    assert.equal(document.getText(chain!.range), "ssh");
    assert.equal(chain!.range.start.line, 7);
    const [variable] = await locations("vscode.executeDefinitionProvider", at(document, "$wan", 2));
    assert.equal(variable!.uri.fsPath, join(directory, "etc/nftables.d/names.nft"));
    const [file] = await locations("vscode.executeDefinitionProvider", at(document, "nftables.d", 2));
    assert.equal(file!.uri.fsPath, join(directory, "etc/nftables.d/names.nft"));
    const uses = await locations("vscode.executeReferenceProvider", at(document, "set blocked", 5));
    assert.deepEqual(uses.map(({ range }) => range.start.line), [3, 14]);
  });

  it("suggest what may stand at the cursor while a rule is half typed", async () => {
    const { document } = await ruleset();
    const typed = async (rule: string): Promise<string[]> => {
      await replace(document, RULESET.replace("    ip saddr @blocked drop\n", `    ${rule}\n`));
      return (await suggestions(document, at(document, rule, rule.length))).map(labelOf);
    };
    assert.ok((await typed("ct state ")).includes("established"));
    assert.ok((await typed("jump ")).includes("ssh"));
    assert.ok((await typed("ip saddr @")).includes("blocked"));
    assert.ok((await typed("iifname $")).includes("wan"));
    assert.ok((await typed("tcp ")).includes("dport"));
    assert.ok(!(await typed("accept # ct state ")).includes("established"));
  });

  it("have an outline and can be folded", async () => {
    const { document } = await ruleset();
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", document.uri);
    const table = symbols.find(({ name }) => name === "inet filter");
    assert.deepEqual(table?.children.map(({ name }) => name), ["blocked", "ssh", "input"]);
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>("vscode.executeFoldingRangeProvider", document.uri);
    assert.deepEqual(folds.map(({ start, end }) => [start, end]).sort((a, b) => a[0]! - b[0]!), [[2, 16], [5, 6], [7, 9], [12, 15]]);
  });

  it("are iptables-save dumps as well", async () => {
    const dump = "*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:SSH - [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j SSH\n-A SSH -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n";
    const document = await open("rules.v4", dump);
    assert.match(await hovers(document, at(document, "--dport")), /TCP to port 22: jumps to SSH/);
    const [definition] = await vscode.commands.executeCommand<vscode.Location[]>("vscode.executeDefinitionProvider", document.uri, at(document, "-j SSH", 4));
    assert.equal(definition!.range.start.line, 4);
    await replace(document, dump.replace("COMMIT", "-A INPUT -m conntrack --ctstate \nCOMMIT"));
    const items = await suggestions(document, at(document, "--ctstate ", 10));
    assert.ok(items.map(labelOf).includes("ESTABLISHED"));
  });
});
