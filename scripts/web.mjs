// VS Code with the extension host inside the browser, as on vscode.dev: no Node.js, no git, no files of a disk.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureVscodeWeb, root } from "./setup.mjs";
import { QUIET_BROWSER } from "./vscode.mjs";

/** The folder that is served, as the workbench knows it. */
const MOUNT = { $mid: 1, scheme: "vscode-test-web", authority: "mount" };

/**
 * Serves the workbench with what the VSIX would hold, and a folder through a file system of the browser: what is
 * written there stays in the window's memory. `workspace`: a `.code-workspace` in that folder, to be opened instead of
 * it. `tests`: a bundle whose `run()` is called inside the extension host. Gives `{ version, address, stop }`.
 */
export async function startWeb({ folder, workspace, tests, port = 0 }) {
  const web = ensureVscodeWeb();
  const extension = await stage(tests);
  const createApp = web.require("@vscode/test-web/out/server/app.js").default;
  const log = console.log;
  // The server says what it serves; who starts it says that here.
  console.log = () => undefined;
  const app = await createApp({
    extensionDevelopmentPath: extension,
    ...(tests !== undefined && { extensionTestsPath: join(extension, "tests.cjs") }),
    folderMountPath: folder,
    build: { type: "static", location: web.directory, quality: "stable", version: web.version },
    esm: false,
    coi: false,
  }).finally(() => (console.log = log));
  // A window that is closed breaks off what it was being sent.
  app.silent = true;
  app.middleware.unshift(async (context, next) => {
    await next();
    if (context.path === "/" && workspace !== undefined) context.body = openWorkspace(context.body, workspace);
  });
  const server = createServer(app.callback());
  await listen(server, port);
  return {
    version: web.version,
    address: `http://localhost:${server.address().port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(extension, { recursive: true, force: true });
    },
  };
}

/**
 * A browser with one window's context, as `{ context, close }`. The extension host and each webview come from a host name of
 * their own, and the webviews' service worker is a third party's, which Debian's Chromium refuses unless its profile says so.
 */
export async function launchForWeb(executablePath) {
  const { chromium } = await import("playwright-core");
  const profile = mkdtempSync(join(tmpdir(), "premortem-profile-"));
  mkdirSync(join(profile, "Default"));
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify({ profile: { cookie_controls_mode: 0, block_third_party_cookies: false } }));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: QUIET_BROWSER, viewport: { width: 1280, height: 800 } });
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A copy of what goes into the VSIX, so that a file left out of it is missed here. */
async function stage(tests) {
  const { listFiles, PackageManager } = await import("@vscode/vsce");
  const directory = mkdtempSync(join(tmpdir(), "premortem-web-"));
  for (const path of await listFiles({ cwd: root, packageManager: PackageManager.None })) cpSync(join(root, path), join(directory, path), { recursive: true });
  // The host puts `.js` after the name.
  if (tests !== undefined) cpSync(tests, join(directory, "tests.cjs.js"));
  return directory;
}

/** The workbench's page reads what it opens from an attribute. */
function openWorkspace(page, workspace) {
  const attribute = /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/;
  return page.replace(attribute, (_, start, value) => {
    const options = JSON.parse(value.replaceAll("&quot;", '"'));
    delete options.folderUri;
    options.workspaceUri = { ...MOUNT, path: `/${workspace}` };
    return `${start}${JSON.stringify(options).replaceAll('"', "&quot;")}"`;
  });
}

/** The wanted port if it is free, else any. */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => (error.code === "EADDRINUSE" && port !== 0 ? resolve(listen(server, 0)) : reject(error)));
    server.listen(port, "localhost", resolve);
  });
}
