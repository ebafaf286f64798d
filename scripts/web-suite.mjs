// Runs the Mocha suite of test/vscode/web inside the browser's extension host, and gives the suite's counts.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { makeWebWorkspace } from "./fixture.mjs";
import { ensureChromium, root } from "./setup.mjs";
import { launchForWeb, startWeb } from "./web.mjs";

const RESULT = "premortem-web-result ";
/** A run takes well under a minute; one that does not end is a failure of its own. */
const LIMIT = 180_000;

/** Needs a Chromium; gives `{ passed, failed, pending, failures }`. Throws where VS Code for the browser cannot be installed. */
export async function runWebSuite(chromium) {
  await build({ tests: true });
  const workspace = makeWebWorkspace();
  const web = await startWeb({ folder: workspace.directory, workspace: "tests.code-workspace", tests: join(root, "out/test/web.cjs") });
  const browser = await launchForWeb(chromium);
  try {
    const { context } = browser;
    const strangers = strangersOf(context, web.address);
    const page = await context.newPage();
    let result;
    const ended = new Promise((resolve) => page.exposeFunction("codeAutomationExit", resolve));
    await page.exposeFunction("codeAutomationLog", (type, args) => {
      const line = args.map(String).join(" ");
      if (line.startsWith(RESULT)) result = JSON.parse(line.slice(RESULT.length));
      else console[type === "error" ? "error" : "log"](line);
    });
    await page.goto(web.address);
    const late = Symbol();
    const timer = new Promise((resolve) => setTimeout(resolve, LIMIT, late).unref());
    if ((await Promise.race([ended, timer])) === late) {
      mkdirSync(join(root, "out/test"), { recursive: true });
      await page.screenshot({ path: join(root, "out/test/late-web.png") });
      return failure(`the suite did not end within ${LIMIT / 1000} s; see out/test/late-web.png`);
    }
    if (result === undefined) return failure("the suite ended without a result");
    return judged(result, strangers);
  } finally {
    await browser.close();
    await web.stop();
    workspace.remove();
  }
}

/** Every address outside of the host that the window, its frames or its workers asked for. */
function strangersOf(context, address) {
  const { host } = new URL(address);
  const strangers = new Set();
  context.on("request", (request) => {
    const url = new URL(request.url());
    // Webviews and the extension host have names of their own below the host's, and the service worker answers for their resources.
    const own = url.host === host || url.host.endsWith(`.${host}`) || url.host.endsWith(".vscode-resource.vscode-cdn.net");
    if (/^(?:https?|wss?):$/.test(url.protocol) && !own) strangers.add(request.url());
  });
  return strangers;
}

/** One test more: nothing was asked of anybody else. */
function judged(result, strangers) {
  const title = "the extension in the browser asks nothing of the network";
  if (strangers.size === 0) return { ...result, passed: result.passed + 1 };
  const failures = [...result.failures, { title, error: [...strangers].join("\n") }];
  return { ...result, failed: result.failed + 1, failures };
}

function failure(error) {
  return { passed: 0, failed: 1, pending: [], failures: [{ title: "the suite in the browser", error }] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed, failures } = await runWebSuite(ensureChromium());
  for (const { title, error } of failures) console.log(`${title}\n${error}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
