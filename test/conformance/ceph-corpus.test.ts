import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { lintFiles, loadWorkspace } from "../../src/core.ts";
import type { Finding } from "../../src/engine/finding.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const corpus = recorded("corpus/ceph");
const validator = `${corpus}/cephadm-spec/oracle-python-common-20.2.4.json`;

/**
 * Findings by rule and severity over other people's files, each one read by a person. A difference is either a rule that
 * got better, or false alarms: read the new ones before this is changed.
 */
const REVIEWED: Readonly<Record<string, number>> = {
  "ceph/authentication-off error": 20,
  "ceph/authentication-off warning": 10,
  "ceph/ineffective-option info": 6,
  "ceph/ineffective-option warning": 10,
  "ceph/min-size-one error": 5,
  "ceph/min-size-one warning": 11,
  "ceph/monitor-quorum info": 19,
  "ceph/monitor-quorum warning": 1,
  "ceph/network-mismatch error": 1,
  "ceph/network-mismatch warning": 8,
  "ceph/pool-size-two info": 127,
  "ceph/pool-size-two warning": 78,
  "ceph/removed-option warning": 78,
  "ceph/self-healing-off info": 1,
  "ceph/self-healing-off warning": 1,
  "ceph/syntax error": 139,
  "ceph/syntax warning": 57,
  "ceph/unknown-option info": 75,
  "ceph/unknown-option warning": 59,
};

/** A recorded file under the name by which it would be found in a repository. */
function nameOf(file: string, text: string): string {
  if (file.startsWith("cephconf/")) return /\{\{|\{%/.test(text) ? "ceph.conf.j2" : "ceph.conf";
  return file.startsWith("ceph-ansible/") ? "group_vars/all.yml" : file;
}

async function findingsOf(file: string, text: string): Promise<readonly Finding[]> {
  const { findings, failures } = lintFiles(await loadWorkspace(new Map([[nameOf(file, text), text]])));
  assert.deepEqual(failures, [], file);
  return findings.filter(({ rule }) => rule.startsWith("ceph/"));
}

describe("Ceph: files of other people", function () {
  if (!existsSync(corpus)) {
    it("give the findings that were reviewed", function () {
      needsRecord(this, "corpus/ceph");
    });
    return;
  }
  const files = (readdirSync(corpus, { recursive: true }) as string[]).filter((file) => !file.endsWith(".json") && statSync(`${corpus}/${file}`).isFile()).sort();
  const read = (file: string): string => readFileSync(`${corpus}/${file}`, "utf8");

  it("give the findings that were reviewed", async () => {
    const counts: Record<string, number> = {};
    for (const file of files) {
      for (const { rule, severity } of await findingsOf(file, read(file))) {
        const key = `${rule} ${severity}`;
        counts[key] = (counts[key] ?? 0) + 1;
      }
    }
    assert.deepEqual(Object.fromEntries(Object.entries(counts).sort()), REVIEWED);
  });

  it("have the mistakes that are known to be there", async () => {
    let transposed = 0;
    const unfinished: string[] = [];
    let dead = 0;
    for (const file of files) {
      for (const { rule, message } of await findingsOf(file, read(file))) {
        if (rule === "ceph/unknown-option" && message.includes("Did you mean osd_pool_default_size?")) transposed++;
        if (rule === "ceph/syntax" && message.includes("does not end in a line break")) unfinished.push(file);
        if (rule === "ceph/removed-option") dead++;
      }
    }
    assert.ok(transposed >= 40, `transposed words: ${transposed}`);
    assert.ok(unfinished.length >= 1, "no file without its last line break");
    for (const file of unfinished) assert.doesNotMatch(read(file), /\n$/);
    assert.ok(dead >= 70, `options that are gone: ${dead}`);
  });

  it("are specifications without an error where Ceph's own validator takes them, and with one where it does not", async function () {
    if (!existsSync(validator)) return void this.skip();
    const verdicts = (JSON.parse(readFileSync(validator, "utf8")) as { files: Record<string, { valid?: boolean }> }).files;
    let [accepted, refused, found] = [0, 0, 0];
    for (const [file, { valid }] of Object.entries(verdicts)) {
      if (valid === undefined || !existsSync(`${corpus}/${file}`)) continue;
      const faults = (await findingsOf(file, read(file))).filter(({ rule }) => rule === "ceph/syntax");
      if (valid) assert.deepEqual(faults.map(({ message }) => message), [], file);
      if (valid) accepted++;
      else {
        refused++;
        if (faults.length > 0) found++;
      }
    }
    assert.ok(accepted >= 100, String(accepted));
    assert.ok(found >= refused * 0.97, `${found} of ${refused}`);
    return undefined;
  });

  it("cut off anywhere, neither throw nor lose the time", async () => {
    for (const file of files.filter((_, index) => index % 30 === 0)) {
      const text = read(file);
      const step = Math.max(10, Math.floor(text.length / 40));
      for (let end = 0; end < text.length; end += step) await findingsOf(file, text.slice(0, end));
    }
  });
});
