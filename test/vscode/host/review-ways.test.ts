import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { closeAll, found, open, openFile, premortem, replace, ruleOf, settled, until } from "./editor.ts";
import { FixtureRepository } from "./git.ts";

const FILE = "etc/sysctl.d/70 own: test.conf";
const PMTUD = "net.ipv4.ip_no_pmtu_disc = 1\n";

/** The manifest's part of that name. */
function contributed<T>(name: string): T {
  return vscode.extensions.getExtension("premortem.premortem")!.packageJSON.contributes[name] as T;
}

describe("ways in to a review", () => {
  let repository: FixtureRepository;

  before(async () => {
    await premortem();
    repository = new FixtureRepository();
  });
  afterEach(async () => {
    await closeAll();
    await vscode.commands.executeCommand("premortem.clearReview");
    await repository.restore();
  });

  const titles = async (document: vscode.TextDocument): Promise<string[]> => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 10);
    return lenses.flatMap(({ command }) => (command?.command === "premortem.reviewChange" ? [command.title] : []));
  };

  it("a lens above a file that differs from HEAD, with what the review found in it", async () => {
    const document = await openFile(join(repository.root, "etc/sysctl.d/50-base.conf"));
    assert.deepEqual(await titles(document), []);
    await replace(document, document.getText() + PMTUD);
    await settled(document);
    assert.deepEqual(await titles(document), ["Review this change"]);
    await vscode.commands.executeCommand("premortem.reviewChange");
    assert.deepEqual(await titles(document), ["Review this change: 1 finding here"]);
  });

  it("no lens where the setting is off", async () => {
    const document = await openFile(join(repository.root, "etc/sysctl.d/50-base.conf"));
    await replace(document, document.getText() + PMTUD);
    await settled(document);
    const settings = vscode.workspace.getConfiguration("premortem", document.uri);
    await settings.update("review.lens", false, vscode.ConfigurationTarget.WorkspaceFolder);
    try {
      assert.deepEqual(await titles(document), []);
    } finally {
      await settings.update("review.lens", undefined, vscode.ConfigurationTarget.WorkspaceFolder);
    }
  });

  it("a document that VS Code holds and nobody looks at counts with the disk's text", async () => {
    const file = join(repository.root, "etc/sysctl.d/50-base.conf");
    const head = readFileSync(file, "utf8");
    const settings = vscode.workspace.getConfiguration("files");
    // VS Code would read it again as soon as its watcher tells of it.
    await settings.update("watcherExclude", { "**/etc/**": true }, vscode.ConfigurationTarget.Workspace);
    try {
      const document = await vscode.workspace.openTextDocument(file);
      await settled(document);
      repository.append("etc/sysctl.d/50-base.conf", PMTUD);
      const summary = await vscode.commands.executeCommand<{ findings: number }>("premortem.reviewChange");
      assert.equal(document.getText(), head, "VS Code still has the old text");
      assert.equal(summary.findings, 1);
    } finally {
      await settings.update("watcherExclude", undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it("the setting names the base", async () => {
    repository.write({ [FILE]: PMTUD });
    const settings = vscode.workspace.getConfiguration("premortem");
    await settings.update("review.base", "staged", vscode.ConfigurationTarget.Workspace);
    try {
      const nothing = await vscode.commands.executeCommand<{ changed: number }>("premortem.reviewChange");
      assert.equal(nothing?.changed, 0);
    } finally {
      await settings.update("review.base", undefined, vscode.ConfigurationTarget.Workspace);
    }
    assert.equal((await vscode.commands.executeCommand<{ changed: number }>("premortem.reviewChange"))?.changed, 1);
  });

  it("a group of Source Control: what is staged, and what is not", async () => {
    repository.write({ "etc/sysctl.d/80-unstaged.conf": "# empty\n" });
    repository.commit();
    repository.write({ [FILE]: PMTUD });
    repository.git("add", FILE);
    repository.write({ "etc/sysctl.d/80-unstaged.conf": PMTUD });
    const group = (id: string, ...paths: string[]): unknown => ({ id, resourceStates: paths.map((path) => ({ resourceUri: vscode.Uri.file(join(repository.root, path)) })) });
    const review = (of: unknown): Thenable<{ changed: number; message: string }> => vscode.commands.executeCommand("premortem.reviewGroup", of);
    assert.equal((await review(group("index", FILE))).changed, 1);
    const unstaged = await review(group("workingTree", "etc/sysctl.d/80-unstaged.conf"));
    assert.equal(unstaged.changed, 1, unstaged.message);
    assert.match(unstaged.message, /what is staged/);
  });

  it("a file of Source Control, and a folder of the explorer", async () => {
    repository.write({ [FILE]: PMTUD, "more/sysctl.d/10.conf": PMTUD });
    const file = await vscode.commands.executeCommand<{ changed: number }>("premortem.reviewFile", { resourceUri: vscode.Uri.file(join(repository.root, FILE)) });
    assert.equal(file.changed, 1);
    const inside = await vscode.commands.executeCommand<{ changed: number }>("premortem.reviewFolder", vscode.Uri.file(join(repository.root, "more")));
    assert.equal(inside.changed, 1);
  });

  it("a key that nothing else has", async () => {
    const keys = contributed<{ command: string; key: string; mac: string }[]>("keybindings");
    const ours = keys.find(({ command }) => command === "premortem.reviewChange")!;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse("vscode://defaultsettings/keybindings.json"));
    const others = [...document.getText().matchAll(/"key": "([^"]+)",\s*"command": "([^"]+)"/g)].map(([, key, command]) => ({ key, command }));
    assert.ok(others.length > 500, "the list of all keys was read");
    const same = others.filter(({ key, command }) => command !== ours.command && (key === ours.key || key!.startsWith(`${ours.key} `) || ours.key.startsWith(`${key} `)));
    assert.deepEqual(same, []);
  });

  it("a task that prints the findings, for the problem matcher to list where no editor shows them", async () => {
    repository.write({ [FILE]: PMTUD });
    const tasks = await vscode.tasks.fetchTasks({ type: "premortem" });
    const task = tasks.find(({ definition, scope }) => definition["task"] === "review" && typeof scope === "object" && scope.name === "fleet");
    assert.ok(task, tasks.map(({ name }) => name).join());
    const uri = vscode.Uri.file(join(repository.root, FILE));
    let status: number | undefined;
    await until(() => found(uri).length > 0, async () => (status = await ended(task)));
    assert.equal(status, 0, "no finding is an error");
    assert.deepEqual(found(uri).map(ruleOf), ["sysctl/pmtud-disabled"]);
    assert.equal(found(uri)[0]!.range.start.line, 0);
  });

  it("a task that checks the state", async () => {
    const document = await open("ceph.conf", "[global]\nosd_pool_default_min_size = 1\n");
    await closeEditors();
    const tasks = await vscode.tasks.fetchTasks({ type: "premortem" });
    const task = tasks.find(({ definition, scope }) => definition["task"] === "check" && typeof scope === "object" && scope.name === "fleet");
    let status: number | undefined;
    await until(() => found(document.uri).map(ruleOf).includes("ceph/min-size-one"), async () => (status = await ended(task!)));
    assert.equal(status, 1, "an error is found");
  });
});

async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
}

/** Runs a task and gives its exit status. */
async function ended(task: vscode.Task): Promise<number | undefined> {
  let subscription: vscode.Disposable | undefined;
  const status = new Promise<number | undefined>((resolve) => {
    subscription = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => execution.task.name === task.name && resolve(exitCode));
  });
  try {
    await vscode.tasks.executeTask(task);
    return await status;
  } finally {
    subscription?.dispose();
  }
}
