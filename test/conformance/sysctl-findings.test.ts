import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../src/engine/finding.ts";
import { LineIndex } from "../../src/engine/location.ts";
import { lintFiles, loadWorkspace } from "../../src/core.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const corpus = recorded("corpus/sysctl");
/** What was found and looked through by hand: rule, severity, a hash of the file's recorded path, lines. */
const REVIEWED = "test/conformance/sysctl-findings.tsv";

interface Found {
  readonly path: string;
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** The findings of every file, each file a repository of its own, under the path that it was collected from. */
async function findAll(): Promise<Found[]> {
  const found: Found[] = [];
  for (const path of (readdirSync(corpus, { recursive: true }) as string[]).sort()) {
    const full = join(corpus, path);
    if (!statSync(full).isFile() || path.endsWith(".json")) continue;
    const text = readFileSync(full, "utf8");
    const name = path.replaceAll("__", "/").replace(/@[0-9a-f]{8}$/, "");
    const { findings, failures } = lintFiles(await loadWorkspace(new Map([[name, text]])));
    assert.deepEqual(failures, [], path);
    found.push({ path, text, findings: findings.filter(({ rule }) => rule.startsWith("sysctl/")) });
  }
  return found;
}

function rows(all: readonly Found[]): string[] {
  const grouped = new Map<string, number[]>();
  for (const { path, text, findings } of all) {
    const index = new LineIndex(text);
    const hash = createHash("sha256").update(path).digest("hex").slice(0, 10);
    for (const { rule, severity, location } of findings) {
      const key = `${rule}\t${severity}\t${hash}`;
      const line = index.positionAt(location.range.start).line;
      grouped.set(key, [...(grouped.get(key) ?? []), line]);
    }
  }
  return [...grouped].map(([key, lines]) => `${key}\t${lines.join(",")}`).sort();
}

describe("sysctl: what is found in other people's files", function () {
  let all: Found[];
  before(async function () {
    needsRecord(this, corpus);
    this.timeout(60_000);
    all = await findAll();
  });

  it("is what was reviewed", () => {
    const now = `${rows(all).join("\n")}\n`;
    if (process.env["PREMORTEM_REVIEWED"] === "1") writeFileSync(REVIEWED, now);
    assert.equal(now, readFileSync(REVIEWED, "utf8"), "look through what differs; then run again with PREMORTEM_REVIEWED=1");
  });

  it("names the mistakes that are known to be there", () => {
    const has = (rule: string, part: RegExp): number => all.filter(({ findings, text }) => findings.some((one) => one.rule === rule && part.test(text.slice(one.location.range.start, one.location.range.end)))).length;
    const known: readonly (readonly [string, RegExp, number])[] = [
      ["sysctl/inert-key", /ipv6.conf.all.accept_redirects/, 60],
      ["sysctl/inert-key", /ipv6.conf.all.accept_ra/, 30],
      ["sysctl/inert-key", /ipv4.conf.all.(send|accept)_redirects/, 2],
      ["sysctl/wrong-unit", /^\d+ \d+ \d+$/, 4],
      ["sysctl/wrong-unit", /^\w+ +#/, 1],
      ["sysctl/removed-key", /tcp_tw_recycle/, 1],
      ["sysctl/removed-key", /tcp_fack/, 5],
      ["sysctl/removed-key", /kernel.shmax/, 1],
      ["sysctl/removed-key", /nf_conntrack_helper/, 1],
      ["sysctl/overridden", /tcp_max_syn_backlog/, 1],
      ["sysctl/pmtud-disabled", /^1$/, 1],
    ];
    for (const [rule, part, least] of known) assert.ok(has(rule, part) >= least, `${rule} ${part.source}: ${has(rule, part)}`);
  });

  it("is no error where it depends on a kernel that nobody knows", () => {
    for (const { path, findings } of all) for (const { rule, severity, message } of findings) assert.notEqual(severity, "error", `${path}: ${rule}: ${message}`);
  });
});
