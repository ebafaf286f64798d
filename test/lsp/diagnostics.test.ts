import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { FullDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport } from "vscode-languageserver-protocol/node";
import { NO_PMTUD } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { LspClient, PULLING, uriOf } from "../support/lsp-client.ts";

const CONF = "etc/sysctl.d/60-a.conf";
const codes = (report: unknown): unknown[] => (report as FullDocumentDiagnosticReport).items.map(({ code }) => code);

describe("the language server's diagnostics", function () {
  this.timeout(60_000);

  it("are pushed at each version, whatever is half typed", async () => {
    const { path } = folder({ [CONF]: "" });
    const client = await LspClient.start([path]);
    await client.open(`${path}/${CONF}`, NO_PMTUD);
    const [first] = await client.diagnostics(`${path}/${CONF}`);
    assert.equal(first?.code, "sysctl/pmtud-disabled");
    assert.deepEqual(first?.range.start, { line: 1, character: 27 });
    await client.change(`${path}/${CONF}`, 2, [{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "net.ipv4.ip_for" }]);
    assert.ok((await client.diagnostics(`${path}/${CONF}`, 2)).some(({ code }) => code === "sysctl/pmtud-disabled"));
    await client.change(`${path}/${CONF}`, 3, [{ range: { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }, text: "" }]);
    assert.ok(!(await client.diagnostics(`${path}/${CONF}`, 3)).some(({ code }) => code === "sysctl/pmtud-disabled"));
  });

  it("stand at the client's positions, be they UTF-8, UTF-16 or UTF-32, before and after edits behind astral characters", async () => {
    const { path } = folder();
    const nft = `${path}/a.nft`;
    // The policy stands behind a comment with signs of two, three and four bytes, on the same line.
    const text = 'table inet f {\n\tchain input { comment "ä€𝒳"; type filter hook input priority 0; policy drop;\n\t\ttcp dport 22 accept\n\t}\n}\n';
    const columns: Record<string, number> = {};
    for (const encoding of ["utf-8", "utf-16", "utf-32"]) {
      const client = await LspClient.start([path], { ...PULLING, general: { positionEncodings: [encoding, "utf-16"] } });
      assert.equal(client.initialized.capabilities.positionEncoding, encoding);
      await client.open(nft, text, "nftables");
      const report = (await client.pull(nft)) as FullDocumentDiagnosticReport;
      const found = report.items.find(({ range }) => range.start.line === 1);
      assert.ok(found, JSON.stringify(report.items));
      columns[encoding] = found.range.start.character;
      // An edit at the place that was told: the astral sign must not be torn.
      await client.change(nft, 2, [{ range: { start: found.range.start, end: found.range.start }, text: "  " }]);
      const moved = (await client.pull(nft)) as FullDocumentDiagnosticReport;
      assert.ok(moved.items.some(({ range, message }) => message === found.message && range.start.character === found.range.start.character + 2), encoding);
    }
    assert.equal(columns["utf-8"]! - columns["utf-16"]!, 1 + 2 + 2);
    assert.equal(columns["utf-16"]! - columns["utf-32"]!, 1);
    const plainClient = await LspClient.start([path], { ...PULLING, general: { positionEncodings: ["utf-7"] } });
    assert.equal(plainClient.initialized.capabilities.positionEncoding, "utf-16");
  });

  it("are not told twice: an unchanged answer for the same result, and what another file's edit changes with it", async () => {
    const { path } = folder({ [CONF]: NO_PMTUD });
    const other = "etc/sysctl.d/50-b.conf";
    const client = await LspClient.start([path], PULLING);
    await client.open(`${path}/${CONF}`, NO_PMTUD);
    const first = (await client.pull(`${path}/${CONF}`)) as FullDocumentDiagnosticReport;
    assert.deepEqual(codes(first), ["sysctl/pmtud-disabled"]);
    assert.deepEqual(await client.pull(`${path}/${CONF}`, first.resultId), { kind: "unchanged", resultId: first.resultId });
    await client.change(`${path}/${CONF}`, 2, [{ text: "kernel.panic = 1\n" }]);
    assert.equal((await client.pull(`${path}/${CONF}`, first.resultId)).kind, "full");
    // An earlier file that a later one overrides: the edit of the later changes what is said of the earlier.
    await client.open(`${path}/${other}`, "kernel.panic = 5\n");
    const before = codes(await client.pull(`${path}/${other}`));
    await client.change(`${path}/${CONF}`, 3, [{ text: "# nothing\n" }]);
    const after = await client.pull(`${path}/${CONF}`);
    const related = after.relatedDocuments?.[uriOf(`${path}/${other}`)];
    assert.notDeepEqual(codes(related), before);
  });

  it("cover every folder in a workspace's answer, closed files too, and forget what is mended or gone", async () => {
    const [a, b, c] = [folder({ [CONF]: NO_PMTUD }), folder({ "x/premortem.yaml": "severity:\n  sysctl/pmtud-disabled: error\n", "x/etc/sysctl.conf": NO_PMTUD }), folder({ [CONF]: "" })];
    const client = await LspClient.start([a.path, b.path, c.path], PULLING);
    const full = (items: readonly unknown[]): WorkspaceFullDocumentDiagnosticReport[] => (items as WorkspaceFullDocumentDiagnosticReport[]).filter(({ kind }) => kind === "full");
    const first = full((await client.pullAll()).items);
    assert.deepEqual(first.map(({ uri, items }) => [uri, items.map(({ code, severity }) => `${code} ${severity}`)]), [
      [uriOf(a.at(CONF)), ["sysctl/pmtud-disabled 2"]],
      [uriOf(b.at("x/etc/sysctl.conf")), ["sysctl/pmtud-disabled 1"]],
    ]);
    const known = first.map(({ uri, resultId }) => ({ uri, value: resultId! }));
    assert.deepEqual((await client.pullAll(known)).items.map(({ kind }) => kind), ["unchanged", "unchanged"]);
    rmSync(a.at(CONF));
    b.write({ "x/premortem.yaml": "severity:\n  sysctl/pmtud-disabled: info\n" });
    await client.watched(a.at(CONF), b.at("x/premortem.yaml"));
    await client.until(() => client.refreshes > 0);
    const second = full((await client.pullAll(known)).items);
    assert.deepEqual(second.map(({ uri, items }) => [uri, items.map(({ code, severity }) => `${code} ${severity}`)]), [
      [uriOf(b.at("x/etc/sysctl.conf")), ["sysctl/pmtud-disabled 3"]],
      [uriOf(a.at(CONF)), []],
    ]);
    assert.ok(client.progress.some(({ value }) => value.kind === "begin" && value.title === "Checking the workspace"));
    assert.ok(client.progress.some(({ value }) => value.kind === "end"));
  });

  it("come and go with folders that are added and removed", async () => {
    const [a, b] = [folder({ [CONF]: "" }), folder({ "premortem.yaml": "severity:\n  sysctl/pmtud-disabled: error\n", [CONF]: NO_PMTUD })];
    const client = await LspClient.start([a.path], PULLING);
    assert.deepEqual((await client.pullAll()).items, []);
    const event = { added: [{ uri: uriOf(b.path), name: "b" }], removed: [] };
    await client.connection.sendNotification("workspace/didChangeWorkspaceFolders", { event });
    assert.deepEqual((await client.pullAll()).items.map(({ uri }) => uri), [uriOf(b.at(CONF))]);
    await client.connection.sendNotification("workspace/didChangeWorkspaceFolders", { event: { added: [], removed: event.added } });
    assert.deepEqual((await client.pullAll()).items, []);
  });

  it("work for files outside of every folder, by the nearest premortem.yaml, and for texts that are no file", async () => {
    const place = folder({ "premortem.yaml": "severity:\n  sysctl/pmtud-disabled: error\n", [CONF]: NO_PMTUD });
    const client = await LspClient.start([], PULLING);
    await client.open(place.at(CONF), NO_PMTUD);
    assert.equal(((await client.pull(place.at(CONF))) as FullDocumentDiagnosticReport).items[0]?.severity, 1);
    await client.openAt("untitled:Untitled-1", NO_PMTUD, "sysctl");
    const untitled = await client.connection.sendRequest("textDocument/diagnostic", { textDocument: { uri: "untitled:Untitled-1" } });
    assert.deepEqual(codes(untitled), ["sysctl/pmtud-disabled"]);
    await client.openAt("untitled:Untitled-2", "print(1)\n", "python");
    assert.deepEqual(codes(await client.connection.sendRequest("textDocument/diagnostic", { textDocument: { uri: "untitled:Untitled-2" } })), []);
  });

  it("follow a file that is closed unsaved, or not UTF-8, or deleted", async () => {
    const latin = Buffer.concat([Buffer.from("# caf"), Buffer.from([0xe9]), Buffer.from(`\n${NO_PMTUD}`)]);
    const place = folder({ [CONF]: "", "etc/sysctl.d/70-latin.conf": latin });
    const client = await LspClient.start([place.path], PULLING);
    await client.open(place.at(CONF), NO_PMTUD);
    const uris = async (): Promise<string[]> => (await client.pullAll()).items.map(({ uri }) => uri.slice(uriOf(place.path).length + 1));
    assert.deepEqual(await uris(), [CONF, "etc/sysctl.d/70-latin.conf"]);
    await client.close(place.at(CONF));
    await client.until(() => client.refreshes > 0);
    assert.deepEqual(await uris(), ["etc/sysctl.d/70-latin.conf"]);
    rmSync(place.at("etc"), { recursive: true });
    const before = client.refreshes;
    await client.watched(place.at("etc"));
    await client.until(() => client.refreshes > before);
    assert.deepEqual(await uris(), []);
  });
});
