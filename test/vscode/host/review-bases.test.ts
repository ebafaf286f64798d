import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Comparison, ReviewRequest } from "../../../src/editor/comparison.ts";
import { endsOf } from "../../../src/editor/ends.ts";
import { closeAll, folder, found, openFile, premortem, remove, replace, ruleOf, settled, write } from "./editor.ts";
import { FixtureRepository, gitExtension, gitIn } from "./git.ts";

interface Summary {
  readonly findings: number;
  readonly changed: number;
  readonly message: string;
}

const PMTUD = "net.ipv4.ip_no_pmtu_disc = 1\n";
const FILE = "etc/sysctl.d/70-test.conf";

const review = (comparison: Comparison, within?: string[]): Thenable<Summary | undefined> => {
  const request: ReviewRequest = { comparison, ...(within && { within }) };
  return vscode.commands.executeCommand<Summary | undefined>("premortem.reviewChange", request);
};

describe("bases of a review", () => {
  let repository: FixtureRepository;
  let root: string;
  const uri = (path: string): vscode.Uri => vscode.Uri.file(join(repository.root, path));
  const rulesIn = (path: string): string[] => found(uri(path)).map(ruleOf);

  before(async () => {
    await premortem();
    repository = new FixtureRepository();
    root = vscode.Uri.file(repository.root).toString();
  });
  afterEach(async () => {
    await closeAll();
    await vscode.commands.executeCommand("premortem.clearReview");
    await repository.restore();
  });

  it("HEAD: what is committed is no change", async () => {
    repository.write({ [FILE]: PMTUD });
    assert.equal((await review({ kind: "head" }))?.changed, 1);
    assert.deepEqual(rulesIn(FILE), ["sysctl/pmtud-disabled"]);
    repository.commit();
    const summary = await review({ kind: "head" });
    assert.equal(summary?.changed, 0, summary?.message);
    assert.deepEqual(rulesIn(FILE), []);
  });

  it("merge base: all that the branch brings, committed or not, and nothing that the default branch got since", async () => {
    repository.git("checkout", "-q", "-b", "feature");
    repository.write({ [FILE]: PMTUD });
    repository.commit();
    repository.git("checkout", "-q", "main");
    repository.write({ "etc/sysctl.d/80-main.conf": PMTUD });
    repository.commit();
    repository.git("checkout", "-q", "feature");
    repository.write({ "etc/sysctl.d/90-unsaved.conf": "net.ipv4.tcp_syncookies = 1\n" });
    const summary = await review({ kind: "mergeBase" });
    assert.equal(summary?.changed, 2, summary?.message);
    assert.match(summary.message, /the merge base with main \([0-9a-f]{8}\)/);
    assert.deepEqual(rulesIn(FILE), ["sysctl/pmtud-disabled"]);
  });

  it("merge base: the remote's HEAD goes before a branch of here", async () => {
    const upstream = repository.commitNothing();
    repository.git("update-ref", "refs/remotes/origin/trunk", upstream);
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
    repository.git("config", "remote.origin.url", "https://git.example.net/fleet.git");
    try {
      await (await repository.open()).status();
      repository.write({ [FILE]: PMTUD });
      repository.commit();
      const summary = await review({ kind: "mergeBase" });
      assert.match(summary?.message ?? "", /the merge base with origin\/HEAD/);
      assert.equal(summary?.changed, 1);
    } finally {
      repository.git("config", "--remove-section", "remote.origin");
    }
  });

  it("staged: the index, not what was written after it", async () => {
    repository.write({ [FILE]: PMTUD });
    repository.git("add", FILE);
    repository.write({ [FILE]: "# mended\n", "etc/sysctl.d/90-unstaged.conf": PMTUD });
    const summary = await review({ kind: "staged" });
    assert.equal(summary?.changed, 1, summary?.message);
    assert.equal(summary.findings, 1, summary.message);
    assert.deepEqual(rulesIn(FILE), [], "the text with the finding is not in the working tree");
    const rest = await review({ kind: "unstaged" });
    assert.equal(rest?.changed, 2, rest?.message);
    assert.deepEqual(rulesIn("etc/sysctl.d/90-unstaged.conf"), ["sysctl/pmtud-disabled"]);
  });

  it("a revision: a tag, with unsaved text on the other side", async () => {
    repository.git("tag", "v1");
    repository.write({ [FILE]: "net.ipv4.tcp_syncookies = 1\n" });
    repository.commit();
    const document = await openFile(join(repository.root, FILE));
    await replace(document, PMTUD);
    await settled(document);
    const summary = await review({ kind: "ref", ref: "v1", root });
    assert.equal(summary?.changed, 1, summary?.message);
    assert.match(summary.message, /against v1 \([0-9a-f]{8}\)/);
    assert.deepEqual(rulesIn(FILE), ["sysctl/pmtud-disabled"]);
  });

  it("a branch that is not checked out: its findings, and none in the Problems panel", async () => {
    repository.git("checkout", "-q", "-b", "proposed");
    repository.write({ [FILE]: PMTUD });
    repository.commit();
    repository.git("checkout", "-q", "main");
    repository.write({ "etc/sysctl.d/90-mine.conf": PMTUD });
    const summary = await review({ kind: "branch", ref: "proposed", root });
    assert.equal(summary?.changed, 1, summary?.message);
    assert.equal(summary.findings, 1, summary.message);
    assert.deepEqual([...rulesIn(FILE), ...rulesIn("etc/sysctl.d/90-mine.conf")], []);
  });

  it("a folder: another copy of the same files", async () => {
    const copy = mkdtempSync(join(tmpdir(), "premortem-base-"));
    try {
      write(copy, { "ceph.conf": repository.git("show", "HEAD:ceph.conf") + "\n", "etc/sysctl.d/60-copy.conf": PMTUD });
      // What other tests have written and removed may still be on its way.
      const within = ["etc", "ceph.conf"].map((path) => uri(path).toString());
      const summary = await review({ kind: "folder", folder: vscode.Uri.file(copy).toString(), root }, within);
      assert.match(summary?.message ?? "", /against the folder/);
      assert.ok(summary!.changed > 1, summary!.message);
      repository.write({ "etc/sysctl.d/60-copy.conf": PMTUD });
      const fewer = await review({ kind: "folder", folder: vscode.Uri.file(copy).toString(), root }, within);
      assert.equal(fewer?.changed, summary!.changed - 1, "both have it now");
    } finally {
      remove(copy);
    }
  });

  it("this file, this folder: the changes of the others count on neither side", async () => {
    repository.write({ [FILE]: PMTUD, "etc/sysctl.d/80-other.conf": PMTUD, "more/sysctl.d/10.conf": PMTUD });
    assert.equal((await review({ kind: "head" }))?.changed, 3);
    assert.equal((await review({ kind: "head" }, [uri(FILE).toString()]))?.changed, 1);
    assert.deepEqual([rulesIn(FILE).length, rulesIn("etc/sysctl.d/80-other.conf").length], [1, 0]);
    assert.equal((await review({ kind: "head" }, [uri("etc").toString()]))?.changed, 2);
  });

  it("before the first commit every file is new", async () => {
    repository.git("checkout", "-q", "--orphan", "fresh");
    const summary = await review({ kind: "head" });
    assert.match(summary?.message ?? "", /there is no commit yet/);
    assert.ok(summary!.changed >= 2, summary!.message);
  });

  it("a submodule is compared with the commit that the outer repository names", async () => {
    const origin = mkdtempSync(join(tmpdir(), "premortem-submodule-"));
    const inner = join(repository.root, "common");
    try {
      gitIn(origin, "init", "-q");
      write(origin, { "sysctl.conf": "net.ipv4.tcp_syncookies = 1\n" });
      gitIn(origin, "add", "-A");
      gitIn(origin, "commit", "-q", "-m", "First");
      repository.git("submodule", "--quiet", "add", origin, "common");
      repository.commit();
      write(inner, { "sysctl.conf": PMTUD });
      gitIn(inner, "commit", "-q", "-a", "-m", "Second");
      assert.ok(await (await gitExtension()).openRepository(vscode.Uri.file(inner)));
      const summary = await review({ kind: "head" });
      assert.equal(summary?.changed, 1, summary?.message);
      assert.deepEqual(rulesIn("common/sysctl.conf"), ["sysctl/pmtud-disabled"]);
    } finally {
      remove(origin);
    }
  });

  describe("say what is wrong where there is none", () => {
    const sentence = async (comparison: Exclude<Comparison, { kind: "folder" }>): Promise<string> => {
      const opened = await repository.open();
      await opened.status();
      const ends = await endsOf(opened, comparison);
      assert.ok(typeof ends === "string", JSON.stringify(ends));
      return ends;
    };

    it("a revision that is not here", async () => {
      assert.match(await sentence({ kind: "ref", ref: "nowhere", root }), /no revision nowhere here.*git fetch/);
      assert.equal(await review({ kind: "ref", ref: "nowhere", root }), undefined);
    });

    it("no upstream", async () => {
      assert.match(await sentence({ kind: "upstream" }), /follows no other/);
    });

    it("no default branch", async () => {
      repository.git("branch", "-q", "-m", "main", "trunk");
      assert.match(await sentence({ kind: "mergeBase" }), /no default branch.*Review Against/);
      repository.git("branch", "-q", "-m", "trunk", "main");
    });

    it("no commit in common, as in a shallow clone", async () => {
      repository.git("checkout", "-q", "--orphan", "apart");
      repository.commit();
      assert.match(await sentence({ kind: "mergeBase" }), /no commit in common.*--unshallow/);
    });

    it("no commit at all", async () => {
      repository.git("checkout", "-q", "--orphan", "fresh");
      assert.match(await sentence({ kind: "mergeBase" }), /no commit yet/);
    });

    it("a folder that is gone", async () => {
      assert.equal(await review({ kind: "folder", folder: vscode.Uri.file(join(tmpdir(), "premortem-gone")).toString(), root: folder("fleet").uri.toString() }), undefined);
    });
  });
});
