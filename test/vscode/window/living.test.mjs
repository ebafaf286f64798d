/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../../../scripts/setup.mjs";
import { build } from "../../../scripts/build.mjs";
import { commitAll } from "../../../scripts/fixture.mjs";
import { preview } from "./review-page.mjs";
import { startWindow } from "./window.mjs";

const FILE = "etc/sysctl.d/60-tunnel.conf";
const BEFORE = "# for the tunnels to the second site\nnet.ipv4.tcp_mtu_probing = 1\n";

/** A repository whose working tree has one bad line more than HEAD. */
function repository() {
  const directory = mkdtempSync(join(tmpdir(), "premortem-window-"));
  mkdirSync(dirname(join(directory, FILE)), { recursive: true });
  writeFileSync(join(directory, FILE), BEFORE);
  commitAll(directory);
  writeFileSync(join(directory, FILE), `${BEFORE}net.ipv4.ip_no_pmtu_disc = 1\n`);
  return directory;
}

before(() => build());

describe("pages of rules and lessons", () => {
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
  afterEach(async function () {
    if (this.currentTest.state === "failed") await window?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("open rendered from the code in the Problems panel, without a network", async () => {
    const outside = [];
    window.page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith("http") && hostname !== "127.0.0.1" && !hostname.endsWith("localhost")) outside.push(request.url());
    });
    await window.squiggles("warning").first().waitFor();
    await window.command("Problems: Focus on Problems View");
    const code = window.page.locator(".markers-panel .monaco-list-row a", { hasText: "sysctl/pmtud-disabled" }).first();
    await code.click({ modifiers: ["ControlOrMeta"] });
    const frame = await preview(window.page, "sysctl/pmtud-disabled");
    assert.ok(await frame.locator("h2", { hasText: "Instead" }).count());
    await window.screenshot("rule-page");
  });

  it("lead from a rule to its lesson and back", async () => {
    let frame = await preview(window.page, "sysctl/pmtud-disabled");
    await frame.locator("a", { hasText: "2015-tunnel-pmtu-collapse" }).first().click();
    frame = await preview(window.page, "2015-tunnel-pmtu-collapse");
    await window.screenshot("lesson-page");
    await frame.locator("a", { hasText: "sysctl/pmtud-disabled" }).first().click();
    await preview(window.page, "sysctl/pmtud-disabled");
  });

});

describe("the tree view Premortem", () => {
  let directory, vscode, window;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "premortem-window-"));
    cpSync(join(root, "test/incidents/2017-network-added/before"), directory, { recursive: true });
    commitAll(directory);
    cpSync(join(root, "test/incidents/2017-network-added/after"), directory, { recursive: true });
    vscode = await startWindow();
    window = await vscode.open(directory);
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await window?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });
  const row = (words) => window.page.locator(".pane-body .monaco-list-row", { hasText: words }).first();

  it("says what to do where nothing was reviewed", async () => {
    await window.page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await window.page.locator(".welcome-view-content .monaco-button", { hasText: "Review This Change" }).waitFor();
    await window.screenshot("tree-welcome");
  });

  it("lists the lessons with their findings and places, and the hosts by group, with a badge", async () => {
    await window.page.locator(".welcome-view-content .monaco-button", { hasText: "Review This Change" }).click();
    await row("Lessons touched").waitFor();
    await row("Hosts reached").waitFor();
    await window.page.locator(".activitybar .badge-content", { hasText: /^8$/ }).waitFor();
    await row("kvm").waitFor();
    await row("Lessons touched").click();
    await window.page.keyboard.press("ArrowRight");
    await window.page.keyboard.press("ArrowDown");
    await window.page.keyboard.press("ArrowRight");
    await window.screenshot("tree");
  });
});

describe("creating premortem.yaml", () => {
  let directory, vscode, window;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "premortem-window-"));
    cpSync(join(root, "test/incidents/2017-network-added/before"), directory, { recursive: true });
    rmSync(join(directory, "premortem.yaml"));
    vscode = await startWindow();
    window = await vscode.open(directory);
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await window?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("asks about the groups that were found, with the likely ones selected and the reason", async () => {
    await window.page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await window.page.locator(".welcome-view-content .monaco-button", { hasText: "Create premortem.yaml" }).click();
    const title = window.page.locator(".quick-input-title");
    for (const words of ["storage", "hypervisors", "routers", "the lab", "production", "From which networks"]) {
      await title.filter({ hasText: words }).waitFor();
      if (words === "hypervisors") {
        await window.page.locator(".quick-input-list .monaco-list-row", { hasText: "the group kvm is named so" }).locator("input:checked, .codicon-check").first().waitFor();
        await window.screenshot("create-configuration");
      }
      await window.page.keyboard.press("Enter");
    }
    await window.line("hypervisor: [kvm]").waitFor();
    await window.page.locator(".tab.dirty", { hasText: "premortem.yaml" }).waitFor();
    await window.screenshot("created-configuration");
  });
});

describe("in German", () => {
  let directory, vscode, window;

  before(async () => {
    directory = repository();
    vscode = await startWindow({ language: "de" });
    window = await vscode.open(directory, FILE);
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await window?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("says what the manifest says, in the palette and in the view", async () => {
    await window.squiggles("warning").first().waitFor();
    await window.page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await window.page.locator(".welcome-view-content .monaco-button", { hasText: "Diese Änderung prüfen" }).waitFor();
    await window.command("Premortem: Diese Änderung prüfen");
  });

  it("says what the code says: in the review's page, in the tree, in quick fixes", async () => {
    await window.page.locator(".pane-body .monaco-list-row", { hasText: "Berührte Lehren" }).first().waitFor();
    await preview(window.page, "Review der Änderung gegenüber HEAD", 30_000);
    await window.screenshot("german");
    await window.line("ip_no_pmtu_disc").click();
    await window.page.keyboard.press("End");
    await window.page.keyboard.press("ArrowLeft");
    await window.page.keyboard.press("Control+.");
    const menu = window.page.locator(".action-widget");
    await menu.waitFor();
    assert.match(await menu.innerText(), /hier unterdrücken, mit Begründung/);
    await window.screenshot("german-lightbulb");
    await window.page.keyboard.press("Escape");
  });
});

describe("the language status", () => {
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
  afterEach(async function () {
    if (this.currentTest.state === "failed") await window?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("has the findings, the time of the last lint, and what was not computed", async () => {
    await window.squiggles("warning").first().waitFor();
    await window.page.locator("[id='status.languageStatus'] a").first().hover();
    const card = window.page.locator(".hover-language-status, .monaco-hover", { hasText: "Premortem: 1 finding" }).first();
    await card.waitFor();
    assert.match(await card.innerText(), /last lint .* in /);
    await window.screenshot("language-status");
  });

  it("shows no notification that nobody asked for", async () => {
    assert.equal(await window.page.locator(".notification-toast").count(), 0);
  });
});
