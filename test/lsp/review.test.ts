import assert from "node:assert/strict";
import type { CodeLens, FullDocumentDiagnosticReport } from "vscode-languageserver-protocol/node";
import { NO_PMTUD, parsed, premortem } from "../support/command-line.ts";
import type { Folder } from "../support/folder.ts";
import { folder } from "../support/folder.ts";
import { LspClient, PULLING, uriOf } from "../support/lsp-client.ts";

const CONF = "etc/sysctl.d/60-a.conf";

interface Summary {
  readonly message: string;
  readonly base: string;
  readonly changed: number;
  readonly findings: { readonly warning: number };
  readonly fixed: number;
}

/** What is shown of every file last, as `RULE PATH:LINE`. */
function shown(client: LspClient, place: Folder): string[] {
  const latest = new Map(client.published.map(({ uri, diagnostics }) => [uri, diagnostics]));
  return [...latest].flatMap(([uri, diagnostics]) => diagnostics.map(({ code, range }) => `${code} ${uri.slice(uriOf(place.path).length + 1)}:${range.start.line + 1}`)).sort();
}

describe("the language server's review", function () {
  this.timeout(60_000);

  it("is of what the client holds, saved or not, against HEAD or any base, and its findings are those of premortem review", async () => {
    const place = folder({ [CONF]: "", "etc/sysctl.d/50-old.conf": NO_PMTUD, ".gitignore": "secret/\n", "secret/etc/sysctl.d/1.conf": NO_PMTUD }).commit();
    place.git("rm", "-q", "--cached", "-r", "secret");
    place.git("commit", "-q", "-m", "Keep it secret");
    const client = await LspClient.start([place.path]);
    place.write({ "etc/sysctl.d/70-b.conf": NO_PMTUD });
    await client.watched(place.at("etc/sysctl.d/70-b.conf"));
    await client.open(place.at("etc/sysctl.d/50-old.conf"), NO_PMTUD);
    const saved = await client.command<Summary>("premortem.review");
    assert.deepEqual({ ...saved, message: "", notComputed: [] }, { message: "", base: "HEAD", changed: 1, findings: { error: 0, warning: 1, info: 0 }, fixed: 0, notComputed: [] });
    assert.equal(saved.message, "Premortem: 1 changed file against HEAD brings 1 warning.");
    assert.deepEqual(client.messages, [saved.message]);
    const { findings } = parsed(await premortem("review", place.path, "--format", "json"));
    assert.deepEqual(findings.map(({ rule, path, range }) => `${rule} ${path}:${range.start.line}`), ["sysctl/pmtud-disabled etc/sysctl.d/70-b.conf:2"]);
    await client.diagnostics(place.at("etc/sysctl.d/50-old.conf"));
    assert.deepEqual(shown(client, place), ["sysctl/pmtud-disabled etc/sysctl.d/50-old.conf:2", "sysctl/pmtud-disabled etc/sysctl.d/70-b.conf:2"]);
    await client.open(place.at(CONF), NO_PMTUD);
    await client.until(() => client.published.some(({ uri, diagnostics }) => uri === uriOf(place.at(CONF)) && diagnostics.length > 0));
    assert.equal((await client.command<Summary>("premortem.review", { base: "HEAD~1", folder: uriOf(place.path) })).changed, 3);
    assert.equal((await client.command<Summary>("premortem.review", { mergeBase: "main" })).changed, 2);
    const empty = folder();
    assert.equal((await client.command<Summary>("premortem.review", empty.path)).base, `the directory ${empty.path}`);
    await assert.rejects(client.command("premortem.review", { base: "no-such" }), ({ code, message }: { code: number; message: string }) => code === -32803 && /There is no revision or directory no-such/.test(message));
    await client.command("premortem.clearReview");
    assert.ok(!shown(client, place).some((line) => line.includes("70-b")));
  });

  it("stays true while its findings are mended, for a client that asks for its diagnostics too", async () => {
    const place = folder({ [CONF]: "" }).commit();
    const client = await LspClient.start([place.path], PULLING);
    await client.open(place.at(CONF), "\n");
    await client.pull(place.at(CONF));
    place.write({ "etc/sysctl.d/70-b.conf": NO_PMTUD });
    await client.watched(place.at("etc/sysctl.d/70-b.conf"));
    await client.until(() => client.refreshes > 0);
    await client.command("premortem.review", {});
    assert.deepEqual(shown(client, place), ["sysctl/pmtud-disabled etc/sysctl.d/70-b.conf:2"]);
    await client.open(place.at("etc/sysctl.d/70-b.conf"), `\n${NO_PMTUD}`);
    // What the client asks for itself is not pushed a second time.
    assert.equal(((await client.pull(place.at("etc/sysctl.d/70-b.conf"))) as FullDocumentDiagnosticReport).items.length, 1);
    await client.until(() => shown(client, place).length === 0);
    await client.command("premortem.clearReview");
    await client.command("premortem.review");
    assert.deepEqual(shown(client, place), []);
    await client.close(place.at("etc/sysctl.d/70-b.conf"));
    await client.until(() => shown(client, place).length > 0);
  });

  it("is not of a folder without git, and says so", async () => {
    const client = await LspClient.start([folder({ [CONF]: NO_PMTUD }).path]);
    assert.match((await client.command<Summary>("premortem.review")).message, /^There is no commit to compare with/);
  });

  it("tells above an edit how many hosts it reaches", async () => {
    const files = {
      "inventory/hosts": "[web]\nweb1\nweb2\n[db]\ndb1\n",
      "group_vars/web.yml": "limit: 1\n",
      "site.yml": "- hosts: web\n  tasks:\n    - ansible.builtin.copy:\n        content: '{{ limit }}'\n        dest: /etc/limit\n",
    };
    const place = folder(files).commit();
    const client = await LspClient.start([place.path]);
    await client.open(place.at("group_vars/web.yml"), "limit: 2\n", "yaml");
    const lenses = await client.ask<CodeLens[]>("codeLens", place.at("group_vars/web.yml"));
    assert.deepEqual(lenses.map(({ command, range }) => [command?.title, range.start.line]), [["Reaches 2 of 3 hosts", 0]]);
    const reach = await client.command<{ groups: { name: string; hosts: { name: string }[] }[] }>(lenses[0]!.command!.command, ...lenses[0]!.command!.arguments!);
    assert.deepEqual(reach.groups.map(({ name, hosts }) => [name, hosts.map((host) => host.name)]), [["web", ["web1", "web2"]]]);
    place.write({ "group_vars/web.yml": "limit: 2\n" });
    place.git("commit", "-q", "-a", "-m", "Raise the limit");
    await client.watched(place.at(".git/refs/heads/main"));
    assert.deepEqual(await client.ask("codeLens", place.at("group_vars/web.yml")), []);
    await client.connection.sendNotification("workspace/didChangeConfiguration", { settings: { premortem: { reach: "always" } } });
    assert.equal((await client.ask<CodeLens[]>("codeLens", place.at("group_vars/web.yml")))[0]?.command?.title, "Applies to 2 of 3 hosts");
    await client.connection.sendNotification("workspace/didChangeConfiguration", { settings: { reach: "off" } });
    assert.equal(await client.ask("codeLens", place.at("group_vars/web.yml")), null);
  });
});
