import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { english } from "../../../../src/report/english.ts";
import { figuresOf } from "../../../../src/report/html/figures/index.ts";
import { FIGURES_STYLE } from "../../../../src/report/html/figures/style.ts";
import type { Texts } from "../../../support/reviewed.ts";
import { reviewedOf, textsOf } from "../../../support/reviewed.ts";
import { launch } from "../browser.ts";
import { cases } from "./cases.ts";

const INCIDENTS = "test/incidents";
const CHANGES: { readonly [name: string]: { readonly before: Texts; readonly after: Texts } } = {
  ...Object.fromEntries(readdirSync(INCIDENTS).map((name) => [name, { before: textsOf(join(INCIDENTS, name, "before")), after: textsOf(join(INCIDENTS, name, "after")) }])),
  ...cases,
};

async function pageOf(browser: Browser, { before, after }: { readonly before: Texts; readonly after: Texts }, width: number): Promise<Page> {
  const figures = figuresOf(await reviewedOf(before, after), english);
  const page = await browser.newPage({ viewport: { width, height: 600 } });
  await page.setContent(`<!doctype html><style>body { font-family: sans-serif; margin: 16px; } ${FIGURES_STYLE}</style>${figures.map(({ html }) => html).join("")}`);
  return page;
}

/** In the page: how many drawings are shown, and texts that leave theirs or stand in each other's way. */
const UNTIDY = `(() => {
  const drawings = [...document.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 0);
  const faults = drawings.flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }));
    return boxes.flatMap(({ text, box }, index) => {
      const out = box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 4 || box.bottom > frame.bottom + 4;
      const over = boxes.slice(0, index).filter((other) => box.left + 1 < other.box.right && other.box.left + 1 < box.right && box.top + 5 < other.box.bottom && other.box.top + 5 < box.bottom);
      return [...(out ? [text + " leaves the drawing"] : []), ...over.map((other) => text + " stands on " + other.text)];
    });
  });
  return { drawings: drawings.length, faults };
})()`;

describe("the pictures in a browser", () => {
  let browser: Browser;
  before(async function () {
    browser = await launch(this);
  });
  after(() => browser?.close());

  for (const [name, change] of Object.entries(CHANGES)) {
    it(`have room for their words: ${name}`, async () => {
      for (const width of [900, 420]) {
        const page = await pageOf(browser, change, width);
        const { drawings, faults } = await page.evaluate<{ drawings: number; faults: string[] }>(UNTIDY);
        assert.ok(drawings > 0);
        assert.deepEqual(faults, [], `${width} px wide`);
        await page.close();
      }
    });
  }

  it("show the drawing that was made for their width", async () => {
    for (const [width, shown] of [[900, "fig-wide"], [420, "fig-narrow"]] as const) {
      const page = await pageOf(browser, CHANGES["2017-network-added"]!, width);
      const classes = await page.locator("svg:visible").evaluateAll((all) => all.map((svg) => svg.classList[1]));
      assert.ok(classes.length > 0 && classes.every((one) => one === shown), classes.join());
      await page.close();
    }
  });

  it("switch between what-ifs by keyboard alone, each switch for itself", async () => {
    const page = await pageOf(browser, CHANGES["2017-network-added"]!, 900);
    const cases = page.locator(".fig-switch").first().locator(".fig-case");
    const visible = async (): Promise<number[]> => (await cases.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height > 0))).flatMap((is, index) => (is ? [index] : []));
    const other = page.locator(".fig-switch").nth(1).locator(".fig-case:visible .fig-said");
    const untouched = await other.textContent();
    assert.deepEqual(await visible(), [0]);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.type"), "radio");
    for (const wanted of [1, 2, 3, 4, 0]) {
      await page.keyboard.press("ArrowRight");
      assert.deepEqual(await visible(), [wanted]);
    }
    const outline = await page.evaluate("getComputedStyle(document.querySelector('.fig-switch > input:checked + label')).outlineStyle");
    assert.equal(outline, "solid", "one sees where the keyboard is");
    assert.equal(await other.textContent(), untouched);
    assert.equal(await page.getByRole("radio", { name: "One at a time", exact: true }).count(), 1);
    assert.equal(await page.getByRole("group", { name: "What if" }).count(), 1);
    await page.close();
  });

  it("are told by their titles and descriptions", async () => {
    const page = await pageOf(browser, CHANGES["2015-tunnel-pmtu-collapse"]!, 900);
    const image = page.getByRole("img", { name: /^Flows that roles\/edge\/templates\/nftables\.conf\.j2 opens and closes The change closes 2 and opens 1/ });
    assert.equal(await image.count(), 1);
    await page.close();
  });

  it("have a place for every colour where colours are forced", async () => {
    const page = await pageOf(browser, CHANGES["2014-osd-restart-corruption"]!, 900);
    const fills = (): Promise<string[]> => page.evaluate("[...new Set([...document.querySelectorAll('.fig-wide rect')].map((one) => getComputedStyle(one).fill + getComputedStyle(one).stroke))]");
    const usual = await fills();
    await page.emulateMedia({ forcedColors: "active" });
    const forced = await fills();
    assert.ok(usual.length >= 3 && forced.length >= 3, "bars still differ");
    assert.notDeepEqual(usual, forced);
    await page.close();
  });
});
