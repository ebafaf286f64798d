import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { GitDirectory } from "../../src/vcs/git.ts";
import { readDirectory } from "../../src/vcs/directory.ts";
import type { Folder } from "../support/folder.ts";
import { folder } from "../support/folder.ts";
import { WANTED } from "./wanted.ts";

function texts(at: string, revision = "HEAD"): string[] {
  const git = GitDirectory.open(at)!;
  return [...git.readCommit(git.resolve(revision)!, WANTED).texts].map(([path, text]) => `${path}=${text}`);
}

/** Paths of all files below a directory, with the loose objects of git. */
function everything(at: string): string[] {
  return readdirSync(at, { recursive: true }).map(String).sort();
}

describe("a git repository", () => {
  it("gives the files of a revision, whatever the working tree holds", () => {
    const repository = folder({ "a.conf": "1", "b/c.conf": "2", script: "#!", note: "text", "ä ö.conf": "\uFEFF3\r\n" }).commit();
    repository.write({ "a.conf": "changed", "new.conf": "new" });
    assert.deepEqual(texts(repository.path), ["a.conf=1", "b/c.conf=2", "script=#!", "ä ö.conf=\uFEFF3\r\n"]);
  });

  it("gives those of a sub-directory relative to it", () => {
    const repository = folder({ "a.conf": "1", "sub/b.conf": "2", "sub/deep/c.conf": "3" }).commit();
    assert.deepEqual(texts(repository.at("sub")), ["b.conf=2", "deep/c.conf=3"]);
    repository.write({ "fresh/d.conf": "4" });
    assert.deepEqual(texts(repository.at("fresh")), []);
    assert.deepEqual(GitDirectory.open(repository.at("sub"))!.workingFiles().sort(), ["b.conf", "deep/c.conf"]);
  });

  it("resolves branches, tags, hashes and ancestors, and nothing else", () => {
    const repository = folder({ "a.conf": "1" }).commit();
    repository.write({ "a.conf": "2" }).git("commit", "-qam", "Second");
    repository.git("tag", "-a", "v1", "-m", "Release");
    const git = GitDirectory.open(repository.path)!;
    const head = git.resolve("HEAD")!;
    for (const name of ["main", "v1", head, head.slice(0, 10)]) assert.equal(git.resolve(name), head, name);
    assert.deepEqual(texts(repository.path, "HEAD~1"), ["a.conf=1"]);
    for (const name of ["nothing", "--all", "-h", "HEAD:a.conf", "", "HEAD~9"]) assert.equal(git.resolve(name), undefined, name);
  });

  it("lists what it tracks or would track", () => {
    const repository = folder({ "a.conf": "1", ".gitignore": "*.log\n/build/\n" }).commit();
    repository.write({ "new.conf": "", "x.log": "", "build/y.conf": "" });
    assert.deepEqual(GitDirectory.open(repository.path)!.workingFiles().sort(), [".gitignore", "a.conf", "new.conf"]);
  });

  it("follows links as the working tree does", () => {
    const repository = folder({ "real/a.conf": "1" });
    symlinkSync("real/a.conf", repository.at("file.conf"));
    symlinkSync("real", repository.at("linked"));
    symlinkSync("/etc", repository.at("out"));
    repository.commit();
    const git = GitDirectory.open(repository.path)!;
    const tree = git.readCommit(git.resolve("HEAD")!, WANTED);
    const now = readDirectory(repository.path, WANTED, { listing: git.workingFiles() });
    assert.deepEqual([...tree.texts], [...now.texts]);
    assert.deepEqual([...tree.texts.keys()], ["file.conf", "linked/a.conf", "real/a.conf"]);
  });

  it("reads thousands of files and large ones", () => {
    const files = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`f/${i}.conf`, `text ${i}`]));
    const repository = folder({ ...files, "big.conf": "x".repeat(9 << 20), "huge.conf": "#".repeat((20 << 20) + 1) }).commit();
    const git = GitDirectory.open(repository.path)!;
    const tree = git.readCommit(git.resolve("HEAD")!, WANTED);
    assert.equal(tree.texts.size, 3001);
    assert.equal(tree.texts.get("f/2999.conf"), "text 2999");
    assert.equal(tree.texts.get("big.conf")!.length, 9 << 20);
    assert.match(tree.omissions[0]!.reason, /at the base, it is 20 MiB/);
  }).timeout(60_000);

  it("is none where there is no repository, and refuses one without a working tree", () => {
    assert.equal(GitDirectory.open(folder({ "a.conf": "1" }).path), undefined);
    const bare = folder();
    bare.git("init", "-q", "--bare", "inner");
    assert.throws(() => GitDirectory.open(bare.at("inner")), /without a working tree.*\(git clone/);
    const inside = folder({ "a.conf": "1" }).commit();
    assert.throws(() => GitDirectory.open(inside.at(".git")), /or the inside of one/);
  });

  it("knows that nothing has been committed", () => {
    const repository = folder({ "a.conf": "1" });
    repository.git("init", "-q");
    assert.equal(GitDirectory.open(repository.path)!.unborn, true);
    repository.commit();
    assert.equal(GitDirectory.open(repository.path)!.unborn, false);
  });
});

