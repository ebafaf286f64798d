import assert from "node:assert/strict";
import type { Finding } from "../../../src/engine/finding.ts";
import { applyEdits } from "../../../src/engine/fix.ts";
import type { PageOptions } from "../../../src/report/html/page.ts";
import { reviewHtml } from "../../../src/report/html/page.ts";
import type { Reviewed } from "../../../src/report/reviewed.ts";
import type { Texts } from "../../support/reviewed.ts";
import { findingOf, reviewedOf } from "../../support/reviewed.ts";
import { elementsOf } from "./document.ts";

const FILE = "etc/sysctl.d/60-network.conf";
const LINES = Array.from({ length: 40 }, (_, index) => `net.example.key${index + 1} = ${index + 1}`);
const TEXT = `${LINES.join("\n")}\n`;

/** The page of one finding in a file, and what is of one class in it. */
async function pageOf(finding: Partial<Finding>, options: Partial<PageOptions> = {}, texts: Texts = { [FILE]: TEXT }, before: Texts = {}): Promise<{ page: string; texts(name: string): string[] }> {
  const reviewed = await reviewedOf(before, texts, { findings: [findingOf({ location: placeOf(LINES[9]!), ...finding })] });
  return shown(reviewed, options);
}

function shown(reviewed: Reviewed, options: Partial<PageOptions> = {}): { page: string; texts(name: string): string[] } {
  const page = reviewHtml([reviewed], { policy: { nonce: "n" }, ...options });
  return { page, texts: (name) => elementsOf(page).filter(({ tag, attributes }) => tag === name || (attributes.get("class") ?? "").split(" ").includes(name)).map(({ text }) => text.replace(/[\u00A0\u202F]/g, " ")) };
}

function placeOf(part: string, path = FILE, text = TEXT): Finding["location"] {
  const start = text.indexOf(part);
  return { path, range: { start, end: start + part.length } };
}

