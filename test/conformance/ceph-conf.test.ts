import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cephConf } from "../../src/formats/ceph-conf/index.ts";
import { needsRecord, recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";

const corpus = recorded("corpus/ceph");
const oracle = join(corpus, "cephconf/oracle-ceph-conf-16.2.15.json");

describe("ceph.conf: as the daemons read it", () => {
  it("refuses what ceph-conf 16.2.15 refused of other people's files, and nothing else", function () {
    needsRecord(this, oracle);
    const { files } = JSON.parse(readFileSync(oracle, "utf8")) as { files: Record<string, { parse: string }> };
    let checked = 0;
    for (const [path, { parse }] of Object.entries(files)) {
      const full = join(corpus, path);
      if (!existsSync(full)) continue;
      const text = readFileSync(full, "utf8");
      if (/\{\{|\{%/.test(text)) continue;
      assert.equal(cephConf.parse(text).errors.length === 0, parse === "ok", path);
      checked++;
    }
    assert.ok(checked > 80, String(checked));
    return undefined;
  });

  it("agrees with the installed ceph-conf", function () {
    if (spawnSync("ceph-conf", ["--version"]).error !== undefined) skip(this, "ceph-common is not on this machine");
    const folder = mkdtempSync(join(tmpdir(), "premortem-"));
    const file = join(folder, "ceph.conf");
    try {
      for (const text of ["[osd]\nlog file = x # c\n", "[osd]\nlog_file = x", "  [osd]\n", "a = 1\nb = 2\n", '[osd]\nlog_file = "a" b\n', "# c\n\n[osd]\n", "[osd]\nk = a\\\n b\n"]) {
        writeFileSync(file, text);
        const { status } = spawnSync("ceph-conf", ["-c", file, "--name", "osd.0", "--show-config-value", "log_file"]);
        assert.equal(cephConf.parse(text).errors.length === 0, status === 0, JSON.stringify(text));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    return undefined;
  });
});
