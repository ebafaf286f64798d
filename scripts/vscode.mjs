// A real VS Code: its server in a process of its own, and its window in a headless Chromium.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { URLSearchParams } from "node:url";
import { ensureVscode, root } from "./setup.mjs";

/** What makes a window quiet and the same every time. The web build saves by itself otherwise. */
const SETTINGS = {
  "files.autoSave": "off",
  "workbench.startupEditor": "none",
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.commandCenter.enabled": false,
  "telemetry.telemetryLevel": "off",
  "extensions.ignoreRecommendations": true,
  "update.mode": "none",
  "git.openRepositoryInParentFolders": "always",
};

/**
 * Starts a server and gives `{ address, uri, install, stop }`. `token`: what the address must carry, so that no other
 * page in the user's browser can talk to it. `trust`: leaves workspace trust on.
 */
export async function startServer({ port = 0, token, trust = false, settings = {} } = {}) {
  const vscode = ensureVscode();
  const data = mkdtempSync(join(tmpdir(), "premortem-vscode-"));
  mkdirSync(join(data, "data/User"), { recursive: true });
  const all = { ...SETTINGS, "security.workspace.trust.enabled": trust, ...settings };
  writeFileSync(join(data, "data/User/settings.json"), JSON.stringify(all, undefined, 2));
  const main = join(vscode.directory, "out/server-main.js");
  const common = ["--accept-server-license-terms", "--server-data-dir", data, "--telemetry-level", "off"];
  const listening = await freePort(port);
  const secret = token === undefined ? ["--without-connection-token"] : ["--connection-token", token];
  const args = [main, ...common, ...secret, "--host", "127.0.0.1", "--port", String(listening)];
  // A process group of its own, so that ending it ends the extension hosts too.
  const server = spawn(vscode.node, args, { cwd: root, stdio: ["ignore", "ignore", "pipe"], detached: true });
  let complaints = "";
  server.stderr.on("data", (chunk) => (complaints = (complaints + chunk).slice(-4000)));
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const host = `127.0.0.1:${listening}`;
  const stop = async () => {
    try {
      process.kill(-server.pid, "SIGTERM");
    } catch {
      // It is gone already.
    }
    const kill = setTimeout(() => process.kill(-server.pid, "SIGKILL"), 5000);
    await ended;
    clearTimeout(kill);
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  };
  const answers = (async () => {
    for (;;) {
      const up = await fetch(`http://${host}/version`).then((response) => response.ok, () => false);
      if (up) return true;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  const first = await Promise.race([answers, ended.then(() => false), new Promise((resolve) => setTimeout(resolve, 60_000, false))]);
  if (!first) {
    await stop();
    throw new Error(`VS Code did not start:\n${complaints}`);
  }
  const uri = (path) => `vscode-remote://${host}${path}`;
  return {
    version: vscode.version,
    uri,
    stop,
    ended,
    /** Installs a VSIX into this server, as `code --install-extension` does. */
    install: (vsix) => command(vscode.node, [main, ...common, "--install-extension", vsix]),
    /** The page's address for a folder or a `.code-workspace`, with pairs for the window such as `["openFile", uri]`. */
    address(target, payload = []) {
      const query = new URLSearchParams({ [target.endsWith(".code-workspace") ? "workspace" : "folder"]: target });
      if (token !== undefined) query.set("tkn", token);
      if (payload.length > 0) query.set("payload", JSON.stringify(payload));
      return `http://${host}/?${query}`;
    },
  };
}

function command(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve(output) : reject(new Error(output))));
  });
}

/** The wanted port if it is free, else any. */
function freePort(wanted) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => (wanted === 0 ? reject(error) : resolve(freePort(0))));
    probe.listen(wanted, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** What keeps a headless Chromium from asking anybody anything. */
export const QUIET_BROWSER = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** A headless browser; the caller closes it. */
export async function launchBrowser(executablePath) {
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath, args: QUIET_BROWSER });
}
