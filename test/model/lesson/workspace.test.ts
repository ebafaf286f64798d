import assert from "node:assert/strict";
import { lessonFor, lessonRules, lintFiles, loadWorkspace, readConfiguration } from "../../../src/core.ts";
import type { Workspace } from "../../../src/model/workspace.ts";
import { starter } from "../../../src/model/lesson/starters.ts";

const QUEUE = starter("queue", "sysctl-entry");
const FILES = { "ours/queue.lesson.yaml": QUEUE, "drafts/other.lesson.yaml": QUEUE.replace("id: queue", "id: other"), "etc/sysctl.d/a.conf": "net.core.somaxconn = 128\n", "etc/sysctl.d/b.conf": "vm.swappiness = 10\n" };

const found = (workspace: Workspace): string[] => lintFiles(workspace).findings.map(({ rule, location, message }) => `${rule} ${location.path} ${message}`);

describe("lessons of a workspace", () => {
  it("are all that it has, and run as rules", async () => {
    const workspace = await loadWorkspace(new Map(Object.entries(FILES)));
    assert.deepEqual([...lessonRules(workspace).keys()], ["lesson/other", "lesson/queue"]);
    assert.equal(found(workspace).length, 2);
    assert.equal(lessonFor(workspace, "queue")?.organisation, "Example");
    assert.match(lessonFor(workspace, "queue")!.whatHappened, /\(Source: post-mortem\.\)$/);
    assert.equal(lessonFor(workspace, "nothing"), undefined);
  });

  it("are those of the places that premortem.yaml names; others are drafts that are checked all the same", async () => {
    const files = { ...FILES, "premortem.yaml": "lessons: [ours/]\n", "drafts/other.lesson.yaml": FILES["drafts/other.lesson.yaml"].replace("sysctl.number", "sysctl.numbr") };
    const workspace = await loadWorkspace(new Map(Object.entries(files)));
    assert.deepEqual([...lessonRules(workspace).keys()], ["lesson/queue"]);
    assert.deepEqual(found(workspace).map((one) => one.split(" ").slice(0, 2).join(" ")), ["premortem/lesson drafts/other.lesson.yaml", "lesson/queue etc/sysctl.d/a.conf"]);
  });

  it("find after any edit what they find in the same files read anew", async () => {
    let workspace = await loadWorkspace(new Map(Object.entries(FILES)));
    const edits: [string, string | undefined][] = [
      ["etc/sysctl.d/b.conf", "net.core.somaxconn = 64\n"],
      ["ours/queue.lesson.yaml", QUEUE.replaceAll("4096", "9000")],
      ["ours/queue.lesson.yaml", QUEUE.replace("sysctl.number", "sysctl.numbr")],
      ["drafts/other.lesson.yaml", undefined],
      ["ours/queue.lesson.yaml", QUEUE],
      ["ours/again.lesson.yaml", QUEUE],
      ["etc/sysctl.d/a.conf", "net.core.somaxconn = {{ queue }}\n"],
      ["ours/queue.lesson.yaml", QUEUE.replace("severity: warning", "severity: error")],
    ];
    for (const edit of edits) {
      found(workspace);
      workspace = workspace.with(new Map([edit]));
      const anew = await loadWorkspace(new Map(workspace.paths.map((path) => [path, workspace.text(path)!])));
      assert.deepEqual(found(workspace), found(anew), edit[0]);
      assert.deepEqual(lintFiles(workspace).notComputed, lintFiles(anew).notComputed);
    }
  });

  it("stay the same rules while other files change", async () => {
    const workspace = await loadWorkspace(new Map(Object.entries(FILES)));
    const later = workspace.with(new Map([["etc/sysctl.d/a.conf", "vm.swappiness = 1\n"]]), await readConfiguration("cephRelease: reef\n"));
    assert.equal(lessonRules(later), lessonRules(workspace));
  });
});
