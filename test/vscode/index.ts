// Runs inside VS Code's extension host, called in the same way by scripts/test.mjs and by @vscode/test-electron.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import * as vscode from "vscode";

/** Runs every suite and writes what came out to `result.json` beside this file. Rejects where one failed. */
export async function run(): Promise<void> {
  const output = join(__dirname, "result.json");
  // This is bundled as out/test/suite.cjs.
  const reporter = join(__dirname, "../../test/support/counted.cjs");
  const mocha = new Mocha({ ui: "bdd", timeout: 30_000, color: true, reporter, reporterOptions: { output } });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  try {
    await import("./host/activation.test.ts");
    await import("./host/diagnostics.test.ts");
    await import("./host/recognition.test.ts");
    await import("./host/actions.test.ts");
    await import("./host/firewall.test.ts");
    await import("./host/ipsec.test.ts");
    await import("./host/lesson-help.test.ts");
    await import("./host/living.test.ts");
    await import("./host/own-lessons.test.ts");
    await import("./host/projects.test.ts");
    await import("./host/reach.test.ts");
    await import("./host/review.test.ts");
    await import("./host/review-bases.test.ts");
    await import("./host/review-repositories.test.ts");
    await import("./host/review-ways.test.ts");
    await import("./host/sysctl.test.ts");
    await import("./host/tree.test.ts");
  } catch (error) {
    writeFileSync(output, JSON.stringify({ passed: 0, failed: 1, pending: [], failures: [{ title: "loading the suite", error: String(error) }] }));
    throw error;
  }
  await foldersOpen();
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}

/** On a busy machine the suite is called before the window has read which folders its workspace has. */
async function foldersOpen(): Promise<void> {
  let subscription: vscode.Disposable | undefined;
  const opened = new Promise<void>((resolve) => (subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => resolve())));
  if (vscode.workspace.workspaceFolders === undefined) await opened;
  subscription?.dispose();
}
