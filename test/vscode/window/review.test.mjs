/* global describe, it, before, after, afterEach, document */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { blockFont } from "../../report/html/block-font.ts";
import { assertLooksLike, imageOf } from "../../support/picture.ts";
import { build } from "../../../scripts/build.mjs";
import { commitAll } from "../../../scripts/fixture.mjs";
import { run } from "../../../scripts/setup.mjs";
import { panelPicture, reviewFrame, watchPolicies } from "./review-page.mjs";
import { startWindow } from "./window.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FILE = "etc/sysctl.d/60-tunnel.conf";
const TUNNEL = "# for the tunnels to the second site\nnet.ipv4.tcp_mtu_probing = 1\n";
const CEPH = "[global]\nosd_pool_default_size = 3\nosd_pool_default_min_size = 2\n";
const BASE = { [FILE]: TUNNEL, "ceph.conf": CEPH, "etc/sysctl.d/10-gone.conf": "net.ipv4.tcp_syncookies = 1\n" };
const HEAD = { [FILE]: `${TUNNEL}net.ipv4.ip_no_pmtu_disc = 1\n`, "ceph.conf": CEPH.replace("min_size = 2", "min_size = 1") };

/** A repository whose working tree brings a finding with a safe fix and one with an unsafe fix, and lacks a file. */
function repository() {
  const directory = mkdtempSync(join(tmpdir(), "premortem-review-"));
  const write = (files) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
  };
  write(BASE);
  commitAll(directory);
  write(HEAD);
  rmSync(join(directory, "etc/sysctl.d/10-gone.conf"));
  return directory;
}

/** Waits until the workbench knows of the extension: a palette that is opened before it stays without its commands. */
function isThere(window) {
  return window.page.locator(".activitybar [aria-label^=Premortem]").first().waitFor();
}

before(() => build());

