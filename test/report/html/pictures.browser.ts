import assert from "node:assert/strict";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import type { PNG } from "pngjs";
import type { Reviewed } from "../../../src/report/reviewed.ts";
import { TOLERANCE, assertLooksLike, compare, imageOf } from "../../support/picture.ts";
import { blockFont } from "./block-font.ts";
import { fileOf, incident, launch } from "./browser.ts";

const REFERENCES = "test/report/html/references";
/** So much of a long page is looked at, in its own pixels. */
const HIGHEST = 3600;

interface Shot {
  readonly load: () => Promise<Reviewed>;
  readonly width: number;
  readonly colorScheme?: "light" | "dark";
  readonly forcedColors?: "active";
}

const firewall = (): Promise<Reviewed> => incident("2019-ceph-firewall-reload");
const SHOTS: { readonly [name: string]: Shot } = {
  "firewall-1280-light": { load: firewall, width: 1280 },
  "firewall-1280-dark": { load: firewall, width: 1280, colorScheme: "dark" },
  "firewall-1280-forced": { load: firewall, width: 1280, forcedColors: "active" },
  "firewall-400-light": { load: firewall, width: 400 },
  "network-1600-light": { load: () => incident("2017-network-added"), width: 1600 },
  "clean-1000-light": { load: () => incident("2017-network-added", "lookalike"), width: 1000 },
};

/** The page as an image of half its size, in blocks for letters; `extra` is style on top of the page's. */
async function shoot(browser: Browser, { load, width, colorScheme = "light", forcedColors }: Shot, extra = ""): Promise<PNG> {
  // The font of blocks and the extra style come from outside of the page's policy.
  const page = await browser.newPage({ bypassCSP: true, deviceScaleFactor: 0.5, viewport: { width, height: 1200 }, colorScheme, ...(forcedColors && { forcedColors }) });
  await page.setContent(fileOf(await load()));
  await page.addStyleTag({
    content: `@font-face { font-family: Blocks; src: url(data:font/ttf;base64,${blockFont().toString("base64")}); } * { font-family: Blocks !important; font-variant: normal !important; font-synthesis: none !important; } ${extra}`,
  });
  const loaded = await page.evaluate("document.fonts.load('16px Blocks').then(async ([font]) => (await document.fonts.ready, font?.status))");
  assert.equal(loaded, "loaded", "the browser takes the font of blocks");
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  const image = imageOf(await page.screenshot({ fullPage: true, animations: "disabled", clip: { x: 0, y: 0, width, height: Math.min(height, HIGHEST) } }));
  await page.close();
  return image;
}

describe("what the page looks like", function () {
  this.timeout(120_000);
  let browser: Browser;
  before(async function () {
    browser = await launch(this);
  });
  after(() => browser?.close());

  for (const [name, shot] of Object.entries(SHOTS)) {
    it(`${name} looks as before`, async () => {
      assertLooksLike(join(REFERENCES, `${name}.png`), await shoot(browser, shot));
    });
  }

  for (const [change, style] of Object.entries({
    "a list that moves": "nav { position: static !important; order: 2; }",
    "findings without their frames": ".finding { border: 0 !important; padding: 0 !important; }",
    "a message in another colour": ".message, .incident { color: red !important; }",
    "more room between findings": ".group { margin-bottom: 3rem !important; }",
  })) {
    it(`would see ${change}`, async () => {
      const shot = SHOTS["firewall-1280-light"]!;
      const { share } = compare(await shoot(browser, shot), await shoot(browser, shot, style));
      assert.ok(share > TOLERANCE, `only ${(share * 100).toFixed(2)} % of the pixels differ`);
    });
  }

  it("does not depend on the machine's fonts", async () => {
    const shot = SHOTS["firewall-1280-light"]!;
    const { share } = compare(await shoot(browser, shot), await shoot(browser, shot, "body { font-family: serif; } code, pre { font-family: cursive; }"));
    assert.equal(share, 0);
  });
});