describe("the parts of a finding on the page", () => {
  it("shows the lines around a place with the place marked, by their numbers", async () => {
    const { page, texts } = await pageOf({ location: placeOf("key10 = 10") });
    assert.deepEqual(texts("mark"), ["key10 = 10"]);
    assert.deepEqual([...page.matchAll(/data-line="(\d+)"/g)].map((match) => match[1]), ["8", "9", "10", "11", "12"]);
    assert.match(page, /<span class="line hit" data-line="10">net\.example\.<mark>/);
  });

  it("counts the lines of a long place that it leaves out", async () => {
    const { texts } = await pageOf({ location: placeOf(LINES.slice(4, 30).join("\n")) });
    assert.deepEqual(texts("mark"), LINES.slice(4, 12));
    assert.deepEqual(texts("more"), ["18 more lines of this place"]);
  });

  it("cuts a line that goes on for ever, and says by how much", async () => {
    const text = `${"a".repeat(5000)}X${"b".repeat(5000)}\n`;
    const { page, texts } = await pageOf({ location: placeOf("X", FILE, text) }, {}, { [FILE]: text });
    assert.deepEqual(texts("more"), ["4760 characters … ", " … 4760 more characters "]);
    assert.ok(page.length < 60_000);
  });

  it("takes line ends as they are, and places at the end or where there is no text", async () => {
    const text = "one\r\ntwo\r\n";
    for (const range of [{ start: 5, end: 8 }, { start: 10, end: 10 }, { start: 99, end: 120 }]) {
      const { texts } = await pageOf({ location: { path: FILE, range } }, {}, { [FILE]: text });
      assert.equal(texts("mark").length <= 1, true);
      assert.ok(!texts("line").join("").includes("\r"));
    }
    const { page } = await pageOf({ location: { path: "not/there", range: { start: 0, end: 4 } } });
    assert.match(page, /not\/there:1:1/);
  });

  it("shows related places with what is to be seen there", async () => {
    const { texts } = await pageOf({ related: Array.from({ length: 9 }, (_, index) => ({ location: placeOf(LINES[index]!), message: `This is place ${index}.` })) });
    assert.equal(texts("excerpt").length, 10);
    assert.deepEqual(texts("note").filter((text) => text.startsWith("This is place")).length, 9);
    assert.ok(texts("summary").includes("6 more places"));
  });

  it("says of a place whether it is of the base alone", async () => {
    const { page } = await pageOf({ location: placeOf(LINES[0]!, "gone.conf") }, { interactive: true }, { [FILE]: TEXT }, { "gone.conf": TEXT });
    const sides = elementsOf(page).filter(({ attributes }) => attributes.get("class") === "place").map(({ attributes }) => `${attributes.get("data-path")} ${attributes.get("data-side")}`);
    assert.deepEqual([...new Set(sides)].sort(), [`${FILE} after`, "gone.conf before"]);
  });

  it("shows each fix as the lines that it changes, with a button where there is a panel", async () => {
    const fixes = [
      { title: "Set it to 11", safety: "safe" as const, edits: [{ ...placeOf("= 10"), newText: "= 11" }] },
      { title: "Take two away", safety: "unsafe" as const, edits: [{ ...placeOf(`${LINES[1]}\n`), newText: "" }, { ...placeOf(`${LINES[35]}\n`), newText: "" }] },
      { title: "Begin a file", safety: "safe" as const, edits: [{ path: "new.conf", range: { start: 0, end: 0 }, newText: "first\nsecond\n" }] },
    ];
    const { page, texts } = await pageOf({ fixes }, { interactive: true });
    assert.deepEqual(texts("del"), [LINES[9], LINES[1], LINES[35]]);
    assert.deepEqual(texts("ins"), ["net.example.key10 = 11", "first", "second"]);
    assert.deepEqual(texts("apart"), ["…"]);
    assert.deepEqual(texts("safety"), ["safe fix", "unsafe fix: it changes what hosts do", "safe fix"]);
    const buttons = elementsOf(page).filter(({ tag }) => tag === "button");
    assert.deepEqual(buttons.map(({ attributes, text }) => [attributes.get("data-finding"), attributes.get("data-fix"), text]), fixes.map(({ title }, index) => ["0123456789abcdef", String(index), `Apply: ${title}`]));
    assert.equal(elementsOf((await pageOf({ fixes })).page).filter(({ tag }) => tag === "button").length, 0);
    assert.ok(!applyEdits(TEXT, fixes[1]!.edits).includes(LINES[35]!));
  });

  it("has no button for a fix of a text that is not at hand, and says why", async () => {
    const fixes = [FILE, "ceph.conf"].map((path) => ({ title: `Mend ${path}`, safety: "safe" as const, edits: [{ ...placeOf("= 10"), path, newText: "= 11" }] }));
    const reviewed = await reviewedOf({}, { [FILE]: TEXT, "ceph.conf": TEXT }, { findings: [findingOf({ location: placeOf(LINES[9]!), fixes })] });
    const { page, texts } = shown({ ...reviewed, present: (path) => path === FILE }, { interactive: true });
    assert.deepEqual(elementsOf(page).filter(({ tag }) => tag === "button").map(({ text }) => text), [`Apply: Mend ${FILE}`]);
    assert.equal(texts("where").filter((text) => /not in the working tree/.test(text)).length, 1);
  });

  it("offers both texts of a file side by side where there are two, in the panel", async () => {
    const changed = { [FILE]: TEXT, "new.conf": TEXT, "same.conf": TEXT };
    const related = ["new.conf", "same.conf"].map((path) => ({ location: placeOf(LINES[9]!, path), message: "This is related." }));
    const links = (page: string): (string | undefined)[] => elementsOf(page).filter(({ attributes }) => attributes.get("class") === "changes").map(({ attributes }) => attributes.get("data-path"));
    const { page } = await pageOf({ related }, { interactive: true }, changed, { [FILE]: LINES[9]!, "same.conf": TEXT });
    assert.deepEqual([...new Set(links(page))], [FILE]);
    assert.deepEqual(links((await pageOf({ related }, {}, changed, { [FILE]: LINES[9]! })).page), []);
  });

  it("says how to apply a fix in a terminal, where that can be done", async () => {
    const fixes = [{ title: "Look first", safety: "unsafe" as const, edits: [{ ...placeOf("= 10"), newText: "= 11" }] }];
    const { page } = await pageOf({ rule: "sysctl/pmtud-disabled", fixes });
    assert.match(page, /<code>premortem fix --rule sysctl\/pmtud-disabled --unsafe<\/code>/);
    assert.equal((await pageOf({ rule: "sysctl/pmtud-disabled", fixes }, { interactive: true })).page.includes("premortem fix"), false);
    assert.equal((await pageOf({ rule: "fleet/blast-radius", fixes })).page.includes("premortem fix"), false);
  });

  it("gives a rule's numbers with their names, meanings and units", async () => {
    const { texts } = await pageOf({
      rule: "fleet/window-too-short",
      data: { planned: 60, needed: 4929, memory: 360_777_252_864, hosts: 123_456, needed10Gbit: null },
    });
    assert.deepEqual(texts("dd").slice(-5), ["60 s", "1 h 22 min (4929 s)", "336 GiB", "123 456", "none"]);
    assert.ok(texts("meaning").includes("seconds that are planned for one host"));
  });

  it("writes shares as percents, lists in runs, and mappings in a row", async () => {
    const { texts } = await pageOf({ rule: "rollout/no-canary", data: { pairsBrokenAtOnce: 0.9999, batches: [1, 5, 5, 5], exposure: { failing: 0.3, touched: 6 }, downAtOnce: [{ of: "role", name: "web" }] } });
    assert.deepEqual(texts("dd").slice(-4), [">99%", "1, 5 × 3", "failing: 30%; touched: 6", "of: role; name: web"]);
  });

  it("names the files that differ by what they are for, and says which are new or gone", async () => {
    const { texts } = shown(await reviewedOf({ "a.nft": "table inet a {\n}\n", "notes.txt": "x" }, { "b.nft": "table inet b {\n}\n", "notes.txt": "y", [FILE]: TEXT }));
    assert.deepEqual(texts("dt").filter((text) => / files?$/.test(text) && !text.startsWith("Files")), ["Firewall rules 2 files", "Kernel settings 1 file"]);
    assert.ok(texts("dt").includes("Files that Premortem does not read 1 file"));
    assert.deepEqual(texts("status"), ["removed", "new", "new"]);
  });

  it("lists what the change mends, what stays, and what comments, severities and baselines keep back", async () => {
    const mended = [findingOf({ message: "It was wrong. Now it is not." })];
    const reviewed = await reviewedOf({}, { [FILE]: TEXT }, { findings: [], suppressed: 2, change: { base: "HEAD", changed: 1, fixed: 1, unchanged: 7 } });
    const { page } = shown({ ...reviewed, mended, ran: ["ceph/pool-size-two", "firewall/blocks-pmtud"] }, { hidden: 3, baseline: { known: 4, gone: [] } });
    for (const sentence of [
      "The change mends 1 finding",
      "It was wrong.",
      "7 older findings stand as before",
      "2 findings are hidden by comments",
      "3 milder findings are not shown here",
      "4 findings more are in the baseline",
      "2 rules were held against it.",
      "Judged by 2 rules",
      "ceph 1, firewall 1.",
      "Inconsistent file systems on some VMs",
    ]) {
      assert.ok(page.includes(sentence), sentence);
    }
  });
});
