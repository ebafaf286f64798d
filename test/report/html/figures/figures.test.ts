import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { english } from "../../../../src/report/english.ts";
import type { Figure } from "../../../../src/report/html/figure.ts";
import { figuresOf } from "../../../../src/report/html/figures/index.ts";
import { shortened, widthOf } from "../../../../src/report/html/figures/label.ts";
import { plain } from "../../../../src/report/html/markup.ts";
import { reviewedOf, textsOf } from "../../../support/reviewed.ts";
import { cases } from "./cases.ts";
import { assertTidy, drawingsOf } from "./svg.ts";

const INCIDENTS = "test/incidents";
/** What each founding incident's pictures are. */
const KINDS: { readonly [incident: string]: readonly Figure["kind"][] } = {
  "2014-osd-restart-corruption": ["reach", "rollout", "rollout", "demand"],
  "2015-tunnel-pmtu-collapse": ["flows", "reach"],
  "2017-keying-daemon-rollout": ["reach", "rollout"],
  "2017-network-added": ["reach", "maintenance", "rollout"],
  "2019-ceph-firewall-reload": ["reach", "rollout"],
};

function check(figures: readonly Figure[]): void {
  const ids = new Set<string>();
  for (const { html, title, summary, table } of figures) {
    assert.notEqual(title, "");
    assert.notEqual(summary, "");
    assert.doesNotMatch(`${title} ${summary}`, /undefined|NaN|Infinity|\{\d\}/);
    assert.doesNotMatch(html, /undefined|NaN|Infinity|\{\d\}|<[^>]*(?: style=| on\w+=| href=)|<script|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
    for (const row of table.rows) {
      assert.equal(row.length, table.head.length, `${title}: ${row.join(" | ")}`);
      assert.doesNotMatch(row.join(" "), /undefined|NaN|Infinity|\{\d\}/);
    }
    assert.ok(table.rows.length > 0);
    const drawings = drawingsOf(html);
    assert.ok(drawings.length > 0);
    for (const svg of drawings) {
      assert.notEqual(svg.title, "");
      assert.notEqual(svg.description, "");
      assertTidy(svg);
    }
    for (const [, id] of html.matchAll(/ id="([^"]*)"/g)) {
      assert.ok(!ids.has(id!), `${id} is the id of one thing`);
      ids.add(id!);
    }
    for (const [, id] of html.matchAll(/url\(#([^)]*)\)/g)) assert.ok(html.includes(` id="${id}"`), `${id} is there`);
  }
}

describe("the review's pictures", () => {
  for (const incident of readdirSync(INCIDENTS)) {
    it(`of ${incident}`, async () => {
      const of = async (): Promise<Figure[]> => figuresOf(await reviewedOf(textsOf(`${INCIDENTS}/${incident}/before`), textsOf(`${INCIDENTS}/${incident}/after`)), english);
      const figures = await of();
      assert.deepEqual(figures.map(({ kind }) => kind), KINDS[incident]);
      check(figures);
      assert.deepEqual(await of(), figures, "the same input gives the same pictures");
    });

    it(`of ${incident} in a language with long words`, async () => {
      const long = await reviewedOf(textsOf(`${INCIDENTS}/${incident}/before`), textsOf(`${INCIDENTS}/${incident}/after`));
      check(figuresOf(long, (message, ...args) => english(message.replace(/\b[a-z]{4,}\b/g, (word) => `${word}${word}`), ...args)));
    });
  }

  for (const [name, { before, after, kinds }] of Object.entries(cases)) {
    it(`of ${name}`, async () => {
      const figures = figuresOf(await reviewedOf(before, after), english);
      assert.deepEqual([...new Set(figures.map(({ kind }) => kind))], kinds);
      check(figures);
    });
  }

  it("are none where nothing changes, nothing is read, or only a state is checked", async () => {
    const state = textsOf(`${INCIDENTS}/2017-network-added/after`);
    assert.deepEqual(figuresOf(await reviewedOf(state, state), english), []);
    assert.deepEqual(figuresOf(await reviewedOf({}, { "README.md": "# Hello\n" }), english), []);
    assert.deepEqual(figuresOf(await reviewedOf({}, {}), english), []);
    assert.deepEqual(figuresOf(await reviewedOf(undefined, { "nftables.conf": "table inet filter {}\n" }), english), []);
  });

  it("shorten names as they are written, hidden characters by their numbers", () => {
    for (const name of ["plain.example.net", "\u202E".repeat(30), `db\u200B1.${"rack".repeat(20)}.example.net`, "\u{1F600}".repeat(40)]) {
      for (const width of [40, 90, 200]) {
        const short = shortened(name, width, 12.5);
        assert.ok(widthOf(plain(short), 12.5) <= width, `${short} in ${width} pixels`);
        assert.doesNotMatch(short, /[\uD800-\uDBFF](?![\uDC00-\uDFFF])/, "no half of a character");
      }
    }
    assert.equal(shortened("kvm1.example.net", 300, 12.5), "kvm1.example.net");
  });

  it("have other ids in another scope of the same page", async () => {
    const reviewed = await reviewedOf(textsOf(`${INCIDENTS}/2017-network-added/before`), textsOf(`${INCIDENTS}/2017-network-added/after`));
    check([...figuresOf(reviewed, english, "one"), ...figuresOf(reviewed, english, "two")]);
  });
});
