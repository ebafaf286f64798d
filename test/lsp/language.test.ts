import assert from "node:assert/strict";
import type { CompletionList, DocumentHighlight, DocumentSymbol, FoldingRange, Hover, Location, MarkupContent } from "vscode-languageserver-protocol/node";
import { folder } from "../support/folder.ts";
import { CAPABLE, LspClient, uriOf } from "../support/lsp-client.ts";

const NFT = `# what
# for
define admin = 192.0.2.1

table inet filter {
	set trusted { type ipv4_addr; elements = { 192.0.2.7 }; }
	chain ssh {
		ip saddr @trusted accept
		ip saddr $admin accept
	}
	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		tcp dport 22 jump ssh
	}
}
`;
const place = folder({
  "etc/nftables.conf": 'include "/etc/nftables.d/*.nft"\ninclude "nftables.d/a.nft"\n',
  "etc/nftables.d/a.nft": NFT,
  "etc/sysctl.conf": "net.ipv4.ip_no_pmtu_disc = 1\n",
  "etc/ceph/ceph.conf": "[global]\nosd_pool_default_size = 2\n",
  "etc/swanctl/swanctl.conf": "connections {\n  a {\n    dpd_delay = 30s\n  }\n}\n",
});
const A = place.at("etc/nftables.d/a.nft");

/** Where a piece of the text stands. */
const at = (piece: string, text = NFT, further = 1): { line: number; character: number } => {
  const before = text.slice(0, text.indexOf(piece) + further).split("\n");
  return { line: before.length - 1, character: before.at(-1)!.length };
};
const markdown = (hover: Hover | null): string => (hover?.contents as MarkupContent | undefined)?.value ?? "";

