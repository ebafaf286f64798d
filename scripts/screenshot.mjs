// `npm run screenshot`: takes the pictures of the README from a real window. Files are taken with what the extension shows
// of itself; nothing is drawn in.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { commitAll } from "./fixture.mjs";
import { root } from "./setup.mjs";
import { reviewFrame } from "../test/vscode/window/review-page.mjs";
import { startWindow } from "../test/vscode/window/window.mjs";

const INCIDENT = join(root, "test/incidents/2015-tunnel-pmtu-collapse");
const FILE = "roles/edge/templates/nftables.conf.j2";

const RULESET = `flush ruleset

define management = { 10.20.0.0/16, 10.21.4.0/24 }

table inet filter {
  set blocked {
    type ipv4_addr
    flags interval
    elements = { 192.0.2.0/24, 198.51.100.7 }
  }

  chain ssh {
    ip saddr $management accept
    limit rate 5/minute log prefix "ssh: "
  }

  chain input {
    type filter hook input priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname "lo" accept
    ip saddr @blocked drop
    iifname { "bond0", "bond1" } tcp dport { 22, 2222 } ct state new jump ssh
    meta l4proto { icmp, ipv6-icmp } accept
  }

  chain output {
    type filter hook output priority filter; policy accept;
  }
}
`;

await build();
await finding();
await hover();
await reach();
await review();

/** Reviews the change and leaves its findings in the Problems panel alone. */
async function listFindings(window) {
  await window.command("Premortem: Review This Change");
  await reviewFrame(window.page);
  await window.command("View: Close Editor");
  await window.command("Problems: Focus on Problems View");
  await window.page.locator(".markers-panel .monaco-list-row").first().waitFor();
}

/** media/review.png: the review's panel beside the change. */
async function review() {
  const parent = mkdtempSync(join(tmpdir(), "premortem-picture-"));
  const folder = join(parent, "storage");
  const incident = join(root, "test/incidents/2019-ceph-firewall-reload");
  cpSync(join(incident, "before"), folder, { recursive: true });
  commitAll(folder);
  cpSync(join(incident, "after"), folder, { recursive: true });
  const vscode = await startWindow({ size: { width: 1440, height: 900 }, settings: { "workbench.tree.indent": 12, "editor.minimap.enabled": false, "breadcrumbs.enabled": false, "editor.wordWrap": "on", "workbench.sideBar.location": "left" } });
  try {
    const changed = spawnSync("git", ["diff", "--name-only"], { cwd: folder, encoding: "utf8" }).stdout.split("\n")[0];
    const window = await vscode.open(folder, changed);
    const { page } = window;
    await page.locator(".squiggly-error, .squiggly-warning, .squiggly-info, .codelens-decoration").first().waitFor();
    await window.command("View: Toggle Primary Side Bar Visibility");
    await window.command("Premortem: Review This Change");
    const frame = await reviewFrame(page);
    await page.locator(".notification-toast").first().waitFor({ state: "detached" });
    await frame.locator("#findings").evaluate((section) => section.scrollIntoView());
    await page.mouse.move(700, 880);
    await page.locator(".workbench-hover").first().waitFor({ state: "detached" });
    await page.screenshot({ path: join(root, "media/review.png"), animations: "disabled" });
  } finally {
    await vscode.close();
    rmSync(parent, { recursive: true, force: true });
  }
}

/** media/screenshot.png: a finding on the tunnel incident. */
async function finding() {
  const parent = mkdtempSync(join(tmpdir(), "premortem-picture-"));
  const folder = join(parent, "edge");
  cpSync(join(INCIDENT, "before"), folder, { recursive: true });
  commitAll(folder);
  rmSync(folder + "/roles", { recursive: true });
  cpSync(join(INCIDENT, "after"), folder, { recursive: true });
  const vscode = await startWindow({ size: { width: 1280, height: 800 }, settings: { "workbench.tree.indent": 12, "editor.minimap.enabled": false, "breadcrumbs.enabled": false, "editor.hover.above": false, "editor.wordWrap": "on" } });
  try {
    const window = await vscode.open(folder, FILE);
    await window.page.locator(".squiggly-error, .squiggly-warning").first().waitFor();
    await listFindings(window);
    // Back to the text, with the chain in question at the top.
    await window.line("chain input").click();
    await window.page.keyboard.press("Control+End");
    await window.line("udp dport").waitFor();
    const place = await window.page.locator(".squiggly-error, .squiggly-warning").first().boundingBox();
    await window.page.mouse.move(place.x + 10, place.y + 8, { steps: 5 });
    await window.page.locator(".monaco-hover", { hasText: "Instead:" }).first().waitFor();
    await window.page.screenshot({ path: join(root, "media/screenshot.png"), animations: "disabled" });
  } finally {
    await vscode.close();
    rmSync(parent, { recursive: true, force: true });
  }
}

/** media/reach.png: how many hosts an edit of a variable reaches, and the findings of the change. */
async function reach() {
  const parent = mkdtempSync(join(tmpdir(), "premortem-picture-"));
  const folder = join(parent, "fleet");
  cpSync(join(root, "test/incidents/2017-network-added/before"), folder, { recursive: true });
  commitAll(folder);
  cpSync(join(root, "test/incidents/2017-network-added/after"), folder, { recursive: true });
  const vscode = await startWindow({ size: { width: 1280, height: 800 }, settings: { "editor.minimap.enabled": false, "breadcrumbs.enabled": false, "editor.wordWrap": "on", "workbench.tree.indent": 12 } });
  try {
    const window = await vscode.open(folder, "inventory/group_vars/all/networks.yml");
    await window.page.locator(".codelens-decoration", { hasText: "eaches" }).first().waitFor();
    await listFindings(window);
    await window.page.locator(".codelens-decoration", { hasText: "eaches" }).first().waitFor();
    await window.page.screenshot({ path: join(root, "media/reach.png"), animations: "disabled" });
  } finally {
    await vscode.close();
    rmSync(parent, { recursive: true, force: true });
  }
}

/** media/hover.png: what a rule and the chain that it leads to do. */
async function hover() {
  const folder = mkdtempSync(join(tmpdir(), "premortem-picture-"));
  writeFileSync(join(folder, "nftables.conf"), RULESET);
  const settings = { "editor.minimap.enabled": false, "breadcrumbs.enabled": false, "editor.hover.above": false, "workbench.activityBar.location": "hidden" };
  const vscode = await startWindow({ size: { width: 960, height: 620 }, settings });
  try {
    const window = await vscode.open(folder, "nftables.conf");
    await window.line("jump ssh").waitFor();
    await window.command("View: Toggle Primary Side Bar Visibility");
    await window.page.locator(".part.sidebar").waitFor({ state: "hidden" });
    const words = window.page.locator(".monaco-hover", { hasText: "Rule 4" }).first();
    // The extension may still be starting when the first hover is asked for.
    for (let tries = 0; tries < 20 && !(await words.isVisible()); tries++) {
      await window.page.mouse.move(5, 600);
      await window.line("jump ssh").getByText("ssh").first().hover();
      await words.waitFor({ timeout: 2000 }).catch(() => {});
    }
    await words.waitFor();
    const { x, y, width } = await window.page.locator(".part.editor").boundingBox();
    await window.page.screenshot({ path: join(root, "media/hover.png"), animations: "disabled", clip: { x, y, width, height: 560 } });
  } finally {
    await vscode.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
