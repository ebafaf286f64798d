import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { lessonItems } from "../../../src/editor/lesson-items.ts";
import { Projects } from "../../../src/editor/projects.ts";
import type { RunResult } from "../../../src/editor/review-run.ts";
import { ReviewRunner } from "../../../src/editor/review-run.ts";
import type { Item } from "../../../src/editor/tree-item.ts";
import { closeAll, folder, freshDirectory, remove, write } from "./editor.ts";

const PMTUD = "net.ipv4.ip_no_pmtu_disc = 1\n";

/** A lesson of a team's own about a setting of the kernel. */
const own = (id: string, title: string): string => `id: ${id}
incident: { organisation: Example Team, date: 2024-03-01, title: ${title} }
what: Swapping is switched off.
why: The kernel then kills what it could have put aside.
instead: Leave some.
reads: sysctl-entry
when: 'sysctl.key == "vm.swappiness" && sysctl.value == "0"'
message: It swaps nothing.
severity: error
examples: { bad: ["vm.swappiness = 0"], good: ["vm.swappiness = 10"] }
`;

/** The tree's rows of what files bring that stand in a directory of their own, against an empty folder. */
async function rows(files: Record<string, string>): Promise<Item[]> {
  const directory = freshDirectory();
  const base = mkdtempSync(join(tmpdir(), "premortem-tree-"));
  const log = { info() {}, warn: assert.fail, error: assert.fail } as unknown as vscode.LogOutputChannel;
  const projects = new Projects(log);
  try {
    write(directory, files);
    const only = { uri: vscode.Uri.file(directory), name: "tree", index: 0 };
    const comparison = { kind: "folder", folder: vscode.Uri.file(base).toString(), root: only.uri.toString() } as const;
    const result = (await new ReviewRunner(projects, log).run({ comparison }, { fresh: true, only, stopped: () => false, progress: () => {} })) as RunResult;
    assert.equal(typeof result, "object");
    return lessonItems(result.reviews);
  } finally {
    projects.dispose();
    remove(base);
  }
}

describe("the tree of lessons", () => {
  afterEach(closeAll);

  it("has findings of a team's own lesson below that lesson, with its words", async () => {
    const [worst, ...rest] = await rows({ "swap.lesson.yaml": own("swap", "Nothing was put aside"), "etc/sysctl.d/50-swap.conf": `vm.swappiness = 0\n${PMTUD}` });
    assert.equal(worst?.label, "Example Team 2024: Nothing was put aside");
    assert.match((worst.tooltip as vscode.MarkdownString).value, /Leave some/);
    for (const row of [worst, ...worst.children(), ...rest]) assert.ok(row.page, `${String(row.label)} has a page`);
    assert.match(decodeURIComponent(worst.page!.query), /test-\d+$/, "the page of a team's lesson says whose it is");
    assert.equal(rest[0]?.page?.query, "");
    assert.deepEqual(worst.children().map(({ label, contextValue }) => [label, contextValue]), [["It swaps nothing.", "finding lesson/swap"]]);
    assert.ok(rest.some(({ contextValue }) => contextValue === "lesson 2015-tunnel-pmtu-collapse"), rest.map(({ contextValue }) => contextValue).join());
    assert.ok(!rest.some(({ id }) => id === "findings"), "no finding is without its lesson");
  });

  it("keeps lessons of one name apart that two projects have", async () => {
    const project = (name: string): Record<string, string> => ({
      [`${name}/premortem.yaml`]: "groups: {}\n",
      [`${name}/swap.lesson.yaml`]: own("swap", `Of ${name}`),
      [`${name}/etc/sysctl.d/50-swap.conf`]: "vm.swappiness = 0\n",
    });
    const items = await rows({ ...project("east"), ...project("west") });
    assert.deepEqual(items.map(({ label }) => label), ["Example Team 2024: Of east", "Example Team 2024: Of west"]);
    assert.equal(new Set(items.map(({ id }) => id)).size, 2, "VS Code tells rows apart by their ids");
  });

  it("refreshes what is shown, and reviews where nothing is shown yet", async () => {
    const file = join(folder("fleet").uri.fsPath, "etc/sysctl.d/71-refresh.conf");
    const again = (): Thenable<{ findings: number } | undefined> => vscode.commands.executeCommand("premortem.refreshReview");
    try {
      write(folder("fleet").uri.fsPath, { "etc/sysctl.d/71-refresh.conf": PMTUD });
      await vscode.commands.executeCommand("premortem.clearReview");
      assert.equal((await again())?.findings, 1);
      write(folder("fleet").uri.fsPath, { "etc/sysctl.d/71-refresh.conf": "net.ipv4.tcp_syncookies = 1\n" });
      assert.equal((await again())?.findings, 0, "the disk is read again");
    } finally {
      remove(file);
      await vscode.commands.executeCommand("premortem.clearReview");
    }
  });
});
