import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Diagnostic, FullDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport } from "vscode-languageserver-protocol/node";
import { parsed, premortem } from "../support/command-line.ts";
import { LspClient, PULLING, uriOf } from "../support/lsp-client.ts";
import { recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";

const SEVERITIES = ["", "error", "warning", "info"];
const trees = readdirSync("test/incidents").flatMap((name) => ["before", "after", "mended", "lookalike/before", "lookalike/after"].map((side) => resolve("test/incidents", name, side))).filter((path) => existsSync(path));

interface Said {
  readonly rule: unknown;
  readonly severity: unknown;
  readonly message: string;
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** What `premortem check` finds below a directory. */
async function checked(directory: string): Promise<Said[]> {
  const { findings } = parsed(await premortem("check", directory, "--format", "json", "--fail-on", "never"));
  return findings.map(({ rule, severity, message, path, range: { start, end } }) => ({ rule, severity, message, path, from: `${start.line}:${start.column}`, to: `${end.line}:${end.column}` }));
}

function said(path: string, { code, severity, message: words, range: { start, end } }: Diagnostic): Said {
  return { rule: code, severity: SEVERITIES[severity ?? 0], message: String(words), path, from: `${start.line + 1}:${start.character + 1}`, to: `${end.line + 1}:${end.character + 1}` };
}

const sorted = (list: readonly Said[]): Said[] => [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** What a workspace's answer and the answers for each open document say. */
async function answered(directory: string): Promise<{ whole: Said[]; each: Said[] }> {
  const client = await LspClient.start([directory], PULLING);
  const { items } = await client.pullAll();
  const pathOf = (uri: string): string => decodeURIComponent(uri.slice(uriOf(directory).length + 1));
  const whole = (items as WorkspaceFullDocumentDiagnosticReport[]).flatMap((report) => report.items.map((one) => said(pathOf(report.uri), one)));
  const each: Said[] = [];
  for (const { uri } of items) {
    const path = pathOf(uri);
    await client.open(join(directory, path), readFileSync(join(directory, path), "utf8"));
    each.push(...((await client.pull(join(directory, path))) as FullDocumentDiagnosticReport).items.map((one) => said(path, one)));
  }
  await client.stop();
  return { whole, each };
}

describe("the language server finds what premortem check finds", function () {
  this.timeout(120_000);

  for (const tree of trees) {
    it(tree.slice(resolve("test").length + 1), async () => {
      const expected = sorted(await checked(tree));
      const { whole, each } = await answered(tree);
      assert.deepEqual(sorted(whole), expected);
      assert.deepEqual(sorted(each), expected);
    });
  }

  it("in recorded files", async function () {
    const corpus = recorded("corpus/changes");
    if (!existsSync(corpus)) skip(this, "these recorded files are not on this machine");
    const sides = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => join(corpus, name, "after")).filter((path) => existsSync(path));
    let findings = 0;
    for (const side of sides.filter((_, index) => index % 4 === 0)) {
      const expected = sorted(await checked(side));
      assert.deepEqual(sorted((await answered(side)).whole), expected, side);
      findings += expected.length;
    }
    assert.ok(findings > 0);
  });
});