describe("the language server's help with languages", function () {
  this.timeout(60_000);
  let client: LspClient;

  before(async () => {
    client = await LspClient.start([place.path]);
    await client.open(A, NFT, "nftables");
  });

  it("says in a hover what a rule does, what a setting is for, and why a finding matters", async () => {
    const rule = markdown(await client.ask("hover", A, { position: at("ip saddr @trusted") }));
    assert.match(rule, /accepts/);
    assert.match(rule, new RegExp(`\\(${uriOf(A)}#L\\d+\\)`));
    const hovers: [string, string, string, RegExp][] = [
      ["etc/sysctl.conf", "net.ipv4.ip_no_pmtu_disc = 1\n", "disc", /net\\\.ipv4\\\.ip\\_no\\_pmtu\\_disc/],
      ["etc/sysctl.conf", "net.ipv4.ip_no_pmtu_disc = 1\n", "= 1", /\*\*Why:\*\*.*\*\*Instead:\*\*.*\*\*Lesson of /s],
      ["etc/ceph/ceph.conf", "[global]\nosd_pool_default_size = 2\n", "pool", /\*\*osd\\_pool\\_default\\_size\*\*/],
      ["etc/swanctl/swanctl.conf", "connections {\n  a {\n    dpd_delay = 30s\n  }\n}\n", "dpd", /\*\*dpd\\_delay\*\*/],
    ];
    for (const [path, text, piece, expected] of hovers) {
      await client.open(place.at(path), text);
      assert.match(markdown(await client.ask("hover", place.at(path), { position: at(piece, text, piece.length) })), expected, path);
      await client.close(place.at(path));
    }
    assert.equal(await client.ask("hover", A, { position: { line: 4, character: 500 } }), null);
  });

  it("says the same in plain text to a client that shows no Markdown", async () => {
    const simple = await LspClient.start([place.path], { ...CAPABLE, textDocument: { hover: { contentFormat: ["plaintext"] } } });
    const text = "net.ipv4.ip_no_pmtu_disc = 1\n";
    await simple.open(place.at("etc/sysctl.conf"), text);
    const hover = await simple.ask<Hover>("hover", place.at("etc/sysctl.conf"), { position: at("= 1", text, 3) });
    assert.equal((hover.contents as MarkupContent).kind, "plaintext");
    assert.match(markdown(hover), /^net\.ipv4\.ip_no_pmtu_disc$.*^Why: .*^Instead: /ms);
    assert.ok(!/\*\*|\\[_.]|\]\(/.test(markdown(hover)), markdown(hover));
  });

  it("leads to definitions, over files, and to all uses", async () => {
    const definition = await client.ask<Location[]>("definition", A, { position: at("jump ssh", NFT, 6) });
    assert.deepEqual(definition, [{ uri: uriOf(A), range: { start: at("chain ssh", NFT, 6), end: at("chain ssh", NFT, 9) } }]);
    const conf = place.at("etc/nftables.conf");
    await client.open(conf, 'include "nftables.d/a.nft"\n');
    assert.deepEqual((await client.ask<Location[]>("definition", conf, { position: { line: 0, character: 12 } })).map(({ uri }) => uri), [uriOf(A)]);
    const context = (includeDeclaration: boolean): object => ({ position: at("$admin", NFT, 2), context: { includeDeclaration } });
    assert.equal((await client.ask<Location[]>("references", A, context(true))).length, 2);
    assert.equal((await client.ask<Location[]>("references", A, context(false))).length, 1);
    const highlights = await client.ask<DocumentHighlight[]>("documentHighlight", A, { position: at("@trusted", NFT, 2) });
    assert.deepEqual(highlights.map(({ kind, range }) => [kind, range.start.line]), [[3, 5], [2, 7]]);
  });

  it("outlines and folds firewall files", async () => {
    const [variable, table] = await client.ask<DocumentSymbol[]>("documentSymbol", A);
    assert.equal(variable?.name, "admin");
    assert.deepEqual(table?.children?.map(({ name }) => name), ["trusted", "ssh", "input"]);
    const folds = await client.ask<FoldingRange[]>("foldingRange", A);
    assert.deepEqual(folds.filter(({ kind }) => kind === "comment"), [{ startLine: 0, endLine: 1, kind: "comment" }]);
    assert.ok(folds.some(({ startLine }) => startLine === 4));
    const flat = await LspClient.start([place.path], {});
    await flat.open(A, NFT, "nftables");
    const list = await flat.ask<{ name: string; containerName?: string; location: Location }[]>("documentSymbol", A);
    assert.deepEqual(list.map(({ name, containerName }) => `${containerName ?? ""}/${name}`), ["/admin", "/inet filter", "inet filter/trusted", "inet filter/ssh", "inet filter/input"]);
  });

  it("completes half-typed rules and settings, as far as the client understands", async () => {
    const typed = NFT.replace("tcp dport 22 jump ssh", "tcp dport 22 jump s");
    await client.change(A, 2, [{ text: typed }]);
    const list = await client.ask<CompletionList>("completion", A, { position: at("jump s", typed, 6) });
    const item = list.items.find(({ label }) => label === "ssh");
    assert.deepEqual((item?.textEdit as { insert: unknown } | undefined)?.insert, { start: at("jump s", typed, 5), end: at("jump s", typed, 6) });
    const simple = await LspClient.start([place.path], {});
    const sysctl = place.at("etc/sysctl.conf");
    await simple.open(sysctl, "# key\r\nnet.ipv4.ip_no");
    const keys = await simple.ask<CompletionList>("completion", sysctl, { position: { line: 1, character: 14 } });
    const key = keys.items.find(({ label }) => label === "net.ipv4.ip_no_pmtu_disc");
    assert.deepEqual((key?.textEdit as { range: unknown } | undefined)?.range, { start: { line: 1, character: 0 }, end: { line: 1, character: 14 } });
    assert.match(key?.detail ?? "", /Default/);
    await simple.open(A, "table inet f {\n\tchain c {\n\t\t\n\t}\n}\n", "nftables");
    const inRule = await simple.ask<CompletionList>("completion", A, { position: { line: 2, character: 2 } });
    assert.ok(inRule.items.length > 10);
    for (const { insertTextFormat, textEdit } of inRule.items) assert.ok(insertTextFormat === undefined && !/\$\{|\$\d/.test(textEdit!.newText), textEdit!.newText);
  });
});
