import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { NO_PMTUD, parsed, placed, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { skip } from "../support/skip.ts";

const GOOD = { "etc/sysctl.d/60-a.conf": NO_PMTUD };
const FOUND = "sysctl/pmtud-disabled etc/sysctl.d/60-a.conf:2:28";

/** A check that says something on standard error and still finds what is wrong in the other files. */
async function stillReviewed(path: string, message: RegExp, status: number): Promise<void> {
  const ran = await premortem("check", path, "--format", "json");
  assert.equal(ran.status, status, ran.err);
  assert.ok(placed(ran).includes(FOUND), "everything else is reviewed");
  const lines = ran.err.trim().split("\n").filter((line) => message.test(line));
  assert.equal(lines.length, 1, `one message: ${ran.err}`);
  assert.match(lines[0]!, /^premortem: \S+: it .*\.$/);
  const notes = parsed(ran).notComputed.filter((note) => note.rule === "premortem/input");
  assert.equal(notes.length, 1);
  assert.match((await premortem("check", path)).out, /^Not computed:$/m);
}

describe("bad input", () => {
  it("an unreadable file: says so, ends with 2, reviews the rest", async function () {
    if (process.getuid?.() === 0) skip(this, "root may read and write everything");
    const one = folder({ ...GOOD, "nftables.conf": "x" });
    chmodSync(one.at("nftables.conf"), 0);
    await stillReviewed(one.path, /nftables\.conf: it cannot be read \(EACCES\); make it readable/, 2);
  });

  it("a named pipe in a file's place", async () => {
    const one = folder(GOOD);
    execFileSync("mkfifo", [one.at("nftables.conf")]);
    await stillReviewed(one.path, /nftables\.conf: it is a pipe/, 2);
  });

  it("a link to nothing, out of the directory, or in a circle", async () => {
    for (const target of ["gone.conf", "/etc/hostname", "nftables.conf", "../../../etc/passwd"]) {
      const one = folder(GOOD);
      symlinkSync(target, one.at("nftables.conf"));
      await stillReviewed(one.path, /nftables\.conf: it is a symbolic link/, 2);
    }
  });

  it("a binary file under a name that is read", async () => {
    await stillReviewed(folder({ ...GOOD, "nftables.conf": Buffer.from([127, 69, 76, 70, 0, 1]) }).path, /nftables\.conf: it is binary or UTF-16/, 2);
  });

  it("other binary files: not a word", async () => {
    const ran = await premortem("check", folder({ ...GOOD, "logo.png": Buffer.from([137, 0]), "blob": Buffer.alloc(9000) }).path);
    assert.deepEqual([ran.status, ran.err], [0, ""]);
  });

  it("a file of 100 MB", async () => {
    const one = folder(GOOD);
    writeFileSync(one.at("nftables.conf"), Buffer.alloc(100e6, "# comment\n"));
    await stillReviewed(one.path, /nftables\.conf: it is 95 MiB large.*split it, or list it below ignore/, 2);
    one.write({ "premortem.yaml": "ignore: [nftables.conf]\n" });
    const ran = await premortem("check", one.path);
    assert.deepEqual([ran.status, ran.err], [0, ""]);
  });

  it("a file that is not UTF-8 is reviewed, with a note", async () => {
    const one = folder({ ...GOOD, "etc/sysctl.d/61-b.conf": Buffer.from(`# M\xfcnchen\n${NO_PMTUD}`, "latin1") });
    await stillReviewed(one.path, /61-b\.conf: it is not UTF-8/, 0);
    assert.ok(placed(await premortem("check", one.path, "--format", "json")).includes("sysctl/pmtud-disabled etc/sysctl.d/61-b.conf:3:28"));
  });

  it("a byte order mark and CRLF do not move findings", async () => {
    const one = folder({ "etc/sysctl.d/60-a.conf": `\uFEFF${NO_PMTUD.replaceAll("\n", "\r\n")}` });
    assert.deepEqual(placed(await premortem("check", one.path, "--format", "json")).filter((line) => line.startsWith("sysctl/pmtud")), [FOUND]);
  });

  it("a broken premortem.yaml: a finding, and the defaults hold for the rest", async () => {
    for (const text of ["groups: [\n", "- a\n", "groups:\n\t- x\n", "severity: loud\n", "severity:\n  sysctl/pmtud-disabled: 3\n"]) {
      const ran = await premortem("check", folder({ ...GOOD, "premortem.yaml": text }).path, "--format", "json");
      assert.equal(ran.status, 1, text);
      assert.ok(placed(ran).some((line) => line.startsWith("premortem/config premortem.yaml:")), text);
      assert.ok(placed(ran).includes(FOUND), text);
    }
  });

  it("a premortem.yaml that is binary, a directory or too large: the defaults hold", async () => {
    for (const make of [
      (path: string) => writeFileSync(path, Buffer.from([0, 1])),
      (path: string) => execFileSync("mkdir", [path]),
      (path: string) => symlinkSync("nowhere", path),
    ]) {
      const one = folder(GOOD);
      make(one.at("premortem.yaml"));
      const ran = await premortem("check", one.path, "--format", "json");
      assert.ok(placed(ran).includes(FOUND));
      if (ran.status !== 0) assert.match(ran.err, /premortem\.yaml: /);
    }
  });

  it("a name that is not UTF-8: says so and ends with 2, with git and without", async () => {
    const repository = folder({ "a.conf": "" });
    mkdirSync(repository.at("etc/sysctl.d"), { recursive: true });
    writeFileSync(Buffer.concat([Buffer.from(repository.at("etc/sysctl.d/")), Buffer.from([0x61, 0xe9]), Buffer.from(".conf")]), NO_PMTUD);
    const note = /sysctl\.d\/a\uFFFD\.conf: its name is not UTF-8.*; rename it\./;
    const checked = await premortem("check", repository.path);
    assert.equal(checked.status, 2);
    assert.match(checked.err, note);
    repository.commit();
    const reviewed = await premortem("review", repository.path, "--format", "json");
    assert.equal(reviewed.status, 2);
    assert.match(reviewed.err, note);
    assert.deepEqual(placed(reviewed), []);
    assert.equal((parsed(reviewed).summary["change"] as { changed: number }).changed, 0);
  });

  it("a --config that cannot be read: status 2 and nothing else", async () => {
    const one = folder({ ...GOOD, "binary.yaml": Buffer.from([0]) });
    for (const name of ["missing.yaml", "etc", "binary.yaml"]) {
      const ran = await premortem("check", one.path, "--config", one.at(name));
      assert.deepEqual([ran.status, ran.out], [2, ""]);
      assert.match(ran.err, /^premortem: The configuration \S+ cannot be read: .*\n$/);
    }
  });

  it("a directory without git: a review is a check, and says so", async () => {
    const ran = await premortem("review", folder(GOOD).path, "--format", "json");
    assert.equal(ran.status, 0);
    assert.match(ran.err, /^premortem: There is no commit to compare with.*--base REV\|DIR\.\n$/);
    assert.ok(placed(ran).includes(FOUND));
  });

  it("a base that does not exist: status 2 and what to do", async () => {
    const plain = await premortem("review", folder(GOOD).path, "--base", "nowhere");
    assert.deepEqual([plain.status, plain.out], [2, ""]);
    assert.match(plain.err, /^premortem: The base nowhere cannot be had: .*--base DIR\.\n$/);
    const repository = folder(GOOD).commit();
    for (const base of ["nowhere", "origin/main", "--help-me", "HEAD~7", "HEAD:etc"]) {
      const ran = await premortem("review", repository.path, `--base=${base}`);
      assert.deepEqual([ran.status, ran.out], [2, ""], base);
      assert.match(ran.err, /^premortem: There is no revision or directory .*fetch it.*--base DIR\.\n$/);
    }
    const file = await premortem("review", repository.path, "--base", repository.at("etc/sysctl.d/60-a.conf"));
    assert.match(file.err, /is a file\. Give a directory or a revision\.\n$/);
  });

  it("a base that is both a directory and a branch: asks which", async () => {
    const repository = folder(GOOD).commit();
    const here = process.cwd();
    repository.git("branch", "etc");
    try {
      process.chdir(repository.path);
      const ran = await premortem("review", "--base", "etc");
      assert.deepEqual([ran.status, ran.out], [2, ""]);
      assert.match(ran.err, /both a directory and a revision\. Write \.\/etc/);
      assert.equal((await premortem("review", "--base", "refs/heads/etc")).status, 0);
    } finally {
      process.chdir(here);
    }
  });

  it("a repository without a commit, or a damaged one", async () => {
    const fresh = folder(GOOD);
    fresh.git("init", "-q");
    const ran = await premortem("review", fresh.path, "--format", "json");
    assert.equal(ran.status, 0);
    assert.ok(placed(ran).includes(FOUND));
    const damaged = folder(GOOD).commit();
    rmSync(damaged.at(".git/objects"), { recursive: true });
    const broken = await premortem("review", damaged.path);
    assert.equal(broken.status === 0 || broken.status === 2, true);
    assert.match(broken.err, /^premortem: [^\n]+\n$/);
  });

  it("half-typed and hostile text: findings or none, but no failure", async () => {
    const one = folder({
      ...GOOD,
      "nftables.conf": `table inet filter {\n${"{".repeat(20_000)}`,
      "rules.v4": "*filter\n:INPUT DROP [0:0\n-A INPUT -p tcp -m",
      "ceph.conf": "[osd\nosd pool default size = \n= =\n",
      "site.yml": `- hosts: ${"[".repeat(20_000)}\n`,
      "group_vars/all.yml": "a: &a [*a, *b\n",
      "hosts.ini": "[web\nx ansible_host=\n[:children]\n",
      "swanctl.conf": "connections { a { children { ",
      "racoon.conf": "remote anonymous {",
    });
    const ran = await premortem("check", one.path, "--format", "json");
    assert.ok(placed(ran).includes(FOUND));
    assert.ok(!ran.err.includes("the rule failed"), ran.err);
    assert.ok(!ran.err.includes("bug"), ran.err);
  });

  it("control characters of a file never reach the terminal", async () => {
    const one = folder({ "etc/sysctl.d/60-\u001B[31m.conf": NO_PMTUD, "premortem.yaml": "\"gr\\e[2Joup\": 1\n" });
    const { out, err } = await premortem("check", one.path);
    assert.doesNotMatch(out + err, /[\u0000-\u0008\u000B-\u001F\u007F]/);
  });
});
