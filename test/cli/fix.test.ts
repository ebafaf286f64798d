import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { writeFile } from "../../src/cli/write.ts";
import { NO_PMTUD, placed, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { skip } from "../support/skip.ts";

const A = "etc/sysctl.d/60-a.conf";
const MENDED = NO_PMTUD.replace("= 1", "= 0");

describe("premortem fix", () => {
  it("applies safe fixes, says which, and leaves nothing that it could mend", async () => {
    const one = folder({ [A]: NO_PMTUD, "premortem.yaml": "group:\n  storage: [a]\n" });
    const { out, err, status } = await premortem("fix", one.path);
    assert.equal(status, 0);
    assert.equal(readFileSync(one.at(A), "utf8"), MENDED);
    assert.equal(readFileSync(one.at("premortem.yaml"), "utf8"), "groups:\n  storage: [a]\n");
    assert.match(out, /^etc\/sysctl\.d\/60-a\.conf: .* \(sysctl\/pmtud-disabled\)$/m);
    assert.match(err, /^premortem: 2 fixes applied, 0 findings left\.\n$/);
    assert.match((await premortem("fix", one.path)).err, /0 fixes applied/);
  });

  it("with --dry-run prints a diff that patch applies, and writes nothing", async () => {
    const one = folder({ [A]: NO_PMTUD });
    const { out } = await premortem("fix", one.path, "--dry-run");
    assert.equal(out, `--- a/${A}\n+++ b/${A}\n@@ -1,2 +1,2 @@\n # tunnel\n-net.ipv4.ip_no_pmtu_disc = 1\n+net.ipv4.ip_no_pmtu_disc = 0\n`);
    assert.equal(readFileSync(one.at(A), "utf8"), NO_PMTUD);
    execFileSync("git", ["apply", "-"], { cwd: one.path, input: out });
    assert.equal(readFileSync(one.at(A), "utf8"), MENDED);
  });

  it("keeps a byte order mark, CRLF, the mode and links", async () => {
    const windows = (text: string): string => `\uFEFF${text.replaceAll("\n", "\r\n")}`;
    const one = folder({ "real/etc/sysctl.d/60-a.conf": windows(NO_PMTUD) });
    chmodSync(one.at("real/etc/sysctl.d/60-a.conf"), 0o640);
    symlinkSync("real/etc", one.at("etc"));
    await premortem("fix", one.path);
    assert.equal(readFileSync(one.at(A), "utf8"), windows(MENDED));
    assert.equal(statSync(one.at(A)).mode & 0o777, 0o640);
    assert.deepEqual(readdirSync(one.at("real/etc/sysctl.d")), ["60-a.conf"], "no draft is left");
  });

  it("mends only what it is told to", async () => {
    const one = folder({ [A]: NO_PMTUD, "etc/sysctl.d/70-b.conf": NO_PMTUD, "premortem.yaml": "" });
    await premortem("fix", one.at(A));
    assert.deepEqual([readFileSync(one.at(A), "utf8"), readFileSync(one.at("etc/sysctl.d/70-b.conf"), "utf8")], [MENDED, NO_PMTUD]);
    await premortem("fix", one.path, "--rule", "premortem/config");
    assert.equal(readFileSync(one.at("etc/sysctl.d/70-b.conf"), "utf8"), NO_PMTUD);
  });

  it("does not mend what is suppressed", async () => {
    const text = `# premortem-ignore sysctl/pmtud-disabled -- lab only\n${NO_PMTUD}`.replace("# tunnel\n", "");
    const one = folder({ [A]: text });
    await premortem("fix", one.path);
    assert.equal(readFileSync(one.at(A), "utf8"), text);
  });

  it("rewrites no file that is not UTF-8", async () => {
    const bytes = Buffer.from(`# M\xfcnchen\n${NO_PMTUD}`, "latin1");
    const one = folder({ [A]: bytes });
    const { err } = await premortem("fix", one.path);
    assert.ok(readFileSync(one.at(A)).equals(bytes));
    assert.match(err, /is not UTF-8, so it is not rewritten; convert it first/);
  });

  it("ends with 1 while findings at --fail-on are left", async () => {
    const one = folder({ "premortem.yaml": "zebra: 1\n" });
    assert.equal((await premortem("fix", one.path)).status, 1);
    assert.equal((await premortem("fix", one.path, "--fail-on", "never")).status, 0);
    assert.equal(placed(await premortem("check", one.path, "--format", "json")).length, 1);
  });
});

describe("writing a file", () => {
  it("never overwrites what somebody else wrote meanwhile", () => {
    const one = folder({ "a.conf": "theirs" });
    assert.match(writeFile(one.path, "a.conf", "read before", "ours")!, /changed since it was read/);
    assert.match(writeFile(one.path, "a.conf", undefined, "ours")!, /already there/);
    assert.equal(readFileSync(one.at("a.conf"), "utf8"), "theirs");
    assert.equal(writeFile(one.path, "a.conf", "theirs", "ours"), undefined);
    assert.equal(readFileSync(one.at("a.conf"), "utf8"), "ours");
  });

  it("creates directories for a new file", () => {
    const one = folder();
    assert.equal(writeFile(one.path, "etc/modules-load.d/x.conf", undefined, "x\n"), undefined);
    assert.equal(readFileSync(one.at("etc/modules-load.d/x.conf"), "utf8"), "x\n");
  });

  it("does not follow links out of the directory", () => {
    const outside = folder({ "a.conf": "safe" });
    const one = folder();
    symlinkSync(outside.path, one.at("linked"));
    symlinkSync(outside.at("a.conf"), one.at("a.conf"));
    assert.match(writeFile(one.path, "a.conf", "safe", "ours")!, /leads out/);
    assert.match(writeFile(one.path, "linked/new.conf", undefined, "ours")!, /leads out/);
    assert.deepEqual(readdirSync(outside.path), ["a.conf"]);
  });

  it("says what cannot be written", function () {
    if (process.getuid?.() === 0) skip(this, "root may read and write everything");
    const one = folder({ "a.conf": "x" });
    chmodSync(one.at("a.conf"), 0o444);
    assert.match(writeFile(one.path, "a.conf", "x", "y")!, /cannot be written \(EACCES\); make it writable/);
  });
});
