import assert from "node:assert/strict";
import type { CompletionList, FullDocumentDiagnosticReport, Hover, MarkupContent } from "vscode-languageserver-protocol/node";
import { folder } from "../support/folder.ts";
import { LspClient, PULLING } from "../support/lsp-client.ts";

const LESSON = `id: short-queue
incident:
  organisation: Example
  date: 2020-01-02
  title: Connections were refused
what: The queue of connections is short.
why: They were refused at peak times.
instead: Set 4096.
reads: sysctl-entry
severity: warning
when: sysctl.key == "net.core.somaxconn" && sysctl.number < 4096
message: "Only {sysctl.number} connections may wait to be accepted. Set 4096."
examples:
  bad:
    - ⟦net.core.somaxconn = 128⟧
  good:
    - net.core.somaxconn = 4096
`;
const markdown = (hover: Hover | null): string => (hover?.contents as MarkupContent | undefined)?.value ?? "";

describe("the language server and what a team writes for Premortem", function () {
  this.timeout(60_000);

  it("completes and explains premortem.yaml by what the repository has, and finds its faults", async () => {
    const place = folder({ "inventory/hosts": "[ceph_osds]\nosd1\n[web]\nweb1\n" });
    const client = await LspClient.start([place.path], PULLING);
    const path = place.at("premortem.yaml");
    await client.open(path, "groups:\n  storage: [c\nseverit: {}\n", "yaml");
    const labels = async (line: number, character: number): Promise<string[]> => (await client.ask<CompletionList>("completion", path, { position: { line, character } })).items.map(({ label }) => label);
    assert.ok((await labels(1, 13)).includes("ceph_osds"));
    await client.change(path, 2, [{ text: "groups:\n  storage: [ceph_osds]\nseverit: {}\n" }]);
    assert.match(markdown(await client.ask("hover", path, { position: { line: 1, character: 4 } })), /\*\*groups\\?\.storage\*\*/);
    const { items } = (await client.pull(path)) as FullDocumentDiagnosticReport;
    assert.match(items.map(({ message }) => message).join(), /severit/);
  });

  it("shows the findings of a lesson that is being written, with its page and why it matters", async () => {
    const place = folder({ "etc/sysctl.conf": "net.core.somaxconn = 128\n" });
    const client = await LspClient.start([place.path], PULLING);
    const [lesson, conf] = [place.at("short-queue.lesson.yaml"), place.at("etc/sysctl.conf")];
    await client.open(conf, "net.core.somaxconn = 128\n");
    const codes = async (): Promise<unknown[]> => ((await client.pull(conf)) as FullDocumentDiagnosticReport).items.map(({ code }) => code);
    assert.ok(!(await codes()).includes("lesson/short-queue"));
    await client.open(lesson, LESSON, "yaml");
    assert.deepEqual(((await client.pull(lesson)) as FullDocumentDiagnosticReport).items, []);
    assert.ok((await codes()).includes("lesson/short-queue"));
    assert.match(markdown(await client.ask("hover", conf, { position: { line: 0, character: 22 } })), /Set 4096.*Lesson of Example, 2020/s);
    assert.match(markdown(await client.ask("hover", conf, { position: { line: 0, character: 22 } })), /Written in \[short\\-queue\\\.lesson\\\.yaml:1\]\(file:/);
    assert.match(await client.command("premortem.explain", "lesson/short-queue"), /queue of connections is short/);
    assert.match(await client.command("premortem.explain", "short-queue"), /## Lesson\n[^]*- `lesson\/short-queue`/);
    await client.change(lesson, 2, [{ text: LESSON.replace("< 4096", "< 64") }]);
    assert.ok(!(await codes()).includes("lesson/short-queue"));
  });

  it("completes and explains a lesson while it is being written, before it is YAML", async () => {
    const place = folder({});
    const client = await LspClient.start([place.path], PULLING);
    const lesson = place.at("short-queue.lesson.yaml");
    await client.open(lesson, "", "yaml");
    let version = 1;
    const offered = async (text: string): Promise<CompletionList["items"]> => {
      await client.change(lesson, ++version, [{ text: text.replace("¦", "") }]);
      const before = text.slice(0, text.indexOf("¦")).split("\n");
      const position = { line: before.length - 1, character: before.at(-1)!.length };
      return (await client.ask<CompletionList | null>("completion", lesson, { position }))?.items ?? [];
    };
    const labels = async (text: string): Promise<string[]> => (await offered(text)).map(({ label }) => label);
    assert.ok((await labels("less¦")).includes("lesson sysctl-entry"));
    assert.ok((await labels("reads: ¦")).includes("sysctl-entry"));
    const fields = await offered('reads: sysctl-entry\nmessage: "{sysctl.¦');
    assert.ok(fields.some(({ label, documentation }) => label === "number" && documentation !== undefined), fields.map(({ label }) => label).join());
    const [file] = await offered("reads: sysctl-entry\nexamples:\n  bad:\n    - ¦");
    assert.equal(file!.textEdit?.newText, "etc/sysctl.d/60-example.conf: |\n    ");
    assert.deepEqual(await labels("why: pro¦se"), []);
    await client.change(lesson, ++version, [{ text: LESSON }]);
    const line = LESSON.split("\n").findIndex((one) => one.startsWith("when:"));
    assert.match(markdown(await client.ask("hover", lesson, { position: { line, character: 15 } })), /SysctlEntry\.key: string/);
  });
});
