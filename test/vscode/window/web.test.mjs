/* global describe, it, before, after, afterEach */
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

  it("says in the panel that there is no git, and reviews against a folder from there", async () => {
    const { page } = window;
    await window.command("Premortem: Review This Change");
    const panel = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
    await panel.getByText("this window is a browser's").first().waitFor();
    await panel.getByRole("button", { name: "Review Against" }).click();
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
