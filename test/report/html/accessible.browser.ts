import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import type { Reviewed } from "../../../src/report/reviewed.ts";
import { reviewHtml } from "../../../src/report/html/page.ts";
import { fileOf, incident, large, launch } from "./browser.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES: { readonly [name: string]: () => Promise<Reviewed> } = {
  ...Object.fromEntries(readdirSync("test/incidents").map((name) => [name, () => incident(name)])),
  "a clean change": () => incident("2017-network-added", "lookalike"),
  "2,000 findings": () => large(2000),
};
const THEMES = { light: { colorScheme: "light" }, dark: { colorScheme: "dark" }, "forced colours": { colorScheme: "dark", forcedColors: "active" } } as const;

/** Colours of the editor's own themes (extensions/theme-defaults/themes of VS Code 1.91). The browser prefers the opposite, which must not matter. */
const EDITOR_THEMES = {
  "the dark theme": { classes: "vscode-dark", colours: { "editor-background": "#1f1f1f", "editor-foreground": "#cccccc", descriptionForeground: "#9d9d9d", "textCodeBlock-background": "#2b2b2b", "panel-border": "#2b2b2b", "textLink-foreground": "#4daafc", "button-background": "#0078d4", "button-foreground": "#ffffff" } },
  "the light theme": { classes: "vscode-light", colours: { "editor-background": "#ffffff", "editor-foreground": "#3b3b3b", descriptionForeground: "#3b3b3b", "textCodeBlock-background": "#f8f8f8", "panel-border": "#e5e5e5", "textLink-foreground": "#005fb8", "button-background": "#005fb8", "button-foreground": "#ffffff" } },
  "the high-contrast theme": { classes: "vscode-high-contrast", colours: { "editor-background": "#000000", "editor-foreground": "#ffffff", contrastBorder: "#6fc3df", contrastActiveBorder: "#f38518", "textLink-foreground": "#21a6ff", "button-foreground": "#ffffff", "button-background": "#000000" } },
  "the light high-contrast theme": { classes: "vscode-high-contrast vscode-high-contrast-light", colours: { "editor-background": "#ffffff", "editor-foreground": "#292929", contrastBorder: "#0f4a85", contrastActiveBorder: "#006bbd", "textLink-foreground": "#0f4a85", "button-foreground": "#ffffff", "button-background": "#0f4a85" } },
};

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What a browser complains of, and what it asks for, while it shows a page. */
async function shown(page: Page, html: string): Promise<string[]> {
  const noise: string[] = [];
  page.on("console", (message) => noise.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
  await page.route("**/*", (route) => {
    const address = route.request().url();
    if (address === "https://page.example.net/review.html") return route.fulfill({ body: html, contentType: "text/html; charset=utf-8" });
    // The browser itself asks each host for its sign; no page can forbid it.
    if (!address.endsWith("/favicon.ico")) noise.push(`request: ${address}`);
    return route.abort();
  });
  await page.goto("https://page.example.net/review.html");
  return noise;
}

/** What axe finds wrong. It runs in the page's own world, which the policy lets nobody into but the test's protocol. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const options = { resultTypes: ["violations"], runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } };
  const { violations: found } = await page.evaluate<{ violations: Violation[] }>(`axe.run(document, ${JSON.stringify(options)})`);
  return found.flatMap(({ id, impact, nodes }) => nodes.slice(0, 3).map((node) => `${id} (${impact}): ${node.html.slice(0, 200)} ${node.failureSummary}`));
}

describe("the page in a browser", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async function () {
    browser = await launch(this);
  });
  after(() => browser?.close());

  for (const [name, load] of Object.entries(PAGES)) {
    for (const [theme, settings] of Object.entries(THEMES)) {
      it(`axe finds nothing wrong with ${name}, ${theme}, with everything opened`, async () => {
        const page = await browser.newPage({ ...settings, viewport: { width: 1000, height: 900 } });
        const noise = await shown(page, fileOf(await load()));
        await page.evaluate("document.querySelectorAll('details').forEach((one, index) => { one.open = index < 400; })");
        assert.deepEqual(await violations(page), []);
        assert.deepEqual(noise, []);
        await page.close();
      });
    }
  }

  for (const [theme, style] of Object.entries(EDITOR_THEMES)) {
    it(`axe finds nothing wrong with the panel's page in ${theme}`, async () => {
      const page = await browser.newPage({ bypassCSP: true, viewport: { width: 560, height: 900 }, colorScheme: theme.includes("light") ? "dark" : "light" });
      const { colours, classes } = style;
      const html = reviewHtml([await incident("2014-osd-restart-corruption")], { policy: { nonce: "n" }, interactive: true });
      await shown(page, html.replace("<body>", `<body class="${classes}">`));
      await page.addStyleTag({ content: `:root { ${Object.entries(colours).map(([name, colour]) => `--vscode-${name}: ${colour};`).join(" ")} }` });
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      assert.deepEqual(await violations(page), []);
      await page.close();
    });
  }

  it("axe would find what is wrong", async () => {
    // The hash is of the style sheet as it was, so the policy has to look away.
    const page = await browser.newPage({ bypassCSP: true });
    await shown(page, fileOf(await incident("2019-ceph-firewall-reload")).replace("--dim: #57606a", "--dim: #c0c6cc").replace("<h1>", "<h4>").replace("</h1>", "</h4>"));
    const found = (await violations(page)).join("\n");
    assert.match(found, /color-contrast/);
    assert.match(found, /page-has-heading-one|heading-order/);
    await page.close();
  });

  it("a policy that does not know the style sheet keeps it out, so the hash is looked at", async () => {
    const page = await browser.newPage();
    const noise = await shown(page, fileOf(await incident("2019-ceph-firewall-reload")).replace("--dim: #57606a", "--dim: #57606b"));
    assert.match(noise.join("\n"), /Content Security Policy/);
    await page.close();
  });

  for (const width of [400, 1000, 1600]) {
    it(`fits into ${width} pixels`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      await shown(page, fileOf(await incident("2017-network-added")));
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
      await page.close();
    });
  }

  it("leads from a link to what is folded away, and by keyboard past the lists", async () => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    await shown(page, fileOf(await large(2000)));
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement?.className"), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate("document.activeElement?.id"), "main");
    const folded = await page.evaluate<string>("document.querySelector('details.rest article').id");
    await page.evaluate(`location.hash = "${folded}"`);
    await page.waitForFunction(`document.getElementById("${folded}").checkVisibility()`);
    await page.close();
  });

  it("is whole when it is printed", async () => {
    const page = await browser.newPage();
    await shown(page, fileOf(await incident("2019-ceph-firewall-reload")));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const [nav, ground] = await page.evaluate<string[]>("[getComputedStyle(document.querySelector('nav')).display, getComputedStyle(document.body).backgroundColor]");
    assert.deepEqual([nav, ground], ["none", "rgb(255, 255, 255)"]);
    await page.close();
  });
});
