import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Finding } from "../../../src/engine/finding.ts";
import type { PageOptions } from "../../../src/report/html/page.ts";
import { PAGE_STYLE, reviewHtml } from "../../../src/report/html/page.ts";
import type { Reviewed } from "../../../src/report/reviewed.ts";
import { findingOf, reviewedOf, textsOf } from "../../support/reviewed.ts";
import { elementsOf, textOf } from "./document.ts";

const OPTIONS: PageOptions = { policy: { styleHash: "sha256-x" } };
const INCIDENTS = "test/incidents";
const RULESET = { "nftables.conf": "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\ttcp dport 22 accept\n\t}\n}\n" };

async function withFindings(findings: readonly Partial<Finding>[]): Promise<Reviewed> {
  return reviewedOf(RULESET, RULESET, { findings: findings.map((finding, index) => findingOf({ fingerprint: index.toString(16).padStart(16, "0"), ...finding })) });
}

const incident = (name: string, of = ""): Promise<Reviewed> => reviewedOf(textsOf(join(INCIDENTS, name, of, "before")), textsOf(join(INCIDENTS, name, of, "after")));

/** Says of a page what it should have, and not all that it has. */
function has(page: string, wanted: RegExp): void {
  assert.ok(wanted.test(page), `the page has ${String(wanted)}`);
}

function lacks(page: string, unwanted: RegExp): void {
  assert.ok(!unwanted.test(page), `the page has no ${String(unwanted)}`);
}

