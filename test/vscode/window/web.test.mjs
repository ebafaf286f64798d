/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeWebWorkspace } from "../../../scripts/fixture.mjs";
import { ensureChromium, ensureVscodeWeb } from "../../../scripts/setup.mjs";
import { launchForWeb, startWeb } from "../../../scripts/web.mjs";
import { SHOTS, Window } from "./window.mjs";

describe("the window of a browser's editor", function () {
  let workspace, web, browser, window;

  before(async function () {
    try {
      ensureVscodeWeb();
    } catch {
      this.test.parent.title += " (skipped: VS Code for the browser cannot be installed)";
      this.skip();
    }
    workspace = makeWebWorkspace();
    web = await startWeb({ folder: workspace.directory, workspace: "tests.code-workspace" });
    browser = await launchForWeb(ensureChromium());
    mkdirSync(SHOTS, { recursive: true });
    const page = await browser.context.newPage();
    await page.goto(web.address);
    window = new Window(page);
    await page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
  });
  after(async () => {
    await browser?.close();
    await web?.stop();
    workspace?.remove();
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await window.page.screenshot({ path: join(SHOTS, "failed-web.png") });
  });

  it("underlines what is wrong in a file of a virtual file system", async () => {
    await window.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "nftables.conf" }).first().dblclick();
    await window.squiggles("error").first().waitFor();
  });

  it("offers no review that needs git, and reviews against a folder", async () => {
    const { page } = window;
    await page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await page.locator(".welcome-view-content .monaco-button", { hasText: "Compare with Another Folder" }).waitFor();
    await page.keyboard.press("F1");
    const input = page.locator(".quick-input-widget input[type=text]").first();
    await input.fill(">Premortem: Review");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Premortem: Review Against" }).first().waitFor();
    assert.equal(await page.locator(".quick-input-list .monaco-list-row", { hasText: "Review This Change" }).count(), 0);
    await page.keyboard.press("Escape");
    await window.command("Premortem: Review Against");
    const panel = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "A folder" }).click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "fleet" }).first().click();
    const dialog = page.locator(".quick-input-widget", { hasText: "is compared with it" });
    await dialog.locator(".monaco-list-row", { hasText: ".." }).click();
    await dialog.locator(".monaco-list-row", { hasText: "base" }).click();
    await dialog.locator(".monaco-list-row", { hasText: ".." }).waitFor();
    await dialog.getByRole("button", { name: "OK" }).click();
    await panel.getByText("firewall/blocks-pmtud").first().waitFor();
    await window.screenshot("web-review");
  });
});
