import * as vscode from "vscode";
import { closeAll, folder, found, marks, ok, open, replace, ruleOf, same, settled } from "./editor.ts";

const SYSCTL = (): vscode.Uri => vscode.Uri.joinPath(folder("fleet"), "etc/sysctl.d/50-base.conf");
const NFT = (): vscode.Uri => vscode.Uri.joinPath(folder("fleet"), "nftables.conf");

const words = (contents: vscode.Hover["contents"]): string => contents.map((part) => (typeof part === "string" ? part : part.value)).join("\n");

describe("editing in the browser", () => {
  afterEach(closeAll);

  it("lints while one types", async () => {
    const document = await open(SYSCTL());
    same(marks(document), []);
    const text = document.getText();
    await replace(document, `${text}net.ipv4.ip_no_pmtu_disc = 1\n`);
    same(marks(document), ["sysctl/pmtud-disabled: 1"]);
    await replace(document, text);
    same(marks(document), []);
  });

  it("mends by the lightbulb", async () => {
    const document = await open(SYSCTL());
    await replace(document, `${document.getText()}net.ipv4.ip_no_pmtu_disc = 1\n`);
    const [diagnostic] = found(document.uri);
    ok(diagnostic, "there is a finding");
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", document.uri, diagnostic.range, "quickfix");
    const fix = actions.find(({ edit }) => edit !== undefined);
    ok(fix, `there is a fix among ${actions.map(({ title }) => title).join()}`);
    await vscode.workspace.applyEdit(fix.edit!);
    await settled(document);
    same(marks(document), []);
  });

  it("leads from a finding to its rule's page", async () => {
    const document = await open(SYSCTL());
    await replace(document, "net.ipv4.ip_no_pmtu_disc = 1\n");
    const { code } = found(document.uri)[0]!;
    ok(typeof code === "object", "the code is a link");
    const commandOrFile = code.target.toString(true);
    ok(commandOrFile.includes("sysctl/pmtud-disabled"), commandOrFile);
  });

  it("says on hover why, and what a rule does", async () => {
    const document = await open(NFT());
    same(found(document.uri).map(ruleOf).includes("firewall/blocks-pmtud"), true);
    const finding = found(document.uri).find((diagnostic) => ruleOf(diagnostic) === "firewall/blocks-pmtud")!;
    const why = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, finding.range.start);
    ok(why.some(({ contents }) => words(contents).includes("Why:")), "the finding says why");
    const rule = document.positionAt(document.getText().indexOf("tcp dport 22"));
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, rule);
    ok(hovers.some(({ contents }) => /port 22|ssh/i.test(words(contents))), hovers.map(({ contents }) => words(contents)).join("\n"));
  });

  it("completes by the grammar of nft", async () => {
    const document = await open(NFT());
    const text = document.getText().replace("tcp dport 22 accept", "tcp dport 22 ");
    await replace(document, text);
    const position = document.positionAt(text.indexOf("tcp dport 22 ") + "tcp dport 22 ".length);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, position);
    const labels = items.map(({ label }) => (typeof label === "string" ? label : label.label));
    for (const word of ["accept", "drop", "counter"]) ok(labels.includes(word), `${word} is among ${labels.slice(0, 40).join()}`);
  });

  it("has an outline and goes to definitions", async () => {
    const document = await open(NFT());
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>("vscode.executeDocumentSymbolProvider", document.uri);
    const names = symbols.flatMap(({ name, children }) => [name, ...children.map((child) => child.name)]);
    ok(names.some((name) => name.includes("services")), `the chain is in the outline: ${names.join()}`);
    const jump = document.positionAt(document.getText().indexOf("jump services") + "jump ser".length);
    const places = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>("vscode.executeDefinitionProvider", document.uri, jump);
    same(places.length, 1);
  });

  it("lints a text that is no file yet", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "premortem-sysctl", content: "net.ipv4.ip_no_pmtu_disc = 1\n" });
    await settled(document);
    same(marks(document), ["sysctl/pmtud-disabled: 1"]);
  });

  it("silences a finding with a reason", async () => {
    const document = await open(SYSCTL());
    await replace(document, "net.ipv4.ip_no_pmtu_disc = 1\n");
    await vscode.commands.executeCommand("premortem.suppress", document.uri, 0, "sysctl/pmtud-disabled", false, "measured");
    await settled(document);
    ok(document.getText().includes("premortem-ignore sysctl/pmtud-disabled -- measured"), document.getText());
    same(marks(document), []);
  });
});
