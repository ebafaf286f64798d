import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { lintFiles, loadWorkspace, rules } from "../../src/core.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const corpus = recorded("corpus/inventory");
const only = new Set([...rules.keys()].filter((id) => /^(rollout|ipsec)\//.test(id)));

/** What was looked at by hand and is true; everything else would be a false alarm. */
const REVIEWED: Record<string, readonly string[]> = {
  "fedora-infra": [],
  ffmwu: [],
  "ceph-ansible": [],
  "ansible-lint": [],
  avd: [],
  // No inventory comes with it, so that it is said with the least weight.
  playbooks: ["info rollout/all-at-once"],
};

describe("rollout: playbooks of other people", function () {
  this.timeout(60_000);
  if (!existsSync(corpus)) {
    it("give the findings that were reviewed", function () {
      needsRecord(this, "corpus/inventory");
    });
    return;
  }
  for (const [repository, expected] of Object.entries(REVIEWED)) {
    it(`${repository}: what was found before, and nothing else`, async () => {
      const root = `${corpus}/${repository}`;
      const texts = new Map<string, string>();
      for (const file of (readdirSync(root, { recursive: true }) as string[]).sort()) {
        const stat = statSync(`${root}/${file}`, { throwIfNoEntry: false });
        if (stat?.isFile() === true && stat.size < 1_000_000) texts.set(file, readFileSync(`${root}/${file}`, "utf8"));
      }
      const { findings, failures } = lintFiles(await loadWorkspace(texts), undefined, { only });
      assert.deepEqual(failures, []);
      assert.deepEqual(findings.map(({ severity, rule }) => `${severity} ${rule}`), expected, findings.map(({ location, message }) => `${location.path}: ${message}`).join("\n"));
    });
  }
});
