// `npm start`: VS Code on the rebuilt incidents, with the extension loaded; `--web` with its extension host inside the
// browser, as on vscode.dev; `--desktop` with the `code` on the PATH. Ctrl-C ends everything that it started.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { onPath, root } from "./setup.mjs";
import { startServer } from "./vscode.mjs";
import { startWeb } from "./web.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { open: { type: "boolean" }, desktop: { type: "boolean" }, web: { type: "boolean" }, port: { type: "string", default: "8130" } },
});
const folder = positionals[0] === undefined ? join(root, "test/incidents") : resolve(positionals[0]);

await build();
if (values.desktop) {
  if (onPath("code") === undefined) {
    console.error("There is no `code` on the PATH. Install VS Code and its shell command, or leave --desktop out.");
    process.exit(1);
  }
  spawn("code", ["--new-window", `--extensionDevelopmentPath=${root}`, folder], { stdio: "inherit", shell: process.platform === "win32" });
} else if (values.web) {
  const web = await startWeb({ folder, port: Number(values.port) });
  console.log("What is changed there stays in the browser's window.");
  running(web.version, web.address, web.stop);
} else {
  const server = await startServer({ port: Number(values.port), token: randomBytes(12).toString("hex") });
  const address = server.address(folder, [["extensionDevelopmentPath", server.uri(root)], ["skipWelcome", "true"]]);
  running(server.version, address, server.stop);
  await server.ended;
}

function running(version, address, end) {
  console.log(`\nVS Code ${version} with Premortem is at\n\n  ${address}\n\nCtrl-C ends it.`);
  if (values.open) open(address);
  const stop = async () => {
    await end();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, stop);
}

function open(address) {
  const opener = { darwin: "open", win32: "explorer" }[process.platform] ?? "xdg-open";
  const child = spawn(opener, [address], { stdio: "ignore", detached: true });
  child.once("error", () => console.log(`There is no ${opener} here; open the address by hand.`));
  child.unref();
}
