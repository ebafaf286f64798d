import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { resolve } from "node:path";
import type { FullDocumentDiagnosticReport } from "vscode-languageserver-protocol/node";
import { Documents } from "../../src/lsp/documents.ts";
import type { Session } from "../../src/lsp/session.ts";
import { placeOf } from "../../src/lsp/session.ts";
import { bundledCli } from "../support/build.ts";
import { NO_PMTUD } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { GUARD } from "../support/guard.ts";
import { CAPABLE, LspClient, PULLING, uriOf } from "../support/lsp-client.ts";

const CONF = "etc/sysctl.d/60-a.conf";

interface Watchers {
  readonly watchers: readonly { readonly globPattern: string | { readonly baseUri: string; readonly pattern: string } }[];
}

describe("the language server", function () {
  this.timeout(60_000);

  it("ends with 0 after a shutdown, with 1 without one, with its input, and with its client's process", async () => {
    const [first, second, third] = await Promise.all([LspClient.start([]), LspClient.start([]), LspClient.start([])]);
    assert.equal(await first.stop(), 0);
    await second.connection.sendNotification("exit");
    assert.equal(await second.exited, 1);
    third.process.stdin.end();
    assert.equal(await third.exited, 1);
    const parent = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const orphan = spawn(process.execPath, [bundledCli(), "lsp", `--clientProcessId=${parent.pid}`]);
    const exited = new Promise((resolve) => orphan.on("exit", resolve));
    parent.kill();
    assert.equal(await exited, 1);
    for (const { stderr } of [first, second, third]) assert.equal(stderr, "");
  });

  it("writes nothing but messages to standard output, and takes what it does not know", async () => {
    const client = await LspClient.start([]);
    await client.openAt("git:/x/a.nft?HEAD", "table ip f {}", "nftables");
    await client.connection.sendNotification("textDocument/didChange", { textDocument: { uri: "file:///not-open.nft", version: 2 }, contentChanges: [{ text: "x" }] });
    await client.connection.sendNotification("textDocument/didClose", { textDocument: { uri: "file:///not-open.nft" } });
    await client.connection.sendNotification("$/setTrace", { value: "verbose" });
    await assert.rejects(client.command("premortem.nothing"), /There is no command premortem.nothing/);
    await assert.rejects(client.command("premortem.explain", "no/rule"), /There is no rule or lesson no\/rule/);
    assert.match(await client.command("premortem.explain", "sysctl/pmtud-disabled"), /^# .*pmtud-disabled/);
    assert.equal(await client.ask("hover", "/not-open.nft", { position: { line: 0, character: 0 } }), null);
    // Were a byte of it no message, the reader would have given up before the answer.
    assert.equal(await client.stop(), 0);
    assert.equal(client.stderr, "");
  });

  it("asks to be told of files that change, and of the premortem.yaml that holds from above", async () => {
    const place = folder({ "premortem.yaml": "severity:\n  sysctl/pmtud-disabled: error\n", [`sub/${CONF}`]: NO_PMTUD });
    const client = await LspClient.start([place.at("sub")]);
    await client.open(place.at(`sub/${CONF}`), NO_PMTUD);
    assert.equal((await client.diagnostics(place.at(`sub/${CONF}`)))[0]?.severity, 1);
    const patterns = (): unknown => (client.registrations.at(-1)?.registrations[0]?.registerOptions as Watchers | undefined)?.watchers.map(({ globPattern }) => globPattern);
    const folders = { baseUri: uriOf(place.at("sub")), pattern: "**/*" };
    await client.until(() => JSON.stringify(patterns()) === JSON.stringify([folders, { baseUri: uriOf(place.path), pattern: "premortem.yaml" }]));
    place.write({ "premortem.yaml": "severity:\n  sysctl/pmtud-disabled: info\n" });
    await client.watched(place.at("premortem.yaml"));
    await client.until(() => client.published.some(({ uri, diagnostics }) => uri === uriOf(place.at(`sub/${CONF}`)) && diagnostics[0]?.severity === 3));
  });

  it("takes edits while a request is under way, and says so of answers that came too late", async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => (i % 100 === 0 ? "net.ipv4.ip_no_pmtu_disc = 1" : `# line ${i}`));
    const place = folder({ [CONF]: "" });
    const client = await LspClient.start([place.path], PULLING);
    await client.open(place.at(CONF), lines.join("\r\n"));
    const early = client.pull(place.at(CONF)).then(() => "answered", (error: { code: number }) => error.code);
    for (let version = 2; version < 40; version++) {
      void client.change(place.at(CONF), version, [{ range: { start: { line: version, character: 0 }, end: { line: version, character: 0 } }, text: "x" }]);
    }
    const late = client.pull(place.at(CONF));
    assert.ok(["answered", -32801].includes(await early));
    const found = ((await late) as FullDocumentDiagnosticReport).items.filter(({ code }) => code === "sysctl/pmtud-disabled");
    assert.equal(found.length, 100);
    assert.deepEqual(found[1]!.range.start, { line: 100, character: 27 });
  });

  it("gives no answer about a text that has changed while it was looked at", async () => {
    const documents = new Documents("utf-16");
    documents.open("file:///a.nft", "nftables", 1, "");
    const place = (): Promise<undefined> => (documents.change("file:///a.nft", 2, [{ text: "x" }]), Promise.resolve(undefined));
    const session = { documents, projects: { place }, settings: { enable: true } } as unknown as Session;
    await assert.rejects(placeOf(session, "file:///a.nft"), ({ code }: { code: number }) => code === -32801);
  });

  it("ends a check of the workspace that is cancelled", async () => {
    const place = folder(Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`etc/sysctl.d/${i}.conf`, NO_PMTUD.repeat(10)])));
    const client = await LspClient.start([place.path], PULLING);
    const { CancellationTokenSource } = await import("vscode-languageserver-protocol/node");
    const source = new CancellationTokenSource();
    const asked = client.connection.sendRequest("workspace/diagnostic", { previousResultIds: [] }, source.token).then(() => "answered", (error: { code: number }) => error.code);
    await client.until(() => client.progress.some(({ value }) => value.title === "Checking the workspace"));
    source.cancel();
    assert.equal(await asked, -32800);
    assert.equal((await client.pullAll()).items.length, 1500);
  });

  it("ends a review whose progress the user cancels", async () => {
    const place = folder(Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`etc/sysctl.d/${i}.conf`, NO_PMTUD.repeat(10)])));
    const client = await LspClient.start([place.path]);
    const asked = client.command("premortem.review", folder().path).then(() => "answered", (error: { code: number }) => error.code);
    const begun = (): (typeof client.progress)[number] | undefined => client.progress.find(({ value }) => value.title === "Reviewing the change");
    await client.until(() => begun() !== undefined);
    await client.connection.sendNotification("window/workDoneProgress/cancel", { token: begun()!.token });
    assert.equal(await asked, -32800);
    assert.deepEqual(client.published, []);
  });

  it("logs what it had to leave out to standard error, and asks plainly where a client knows no relative patterns", async () => {
    const place = folder({ "etc/nftables.conf": Buffer.from([0x66, 0, 0x67]), [CONF]: NO_PMTUD });
    const client = await LspClient.start([place.path], { ...CAPABLE, workspace: { ...CAPABLE.workspace, didChangeWatchedFiles: { dynamicRegistration: true } } });
    await client.open(place.at(CONF), NO_PMTUD);
    assert.equal((await client.diagnostics(place.at(CONF))).length, 1);
    await client.until(() => client.registrations.length > 0);
    assert.deepEqual((client.registrations[0]!.registrations[0]!.registerOptions as Watchers).watchers.map(({ globPattern }) => globPattern), ["**/*", "**/premortem.yaml"]);
    assert.equal(await client.stop(), 0);
    assert.match(client.stderr, /^premortem lsp: etc\/nftables.conf: it is binary or UTF-16/);
  });

  it("reads a premortem.yaml that comes into being below a folder", async () => {
    const place = folder({ [`site/${CONF}`]: NO_PMTUD, "later.yaml": "severity:\n  sysctl/pmtud-disabled: error\n" });
    const client = await LspClient.start([place.path], PULLING);
    await client.open(place.at(`site/${CONF}`), NO_PMTUD);
    const severity = async (): Promise<unknown> => ((await client.pull(place.at(`site/${CONF}`))) as FullDocumentDiagnosticReport).items[0]?.severity;
    assert.equal(await severity(), 2);
    renameSync(place.at("later.yaml"), place.at("site/premortem.yaml"));
    await client.watched(place.at("later.yaml"), place.at("site/premortem.yaml"));
    await client.until(() => client.refreshes > 0);
    assert.equal(await severity(), 1);
    await client.open(place.at("site/premortem.yaml"), "severity:\n  sysctl/pmtud-disabled: info\n", "yaml");
    await client.pull(place.at("site/premortem.yaml"));
    assert.equal(await severity(), 3);
  });

  it("shows how far the reading of a folder is, and can be switched off", async () => {
    const place = folder({ [CONF]: NO_PMTUD });
    const client = await LspClient.start([place.path], CAPABLE, { premortem: { enable: false } });
    await client.open(place.at(CONF), NO_PMTUD);
    assert.deepEqual(await client.diagnostics(place.at(CONF)), []);
    await client.connection.sendNotification("workspace/didChangeConfiguration", { settings: { premortem: { enable: true } } });
    await client.until(() => client.published.some(({ diagnostics }) => diagnostics.length > 0));
    await client.until(() => client.progress.some(({ value }) => value.kind === "end"));
    assert.match(client.progress[0]!.value.title!, /^Reading premortem-test-/);
  });

  it("starts no process but git, and only for what differs from HEAD, and opens no connection", async () => {
    const scratch = folder({ "guard.cjs": GUARD, log: "" });
    const place = folder({ [CONF]: "" }).commit();
    place.git("config", "core.fsmonitor", `touch ${scratch.at("ran")}`);
    const client = await LspClient.start([place.path], PULLING, undefined, ["--require", scratch.at("guard.cjs")], { GUARD_LOG: scratch.at("log") });
    await client.open(place.at(CONF), NO_PMTUD);
    await client.pull(place.at(CONF));
    await client.pullAll();
    await client.ask("codeAction", place.at(CONF), { range: { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } }, context: { diagnostics: [] } });
    assert.equal(readFileSync(scratch.at("log"), "utf8"), "");
    await client.command("premortem.review");
    await client.ask("codeLens", place.at(CONF));
    assert.deepEqual([...new Set(readFileSync(scratch.at("log"), "utf8").trim().split("\n"))], ["process git"]);
    assert.ok(!existsSync(scratch.at("ran")));
  });

  it("is named in the help, and is not loaded by anything else", () => {
    assert.match(spawnSync(process.execPath, [bundledCli(), "--help"], { encoding: "utf8" }).stdout, /lsp .*language server on standard input and output/);
    // The protocol's library is what wants os, and what would keep a process for the sake of --clientProcessId.
    const loaded = (...args: string[]): string[] => {
      const script = `const { Module } = require("module"); const load = Module._load; const names = []; Module._load = (name, ...rest) => { names.push(name.replace("node:", "")); return load(name, ...rest); }; process.argv = ["", "", ...${JSON.stringify(args)}]; process.on("exit", () => process.stderr.write(names.join("\\n"))); require(${JSON.stringify(resolve(bundledCli()))})`;
      return spawnSync(process.execPath, ["-e", script], { encoding: "utf8", input: "" }).stderr.split("\n");
    };
    assert.ok(loaded("explain").includes("fs") && !loaded("explain").includes("os"));
    assert.ok(loaded("lsp").includes("os"));
  });
});
