import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { onPath } from "../../scripts/setup.mjs";
import type { Finding } from "../../src/engine/finding.ts";
import { lessons } from "../../src/lessons/index.ts";
import { COMMENT_LIMIT, COMMENT_MARKER, commentReport } from "../../src/report/comment.ts";
import { githubReport } from "../../src/report/github.ts";
import { gitlabReport } from "../../src/report/gitlab.ts";
import { code, inert, inertHtml } from "../../src/report/inert.ts";
import { junitReport } from "../../src/report/junit.ts";
import { rdjsonReport } from "../../src/report/rdjson.ts";
import type { Report } from "../../src/report/report.ts";
import { printable } from "../../src/report/text.ts";
import { visible } from "../../src/report/visible.ts";
import { skip } from "../support/skip.ts";
import { junitProblems } from "./junit-schema.ts";

const PATH = "a dir/ä.conf";
const TEXT = "one\r\n😀ä two\r\nthree\n";
const FINDING: Finding = {
  rule: "sysctl/pmtud-disabled",
  severity: "warning",
  confidence: "likely",
  message: "Two is wrong. It breaks. Mend it.",
  location: { path: PATH, range: { start: 9, end: 12 } },
  lessons: ["2015-tunnel-pmtu-collapse"],
  related: [{ location: { path: "b.conf", range: { start: 0, end: 1 } }, message: "here too" }],
  fixes: [
    { title: "Say three", safety: "safe", edits: [{ path: PATH, range: { start: 9, end: 12 }, newText: "three" }] },
    { title: "Say both", safety: "unsafe", edits: [{ path: PATH, range: { start: 9, end: 12 }, newText: "3" }, { path: "b.conf", range: { start: 0, end: 0 }, newText: "3" }] },
  ],
  data: {},
  fingerprint: "0123456789abcdef",
};
const text = (path: string): string | undefined => ({ [PATH]: TEXT, "b.conf": "x\n" })[path];
const report = (more: Partial<Report> = {}): Report => ({ findings: [FINDING], notComputed: [{ rule: "fleet/blast-radius", path: "", reason: "there is no inventory" }], suppressed: 0, files: 2, text, ...more });
const EMPTY = report({ findings: [], notComputed: [] });
/** Everything that somebody may put into a name or a text. */
const HOSTILE = "::error::x%0A\r\n]]><script>alert(1)</script>&\"'`@admin #1 !2 ~l www.example.net https://example.net/ GH-3 \u0000\u001B[31m\u202E\uD800\uFFFF|*_[a](b)${{ x }}";
const hostile = (): Report =>
  report({
    findings: [{ ...FINDING, message: HOSTILE, location: { path: HOSTILE, range: { start: 0, end: 0 } }, related: [{ location: { path: HOSTILE, range: { start: 0, end: 0 } }, message: HOSTILE }], fixes: [{ title: HOSTILE, safety: "safe", edits: [] }] }],
    notComputed: [{ rule: "fleet/blast-radius", path: HOSTILE, reason: HOSTILE }],
    change: { base: HOSTILE, changed: 1, fixed: 1, unchanged: 1 },
    baseline: { known: 1, gone: [{ path: HOSTILE, rule: HOSTILE, fingerprint: "f", count: 1 }] },
    text: () => undefined,
  });
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\uFFFE\uFFFF]/;

describe("texts for others to read", () => {
  it("hold no character that is not seen or means something to a program", () => {
    assert.equal(visible("a\tb\r\nc\u2028d"), "a b c d");
    assert.equal(printable("a\tb\r\n\r\nc\u202Ed\u001B[31m"), "a b c\uFFFDd\uFFFD[31m");
    assert.equal(visible("\u0000\u001B\u009B\u202E\u200B\uD800x\uDC00\uFFFF"), "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDx\uFFFD\uFFFD");
    assert.equal(visible("😀ä"), "😀ä");
  });
});

