import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lintFiles, loadWorkspace, rules } from "../../src/core.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const corpus = recorded("corpus/inventory");
const only = new Set([...rules.keys()].filter((id) => /^(rollout|ipsec)\//.test(id)));
/**
 * What was found and looked through by hand: how the file was read (`whole`: its repository's files together, `alone`: it
 * by itself), severity, rule, a hash of its recorded path, line, verdict. `uncounted` rows are plays of which nobody can
 * say how many hosts they reach.
 */
const REVIEWED = "test/conformance/rollout-findings.tsv";

interface Row {
  readonly key: string;
  readonly shown: string;
}

async function judged(how: string, texts: ReadonlyMap<string, string>, prefix: string): Promise<Row[]> {
  const { findings, notComputed, failures } = lintFiles(await loadWorkspace(texts), undefined, { only });
  assert.deepEqual(failures, [], prefix);
  const row = (severity: string, rule: string, path: string, line: number, shown: string): Row => {
    const hash = createHash("sha256").update(`${prefix}${path}`).digest("hex").slice(0, 10);
    return { key: `${how}\t${severity}\t${rule}\t${hash}\t${line}`, shown: `${prefix}${path}: ${shown}` };
  };
  return [
    ...findings.map(({ severity, rule, location, message }) => row(severity, rule, location.path, (texts.get(location.path) ?? "").slice(0, location.range.start).split("\n").length, message)),
    ...notComputed.filter(({ rule, reason }) => rule.startsWith("rollout/") && !reason.startsWith("what the plays restart besides")).map(({ rule, path, reason }) => row("uncounted", rule, path, 0, reason)),
  ];
}

async function rows(): Promise<Row[]> {
  const found: Row[] = [];
  for (const repository of readdirSync(corpus).sort()) {
    const root = join(corpus, repository);
    const texts = new Map<string, string>();
    for (const file of (readdirSync(root, { recursive: true }) as string[]).sort()) {
      const stat = statSync(join(root, file), { throwIfNoEntry: false });
      if (stat?.isFile() === true && stat.size < 1_000_000) texts.set(file, readFileSync(join(root, file), "utf8"));
    }
    found.push(...(await judged("whole", texts, `${repository}/`)));
    for (const [file, text] of texts) if (/\.ya?ml$/.test(file)) found.push(...(await judged("alone", new Map([[file, text]]), `${repository}/`)));
  }
  return found;
}

describe("rollout: what is found in other people's playbooks", function () {
  this.timeout(120_000);
  it("is what was reviewed", async function () {
    needsRecord(this, corpus);
    const now = await rows();
    const reviewed = new Map(readFileSync(REVIEWED, "utf8").split("\n").filter((line) => line !== "").map((line): [string, string] => [line.slice(0, line.lastIndexOf("\t")), line.slice(line.lastIndexOf("\t") + 1)]));
    if (process.env["PREMORTEM_REVIEWED"] === "1") {
      writeFileSync(REVIEWED, [...new Set(now.map(({ key }) => `${key}\t${reviewed.get(key) ?? "not judged yet"}\n`))].sort().join(""));
      return;
    }
    const shown = now.filter(({ key }) => !reviewed.has(key)).map(({ key, shown: text }) => `${key}\n  ${text}`);
    assert.deepEqual(shown, [], "look through what is new; then run again with PREMORTEM_REVIEWED=1 and write the verdict");
    const keys = new Set(now.map(({ key }) => key));
    assert.deepEqual([...reviewed.keys()].filter((key) => !keys.has(key)), [], "what is gone");
    for (const [key, verdict] of reviewed) assert.match(verdict, /^true: /, key);
  });
});
