import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { findBase } from "../../src/cli/base.ts";
import { select } from "../../src/cli/selection.ts";
import { NO_PMTUD, parsed, placed, premortem } from "../support/command-line.ts";
import type { Folder } from "../support/folder.ts";
import { folder } from "../support/folder.ts";

const A = "etc/sysctl.d/60-a.conf";
const B = "etc/sysctl.d/70-b.conf";
const found = async (path: string, ...more: string[]): Promise<string[]> =>
  placed(await premortem("review", path, "--format", "json", "--rule", "sysctl/pmtud-disabled", ...more)).map((line) => line.split(" ")[1]!.split(":")[0]!);

/** main with a fault of its own after the branch began, and the branch with another. */
function parted(): Folder {
  const repository = folder({ [A]: "", [B]: "" }).commit();
  repository.git("checkout", "-q", "-b", "feature");
  repository.write({ [A]: NO_PMTUD }).git("commit", "-qam", "Feature");
  repository.git("checkout", "-q", "main");
  repository.write({ [B]: NO_PMTUD }).git("commit", "-qam", "Main");
  return repository;
}

/** Everything that stands in the working tree, and what git says of it. */
function state(repository: Folder): unknown {
  return [readdirSync(repository.path).sort(), repository.git("status", "--porcelain"), repository.git("rev-parse", "HEAD"), readFileSync(repository.at(".git/HEAD"), "utf8"), readFileSync(repository.at(".git/index"))];
}

