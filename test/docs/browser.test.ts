import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { ensureChromium, root } from "../../scripts/setup.mjs";
import { launchBrowser } from "../../scripts/vscode.mjs";
import { SITE } from "../../scripts/gen/site/index.ts";
import { skip } from "../support/skip.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** One page of each sort, and all that people wrote. */
const PAGES = [
  ...readdirSync(join(root, SITE)).filter((name) => name.endsWith(".html")),
  "rules/index.html",
  "lessons/index.html",
  "rules/firewall/blocks-pmtud.html",
  "rules/ceph/too-many-hosts-at-once.html",
  "lessons/2015-tunnel-pmtu-collapse.html",
];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

describe("the site in a browser", () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const asked: string[] = [];
  const complaints: string[] = [];

  const open = (path: string): Promise<unknown> => page.goto(pathToFileURL(join(root, SITE, path)).href);

  before(async function () {
    const chromium = ensureChromium();
    if (chromium === undefined) skip(this, "there is no chromium here");
    browser = await launchBrowser(chromium);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on("request", (request) => void asked.push(request.url()));
    page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    page.on("pageerror", (error) => void complaints.push(error.message));
  });
  after(() => browser?.close());

  for (const colorScheme of ["light", "dark"] as const) {
    for (const path of PAGES) {
      it(`${path} is accessible (${colorScheme})`, async () => {
        await page.emulateMedia({ colorScheme });
        await open(path);
        assert.deepEqual(await violations(page), []);
      });
    }
  }

  it("finds a rule by its words and goes there, with the keyboard alone", async () => {
    await open("index.html");
    await page.keyboard.press("/");
    await page.keyboard.type("smaller mtu");
    await page.locator("#found [aria-selected=true]").waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Enter");
    await page.waitForURL(/rules\/firewall\/[a-z-]+\.html$/);
    assert.match(await page.locator("main").innerText(), /smaller MTU/);
  });

  it("says how many pages it found, and closes on Escape", async () => {
    await open("rules/index.html");
    await page.locator("#search").fill("ceph quorum");
    assert.equal(await page.locator(".count").innerText(), "1 page");
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#found").isHidden());
  });

  it("begins with a link past the navigation", async () => {
    await open("rules/index.html");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate("document.activeElement.id"), "main");
  });

  it("fits a narrow screen and a sheet of paper", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of PAGES) {
      await open(path);
      assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), `${path} is wider than the screen`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("nav").isHidden());
    await page.emulateMedia({ media: "screen" });
  });

  it("asked for nothing but its own files, and broke no rule of its policy", () => {
    const own = pathToFileURL(join(root, SITE)).href;
    assert.deepEqual(asked.filter((address) => !address.startsWith(`${own}/`) && !address.startsWith("data:")), []);
    assert.deepEqual(complaints, []);
  });
});

/** What axe-core has to say; it need not fetch the style again, which the policy forbids. It is evaluated beside the page, which its policy does not let scripts into. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run({ preload: false }).then(({ violations }) => violations)")) as Violation[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`));
}