describe("github", () => {
  it("is a workflow command a finding, worst first, with its place and what may mend it", () => {
    const spans = { ...FINDING, severity: "error" as const, confidence: "certain" as const, fixes: [], location: { path: PATH, range: { start: 0, end: 12 } } };
    assert.deepEqual(githubReport(report({ findings: [FINDING, spans, { ...FINDING, severity: "info", fixes: [] }] })).split("\n"), [
      "::error file=a dir/ä.conf,line=1,endLine=2,title=sysctl/pmtud-disabled::Two is wrong. It breaks. Mend it.",
      "::warning file=a dir/ä.conf,line=2,endLine=2,col=5,endColumn=8,title=sysctl/pmtud-disabled (likely)::Two is wrong. It breaks. Mend it.%0AFix (safe): Say three%0AFix (unsafe): Say both",
      "::notice file=a dir/ä.conf,line=2,endLine=2,col=5,endColumn=8,title=sysctl/pmtud-disabled (likely)::Two is wrong. It breaks. Mend it.",
      "::notice title=fleet/blast-radius%3A not computed::Not computed: there is no inventory.",
      "",
    ]);
  });

  it("says so where GitHub shows only some", () => {
    const many = githubReport(report({ findings: Array.from({ length: 11 }, () => FINDING) }));
    assert.match(many, /^premortem: 11 warnings are listed above\. GitHub shows 10 annotations of a kind and step, so the others stand in this log alone\./m);
    assert.doesNotMatch(githubReport(report({ findings: Array.from({ length: 10 }, () => FINDING) })), /^premortem:/m);
  });

  it("lets no name or text become a command or a property", () => {
    const lines = githubReport(hostile()).trimEnd().split("\n");
    assert.equal(lines.length, 2);
    assert.ok(lines.every((line) => /^::(?:warning|notice) file=%3A%3Aerror%3A%3Ax%250A%0A[^,]*,(?:line=1,endLine=1,col=1,endColumn=1,)?title=[^,]*::/.test(line)), lines.join("\n"));
    assert.doesNotMatch(lines.join(""), CONTROL);
  });
});

describe("gitlab", () => {
  it("has the fields of a Code Quality report", () => {
    const issues = JSON.parse(gitlabReport(report({ findings: [FINDING, { ...FINDING, severity: "error" }, { ...FINDING, severity: "info" }] }))) as Record<string, unknown>[];
    assert.deepEqual(issues[0], {
      type: "issue", check_name: FINDING.rule, description: FINDING.message, fingerprint: issues[0]!["fingerprint"], severity: "major", location: { path: PATH, lines: { begin: 2, end: 2 } },
    });
    assert.deepEqual(issues.map(({ severity }) => severity), ["major", "critical", "info", "info"]);
    assert.deepEqual(issues[3]!["location"], { path: ".", lines: { begin: 1 } });
    assert.equal(new Set(issues.map(({ fingerprint }) => fingerprint)).size, issues.length, "GitLab takes two issues with one fingerprint for one");
    for (const { fingerprint } of issues) assert.match(fingerprint as string, /^[0-9a-f]{16}$/);
  });

  it("is an empty list where nothing is found, and JSON whatever a file is called", () => {
    assert.equal(gitlabReport(EMPTY), "[]\n");
    for (const { description } of JSON.parse(gitlabReport(hostile())) as { description: string }[]) assert.doesNotMatch(description, CONTROL);
  });
});