describe("a hostile repository", () => {
  /** A repository whose configuration names a program wherever git may run one. */
  function hostile(): { repository: Folder; marker: string } {
    const repository = folder({ "a.conf": "1", "b.conf": "2", ".gitattributes": "*.conf filter=evil diff=evil merge=evil\n" }).commit();
    const marker = join(folder().path, "ran");
    const script = folder({ "evil.sh": `#!/bin/sh\necho "$0 $*" >> ${marker}\ncat\n` }).at("evil.sh");
    chmodSync(script, 0o755);
    for (const [name, value] of Object.entries({
      "core.fsmonitor": script,
      "core.hooksPath": join(script, ".."),
      "core.pager": script,
      "core.editor": script,
      "core.sshCommand": script,
      "core.gitProxy": script,
      "core.askPass": script,
      "core.alternateRefsCommand": script,
      "diff.external": script,
      "diff.evil.textconv": script,
      "diff.evil.command": script,
      "filter.evil.clean": script,
      "filter.evil.smudge": script,
      "filter.evil.process": script,
      "filter.evil.required": "true",
      "credential.helper": script,
      "gpg.program": script,
      "uploadpack.packObjectsHook": script,
      "remote.origin.url": `ext::${script} %S`,
      "remote.origin.promisor": "true",
      "remote.origin.uploadpack": script,
      "protocol.ext.allow": "always",
      "extensions.partialClone": "origin",
      "alias.ls-files": `!${script}`,
      "alias.cat-file": `!${script}`,
    })) {
      repository.git("config", name, value);
    }
    repository.git("config", "core.repositoryFormatVersion", "1");
    for (const hook of ["post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-auto-gc"]) {
      repository.write({ [`.git/hooks/${hook}`]: `#!/bin/sh\necho hook >> ${marker}\n` });
      chmodSync(repository.at(`.git/hooks/${hook}`), 0o755);
    }
    rmSync(marker, { force: true });
    return { repository, marker };
  }

  it("runs nothing, also where an object has to be fetched", () => {
    const { repository, marker } = hostile();
    const blob = repository.git("-c", "core.fsmonitor=false", "rev-parse", "HEAD:b.conf").trim();
    repository.write({ "a.conf": "changed", "c.conf": "new" });
    // In a partial clone git fetches an object that is not there, by what the configuration says.
    rmSync(repository.at(`.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`));
    rmSync(marker, { force: true });
    const untouched = everything(repository.path);
    const git = GitDirectory.open(repository.path)!;
    assert.deepEqual(git.workingFiles().sort(), [".gitattributes", "a.conf", "b.conf", "c.conf"]);
    const tree = git.readCommit(git.resolve("HEAD")!, WANTED);
    assert.ok(!existsSync(marker), "nothing ran");
    assert.deepEqual([...tree.texts.keys()], ["a.conf"]);
    assert.deepEqual(tree.omissions, [{ path: "b.conf", reason: "at the base, git does not have its content; fetch it", incomplete: true }]);
    assert.deepEqual(everything(repository.path), untouched, "nothing was written");
  });

  it("is read nevertheless", () => {
    const { repository, marker } = hostile();
    assert.deepEqual(texts(repository.path), ["a.conf=1", "b.conf=2"]);
    assert.ok(!existsSync(marker), "nothing ran");
  });

  it("would have run its programs without our precautions", () => {
    const { repository, marker } = hostile();
    repository.write({ "a.conf": "changed" });
    try {
      repository.git("status", "--short");
    } catch {
      // What git makes of it does not matter, only that it ran them.
    }
    assert.ok(existsSync(marker), "the test plants what git runs");
  });

  it("cannot point git elsewhere by the environment of a hook", () => {
    const other = folder({ "other.conf": "1" }).commit();
    const repository = folder({ "a.conf": "1" }).commit();
    const kept = { ...process.env };
    process.env["GIT_DIR"] = other.at(".git");
    process.env["GIT_INDEX_FILE"] = other.at(".git/index");
    try {
      assert.deepEqual(texts(repository.path), ["a.conf=1"]);
    } finally {
      process.env = kept;
    }
  });

  it("does not take its sub-modules for its own files", () => {
    const inner = folder({ "inner.conf": "1" }).commit();
    const repository = folder({ "a.conf": "1" }).commit();
    mkdirSync(repository.at("modules"));
    repository.git("submodule", "--quiet", "add", inner.path, "modules/inner");
    repository.git("commit", "-qm", "Add a module");
    assert.deepEqual(texts(repository.path), ["a.conf=1"]);
    const listing = GitDirectory.open(repository.path)!.workingFiles();
    assert.deepEqual([...readDirectory(repository.path, WANTED, { listing }).texts.keys()], ["a.conf"]);
  });
});
