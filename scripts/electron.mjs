// Runs the suite of test/vscode/host in a desktop VS Code, which @vscode/test-electron downloads.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { makeWorkspace } from "./fixture.mjs";
import { onPath, root } from "./setup.mjs";

if (process.platform === "linux" && !process.env.DISPLAY && process.env.PREMORTEM_XVFB === undefined && onPath("xvfb-run")) {
  const { status } = spawnSync("xvfb-run", ["-a", process.execPath, ...process.argv.slice(1)], { stdio: "inherit", env: { ...process.env, PREMORTEM_XVFB: "1" } });
  process.exit(status ?? 1);
}
await build({ tests: true });
const { downloadAndUnzipVSCode, runTests } = await import("@vscode/test-electron");
let vscodeExecutablePath;
try {
  vscodeExecutablePath = await downloadAndUnzipVSCode();
} catch (error) {
  console.error(`A desktop VS Code cannot be downloaded here: ${error.message}\n\`npm test\` runs the same suite in the VS Code of the npm package code-server.`);
  process.exit(2);
}
const workspace = makeWorkspace();
try {
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: join(root, "out/test/suite.cjs"),
    launchArgs: [workspace.file, "--disable-extensions", "--disable-workspace-trust", "--skip-welcome"],
  });
} finally {
  workspace.remove();
}
const { passed, failed } = JSON.parse(readFileSync(join(root, "out/test/result.json"), "utf8"));
console.log(`${passed} passed, ${failed} failed`);
