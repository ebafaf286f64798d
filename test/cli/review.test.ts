import assert from "node:assert/strict";
import { chmodSync, rmSync, symlinkSync } from "node:fs";
import { NO_PMTUD, parsed, placed, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";

const A = "etc/sysctl.d/60-a.conf";
const only = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith("sysctl/pmtud-disabled"));
const review = async (path: string, ...more: string[]): Promise<string[]> => only(placed(await premortem("review", path, "--format", "json", ...more)));

describe("premortem review", () => {
  it("finds what the working tree brings against HEAD", async () => {
    const repository = folder({ [A]: NO_PMTUD, "etc/sysctl.d/70-b.conf": "" }).commit();
    assert.deepEqual(await review(repository.path), []);
    repository.write({ [A]: `# moved\n${NO_PMTUD}`, "etc/sysctl.d/70-b.conf": NO_PMTUD, "etc/sysctl.d/80-new.conf": NO_PMTUD });
    assert.deepEqual(await review(repository.path), ["sysctl/pmtud-disabled etc/sysctl.d/70-b.conf:2:28", "sysctl/pmtud-disabled etc/sysctl.d/80-new.conf:2:28"]);
  });

  it("counts what the change mends and what stands", async () => {
    const repository = folder({ [A]: NO_PMTUD, "etc/sysctl.d/70-b.conf": NO_PMTUD }).commit();
    rmSync(repository.at(A));
    const ran = await premortem("review", repository.path, "--format", "json", "--rule", "sysctl/pmtud-disabled");
    assert.deepEqual(parsed(ran).summary["change"], { base: "HEAD", changed: 1, fixed: 1, unchanged: 1 });
    assert.match((await premortem("review", repository.path)).out, /in the change from HEAD: 1 file .*mends 1 finding/);
  });

  it("takes any revision as its base", async () => {
    const repository = folder({ [A]: "" }).commit();
    repository.write({ [A]: NO_PMTUD }).commit("Second");
    assert.deepEqual(await review(repository.path), []);
    for (const base of ["HEAD~1", "main~1", repository.git("rev-parse", "HEAD~1").trim()]) {
      assert.deepEqual(await review(repository.path, "--base", base), [`sysctl/pmtud-disabled ${A}:2:28`], base);
    }
  });

  it("reviews a sub-directory of a repository with paths relative to it", async () => {
    const repository = folder({ [`site/${A}`]: "", [`other/${A}`]: "" }).commit();
    repository.write({ [`site/${A}`]: NO_PMTUD, [`other/${A}`]: NO_PMTUD });
    assert.deepEqual(await review(repository.at("site")), [`sysctl/pmtud-disabled ${A}:2:28`]);
  });

  it("reviews a single file", async () => {
    const repository = folder({ [A]: "", "etc/sysctl.d/70-b.conf": "" }).commit();
    repository.write({ [A]: NO_PMTUD, "etc/sysctl.d/70-b.conf": NO_PMTUD });
    assert.deepEqual(await review(repository.at(A)), [`sysctl/pmtud-disabled ${A}:2:28`]);
  });

  it("leaves out what git ignores", async () => {
    const repository = folder({ ".gitignore": "build/\n", [A]: "" }).commit();
    repository.write({ [`build/${A}`]: NO_PMTUD });
    assert.deepEqual(await review(repository.path), []);
  });

  it("compares two directories without git", async () => {
    const one = folder({ [`before/${A}`]: "", [`after/${A}`]: NO_PMTUD });
    assert.deepEqual(await review(one.at("after"), "--base", one.at("before")), [`sysctl/pmtud-disabled ${A}:2:28`]);
    assert.deepEqual(await review(one.at("before"), "--base", one.at("after")), []);
  });

  it("takes the line ends of a checkout for no change", async () => {
    const repository = folder({ [A]: "# a\nnet.ipv4.ip_forward = 1\n" }).commit();
    repository.write({ [A]: "# a\r\nnet.ipv4.ip_forward = 1\r\n" });
    assert.equal((parsed(await premortem("review", repository.path, "--format", "json")).summary["change"] as { changed: number }).changed, 0);
  });

  it("takes a file that only one side can read for no change", async () => {
    const repository = folder({ [A]: NO_PMTUD }).commit();
    repository.write({ [A]: Buffer.from([0]) });
    const ran = await premortem("review", repository.path, "--format", "json");
    assert.equal(ran.status, 2);
    assert.deepEqual(parsed(ran).summary["change"], { base: "HEAD", changed: 0, fixed: 0, unchanged: 0 });
  });

  it("sees links on both sides alike", async () => {
    const repository = folder({ [A]: NO_PMTUD });
    symlinkSync("../60-a.conf", repository.at("etc/linked.conf"));
    symlinkSync("etc", repository.at("also"));
    repository.commit();
    const ran = await premortem("review", repository.path, "--format", "json");
    assert.equal((parsed(ran).summary["change"] as { changed: number }).changed, 0);
    assert.deepEqual(parsed(ran).findings, []);
  });

  it("judges both sides by the head's premortem.yaml", async () => {
    const repository = folder({ [A]: NO_PMTUD, "premortem.yaml": "" }).commit();
    repository.write({ "premortem.yaml": "severity:\n  sysctl/pmtud-disabled: error\n" });
    assert.deepEqual(await review(repository.path), []);
  });

  it("gives in its shards together what it gives in one", async () => {
    const names = Array.from({ length: 10 }, (_, i) => `etc/sysctl.d/${i}.conf`);
    const repository = folder(Object.fromEntries(names.map((name) => [name, ""]))).commit();
    repository.write(Object.fromEntries(names.map((name) => [name, NO_PMTUD])));
    const whole = await review(repository.path);
    const parts = await Promise.all(["1/2", "2/2"].map((shard) => review(repository.path, "--shard", shard)));
    assert.equal(whole.length, 10);
    assert.deepEqual(parts.flat().sort(), [...whole].sort());
  });

  it("runs nothing that the repository's configuration names", async () => {
    const repository = folder({ [A]: "", ".gitattributes": "* filter=evil diff=evil\n" }).commit();
    const scratch = folder();
    scratch.write({ "evil.sh": `#!/bin/sh\ntouch ${scratch.at("ran")}\ncat\n` });
    chmodSync(scratch.at("evil.sh"), 0o755);
    for (const name of ["core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "core.pager"]) {
      repository.git("config", name, scratch.at("evil.sh"));
    }
    repository.write({ [A]: NO_PMTUD });
    assert.deepEqual(await review(repository.path), [`sysctl/pmtud-disabled ${A}:2:28`]);
    assert.throws(() => chmodSync(scratch.at("ran"), 0o600), /ENOENT/);
  });
});
