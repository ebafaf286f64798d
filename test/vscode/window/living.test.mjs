/* global describe, it, before */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../../../scripts/setup.mjs";
import { build } from "../../../scripts/build.mjs";
import { commitAll } from "../../../scripts/fixture.mjs";
import { preview } from "./review-page.mjs";
import { inWindow } from "./in-window.mjs";

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

/** An incident's tree before its change, as files of a folder. */
function fleet() {
  const directory = mkdtempSync(join(tmpdir(), "premortem-window-"));
  cpSync(join(root, "test/incidents/2017-network-added/before"), directory, { recursive: true });
  rmSync(join(directory, "premortem.yaml"));
  return directory;
}

/** The same with its change in the working tree. */
function changedFleet() {
  const directory = mkdtempSync(join(tmpdir(), "premortem-window-"));
  cpSync(join(root, "test/incidents/2017-network-added/before"), directory, { recursive: true });
  commitAll(directory);
  cpSync(join(root, "test/incidents/2017-network-added/after"), directory, { recursive: true });
  return directory;
}

before(() => build());

describe("pages of rules and lessons", () => {
  const here = inWindow(repository, FILE);

  it("open rendered from the code in the Problems panel, without a network", async () => {
    const outside = [];
    here.page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith("http") && hostname !== "127.0.0.1" && !hostname.endsWith("localhost")) outside.push(request.url());
    });
    await here.window.squiggles("warning").first().waitFor();
    await here.window.command("Problems: Focus on Problems View");
    const code = here.page.locator(".markers-panel .monaco-list-row a", { hasText: "sysctl/pmtud-disabled" }).first();
    await code.click({ modifiers: ["ControlOrMeta"] });
    const frame = await preview(here.page, "sysctl/pmtud-disabled");
    assert.ok(await frame.locator("h2", { hasText: "Instead" }).count());
    await here.window.screenshot("rule-page");
  });

  it("lead from a rule to its lesson and back", async () => {
    let frame = await preview(here.page, "sysctl/pmtud-disabled");
    await frame.locator("a", { hasText: "2015-tunnel-pmtu-collapse" }).first().click();
    frame = await preview(here.page, "2015-tunnel-pmtu-collapse");
    await here.window.screenshot("lesson-page");
    await frame.locator("a", { hasText: "sysctl/pmtud-disabled" }).first().click();
    await preview(here.page, "sysctl/pmtud-disabled");
  });
});

describe("the tree view Premortem", () => {
  const here = inWindow(changedFleet);
  const row = (words) => here.page.locator(".pane-body .monaco-list-row", { hasText: words }).first();

  it("says what to do where nothing was reviewed", async () => {
    await here.page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await here.page.locator(".welcome-view-content .monaco-button", { hasText: "Review This Change" }).waitFor();
    await here.window.screenshot("tree-welcome");
  });

  it("lists the lessons with their findings and places, and the hosts by group, with a badge", async () => {
    await here.page.locator(".welcome-view-content .monaco-button", { hasText: "Review This Change" }).click();
    await row("Lessons touched").waitFor();
    await row("Hosts reached").waitFor();
    await here.page.locator(".activitybar .badge-content", { hasText: /^8$/ }).waitFor();
    await row("kvm").waitFor();
    await row("Lessons touched").click();
    await here.page.keyboard.press("ArrowRight");
    await here.page.keyboard.press("ArrowDown");
    await here.page.keyboard.press("ArrowRight");
    await here.window.screenshot("tree");
  });
});

describe("creating premortem.yaml", () => {
  const here = inWindow(fleet);

  it("asks about the groups that were found, with the likely ones selected and the reason", async () => {
    await here.page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await here.page.locator(".welcome-view-content .monaco-button", { hasText: "Create premortem.yaml" }).click();
    const title = here.page.locator(".quick-input-title");
    for (const words of ["storage", "hypervisors", "routers", "the lab", "production", "From which networks"]) {
      await title.filter({ hasText: words }).waitFor();
      if (words === "hypervisors") {
        await here.page.locator(".quick-input-list .monaco-list-row", { hasText: "the group kvm is named so" }).locator("input:checked, .codicon-check").first().waitFor();
        await here.window.screenshot("create-configuration");
      }
      await here.page.keyboard.press("Enter");
    }
    await here.window.line("hypervisor: [kvm]").waitFor();
    await here.page.locator(".tab.dirty", { hasText: "premortem.yaml" }).waitFor();
    await here.window.screenshot("created-configuration");
  });
});

describe("in German", () => {
  const here = inWindow(repository, FILE, { language: "de" });

  it("says what the manifest says, in the palette and in the view", async () => {
    await here.window.squiggles("warning").first().waitFor();
    await here.page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await here.page.locator(".welcome-view-content .monaco-button", { hasText: "Diese Änderung prüfen" }).waitFor();
    await here.window.command("Premortem: Diese Änderung prüfen");
  });

  it("says what the code says: in the review's page, in the tree, in quick fixes", async () => {
    await here.page.locator(".pane-body .monaco-list-row", { hasText: "Berührte Lehren" }).first().waitFor();
    await preview(here.page, "Review der Änderung gegenüber HEAD", 30_000);
    await here.window.screenshot("german");
    await here.window.line("ip_no_pmtu_disc").click();
    await here.page.keyboard.press("End");
    await here.page.keyboard.press("ArrowLeft");
    await here.page.keyboard.press("Control+.");
    const menu = here.page.locator(".action-widget");
    await menu.waitFor();
    assert.match(await menu.innerText(), /hier unterdrücken, mit Begründung/);
    await here.window.screenshot("german-lightbulb");
    await here.page.keyboard.press("Escape");
  });
});

describe("the language status", () => {
  const here = inWindow(repository, FILE);

  it("has the findings, the time of the last lint, and what was not computed", async () => {
    await here.window.squiggles("warning").first().waitFor();
    await here.page.locator("[id='status.languageStatus'] a").first().hover();
    const card = here.page.locator(".hover-language-status, .monaco-hover", { hasText: "Premortem: 1 finding" }).first();
    await card.waitFor();
    assert.match(await card.innerText(), /last lint .* in /);
    await here.window.screenshot("language-status");
  });

  it("shows no notification that nobody asked for", async () => {
    assert.equal(await here.page.locator(".notification-toast").count(), 0);
  });
});
