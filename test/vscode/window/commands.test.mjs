/* global describe, it, before */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "../../../scripts/build.mjs";
import { commitAll } from "../../../scripts/fixture.mjs";
import { root, run } from "../../../scripts/setup.mjs";
import { reviewFrame } from "./review-page.mjs";
import { inWindow } from "./in-window.mjs";

const FILE = "etc/sysctl.d/60-tunnel.conf";
const OTHER = "etc/sysctl.d/70-other.conf";
const BEFORE = "# for the tunnels to the second site\nnet.ipv4.tcp_mtu_probing = 1\n";
const BAD = `${BEFORE}net.ipv4.ip_no_pmtu_disc = 1\n`;

/** A repository in which two files have one bad line more than HEAD each. */
function repository() {
  const directory = mkdtempSync(join(tmpdir(), "premortem-commands-"));
  const write = (text) => {
    for (const path of [FILE, OTHER]) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
  };
  write(BEFORE);
  commitAll(directory);
  write(BAD);
  return directory;
}

/** The change of an incident in a working tree. */
function incident(name) {
  const directory = mkdtempSync(join(tmpdir(), "premortem-commands-"));
  cpSync(join(root, "test/incidents", name, "before"), directory, { recursive: true });
  commitAll(directory);
  cpSync(join(root, "test/incidents", name, "after"), directory, { recursive: true });
  return directory;
}

before(() => build());

describe("nobody is told what they did not ask for", () => {
  const here = inWindow(repository, FILE);

  it("by opening, typing and saving, with a git that fails", async () => {
    const { window, page, directory } = here;
    await window.squiggles("warning").first().waitFor();
    await page.locator(".codelens-decoration", { hasText: "Review this change" }).first().waitFor();
    writeFileSync(join(directory, ".git/index"), "no index");
    writeFileSync(join(directory, ".git/HEAD"), "no head");
    await window.line("ip_no_pmtu_disc").click();
    await page.keyboard.press("End");
    await page.keyboard.type("\n# typed\nnet.ipv4.tcp_tw_recycle = 1\n");
    await page.keyboard.press("Control+S");
    await page.locator(".tab.dirty").first().waitFor({ state: "detached" });
    await page.locator(".squiggly-error, .squiggly-warning").nth(1).waitFor();
    // The notifications' own list keeps what has come and gone.
    await window.command("Notifications: Show Notifications");
    await page.locator(".notifications-center .notifications-center-header", { hasText: "No new notifications" }).waitFor();
  });
});

describe("the tree's buttons", () => {
  const here = inWindow(() => incident("2015-tunnel-pmtu-collapse"));
  const button = (label) => here.page.locator(`.pane-header .action-label[aria-label*="${label}"], .title-actions .action-label[aria-label*="${label}"]`).first();

  it("review again what the disk has now", async () => {
    const { page, directory, row } = here;
    await page.locator(".activitybar .action-label[aria-label='Premortem']").first().click();
    await page.locator(".welcome-view-content .monaco-button", { hasText: "Review This Change" }).click();
    await row("Lessons touched").waitFor();
    assert.equal(await row("Findings without a lesson").count(), 0);
    await row("Not computed").waitFor();
    cpSync(join(root, "test/incidents/2015-tunnel-pmtu-collapse/before"), directory, { recursive: true });
    mkdirSync(join(directory, dirname(FILE)), { recursive: true });
    writeFileSync(join(directory, FILE), BAD);
    await button("Review Again").click();
    await row("Not computed").waitFor({ state: "detached" });
    await page.locator(".activitybar .badge-content", { hasText: /^1$/ }).first().waitFor();
  });

  it("clear what is shown", async () => {
    const { page } = here;
    await button("Clear the Review").click();
    await page.locator(".welcome-view-content .monaco-button", { hasText: "Review This Change" }).waitFor();
    assert.equal(await page.locator(".tabs-container .tab", { hasText: "Review:" }).count(), 0, "the panel has nothing to show");
  });
});

describe("what could not be computed", () => {
  const here = inWindow(() => incident("2015-tunnel-pmtu-collapse"));

  it("is listed with its reasons, which lead to their files", async () => {
    const { window, page } = here;
    await window.command("Premortem: Review This Change");
    await reviewFrame(page);
    await window.command("Premortem: Show What Could Not Be Computed");
    await page.locator(".quick-input-title", { hasText: "What could not be computed, and why" }).waitFor();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "firewall/flow-opened" }).first().click();
    await page.locator(".tabs-container .tab.active", { hasText: "nftables.conf.j2" }).waitFor();
  });

  it("says so where everything was", async () => {
    const { window, page } = here;
    await window.command("View: Close All Editors");
    await window.command("Premortem: Clear the Review's Findings");
    await window.command("Premortem: Show What Could Not Be Computed");
    await page.locator(".quick-input-title", { hasText: "Everything was computed" }).waitFor();
    await page.keyboard.press("Escape");
  });
});

describe("Source Control's menus", () => {
  const here = inWindow(repository);
  // A menu takes no click that ends as soon as it is open: that would be the one by which it was opened.
  const choose = (words) => here.page.locator(".monaco-menu .action-menu-item", { hasText: words }).first().click({ delay: 200 });

  it("review a file by its menu, and no other", async () => {
    const { page, row } = here;
    await page.keyboard.press("Control+Shift+G");
    await row("70-other.conf").click({ button: "right" });
    await choose("Review the Change of This File");
    const frame = await reviewFrame(page);
    await frame.locator("article.finding", { hasText: "70-other.conf" }).first().waitFor();
    assert.equal(await frame.locator("article.finding", { hasText: "60-tunnel.conf" }).count(), 0);
  });

  it("review a group by its menu: what is staged, and what is not", async () => {
    const { page, row, directory } = here;
    run("git", ["add", OTHER], { cwd: directory });
    await row("Staged Changes").waitFor();
    await row("Staged Changes").click({ button: "right" });
    await choose("Review These Changes");
    await page.locator(".tabs-container .tab", { hasText: "Review: what is staged" }).waitFor();
    const frame = await reviewFrame(page);
    assert.equal(await frame.locator("article.finding", { hasText: "60-tunnel.conf" }).count(), 0);
    await page.locator(".pane-body .monaco-list-row", { hasText: /^Changes/ }).first().click({ button: "right" });
    await choose("Review These Changes");
    await page.locator(".tabs-container .tab", { hasText: "Review: against what is staged" }).waitFor();
    await (await reviewFrame(page)).locator("article.finding", { hasText: "60-tunnel.conf" }).first().waitFor();
  });
});

describe("a review that cannot be made", () => {
  const here = inWindow(repository);

  it("leaves the one that is shown, and the panel says why", async () => {
    const { window, page, directory } = here;
    run("git", ["branch", "-q", "-m", "main", "trunk"], { cwd: directory });
    await window.command("Premortem: Review This Change");
    let frame = await reviewFrame(page);
    await window.command("Premortem: Review Against");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Merge base with the default branch" }).first().click();
    await page.locator(".notification-list-item", { hasText: "There is no default branch" }).first().waitFor();
    frame = await reviewFrame(page);
    const status = frame.locator("#review-bar [role=status]", { hasText: "There is no default branch" });
    await status.waitFor();
    assert.match(await status.innerText(), /Shown is the review against HEAD\. Up to date/);
    assert.ok(await frame.locator("a.place", { hasText: "60-tunnel.conf" }).count());
    // It is gone with the next one that can be made.
    await frame.locator('#review-bar button[data-action="again"]').click();
    await frame.locator("#review-bar [role=status]", { hasText: /^Up to date/ }).waitFor();
  });
});