describe("junit", () => {
  it("is a suite a file, with failures for findings and skipped cases for what is not computed", () => {
    const xml = junitReport(report());
    assert.deepEqual(junitProblems(xml), []);
    assert.match(xml, /<testsuites name="premortem" tests="2" failures="1" errors="0">/);
    assert.match(xml, /<testsuite name="premortem" tests="1" failures="0" errors="0" skipped="1">\n {4}<testcase name="fleet\/blast-radius: not computed" classname="premortem"><skipped message="Not computed: there is no inventory\."\/>/);
    assert.match(xml, /<testcase name="sysctl\/pmtud-disabled at 2:5" classname="a dir\/ä\.conf"><failure type="warning" message="Two is wrong\. It breaks\. Mend it\.">a dir\/ä\.conf:2:5: Two is wrong\. It breaks\. Mend it\. \(likely\)\nsee b\.conf:1:1: here too\nfix \(safe\): Say three\nfix \(unsafe\): Say both<\/failure>/);
  });

  it("has a case that passed where nothing is found", () => {
    assert.deepEqual(junitProblems(junitReport(EMPTY)), []);
    assert.match(junitReport(EMPTY), /tests="1" failures="0"[^]*<testcase name="No findings" classname="premortem"\/>/);
  });

  it("stays legal XML 1.0 whatever a file is called", () => {
    const xml = junitReport(hostile());
    assert.deepEqual(junitProblems(xml), []);
    assert.doesNotMatch(xml, CONTROL);
    assert.ok(!xml.includes("<script"));
  });

  it("and another parser reads it", function () {
    if (onPath("python3") === undefined) skip(this, "there is no python3 here");
    const program = "import sys, xml.etree.ElementTree as E; print(len(E.fromstring(sys.stdin.buffer.read()).findall('.//testcase')))";
    for (const one of [report(), EMPTY, hostile()]) {
      const { status, stdout, stderr } = spawnSync("python3", ["-c", program], { input: junitReport(one), encoding: "utf8" });
      assert.deepEqual([status, Number(stdout)], [0, one === EMPTY ? 1 : 2], stderr);
    }
  });

  it("the checks themselves find what is wrong", () => {
    const good = junitReport(report());
    for (const bad of [good.replace("</testcase>", ""), good.replace('tests="2"', 'tests="3"'), good.replace("Two is", "Two < is"), good.replace("Two", "\u0001"), good.replace(' classname="', ' file="'), good.replaceAll("failure", "finding"), good.replace('name="premortem" tests', 'name="premortem" name="x" tests')]) {
      assert.notEqual(bad, good);
      assert.notDeepEqual(junitProblems(bad), [], bad);
    }
  });
});

describe("rdjson", () => {
  it("counts columns in bytes of UTF-8, and suggests what can be applied by itself", () => {
    const { diagnostics, severity } = JSON.parse(rdjsonReport(report())) as { severity: string; diagnostics: Record<string, unknown>[] };
    assert.equal(severity, "WARNING");
    // 😀 takes four bytes and ä two, a blank follows.
    const range = { start: { line: 2, column: 8 }, end: { line: 2, column: 11 } };
    assert.equal(Buffer.from(TEXT.split("\r\n")[1]!).subarray(7, 10).toString(), "two");
    assert.deepEqual(diagnostics[0], {
      message: FINDING.message,
      location: { path: PATH, range },
      severity: "WARNING",
      code: { value: FINDING.rule, url: "vscode://premortem.premortem/rules/sysctl/pmtud-disabled" },
      suggestions: [{ range, text: "three" }],
      related_locations: [{ message: "here too", location: { path: "b.conf", range: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } } } }],
    });
    assert.deepEqual(diagnostics[1], { message: "Not computed: there is no inventory.", severity: "INFO", code: { value: "fleet/blast-radius", url: "vscode://premortem.premortem/rules/fleet/blast-radius" } });
    assert.deepEqual(JSON.parse(rdjsonReport(EMPTY)), { source: { name: "premortem" }, severity: "INFO", diagnostics: [] });
    assert.doesNotThrow(() => JSON.parse(rdjsonReport(hostile())) as unknown);
  });
});

