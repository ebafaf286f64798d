import assert from "node:assert/strict";
import type { CodeAction, Command, Diagnostic, TextDocumentEdit, TextEdit, WorkspaceEdit } from "vscode-languageserver-protocol/node";
import { NO_PMTUD, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { CAPABLE, LspClient, uriOf } from "../support/lsp-client.ts";
import { readFileSync } from "node:fs";

const CONF = "etc/sysctl.d/60-a.conf";
/** Two kinds of safe and unsafe fixes, and a line for each. */
const TEXT = "# ä𝒳\nnet.ipv4.ip_no_pmtu_disc = 1\nnet.ipv4.tcp_tw_recycle = 1\nnet.ipv4.tcp_tw_recycle = 1\n";

const NFT = `table inet filter {
	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established accept
		tcp dport 22 accept
	}
}
`;

/** Applies an edit of one document as an editor does: all positions are of the text before. */
function applied(text: string, edits: readonly TextEdit[]): string {
  const lines = text.split("\n");
  const offset = ({ line, character }: { line: number; character: number }): number => lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  const sorted = [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
  return sorted.reduce((result, { range, newText }) => result.slice(0, offset(range.start)) + newText + result.slice(offset(range.end)), text);
}

const editsOf = (edit: WorkspaceEdit | undefined): TextEdit[] => (edit?.documentChanges as TextDocumentEdit[]).flatMap(({ edits }) => edits as TextEdit[]);
const all = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

describe("the language server's code actions", function () {
  this.timeout(60_000);

  for (const [name, ending] of [["LF", "\n"], ["CRLF", "\r\n"]] as const) {
    it(`write with source.fixAll what premortem fix writes (${name})`, async () => {
      const files = { [CONF]: `${TEXT}net.netfilter.nf_conntrack_max = 1000\n`.replaceAll("\n", ending), "etc/nftables.conf": NFT.replaceAll("\n", ending) };
      const place = folder(files);
      const twin = folder(files);
      const client = await LspClient.start([place.path]);
      for (const [path, text] of Object.entries(files)) {
        await client.open(place.at(path), text);
        const [action] = await client.ask<CodeAction[]>("codeAction", place.at(path), { range: all, context: { diagnostics: [], only: ["source.fixAll"] } });
        assert.equal(action?.kind, "source.fixAll.premortem");
        assert.equal(action?.edit, undefined, "its edit is worked out when it is chosen");
        const resolved = await client.connection.sendRequest<CodeAction>("codeAction/resolve", action);
        const [change] = resolved.edit!.documentChanges as TextDocumentEdit[];
        assert.deepEqual(change!.textDocument, { uri: uriOf(place.at(path)), version: 1 });
        const mended = applied(text, editsOf(resolved.edit));
        assert.notEqual(mended, text);
        await client.change(place.at(path), 2, [{ text: mended }]);
        await assert.rejects(client.connection.sendRequest("codeAction/resolve", action), ({ code }: { code: number }) => code === -32801);
        await premortem("fix", twin.at(path));
        assert.equal(mended, readFileSync(twin.at(path), "utf8"));
        assert.deepEqual(await client.ask("codeAction", place.at(path), { range: all, context: { diagnostics: [], only: ["source.fixAll.premortem"] } }), []);
        assert.equal(await client.ask("codeAction", place.at(path), { range: all, context: { diagnostics: [], only: ["refactor"] } }), null);
      }
    });
  }

  it("mend and suppress the finding of a diagnostic, be it handed back with its data or by what it says", async () => {
    const place = folder({ [CONF]: TEXT });
    const client = await LspClient.start([place.path]);
    await client.open(place.at(CONF), TEXT);
    const diagnostic = (await client.diagnostics(place.at(CONF))).find(({ code }) => code === "sysctl/pmtud-disabled")!;
    const bare: Diagnostic = { ...diagnostic };
    delete bare.data;
    const asked = async (diagnostics: Diagnostic[], range = diagnostic.range): Promise<CodeAction[]> => client.ask("codeAction", place.at(CONF), { range, context: { diagnostics } });
    const actions = await asked([diagnostic]);
    assert.deepEqual((await asked([bare])).map(({ title }) => title), actions.map(({ title }) => title));
    assert.deepEqual((await asked([])).map(({ title }) => title), actions.map(({ title }) => title));
    assert.ok(actions.every(({ kind }) => kind === "quickfix"));
    const fix = actions.find(({ edit, title }) => edit !== undefined && !title.startsWith("Suppress"))!;
    await client.change(place.at(CONF), 2, [{ text: applied(TEXT, editsOf(fix.edit)) }]);
    assert.ok(!(await client.diagnostics(place.at(CONF), 2)).some(({ code }) => code === "sysctl/pmtud-disabled"));
    const suppress = actions.find(({ title }) => /^Suppress .* here/.test(title))!;
    const silenced = applied(TEXT, editsOf(suppress.edit));
    assert.ok(silenced.includes("\n# premortem-ignore sysctl/pmtud-disabled -- \nnet.ipv4.ip_no_pmtu_disc"), silenced);
    await client.change(place.at(CONF), 3, [{ text: silenced.replace("disabled -- ", "disabled -- the lab has no tunnels") }]);
    assert.ok(!(await client.diagnostics(place.at(CONF), 3)).some(({ code }) => code === "sysctl/pmtud-disabled"));
  });

  it("suppress with the reason that a client has asked for", async () => {
    const place = folder({ [CONF]: NO_PMTUD });
    const client = await LspClient.start([place.path]);
    await client.open(place.at(CONF), NO_PMTUD);
    assert.equal(await client.command("premortem.suppress", uriOf(place.at(CONF)), 1, "sysctl/pmtud-disabled", true, "the lab  has no tunnels"), true);
    const [{ edit }] = client.applied as [{ edit: { changes: Record<string, TextEdit[]> } }];
    assert.deepEqual(edit.changes[uriOf(place.at(CONF))]?.map(({ newText }) => newText), ["# premortem-ignore-file sysctl/pmtud-disabled -- the lab has no tunnels\n"]);
    await assert.rejects(client.command("premortem.suppress", uriOf(place.at(CONF)), 1, "sysctl/pmtud-disabled", false, " "), /a reason/);
  });

  it("are commands for a client that knows no others", async () => {
    const place = folder({ [CONF]: TEXT });
    const client = await LspClient.start([place.path], { workspace: { applyEdit: true } });
    await client.open(place.at(CONF), TEXT);
    const [diagnostic] = await client.diagnostics(place.at(CONF));
    const commands = await client.ask<Command[]>("codeAction", place.at(CONF), { range: diagnostic!.range, context: { diagnostics: [diagnostic] } });
    await client.command(commands[0]!.command, ...commands[0]!.arguments!);
    const [{ edit }] = client.applied as [{ edit: WorkspaceEdit }];
    assert.notEqual(applied(TEXT, edit.changes![uriOf(place.at(CONF))]!), TEXT);
  });

  it("reach into a file that is open by another name for the same address", async () => {
    const place = folder({ "etc/sysctl.d/60 ä+(x).conf": NO_PMTUD });
    const path = place.at("etc/sysctl.d/60 ä+(x).conf");
    const client = await LspClient.start([place.path], CAPABLE);
    const uri = `file://${encodeURI(path).replaceAll("+", "%2B").replaceAll("(", "%28")}`;
    await client.openAt(uri, NO_PMTUD);
    await client.until(() => client.published.some((one) => one.uri === uri && one.diagnostics.length > 0));
    const actions = await client.connection.sendRequest<CodeAction[]>("textDocument/codeAction", { textDocument: { uri }, range: all, context: { diagnostics: [] } });
    assert.ok(actions.some(({ edit }) => (edit?.documentChanges as TextDocumentEdit[] | undefined)?.[0]?.textDocument.uri === uri));
  });
});