describe("the page of a review", () => {
  for (const name of readdirSync(INCIDENTS)) {
    it(`is a sound document for ${name}`, async () => {
      const page = reviewHtml([await incident(name)], OPTIONS);
      const elements = elementsOf(page);
      const ids = elements.flatMap(({ attributes }) => attributes.get("id") ?? []);
      assert.equal(new Set(ids).size, ids.length, "every id is there once");
      for (const { attributes } of elements) {
        const href = attributes.get("href");
        if (href?.startsWith("#")) assert.ok(ids.includes(href.slice(1)), `${href} leads somewhere`);
        for (const named of (attributes.get("aria-labelledby") ?? "").split(" ").filter(Boolean)) assert.ok(ids.includes(named), `${named} names something`);
      }
      const levels = elements.filter(({ tag }) => /^h[1-6]$/.test(tag)).map(({ tag }) => Number(tag[1]));
      assert.equal(levels.filter((level) => level === 1).length, 1);
      levels.forEach((level, index) => assert.ok(index === 0 || level <= levels[index - 1]! + 1, `no level is skipped at heading ${index}`));
    });

    it(`has every finding of ${name} with its incident, its place and its fixes`, async () => {
      const reviewed = await incident(name);
      const page = reviewHtml([reviewed], { ...OPTIONS, interactive: true, policy: { nonce: "n" } });
      const elements = elementsOf(page);
      for (const { fingerprint, location, fixes, lessons } of reviewed.report.findings) {
        assert.ok(page.includes(`id="f-${fingerprint}"`));
        const places = elements.filter(({ attributes }) => attributes.get("class") === "place" && attributes.get("data-path") === location.path);
        assert.ok(places.some(({ attributes }) => attributes.get("data-start") === String(location.range.start) && attributes.get("data-end") === String(location.range.end) && attributes.get("data-side") === "after"));
        const buttons = elements.filter(({ tag, attributes }) => tag === "button" && attributes.get("data-finding") === fingerprint);
        assert.deepEqual(buttons.map(({ attributes }) => attributes.get("data-fix")), fixes.map((_, index) => String(index)));
        for (const id of lessons) assert.ok(textOf(page).includes(reviewed.lesson(id)!.whatHappened), id);
      }
    });
  }

  it("answers in the order of its questions", async () => {
    const page = reviewHtml([await withFindings([{}])], OPTIONS);
    const heads = elementsOf(page).filter(({ tag }) => tag === "h2").map(({ text }) => text);
    assert.deepEqual(heads, ["What this change does", "What could go wrong", "What was looked at and is well"]);
  });

  it("says first what is worst: by severity, then how sure it is, then how many hosts it reaches", async () => {
    const page = reviewHtml(
      [
        await withFindings([
          { rule: "a/info", severity: "info", message: "Sixth." },
          { rule: "a/possible", confidence: "possible", message: "Fifth.", data: { hosts: 99 } },
          { rule: "a/few", message: "Fourth.", data: { hosts: 2 } },
          { rule: "a/many", message: "Third.", data: { hosts: 20 } },
          { rule: "a/likely-error", severity: "error", confidence: "likely", message: "Second." },
          { rule: "a/error", severity: "error", message: "First." },
        ]),
      ],
      OPTIONS,
    );
    const titles = elementsOf(page).filter(({ tag }) => tag === "h3").map(({ text }) => text);
    assert.deepEqual(titles.filter((text) => /th\.|rd\.|st\.|ond\./.test(text)), ["First.", "Second.", "Third.", "Fourth.", "Fifth.", "Sixth."]);
  });

  it("says the same for the same input", async () => {
    const [one, other] = [await incident("2017-network-added"), await incident("2017-network-added")].map((reviewed) => reviewHtml([reviewed], OPTIONS));
    assert.ok(one === other);
  });

  it("tells what an incident was once, and refers to it afterwards", async () => {
    const lessons = ["2017-network-added"];
    const reviewed = await withFindings([{ rule: "a/one", lessons }, { rule: "a/two", lessons, severity: "info" }]);
    const page = reviewHtml([reviewed], OPTIONS);
    assert.equal(page.split("One public network was added").length - 1, 1);
    has(page, /It has happened, as told above: <a href="#f-0{16}">[^<]+, 20\d\d[^<]*<\/a>/);
    assert.equal(elementsOf(page).filter(({ attributes }) => attributes.get("class") === "incident").length, 1);
  });

  it("puts findings of one rule together, and keeps those behind the first to be opened", async () => {
    const page = reviewHtml([await withFindings(Array.from({ length: 12 }, () => ({})))], OPTIONS);
    assert.equal(elementsOf(page).filter(({ tag }) => tag === "article").length, 12);
    has(page, /<summary>9 more findings of this kind<\/summary>/);
  });

  it("counts what a large review leaves out, and says how to see it", async () => {
    const page = reviewHtml([await withFindings(Array.from({ length: 50 }, () => ({})))], { ...OPTIONS, limits: { open: 2, full: 10, listed: 20, entries: 5 } });
    assert.equal(elementsOf(page).filter(({ tag }) => tag === "article").length, 10);
    assert.equal(page.split("<li id=").length - 1, 20);
    has(page, /20 more findings are left out.*premortem review --format json/s);
  });

  it("says so where a change is clean, with what it does and whom it reaches", async () => {
    const text = textOf(reviewHtml([await incident("2017-network-added", "lookalike")], OPTIONS));
    has(text, /Nothing found\./);
    has(text, /Variables of hosts and groups/);
    has(text, /Read: \d+ files of \d+ hosts\./);
  });

  it("answers above everything else what changes, for how many hosts, and what is worst there", async () => {
    const page = reviewHtml([await incident("2019-ceph-firewall-reload")], OPTIONS);
    const top = /<header class="top">.*?<\/header>/s.exec(page)![0];
    has(top, /Files changed<\/dt><dd><span class="value">1<\/span> <span class="facts">Firewall rules</);
    has(top, /Hosts reached<\/dt><dd><span class="value">25<\/span> <span class="facts">of 25, 100%</);
    has(top, /<p class="worst"><span class="severity warning">Worst<\/span> <a href="#f-[0-9a-f]+">[^<]+<\/a><\/p>/);
    lacks(reviewHtml([await incident("2017-network-added", "lookalike")], OPTIONS), /class="worst"/);
  });

  it("says nothing twice: how many hosts, what it is measured against, where a finding stands", async () => {
    const page = reviewHtml([await incident("2019-ceph-firewall-reload")], OPTIONS);
    lacks(page, /Measured against|It reaches 25|>Hosts that the change reaches<\/h/);
    for (const article of page.split("<article").slice(1)) {
      const places = elementsOf(`<!doctype html>\n<article${article.split("</article>")[0]!}</article>`).filter(({ attributes }) => attributes.get("class") === "place").map(({ text }) => text);
      assert.equal(new Set(places).size, places.length, places.join());
    }
  });

  it("writes numbers as the reader's language does", async () => {
    const german: PageOptions["translate"] = (message, ...args) => (({ "{0}%": "{0}\u00A0%", "{0}.{1}": "{0},{1}" })[message] ?? message).replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));
    const reviewed = await withFindings([{ rule: "rollout/no-canary", data: { pairsBrokenAtOnce: 0.5, ratio: 1234.5 } }]);
    const page = reviewHtml([reviewed], { ...OPTIONS, language: "de", translate: german });
    has(page, /<dd>50\u00A0%<\/dd>/);
    has(page, /<dd>1235<\/dd>|<dd>1234,5<\/dd>/);
    has(reviewHtml([reviewed], OPTIONS), /<dd>50%<\/dd>/);
  });

  it("is a page of the state where there is no base", async () => {
    const page = reviewHtml([await reviewedOf(undefined, RULESET)], OPTIONS);
    has(page, /<h1>Check of the state<\/h1>/);
    lacks(page, /id="change"/);
  });

  it("says why something could not be computed, once for each reason", async () => {
    const notComputed = [
      ...Array.from({ length: 9 }, (_, index) => ({ rule: "ceph/pool-size-two", path: `host_vars/${index}.yml`, reason: "the value is behind a vault" })),
      { rule: "sysctl/overridden", path: "a.conf", reason: "a template hides it" },
    ];
    const page = reviewHtml([await reviewedOf(RULESET, RULESET, { notComputed })], OPTIONS);
    assert.equal(page.split("The value is behind a vault.").length - 1, 1);
    has(page, /in 9 files/);
    has(page, /10 questions could not be computed/);
  });

  it("reviews several projects on one page, with paths and ids of their own", async () => {
    const one = await incident("2019-ceph-firewall-reload");
    const [a, b] = ["a/", "b/"].map((prefix): Reviewed => {
      const findings = one.report.findings.map((finding) => ({ ...finding, location: { ...finding.location, path: prefix + finding.location.path } }));
      const report = { ...one.report, findings, text: (path: string) => one.report.text(path.slice(2)) };
      return { ...one, report, changed: one.changed.map((path) => prefix + path), shown: (path) => prefix + path };
    });
    const page = reviewHtml([a!, b!], OPTIONS);
    const ids = elementsOf(page).flatMap(({ attributes }) => attributes.get("id") ?? []);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(elementsOf(page).filter(({ tag }) => tag === "article").length, 2 * one.report.findings.length);
    has(textOf(page), /Reviewed together: a, b\./);
  });

  it("loads and runs nothing: no address, no style or handler in a tag, a policy that says so", async () => {
    const page = reviewHtml([await incident("2017-network-added")], OPTIONS);
    for (const { tag, attributes } of elementsOf(page)) {
      assert.ok(!["script", "link", "img", "iframe", "object", "base", "form"].includes(tag), tag);
      for (const name of attributes.keys()) assert.ok(!/^on|^style$|^src|^action$/.test(name), `${tag} ${name}`);
    }
    lacks(PAGE_STYLE, /url\(|@import|<\//);
    has(page, /content="default-src &#39;none&#39;; style-src &#39;sha256-x&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"/);
  });

  it("lets the panel's script in by its nonce alone", async () => {
    const reviewed = [await withFindings([])];
    const page = reviewHtml(reviewed, { policy: { nonce: "abc" }, script: { text: 'const x = "</script>";' } });
    has(page, /script-src &#39;nonce-abc&#39;/);
    has(page, /<script nonce="abc">const x = "<\\\/script>";<\/script>/);
    has(reviewHtml(reviewed, { policy: { nonce: "abc" }, script: { address: "https://example.net/a.js" } }), /<script nonce="abc" src="https:\/\/example.net\/a.js"><\/script>/);
    lacks(reviewHtml(reviewed, { policy: { styleHash: "x" }, script: { text: "x" } }), /<script/);
  });

  it("links to the organisation's own words only by the web's addresses", async () => {
    const reviewed = await withFindings([{ lessons: ["own"] }]);
    const page = (url: string): string =>
      reviewHtml([{ ...reviewed, lesson: () => ({ id: "own", organisation: "O", date: "2020", title: "T", url, whatHappened: "W", lesson: "L" }) }], OPTIONS);
    has(page("https://example.net/post-mortem"), /href="https:\/\/example.net\/post-mortem">Their own words/);
    for (const url of ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "command:x", " https://x", "//example.net"]) lacks(page(url), /Their own words/);
  });

  it("says the page's texts in the reader's language, and findings as they are", async () => {
    const page = reviewHtml([await withFindings([{ message: "Kept." }])], { ...OPTIONS, language: "de", translate: (message, ...args) => `«${message.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]))}»` });
    has(page, /<html lang="de">/);
    has(page, /<h1>«Review of the change from HEAD»<\/h1>/);
    has(page, /><span lang="en">Kept\.<\/span><\/h3>/);
  });

  it("lets no text of a file, a finding or a lesson become a tag", async () => {
    const unit = fc.constantFrom("<", ">", '"', "'", "&", "`", "\n", "\r", "\0", "\u202E", "<script>", "</style>", "<!--", "-->", "]]>", " onerror=", "a", ". B", "{0}", "/");
    const hostile = fc.string({ unit, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (path, text, word) => {
        const name = path === "" || path.includes("\0") ? "x" : path;
        const location = { path: name, range: { start: 1, end: Math.max(1, text.length - 1) } };
        const lesson = { id: word, organisation: word, date: word, title: word, url: `https://${word}`, whatHappened: text, lesson: word };
        const fix = { title: word, safety: "unsafe" as const, edits: [{ path: name, range: location.range, newText: word }] };
        const finding = findingOf({ rule: word, message: text, location, lessons: [word], related: [{ location, message: word }], fixes: [fix], data: { [word]: text, list: [word, [word]], map: { [word]: word } } });
        const change = { base: word, changed: 1, fixed: 1, unchanged: 1 };
        const one = await reviewedOf({}, { [name]: text }, { findings: [finding, { ...finding, fingerprint: "1" }], notComputed: [{ rule: word, path: name, reason: text }], change });
        const page = reviewHtml([{ ...one, mended: [finding], lesson: () => lesson }, { ...one, shown: (shown) => word + shown }], { ...OPTIONS, interactive: true });
        elementsOf(page);
      }),
      { numRuns: 60 },
    );
  });
});
