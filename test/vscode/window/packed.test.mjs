/* global describe, it, before, after, afterEach, document */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { commitAll } from "../../../scripts/fixture.mjs";
import { packageExtension } from "../../../scripts/package.mjs";
import { preview, reviewFrame } from "./review-page.mjs";
import { startWindow } from "./window.mjs";

const FILE = "etc/sysctl.d/60-tunnel.conf";
const BEFORE = "# for the tunnels to the second site\nnet.ipv4.tcp_mtu_probing = 1\n";

/** A repository whose working tree has one bad line more than HEAD. */
function repository() {
  const directory = mkdtempSync(join(tmpdir(), "premortem-packed-"));
  mkdirSync(dirname(join(directory, FILE)), { recursive: true });
  writeFileSync(join(directory, FILE), BEFORE);
  commitAll(directory);
  writeFileSync(join(directory, FILE), `${BEFORE}net.ipv4.ip_no_pmtu_disc = 1\n`);
  return directory;
}

let vsix;
before(async () => (vsix = await packageExtension()));

/** A window on a folder where nothing but the VSIX is installed. */
async function installed(directory, file, options = {}) {
  const vscode = await startWindow({ extension: false, size: { width: 1400, height: 900 }, ...options });
  await vscode.server.install(vsix);
  return { vscode, window: await vscode.open(directory, file) };
}

function keepPictures(windowOf) {
  afterEach(async function () {
    if (this.currentTest.state === "failed") await windowOf()?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });
}

describe("the packed extension", () => {
  let directory, vscode, window;

  before(async () => {
    directory = repository();
    ({ vscode, window } = await installed(directory, FILE));
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  keepPictures(() => window);

  it("installs and finds", async () => {
    await window.squiggles("warning").first().waitFor();
  });

  it("opens the page of a code", async () => {
    await window.command("Problems: Focus on Problems View");
    const code = window.page.locator(".markers-panel .monaco-list-row a", { hasText: "sysctl/pmtud-disabled" }).first();
    await code.click({ modifiers: ["ControlOrMeta"] });
    const frame = await preview(window.page, "sysctl/pmtud-disabled");
    assert.ok(await frame.locator("h2", { hasText: "Instead" }).count());
    await window.command("View: Close Editor");
  });

  it("reviews the change in its panel", async () => {
    await window.command("Premortem: Review This Change");
    const frame = await reviewFrame(window.page);
    assert.ok(await frame.locator("article.finding", { hasText: "sysctl/pmtud-disabled" }).count());
    await window.command("View: Close Editor");
  });

  it("offers its snippets", async () => {
    await window.line("tcp_mtu_probing").click();
    await window.page.keyboard.press("Control+End");
    await window.command("Snippets: Insert Snippet");
    await window.page.locator(".quick-input-list .monaco-list-row", { hasText: "A neighbour table" }).first().click();
    await window.line("gc_thresh3").waitFor();
    await window.command("File: Revert File");
  });

  it("shows the README's pictures on its own page, and no link that leads nowhere", async () => {
    await window.command("View: Show Extensions");
    await window.page.locator(".extensions-list .monaco-list-row", { hasText: "Premortem" }).first().click();
    const readme = await preview(window.page, "Premortem");
    const pictures = await readme.evaluate(async () => {
      const all = [...document.images];
      await Promise.all(all.map((one) => one.decode().catch(() => {})));
      return all.map(({ alt, naturalWidth }) => [alt, naturalWidth > 400]);
    });
    assert.ok(pictures.length >= 3, JSON.stringify(pictures));
    assert.deepEqual(pictures.filter(([, isShown]) => !isShown), []);
    const links = await readme.evaluate(() => [...document.querySelectorAll("a[href]")].map((one) => one.getAttribute("href")));
    assert.deepEqual(links.filter((link) => !/^(?:https:|#)/.test(link)), []);
    await window.screenshot("extension-page");
  });
});

describe("the packed extension in German", () => {
  let directory, vscode, window;

  before(async () => {
    directory = repository();
    ({ vscode, window } = await installed(directory, FILE, { language: "de" }));
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  keepPictures(() => window);

  it("speaks it in the palette, the tree and the panel", async () => {
    await window.squiggles("warning").first().waitFor();
    await window.page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await window.command("Premortem: Diese Änderung prüfen");
    await window.page.locator(".pane-body .monaco-list-row", { hasText: "Berührte Lehren" }).first().waitFor();
    await preview(window.page, "Review der Änderung gegenüber HEAD", 30_000);
  });
});

describe("the walkthrough of the packed extension", () => {
  let directory, vscode, window;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "premortem-window-"));
    writeFileSync(join(directory, "notes.txt"), "");
    ({ vscode, window } = await installed(directory));
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  keepPictures(() => window);
  const step = (title) => window.page.locator(".getting-started-step", { hasText: title }).first();
  const done = (title) => step(title).locator(".codicon-pass-filled, .codicon-getting-started-step-checked").first().waitFor();
  const back = () => window.command("Premortem: Take the Walkthrough");

  it("opens the ruleset of the first incident, underlined", async () => {
    // The palette lists what the window knows when it opens.
    await window.page.locator(".activitybar .action-label[aria-label='Premortem']").first().waitFor();
    await back();
    await step("Open the ruleset of an outage").waitFor();
    await window.screenshot("walkthrough");
    await window.page.locator(".getting-started-step .monaco-button", { hasText: "Open the Ruleset" }).first().click();
    await window.squiggles("warning").first().waitFor();
  });

  it("has it mended with the lightbulb", async () => {
    await window.clickOn("6789");
    await window.page.keyboard.press("Control+.");
    const menu = window.page.locator(".action-widget");
    await menu.locator(".monaco-list-row", { hasText: "Exempt Ceph's ports" }).first().waitFor();
    await window.screenshot("walkthrough-lightbulb");
    await window.page.keyboard.press("Enter");
    await window.line("notrack").waitFor();
    await window.squiggles("warning").first().waitFor({ state: "detached" });
  });

  it("runs the review of the sample's change", async () => {
    await back();
    await done("Mend it with the lightbulb");
    await step("Review the change").click();
    await window.page.locator(".getting-started-step .monaco-button", { hasText: "Review the Change" }).first().click();
    await preview(window.page, "Review of the change", 30_000);
    await window.screenshot("walkthrough-review");
  });

  it("asks what only the user knows, in a premortem.yaml that is not saved", async () => {
    await back();
    await step("Tell what only you know").click();
    await window.page.locator(".getting-started-step .monaco-button", { hasText: "Create premortem.yaml" }).first().click();
    await window.page.locator(".quick-input-title", { hasText: "From which networks" }).waitFor();
    await window.page.keyboard.press("Enter");
    await window.page.locator(".tab.dirty", { hasText: "premortem.yaml" }).waitFor();
  });

  it("ends with every step ticked", async () => {
    await back();
    for (const title of ["Open the ruleset of an outage", "Mend it with the lightbulb", "Review the change", "Tell what only you know"]) await done(title);
    await window.screenshot("walkthrough-end");
  });
});
