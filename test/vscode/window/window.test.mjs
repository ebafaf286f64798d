/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { commitAll } from "../../../scripts/fixture.mjs";
import { reviewFrame } from "./review-page.mjs";
import { startWindow } from "./window.mjs";

const BEFORE = "# for the tunnels to the second site\nnet.ipv4.tcp_mtu_probing = 1\n";
const BAD = `${BEFORE}net.ipv4.ip_no_pmtu_disc = 1\n`;
const FILE = "etc/sysctl.d/60-tunnel.conf";

/** A repository whose working tree has one bad line more than HEAD. */
function repository() {
  const directory = mkdtempSync(join(tmpdir(), "premortem-window-"));
  mkdirSync(dirname(join(directory, FILE)), { recursive: true });
  writeFileSync(join(directory, FILE), BEFORE);
  commitAll(directory);
  writeFileSync(join(directory, FILE), BAD);
  return directory;
}

/** Takes a picture of what a failed test left on the screen. */
function keepPictures(windowOf) {
  afterEach(async function () {
    if (this.currentTest.state === "failed") await windowOf()?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });
}

describe("the window", () => {
  let directory, vscode, window;

  before(async () => {
    directory = repository();
    vscode = await startWindow();
    window = await vscode.open(directory, FILE);
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  keepPictures(() => window);

  it("underlines the bad line of an opened file", async () => {
    await window.squiggles("warning").first().waitFor();
  });

  it("explains it on hover, with why and what instead", async () => {
    await window.line("ip_no_pmtu_disc").getByText("1", { exact: true }).first().hover().catch(() => window.squiggles("warning").first().hover({ force: true }));
    const hover = window.page.locator(".monaco-hover", { hasText: "sysctl/pmtud-disabled" }).first();
    await hover.waitFor();
    const text = await hover.innerText();
    for (const words of ["Why:", "Instead:", "Lesson of"]) assert.ok(text.includes(words), text);
    await window.page.keyboard.press("Escape");
  });

  it("reviews the change from the palette in a panel, and lists it in the Problems panel", async () => {
    await window.command("Premortem: Review This Change");
    await reviewFrame(window.page);
    await window.page.locator(".tabs-container .tab", { hasText: "Review: against HEAD" }).waitFor();
    await window.command("Problems: Focus on Problems View");
    await window.page.locator(".markers-panel .monaco-list-row", { hasText: "sysctl/pmtud-disabled" }).first().waitFor();
  });

  it("has the review in Source Control's title", async () => {
    await window.page.keyboard.press("Control+Shift+G");
    await window.page.locator(".action-label[aria-label*='Review This Change']").first().waitFor();
    await window.page.keyboard.press("Control+Shift+E");
  });

  it("mends it from the lightbulb", async () => {
    await window.line("ip_no_pmtu_disc").click();
    await window.page.keyboard.press("End");
    await window.page.keyboard.press("ArrowLeft");
    await window.page.keyboard.press("Control+.");
    const menu = window.page.locator(".action-widget");
    await menu.waitFor();
    assert.match(await menu.innerText(), /Suppress sysctl\/pmtud-disabled here/);
    await window.page.keyboard.press("Enter");
    await window.squiggles("warning").first().waitFor({ state: "detached" });
  });
});

describe("an untrusted workspace", () => {
  let directory, vscode, window;

  before(async () => {
    directory = repository();
    vscode = await startWindow({ trust: true, settings: { "security.workspace.trust.startupPrompt": "never" } });
    window = await vscode.open(directory, FILE);
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  keepPictures(() => window);

  it("is linted", async () => {
    await window.squiggles("warning").first().waitFor();
  });

  it("is not reviewed, and the message says what to do", async () => {
    await window.command("Premortem: Review This Change");
    const frame = await reviewFrame(window.page, { state: "failed" });
    assert.match(await frame.locator("#review-bar [role=status]").innerText(), /Trust this one/);
  });
});