describe("markdown", () => {
  const options = { lessons, linkBase: "https://example.net/r/blob/c0ffee/" };

  it("says what the change does, to how many hosts, then the findings, with links to their lines", () => {
    const comment = commentReport(report({ change: { base: "main", changed: 1, fixed: 2, unchanged: 3 }, reach: { hosts: 4, of: 9, interrupted: 2 }, baseline: { known: 1, gone: [] } }), options);
    assert.ok(comment.startsWith(`${COMMENT_MARKER}\n\n## Premortem: 1 warning\n\nCompared with \`main\`, 1 file of 2 differs. The change reaches **4 of 9 hosts**, and interrupts a service on **2** of them. It mends 2 findings. 3 older findings stand as before. The baseline keeps back 1 finding.\n`), comment);
    assert.ok(comment.includes("**Warning** (likely) `sysctl/pmtud-disabled` at [`a dir/ä.conf:2`](https://example.net/r/blob/c0ffee/a%20dir/%C3%A4.conf#L2)"), comment);
    assert.ok(comment.includes("<details><summary>Not computed: 1 question</summary>"));
    assert.match(commentReport(EMPTY, options), /## Premortem: nothing found\n\n2 files checked\./);
  });

  it("links nothing without an address, and nothing that only the base has; GitLab's lines are written its way", () => {
    const spans = report({ findings: [{ ...FINDING, location: { path: PATH, range: { start: 0, end: 12 } } }] });
    assert.ok(!commentReport(spans, { lessons }).includes("](https://example.net"));
    assert.ok(!commentReport({ ...spans, removed: (path) => path === PATH }, options).includes("%C3%A4.conf#L"));
    assert.ok(commentReport(spans, options).includes("#L1-L2)"));
    assert.ok(commentReport(spans, { lessons, linkBase: "https://example.net/r/-/blob/c0ffee/" }).includes("#L1-2)"));
  });

  it("fits into a comment, worst first, and says what is left out", () => {
    const long = { ...FINDING, message: "Long. ".repeat(200) };
    const comment = commentReport(report({ findings: [...Array.from({ length: 200 }, () => long), { ...long, severity: "error" }], notComputed: Array.from({ length: 90 }, (_, i) => ({ rule: "a/b", path: `${i}`, reason: "unknown" })) }), options);
    assert.ok(comment.length <= COMMENT_LIMIT && comment.length > COMMENT_LIMIT * 0.9, String(comment.length));
    assert.ok(comment.indexOf("**Error**") < comment.indexOf("**Warning**"));
    const left = Number(/\*\*Left out here:\*\* (\d+) findings, the mildest,/.exec(comment)![1]);
    const shown = (comment.match(/\*\*Warning\*\*|\*\*Error\*\*|<b>Warning<\/b>|<b>Error<\/b>/g) ?? []).length;
    assert.equal(shown + left, 201);
    assert.ok(comment.includes("and 40 more") || comment.includes("could not be computed"));
  });

  it("lets no name or text become markup, a mention, a reference or a link", async () => {
    const { marked } = await import("marked");
    for (const text of [HOSTILE, "# a", "- a", "1. a", "> a", "```", "    a", "=== ", "--- ", "| a | b |", "![a](b)", "<!-- premortem-review -->", "[^1]: x", "a\\", "\\@x", "&lt;b&gt;"]) {
      const html = await marked.parse(inert(text), { gfm: true });
      const tags = [...html.matchAll(/<(\/?\w+)/g)].map(([, name]) => name!.replace("/", ""));
      assert.deepEqual([...new Set(tags)], ["p"], `${text}: ${html}`);
      const plain = html.replace(/<[^>]*>/g, "").replace(/&#39;/g, "'");
      assert.doesNotMatch(plain, /@\w|#\d|!\d|~l|GH-3|www\.|:\/\//, text);
      const shownCode = await marked.parse(`a ${code(text)} b`, { gfm: true });
      assert.deepEqual([...new Set([...shownCode.matchAll(/<(\w+)/g)].map(([, name]) => name))], ["p", "code"], shownCode);
    }
    const summary = await marked.parse(`<details><summary>${inertHtml(HOSTILE)}</summary>\n\n</details>`, { gfm: true });
    assert.deepEqual([...new Set([...summary.matchAll(/<(\w+)/g)].map(([, name]) => name))], ["details", "summary"]);
    assert.doesNotMatch(summary, /\\|@\w|#\d|!\d|~l|GH-3|www\.|:\/\//);
    assert.ok(inertHtml("min_size [1]").includes("min_size [1]"), "nothing takes a backslash away there");
    const html = await marked.parse(commentReport({ ...hostile(), findings: Array.from({ length: 9 }, () => hostile().findings[0]!) }, options), { gfm: true });
    assert.doesNotMatch(html, /<script|<img|onerror/);
    assert.ok([...html.matchAll(/href="([^"]*)"/g)].every(([, address]) => /^https:\/\/example\.net\/r\/blob\/c0ffee\/[\w%.~-]+(?:\/[\w%.~-]*)*#L1$/.test(address!) || address!.startsWith("https://") && [...lessons.values()].some(({ url }) => url === address)), html);
    assert.equal(html.split(COMMENT_MARKER).length, 2, "the mark is there once");
  });
});