describe("the two states of a review", () => {
  it("--staged sees what a hook's own index holds, as git commit -a and git commit FILE make it, and no other repository's", async () => {
    const repository = folder({ [A]: "", [B]: "" }).commit();
    repository.write({ [A]: NO_PMTUD, [B]: NO_PMTUD });
    const kept = process.env["GIT_INDEX_FILE"];
    try {
      process.env["GIT_INDEX_FILE"] = repository.at(".git/next-index-1.lock");
      repository.git("read-tree", "HEAD");
      repository.git("add", A);
      assert.deepEqual(await found(repository.path, "--staged"), [A]);
      const other = folder({ [A]: "", [B]: "" }).commit();
      assert.deepEqual(await found(other.path, "--staged"), []);
    } finally {
      delete process.env["GIT_INDEX_FILE"];
      if (kept !== undefined) process.env["GIT_INDEX_FILE"] = kept;
    }
    assert.deepEqual(await found(repository.path, "--staged"), []);
  });

  it("takes no empty name for the current directory", () => {
    const [selection] = select([folder({ [A]: "" }).commit().path]);
    assert.throws(() => findBase(selection!, ""), /^Unavailable: The base is empty/);
  });

  it("counts the files of both states", async () => {
    const before = folder({ [A]: NO_PMTUD, [B]: "" });
    const { summary } = parsed(await premortem("review", folder({ [A]: "" }).path, "--base", before.path, "--format", "json"));
    assert.deepEqual([summary["files"], (summary["change"] as { changed: number }).changed], [2, 2]);
  });

  it("--merge-base compares with where the branch began, not with what the target got since", async () => {
    const repository = parted();
    repository.git("checkout", "-q", "feature");
    assert.deepEqual(await found(repository.path, "--base", "main"), [A]);
    assert.deepEqual(await found(repository.path, "--merge-base"), [A]);
    repository.write({ [B]: NO_PMTUD });
    assert.deepEqual(await found(repository.path, "--base", "main"), [A], "main has the same fault by now");
    assert.deepEqual(await found(repository.path, "--merge-base"), [A, B]);
    assert.deepEqual(await found(repository.path, "--merge-base=main"), [A, B]);
    const { base } = parsed(await premortem("review", repository.path, "--merge-base", "main", "--format", "json")).summary["change"] as { base: string };
    assert.equal(base, `the merge base of HEAD and main (${repository.git("merge-base", "main", "HEAD").slice(0, 12)})`);
  });

  it("the default branch is what the remote calls its HEAD", async () => {
    const origin = parted();
    origin.git("branch", "-m", "main", "trunk");
    const clone = folder();
    clone.git("clone", "-q", "--branch", "feature", pathToFileURL(origin.path).href, ".");
    assert.deepEqual(await found(clone.path, "--merge-base"), [A]);
    clone.git("remote", "set-head", "origin", "--delete");
    const { status, err } = await premortem("review", clone.path, "--merge-base");
    assert.equal(status, 2);
    assert.match(err, /^premortem: It is not known which branch is the default one.*--merge-base REF\.\n$/);
  });

  it("takes a path behind --merge-base for the path", async () => {
    const repository = parted();
    repository.git("checkout", "-q", "feature");
    const here = process.cwd();
    try {
      process.chdir(repository.path);
      assert.deepEqual(placed(await premortem("review", "--rule", "sysctl/pmtud-disabled", "--format", "json", "--merge-base", "./")).length, 1);
    } finally {
      process.chdir(here);
    }
  });

  it("--head reviews a branch without touching the working tree", async () => {
    const repository = parted();
    repository.write({ [A]: "half-typed = \n", "untracked.conf": "x\n" });
    const before = state(repository);
    assert.deepEqual(await found(repository.path, "--head", "feature"), [A]);
    assert.deepEqual(await found(repository.path, "--head", "feature", "--base", "main"), [A]);
    assert.deepEqual(await found(repository.path, "--head", "main", "--base", "feature"), [B]);
    assert.deepEqual(await found(repository.path, "--head", "main"), [], "the default branch parts from itself at its tip");
    repository.git("update-ref", "refs/pull/7/head", "feature");
    assert.deepEqual(await found(repository.path, "--head", "refs/pull/7/head"), [A]);
    assert.deepEqual(state(repository), before);
    assert.deepEqual(readFileSync(repository.at(A), "utf8"), "half-typed = \n");
  });

  it("--head takes the premortem.yaml of that branch, also from above the reviewed directory", async () => {
    const repository = folder({ [`site/${A}`]: "" }).commit();
    repository.git("checkout", "-q", "-b", "feature");
    repository.write({ [`site/${A}`]: NO_PMTUD, "premortem.yaml": "severity:\n  sysctl/pmtud-disabled: error\n" }).git("add", "-A");
    repository.git("commit", "-qm", "Feature");
    repository.git("checkout", "-q", "main");
    const { findings } = parsed(await premortem("review", repository.at("site"), "--head", "feature", "--format", "json", "--rule", "sysctl/pmtud-disabled"));
    assert.deepEqual(findings.map(({ path, severity }) => [path, severity]), [[A, "error"]]);
  });

  it("--staged reviews what would be committed, and not what lies there", async () => {
    const repository = folder({ [A]: "", [B]: "" }).commit();
    repository.write({ [A]: NO_PMTUD }).git("add", A);
    repository.write({ [A]: "", [B]: NO_PMTUD });
    assert.deepEqual(await found(repository.path), [B]);
    assert.deepEqual(await found(repository.path, "--staged"), [A]);
    repository.git("rm", "-q", "-f", "--cached", A);
    assert.deepEqual(await found(repository.path, "--staged"), []);
    repository.write({ "link.conf": NO_PMTUD });
    assert.deepEqual(await found(repository.path, "--staged", "--base", "HEAD"), []);
  });

  it("--staged says which files have a conflict", async () => {
    const repository = parted();
    repository.git("checkout", "-q", "feature");
    repository.write({ [B]: "# other\n" }).git("commit", "-qam", "Other");
    assert.throws(() => repository.git("merge", "-q", "main"));
    const { status, err } = await premortem("review", repository.path, "--staged");
    assert.equal(status, 2);
    assert.match(err, /70-b\.conf: it has a merge conflict; resolve it and add the file\.\n$/);
  });

  it("says in a shallow clone which fetch is needed", async () => {
    const origin = parted();
    for (let index = 0; index < 4; index++) origin.git("commit", "-q", "--allow-empty", "-m", `More ${index}`);
    const clone = folder();
    clone.git("clone", "-q", "--depth=1", "--no-single-branch", pathToFileURL(origin.path).href, ".");
    const refused = async (why: RegExp, ...args: string[]): Promise<void> => {
      const { status, out, err } = await premortem("review", clone.path, ...args);
      assert.deepEqual([status, out], [2, ""]);
      assert.match(err, /^premortem: [^\n]+\n$/);
      assert.match(err, why);
    };
    await refused(/no merge base of origin\/feature and origin\/main: this is a shallow clone.*git fetch --unshallow.*fetch-depth: 0.*GIT_DEPTH: 0/, "--head", "origin/feature");
    await refused(/no revision or directory HEAD~1\..*git fetch --deepen=1/, "--base", "HEAD~1");
    await refused(/There is no revision nowhere\..*git fetch origin nowhere/, "--head", "nowhere");
    clone.git("fetch", "-q", "--unshallow");
    assert.deepEqual(await found(clone.path, "--head", "origin/feature"), [A]);
  });

  it("--merge-base and --staged run nothing that the repository's configuration names", async () => {
    const repository = parted();
    repository.git("checkout", "-q", "feature");
    const scratch = folder();
    scratch.write({ "evil.sh": `#!/bin/sh\ntouch ${scratch.at("ran")}\ncat\n` });
    chmodSync(scratch.at("evil.sh"), 0o755);
    repository.write({ ".gitattributes": "* filter=evil diff=evil\n", ".git/hooks/post-index-change": `#!/bin/sh\ntouch ${scratch.at("ran")}\n` });
    chmodSync(repository.at(".git/hooks/post-index-change"), 0o755);
    for (const name of ["core.fsmonitor", "diff.external", "diff.evil.textconv", "diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "core.pager"]) repository.git("config", name, scratch.at("evil.sh"));
    assert.deepEqual(await found(repository.path, "--merge-base"), [A]);
    assert.deepEqual(await found(repository.path, "--staged"), []);
    assert.deepEqual(await found(repository.path, "--head", "feature"), [A]);
    assert.ok(!existsSync(scratch.at("ran")));
  });
});
