// `npm test`: everything, with one closing line. `npm test -- words` runs the unit tests whose title has these words.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium, ensurePackages, ensureVscodeWeb, root } from "./setup.mjs";

/** Run by Node alone; .mocharc.json leaves out what runs inside VS Code. What needs a browser ends in `.browser.ts`. */
const UNIT_TESTS = "test/**/*.test.ts";
const filter = process.argv.slice(2).join(" ");
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skipped = [];

ensurePackages();
mkdirSync(join(root, "out"), { recursive: true });

if (filter !== "") {
  mocha("unit tests", [UNIT_TESTS, "--fgrep", filter]);
  if (total.passed + total.failed + total.skipped === 0) fail("unit tests", `no test's title has "${filter}"`);
} else {
  step("types", "node_modules/typescript/bin/tsc", ["-p", "."]);
  step("lint", "node_modules/eslint/bin/eslint.js", ["."]);
  step("generated files", "node_modules/tsx/dist/cli.mjs", ["scripts/gen.ts", "--check"]);
  mocha("unit tests", [UNIT_TESTS]);
  const chromium = ensureChromium();
  if (chromium === undefined) {
    for (const part of ["the page", "the suite inside VS Code", "the suite in the browser's extension host", "the window", "the packed extension"]) {
      skip(part, "there is no chromium and it cannot be installed; as root: apt-get install chromium");
    }
  } else {
    mocha("the page", ["--no-config", "--timeout", "120000", "--spec", "test/**/*.browser.ts"]);
    headline("the suite inside VS Code");
    const { runHostSuite } = await import("./host-suite.mjs");
    add("the suite inside VS Code", await runHostSuite(chromium).catch((error) => ({ passed: 0, failed: 1, pending: [], failures: [{ title: "start", error: String(error) }] })));
    await inBrowser(chromium);
    mocha("the window", ["--no-config", "--timeout", "120000", "--spec", "test/vscode/window/*.test.mjs"]);
  }
}

if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((line) => `  ${line}`).join("\n")}`);
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line.replaceAll("\n", "\n    ")}`).join("\n")}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** The extension as on vscode.dev, where VS Code for the browser is there or can be installed. */
async function inBrowser(chromium) {
  const title = "the suite in the browser's extension host";
  headline(title);
  try {
    ensureVscodeWeb();
  } catch (error) {
    const lines = error.message.trim().split("\n");
    return skip(title, `VS Code for the browser cannot be installed: ${lines.find((line) => /reason:|E\d{3}\b|ENO/.test(line)) ?? lines[0]}`);
  }
  const { runWebSuite } = await import("./web-suite.mjs");
  add(title, await runWebSuite(chromium).catch((error) => ({ passed: 0, failed: 1, pending: [], failures: [{ title: "start", error: String(error) }] })));
}

function headline(title) {
  console.log(`\n== ${title}`);
}

/** A tool that is right or wrong as a whole counts as one test. */
function step(title, program, args) {
  headline(title);
  const { status } = spawnSync(process.execPath, [join(root, program), ...args], { cwd: root, stdio: "inherit" });
  if (status === 0) total.passed++;
  else fail(title, `exit status ${status}`);
}

function mocha(title, args) {
  headline(title);
  const output = join(root, "out/counts.json");
  rmSync(output, { force: true });
  const reporter = ["--import=tsx", "--reporter", "test/support/counted.cjs", "--reporter-option", `output=${output}`];
  const { status } = spawnSync(process.execPath, [join(root, "node_modules/mocha/bin/mocha.js"), ...reporter, ...args], { cwd: root, stdio: "inherit" });
  if (existsSync(output)) add(title, JSON.parse(readFileSync(output, "utf8")));
  else fail(title, `the run ended without a result, exit status ${status}`);
}

function add(part, counts) {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.pending.length;
  for (const title of counts.pending) skipped.push(`${part}: ${title}`);
  for (const { title, error } of counts.failures) failures.push(`${part}: ${title}\n${error}`);
}

function fail(title, why) {
  total.failed++;
  failures.push(`${title}: ${why}`);
}

function skip(title, why) {
  total.skipped++;
  skipped.push(`${title}: ${why}`);
}
