// Runs inside the browser's extension host, a web worker: Mocha's build for browsers, and no Node.js anywhere.
import "mocha/mocha.js";
import * as vscode from "vscode";

/** What scripts/web-suite.mjs looks for among the lines that the suite writes. */
const RESULT = "premortem-web-result";

/** Says each test in one line: Mocha's own reports leave placeholders to the console, which the host does not fill. */
class Lines {
  constructor(runner: Mocha.Runner) {
    runner.on("suite", ({ title }) => title !== "" && console.log(`  ${title}`));
    runner.on("pass", ({ title }) => console.log(`    ✔ ${title}`));
    runner.on("pending", ({ title }) => console.log(`    - ${title}`));
    runner.on("fail", ({ title }, { message }: Error) => console.log(`    ✘ ${title}: ${message}`));
  }
}

/** Resolves once the window has the folders of its workspace file, which lies on a file system that an extension brings. */
function folders(): Promise<void> {
  if ((vscode.workspace.workspaceFolders ?? []).length > 0) return Promise.resolve();
  return new Promise((resolve) => {
    const subscription = vscode.workspace.onDidChangeWorkspaceFolders(() => {
      subscription.dispose();
      resolve();
    });
  });
}

/** Runs every suite and says what came out. Rejects where one failed. */
export async function run(): Promise<void> {
  mocha.setup({ ui: "bdd", timeout: 30_000, reporter: Lines } as never);
  await folders();
  await import("./activation.test.ts");
  await import("./editing.test.ts");
  await import("./configuration.test.ts");
  await import("./folders.test.ts");
  await import("./review.test.ts");
  await import("./walkthrough.test.ts");
  const counts = { passed: 0, failed: 0, pending: [] as string[], failures: [] as { title: string; error: string }[] };
  const failed = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on("pass", () => counts.passed++);
    runner.on("pending", (test) => counts.pending.push(test.fullTitle()));
    runner.on("fail", (test, error: Error) => {
      counts.failed++;
      counts.failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
    });
  });
  console.log(`${RESULT} ${JSON.stringify(counts)}`);
  if (failed > 0) throw new Error(`${failed} tests failed.`);
}
