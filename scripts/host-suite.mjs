// Runs the Mocha suite inside a real VS Code, in its Node extension host, and gives the suite's counts.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { makeWorkspace } from "./fixture.mjs";
import { ensureChromium, root } from "./setup.mjs";
import { launchBrowser, startServer } from "./vscode.mjs";

const RESULT = join(root, "out/test/result.json");
/** A run takes well under a minute; one that does not end is a failure of its own. */
const LIMIT = 300_000;

/** Needs a Chromium; gives `{ passed, failed, pending, failures }`. */
export async function runHostSuite(chromium) {
  await build({ tests: true });
  rmSync(RESULT, { force: true });
  const workspace = makeWorkspace();
  const server = await startServer();
  const browser = await launchBrowser(chromium);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const ended = new Promise((resolve) => page.exposeFunction("codeAutomationExit", resolve));
    await page.exposeFunction("codeAutomationLog", (type, args) => {
      // The workbench complains of directories that a test has removed.
      if (!String(args[0]).startsWith("[node.js fs]")) console[type === "error" ? "error" : "log"](...args);
    });
    const address = server.address(workspace.file, [
      ["extensionDevelopmentPath", server.uri(root)],
      ["extensionTestsPath", server.uri(join(root, "out/test/suite.cjs"))],
      ["skipWelcome", "true"],
    ]);
    await page.goto(address);
    const late = Symbol();
    const timer = new Promise((resolve) => setTimeout(resolve, LIMIT, late).unref());
    if ((await Promise.race([ended, timer])) === late) {
      await page.screenshot({ path: join(root, "out/test/late.png") });
      return failure(`the suite did not end within ${LIMIT / 1000} s; see out/test/late.png`);
    }
    return existsSync(RESULT) ? JSON.parse(readFileSync(RESULT, "utf8")) : failure("the suite ended without a result");
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}

function failure(error) {
  return { passed: 0, failed: 1, pending: [], failures: [{ title: "the suite inside VS Code", error }] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = await runHostSuite(ensureChromium());
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