describe("the review's panel", () => {
  let directory, vscode, window, page, frame, complaints;

  before(async () => {
    directory = repository();
    vscode = await startWindow({ settings: { "window.dialogStyle": "custom" } });
    window = await vscode.open(directory, FILE);
    page = window.page;
    complaints = watchPolicies(page);
    await window.squiggles("warning").first().waitFor();
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await window?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  const tab = (name) => page.locator(`.tabs-container .tab.active[data-resource-name="${name}"]`);
  const finding = (words) => frame.locator("article.finding", { hasText: words });

  it("opens beside the editor by a key, and says that it is up to date", async () => {
    await page.locator(".view-line").first().click();
    await page.keyboard.press("Control+K");
    await page.keyboard.press("Alt+P");
    frame = await reviewFrame(page);
    assert.match(await frame.locator("#review-bar [role=status]").innerText(), /Up to date/);
    assert.ok(await finding("sysctl/pmtud-disabled").count());
    assert.ok(await finding("ceph/min-size-one").count());
    assert.equal(await page.locator(".editor-group-container").count(), 2, "beside the text");
  });

  it("leads to a place by a click, beside the page", async () => {
    await finding("ceph/min-size-one").locator("a.place").first().click();
    await tab("ceph.conf").waitFor();
    await page.locator(".statusbar-item", { hasText: "Ln 3, Col" }).first().waitFor();
    assert.ok(await page.locator(`.tabs-container .tab[aria-label*="Review: against HEAD"]`).isVisible());
  });

  it("leads to a place with the keyboard alone", async () => {
    await finding("sysctl/pmtud-disabled").locator("a.place").first().focus();
    await page.keyboard.press("Enter");
    await tab("60-tunnel.conf").waitFor();
    await page.locator(".statusbar-item", { hasText: "Ln 3, Col" }).first().waitFor();
  });

  it("shows the base's text, read-only, of a file that is gone", async () => {
    await frame.locator("a.place[data-side=before]", { hasText: "10-gone.conf" }).first().click();
    await page.locator(".tabs-container .tab.active", { hasText: "10-gone.conf" }).waitFor();
    await window.line("tcp_syncookies").waitFor();
    await window.line("tcp_syncookies").click();
    await page.keyboard.type("x");
    await page.locator(".monaco-editor-overlaymessage", { hasText: /read-only/i }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("lets nothing that a link leads to lie below its bar, which has two lines where there is little room", async () => {
    const { width, height } = page.viewportSize();
    await page.setViewportSize({ width: 820, height });
    await frame.waitForFunction(() => document.querySelector("#review-bar").offsetHeight > 60);
    const [top, bottom] = await frame.evaluate(() => {
      const target = document.querySelector("#findings");
      target.scrollIntoView({ behavior: "instant" });
      return [target.getBoundingClientRect().top, document.querySelector("#review-bar").getBoundingClientRect().bottom];
    });
    assert.ok(top >= bottom, `${top} is below ${bottom}`);
    await page.setViewportSize({ width, height });
  });

  it("opens the page of a rule", async () => {
    await finding("sysctl/pmtud-disabled").locator("a.rule").first().click();
    await page.locator(".tabs-container .tab", { hasText: "pmtud-disabled" }).first().waitFor();
  });

  it("is brought up to date while the user types, and keeps what is open and where the page stands", async () => {
    await finding("ceph/min-size-one").locator("a.place").first().click();
    await tab("ceph.conf").waitFor();
    const details = frame.locator("details.about").last();
    await details.evaluate((one) => (one.open = true));
    await frame.evaluate(() => window.scrollTo(0, 200));
    const kept = await frame.evaluate(() => document.documentElement.scrollTop);
    assert.ok(kept > 0, "there is something to scroll");
    await window.line("osd_pool_default_size").click();
    await page.keyboard.press("Control+Home");
    // A line above moves the finding.
    await page.keyboard.type("# moved\n");
    await frame.locator("a.place", { hasText: "ceph.conf:4:" }).first().waitFor();
    assert.ok(await details.evaluate((one) => one.open));
    assert.ok(Math.abs((await frame.evaluate(() => document.documentElement.scrollTop)) - kept) < 40, "the page stands where it stood");
    await frame.locator('#review-bar[data-state="current"]').waitFor();
  });

  it("applies a safe fix with one click, to unsaved text, and the finding goes", async () => {
    await finding("sysctl/pmtud-disabled").locator("button.fix").first().click();
    await finding("sysctl/pmtud-disabled").first().waitFor({ state: "detached" });
    assert.equal(readFileSync(join(directory, FILE), "utf8"), HEAD[FILE], "nothing is saved behind the user's back");
    await frame.waitForFunction(() => document.activeElement?.getAttribute("role") === "status");
  });

  it("says of an unsafe fix what it changes, and does nothing where that is not wanted", async () => {
    const fix = finding("ceph/min-size-one").locator("button.fix").first();
    await fix.click();
    const dialog = page.locator(".monaco-dialog-box");
    await dialog.waitFor();
    const words = await dialog.innerText();
    assert.match(words, /changes what hosts do/);
    assert.match(words, /-osd_pool_default_min_size = 1/);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.ok(await finding("ceph/min-size-one").count());
    await fix.click();
    await dialog.getByText("Change It").click();
    await finding("ceph/min-size-one").first().waitFor({ state: "detached" });
  });

  it("broke no content security policy", () => {
    assert.deepEqual(complaints, []);
  });
});

describe("the review's panel of an earlier window", () => {
  let directory, vscode, window;

  before(async () => {
    directory = repository();
    vscode = await startWindow();
    window = await vscode.open(directory);
    await isThere(window);
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("is there again, with what it compared", async () => {
    const { page } = window;
    await window.command("Premortem: Review Against");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Merge base with the default branch" }).first().click();
    await reviewFrame(page);
    const loaded = page.waitForEvent("load");
    await window.command("Developer: Reload Window");
    await loaded;
    const frame = await reviewFrame(page);
    assert.match(await frame.locator("h1").innerText(), /merge base with main/);
    assert.ok(await frame.locator("article.finding", { hasText: "sysctl/pmtud-disabled" }).count());
  });
});

describe("the review of a branch that is not checked out", () => {
  let directory, vscode, window;

  before(async () => {
    directory = repository();
    const git = (...args) => run("git", ["-c", "user.name=Test", "-c", "user.email=test@example.net", "-c", "commit.gpgsign=false", ...args], { cwd: directory });
    git("checkout", "-q", "-b", "proposed");
    git("commit", "-q", "-a", "-m", "Proposed");
    git("checkout", "-q", "main");
    vscode = await startWindow();
    window = await vscode.open(directory, FILE);
    await isThere(window);
    await window.line("tcp_mtu_probing").waitFor();
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await window?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("is chosen in a quick pick, and its places open as the branch has them", async () => {
    const { page } = window;
    await window.command("Premortem: Review Against");
    const row = (words) => page.locator(".quick-input-list .monaco-list-row", { hasText: words }).first();
    await row("pull request").click();
    await row("proposed").click();
    const frame = await reviewFrame(page);
    await frame.locator("article.finding", { hasText: "sysctl/pmtud-disabled" }).locator("a.place").first().click();
    await window.line("ip_no_pmtu_disc").waitFor();
    assert.equal(readFileSync(join(directory, FILE), "utf8"), TUNNEL, "nothing is checked out");
    assert.equal(await page.locator(".markers-panel .monaco-list-row").count(), 0);
  });

  it("has no button for a fix of what is not checked out, and says so", async () => {
    const frame = await reviewFrame(window.page);
    assert.equal(await frame.locator("button.fix").count(), 0);
    assert.match(await frame.locator("article.finding", { hasText: "sysctl/pmtud-disabled" }).first().innerText(), /not in the working tree/);
  });

  it("shows both texts of a changed file side by side", async () => {
    const frame = await reviewFrame(window.page);
    await frame.locator("article.finding", { hasText: "sysctl/pmtud-disabled" }).locator("a.changes").first().click();
    await window.page.locator(".tabs-container .tab.active", { hasText: "60-tunnel.conf (before and after)" }).waitFor();
    await window.page.locator(".monaco-diff-editor .line-insert").first().waitFor();
    await window.screenshot("changes");
  });
});

describe("the review of a large tree", () => {
  let directory, vscode, window;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "premortem-large-"));
    writeFileSync(join(directory, "README"), "");
    commitAll(directory);
    const settings = Array.from({ length: 60 }, (_, index) => `net.ipv4.conf.eth${index}.rp_filter = 1\n`).join("");
    for (let index = 0; index < 1500; index++) {
      mkdirSync(join(directory, `hosts/host${index}/etc/sysctl.d`), { recursive: true });
      writeFileSync(join(directory, `hosts/host${index}/etc/sysctl.d/50-host.conf`), settings);
    }
    vscode = await startWindow();
    window = await vscode.open(directory, "README");
    await isThere(window);
  });
  after(async () => {
    await vscode?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("is cancelled from the panel, which says so", async () => {
    await window.command("Premortem: Review This Change");
    const frame = await reviewFrame(window.page, { state: "running" });
    await frame.locator('#review-bar button[data-action="cancel"]').click();
    await frame.locator('#review-bar[data-state="cancelled"]').waitFor();
    assert.match(await frame.locator("#review-bar [role=status]").innerText(), /cancelled/);
  });

  it("is cancelled from its notification", async () => {
    const frame = await reviewFrame(window.page, { state: "cancelled" });
    await frame.locator('#review-bar button[data-action="again"]').click();
    await window.page.locator(".notification-list-item", { hasText: "reviews this change" }).getByText("Cancel").click();
    await frame.locator('#review-bar[data-state="cancelled"]').waitFor();
  });
});

const THEMES = { light: "Default Light Modern", dark: "Default Dark Modern", "high-contrast": "Default High Contrast" };

for (const [name, theme] of Object.entries(THEMES)) {
  describe(`the review's panel in ${theme}`, () => {
    let directory, vscode, window, frame;

    before(async () => {
      directory = repository();
      vscode = await startWindow({ settings: { "workbench.colorTheme": theme } });
      window = await vscode.open(directory, FILE);
      await isThere(window);
      await window.line("tcp_mtu_probing").waitFor();
    });
    after(async () => {
      await vscode?.close();
      rmSync(directory, { recursive: true, force: true });
    });

    afterEach(async function () {
      if (this.currentTest.state === "failed") await window?.screenshot(`failed-${name}`);
    });

    it("looks as before", async () => {
      await window.command("Premortem: Review This Change");
      frame = await reviewFrame(window.page);
      const picture = await panelPicture(window.page, frame, blockFont());
      assertLooksLike(`test/vscode/window/references/review-${name}.png`, imageOf(picture));
    });

    it("axe finds nothing wrong", async () => {
      await frame.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
      await frame.evaluate(AXE);
      const { violations } = await frame.evaluate(`axe.run(document, { resultTypes: ["violations"] })`);
      assert.deepEqual(violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`)), []);
    });
  });
}
