import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { lessons } from "../src/lessons/index.ts";
import { rules } from "../src/core.ts";

const ROOT = "test/incidents";

/** The rules by which each founding incident must be known. */
const MAIN: Record<string, readonly string[]> = {
  "2019-ceph-firewall-reload": ["firewall/reload-breaks-established", "sysctl/conntrack-strict"],
  "2014-osd-restart-corruption": ["firewall/tracked-storage-traffic", "ceph/pool-size-two", "ceph/open-files-overcommit"],
  "2015-tunnel-pmtu-collapse": ["firewall/blocks-pmtud", "sysctl/pmtud-disabled"],
  "2017-network-added": ["fleet/blast-radius", "fleet/window-too-short", "fleet/maintenance-without-approval"],
  "2017-keying-daemon-rollout": ["rollout/all-at-once", "ipsec/no-dead-peer-detection"],
};

interface Reported {
  readonly rule: string;
  readonly path: string;
  readonly severity: string;
  readonly message: string;
}

/** `premortem review AFTER --base BEFORE --format json`, as a person or a script calls it. */
function review(after: string, base: string): Reported[] {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["dist/cli.cjs", "review", after, "--base", base, "--format", "json", "--no-progress"],
    { encoding: "utf8", maxBuffer: 64 << 20 },
  );
  assert.ok(status === 0 || status === 1, `exit status ${status}: ${stderr}`);
  return (JSON.parse(stdout) as { findings: Reported[] }).findings;
}

const known = (finding: Reported): string => `${finding.rule} @ ${finding.path}`;

describe("founding incidents, through the command line", () => {
  before(() => {
    execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
  });

  it("are all here", () => {
    assert.deepEqual(readdirSync(ROOT).filter((name) => !name.startsWith(".")).sort(), Object.keys(MAIN).sort());
  });

  for (const [id, main] of Object.entries(MAIN)) {
    describe(id, () => {
      const folder = join(ROOT, id);
      const expected = (): Record<string, string[]> => JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Record<string, string[]>;

      it("is a lesson, and its main rules cite it", () => {
        assert.ok(lessons.has(id));
        for (const rule of main) assert.ok(rules.get(rule)?.lessons.includes(id), `${rule} cites ${id}`);
      });

      it("the change that caused it: found by its main rules, and by nothing unexpected", () => {
        const findings = review(join(folder, "after"), join(folder, "before"));
        const serious = findings.filter((finding) => finding.severity !== "info").map(known).sort();
        assert.deepEqual([...new Set(serious)], [...expected()["after"]!].sort(), findings.map((finding) => `${known(finding)}: ${finding.message}`).join("\n"));
        for (const rule of main) assert.ok(findings.some((finding) => finding.rule === rule), `${rule} is among the findings`);
      });

      it("the change with its lessons applied: silent", () => {
        const findings = review(join(folder, "mended"), join(folder, "before"));
        const left = findings.filter((finding) => main.includes(finding.rule) || finding.severity !== "info");
        assert.deepEqual(left.map((finding) => `${known(finding)}: ${finding.message}`), expected()["mended"]);
      });

      it("a look-alike: silent", () => {
        assert.ok(existsSync(join(folder, "lookalike/before")), "it has a look-alike");
        const findings = review(join(folder, "lookalike/after"), join(folder, "lookalike/before"));
        const left = findings.filter((finding) => main.includes(finding.rule) || finding.severity !== "info");
        assert.deepEqual(left.map((finding) => `${known(finding)}: ${finding.message}`), expected()["lookalike"]);
      });
    });
  }
});
