import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Comparison } from "../../../src/editor/comparison.ts";
import { endsOf } from "../../../src/editor/ends.ts";
import type { Repository } from "../../../src/editor/git-api.ts";
import { Projects } from "../../../src/editor/projects.ts";
import { ReviewRunner } from "../../../src/editor/review-run.ts";
import { closeAll, folder, found, premortem, remove, ruleOf, write } from "./editor.ts";
import { FixtureRepository, gitExtension, gitIn } from "./git.ts";

// The workspace's other folder has switched another rule off.
const BAD = "net.ipv4.tcp_tw_recycle = 1\n";
const RULE = "sysctl/removed-key";
const FINE = "net.ipv4.tcp_syncookies = 1\n";
const FILE = "etc/sysctl.d/70-test.conf";

interface Summary {
  readonly findings: number;
  readonly changed: number;
  readonly message: string;
}

const review = (comparison: Comparison): Thenable<Summary | undefined> => vscode.commands.executeCommand<Summary | undefined>("premortem.reviewChange", { comparison });

/** Commits all that lies in a directory. */
function commit(directory: string, message: string): void {
  gitIn(directory, "add", "-A");
  gitIn(directory, "commit", "-q", "-m", message);
}

describe("repositories of a review", () => {
  const opened: Repository[] = [];
  let fixture: FixtureRepository;
  let outside: string;
  // The workspace's other folder is in no repository.
  const inside = (name: string): string => join(folder("other").uri.fsPath, name);
  const rulesIn = (directory: string): string[] => found(vscode.Uri.file(join(directory, FILE))).map(ruleOf);

  before(async () => {
    await premortem();
    fixture = new FixtureRepository();
  });
  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), "premortem-origin-"));
  });
  afterEach(async () => {
    await closeAll();
    await vscode.commands.executeCommand("premortem.clearReview");
    for (const repository of opened.splice(0)) {
      // VS Code lets go of a repository that is none any more.
      remove(join(repository.rootUri.fsPath, ".git"));
      await repository.status().catch(() => {});
      remove(repository.rootUri.fsPath);
    }
    remove(outside);
    await fixture.restore();
  });

  const open = async (directory: string): Promise<Repository> => {
    const repository = await (await gitExtension()).openRepository(vscode.Uri.file(directory));
    assert.ok(repository, `${directory} is a repository`);
    opened.push(repository);
    return repository;
  };

  /** A clone of the last commit alone, on a branch that goes its own way, inside of the workspace. */
  const shallowClone = async (): Promise<Repository> => {
    gitIn(outside, "init", "-q");
    write(outside, { [FILE]: FINE });
    commit(outside, "First");
    gitIn(outside, "checkout", "-q", "-b", "feature");
    write(outside, { "etc/sysctl.d/80-feature.conf": FINE });
    commit(outside, "On the branch");
    gitIn(outside, "checkout", "-q", "main");
    write(outside, { "etc/sysctl.d/90-main.conf": FINE });
    commit(outside, "Since then");
    const clone = inside("shallow");
    gitIn(outside, "clone", "-q", "--depth=1", "--no-single-branch", "--branch=feature", `file://${outside}`, clone);
    assert.equal(gitIn(clone, "rev-parse", "--is-shallow-repository"), "true");
    return open(clone);
  };

  it("a shallow clone has HEAD, lacks the merge base, and has it once the rest is fetched", async () => {
    const repository = await shallowClone();
    const directory = repository.rootUri.fsPath;
    write(directory, { [FILE]: BAD });
    assert.equal((await review({ kind: "head" }))?.changed, 1);
    assert.deepEqual(rulesIn(directory), [RULE]);

    const lacking = await endsOf(repository, { kind: "mergeBase" });
    assert.ok(typeof lacking === "string", JSON.stringify(lacking));
    assert.match(lacking, /^origin\/HEAD .*no commit in common.*git fetch --unshallow/);
    assert.equal(await review({ kind: "mergeBase" }), undefined);

    gitIn(directory, "fetch", "-q", "--unshallow");
    await repository.status();
    const ends = await endsOf(repository, { kind: "mergeBase" });
    assert.ok(typeof ends === "object", String(ends));
    const summary = await review({ kind: "mergeBase" });
    assert.equal(summary?.changed, 2, summary?.message);
    assert.deepEqual(rulesIn(directory), [RULE]);
  });

  it("a shallow clone's older commit is not here, and the sentence says to fetch it", async () => {
    const repository = await shallowClone();
    const first = gitIn(outside, "rev-list", "--max-parents=0", "main");
    const ends = await endsOf(repository, { kind: "ref", ref: first, root: repository.rootUri.toString() });
    assert.ok(typeof ends === "string", JSON.stringify(ends));
    assert.match(ends, /no revision [0-9a-f]{40} here.*git fetch/);
  });

  it("several beside each other, in two folders, are reviewed together", async () => {
    const names = ["east", "west"];
    for (const name of names) {
      const directory = inside(name);
      write(directory, { [FILE]: FINE });
      gitIn(directory, "init", "-q");
      commit(directory, "First");
      await open(directory);
      write(directory, { [FILE]: BAD });
    }
    fixture.write({ [FILE]: BAD });
    const summary = await review({ kind: "head" });
    assert.equal(summary?.changed, 3, summary?.message);
    for (const directory of [fixture.root, ...names.map(inside)]) assert.deepEqual(rulesIn(directory), [RULE], directory);
    // A revision is of one of them.
    const west = await review({ kind: "ref", ref: "main", root: vscode.Uri.file(inside("west")).toString() });
    assert.equal(west?.changed, 1, west?.message);
    assert.deepEqual([rulesIn(inside("west")).length, rulesIn(inside("east")).length], [1, 0]);
  });

  it("where one of several cannot be compared, the sentence names it", async () => {
    const directory = inside("adrift");
    write(directory, { [FILE]: FINE });
    gitIn(directory, "init", "-q", "-b", "trunk");
    commit(directory, "First");
    await open(directory);
    assert.equal(await review({ kind: "mergeBase" }), undefined);
    const log = { info() {}, warn() {}, error: assert.fail } as unknown as vscode.LogOutputChannel;
    const projects = new Projects(log);
    try {
      const said = await new ReviewRunner(projects, log).run({ comparison: { kind: "mergeBase" } }, { fresh: true, stopped: () => false, progress: () => {} });
      assert.match(String(said), /^adrift: There is no default branch/);
    } finally {
      projects.dispose();
    }
  });
});
