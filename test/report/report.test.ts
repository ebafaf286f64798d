import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import type { Finding } from "../../src/engine/finding.ts";
import { lessons } from "../../src/lessons/index.ts";
import { jsonReport } from "../../src/report/json.ts";
import { lessonPage, rulePage } from "../../src/report/page.ts";
import type { Report } from "../../src/report/report.ts";
import { VERSION, reaches } from "../../src/report/report.ts";
import { helpUri, sarifReport, sarifRules } from "../../src/report/sarif.ts";
import { terminalPage } from "../../src/report/terminal.ts";
import { textReport } from "../../src/report/text.ts";
import { rules } from "../../src/core.ts";
import { SARIF } from "./sarif-schema.ts";

const TEXTS: Record<string, string> = { "a dir/ä.conf": "one\r\n😀 two\r\nthree\n", "b.conf": "x\n" };
const FINDING: Finding = {
  rule: "sysctl/pmtud-disabled",
  severity: "warning",
  confidence: "likely",
  message: "Two is wrong. It breaks. Mend it.",
  location: { path: "a dir/ä.conf", range: { start: 8, end: 11 } },
  lessons: ["2015-tunnel-pmtu-collapse"],
  related: [{ location: { path: "b.conf", range: { start: 0, end: 1 } }, message: "here too" }],
  fixes: [{ title: "Say three", safety: "safe", edits: [{ path: "a dir/ä.conf", range: { start: 8, end: 11 }, newText: "three" }, { path: "new.conf", range: { start: 0, end: 0 }, newText: "n\n" }] }],
  data: { hosts: 3, share: 0.5 },
  fingerprint: "0123456789abcdef",
};
const REPORT: Report = {
  findings: [FINDING, { ...FINDING, severity: "error", confidence: "certain", related: [], fixes: [{ title: "Nothing", safety: "safe", edits: [] }], lessons: [], data: {} }],
  notComputed: [{ rule: "sysctl/pmtud-disabled", path: "b.conf", reason: "the kernel is not known" }, { rule: "premortem/input", path: "c", reason: "it is binary" }, { rule: "fleet/blast-radius", path: "", reason: "there is no inventory" }],
  suppressed: 2,
  files: 5,
  text: (path) => TEXTS[path],
};
const CHANGE: Report = { ...REPORT, change: { base: "HEAD", changed: 2, fixed: 1, unchanged: 3 } };
const EMPTY: Report = { findings: [], notComputed: [], suppressed: 0, files: 1, text: () => undefined };

describe("JSON", () => {
  it("has the fields of its contract, with lines and columns from 1 in UTF-16 units", () => {
    const { version, findings, notComputed, summary } = JSON.parse(jsonReport(REPORT)) as {
      version: number;
      findings: Record<string, unknown>[];
      notComputed: unknown[];
      summary: unknown;
    };
    assert.equal(version, 1);
    assert.deepEqual(Object.keys(findings[0]!), ["rule", "severity", "confidence", "message", "path", "range", "lessons", "related", "fixes", "data", "fingerprint"]);
    assert.deepEqual(findings[0]!["range"], { start: { line: 2, column: 4 }, end: { line: 2, column: 7 } });
    assert.deepEqual(findings[0]!["related"], [{ message: "here too", path: "b.conf", range: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } } }]);
    assert.deepEqual((findings[0]!["fixes"] as { edits: unknown[] }[])[0]!.edits[1], { path: "new.conf", range: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } }, newText: "n\n" });
    assert.deepEqual(findings[0]!["data"], { hosts: 3, share: 0.5 });
    assert.deepEqual(notComputed[1], { rule: "premortem/input", path: "c", reason: "it is binary" });
    assert.deepEqual(summary, { error: 1, warning: 1, info: 0, suppressed: 2, files: 5 });
  });
});

describe("SARIF", () => {
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(SARIF);

  it("is SARIF 2.1.0", () => {
    for (const report of [REPORT, CHANGE, EMPTY]) {
      assert.ok(validate(JSON.parse(sarifReport(report))), JSON.stringify(validate.errors, null, 1));
    }
  });

  it("has every rule with its page, and results that refer to them", () => {
    const [run] = (JSON.parse(sarifReport(REPORT)) as { runs: [{ tool: { driver: { rules: { id: string; helpUri: string; help: { markdown: string } }[] } }; results: { ruleId: string; ruleIndex: number }[] }] }).runs;
    const { rules: described } = run.tool.driver;
    assert.deepEqual(described.map(({ id }) => id), [...rules.keys()]);
    for (const { id, helpUri: uri, help } of described) {
      assert.equal(uri, `vscode://premortem.premortem/rules/${id}`);
      assert.equal(new URL(uri).href, helpUri(id));
      assert.equal(help.markdown, rulePage(id, rules.get(id)!, lessons));
    }
    for (const { ruleId, ruleIndex } of run.results) assert.equal(described[ruleIndex]!.id, ruleId);
    assert.deepEqual(JSON.parse(JSON.stringify(sarifRules())), described);
  });

  it("has paths as relative references, places, fixes and fingerprints", () => {
    const [run] = (JSON.parse(sarifReport(CHANGE)) as { runs: [Record<string, unknown> & { results: Record<string, never>[] }] }).runs;
    assert.equal(run["columnKind"], "utf16CodeUnits");
    const [result, second] = run.results as unknown as [Record<string, unknown>, Record<string, unknown>];
    const artifactLocation = { uri: "a%20dir/%C3%A4.conf", uriBaseId: "%SRCROOT%" };
    const region = { startLine: 2, startColumn: 4, endLine: 2, endColumn: 7 };
    assert.deepEqual(result["locations"], [{ physicalLocation: { artifactLocation, region } }]);
    assert.deepEqual(result["partialFingerprints"], { "premortem/v1": FINDING.fingerprint });
    assert.equal(result["baselineState"], "new");
    const [fix] = result["fixes"] as [{ artifactChanges: unknown[] }];
    assert.deepEqual(fix.artifactChanges[0], { artifactLocation, replacements: [{ deletedRegion: region, insertedContent: { text: "three" } }] });
    assert.equal(fix.artifactChanges.length, 2);
    assert.deepEqual((result["properties"] as { tags: unknown }).tags, FINDING.lessons);
    assert.equal(second["fixes"], undefined, "a fix with nothing in it is none");
  });
});

describe("text", () => {
  it("is a paragraph a finding, whose first line tools can read", () => {
    assert.equal(
      textReport(REPORT, { colour: false, lessons }),
      `a dir/ä.conf:2:4 warning sysctl/pmtud-disabled Two is wrong. It breaks. Mend it. (likely)
    see b.conf:1:1: here too
    lesson 2015-tunnel-pmtu-collapse: ${lessons.get("2015-tunnel-pmtu-collapse")!.organisation}, ${lessons.get("2015-tunnel-pmtu-collapse")!.title}
    fix (safe): Say three; run premortem fix

a dir/ä.conf:2:4 error sysctl/pmtud-disabled Two is wrong. It breaks. Mend it.
    fix (safe): Nothing; run premortem fix

Not computed:
  b.conf: the kernel is not known (sysctl/pmtud-disabled)
  c: it is binary (premortem/input)
  there is no inventory (fleet/blast-radius)

2 findings (1 error, 1 warning) in 5 files. 2 findings hidden by comments.
`,
    );
  });

  it("says what a change does in one line", () => {
    assert.match(textReport(CHANGE, { colour: false, lessons }), /\n2 findings \(1 error, 1 warning\) in the change from HEAD: 2 files of 5 differ\. The change mends 1 finding\. 3 older findings stand as before; premortem check lists them\. 2 findings hidden by comments\.\n$/);
    assert.equal(textReport(EMPTY, { colour: false, lessons }), "No findings in 1 file.\n");
  });

  it("has colours that leave the words alone", () => {
    const coloured = textReport(REPORT, { colour: true, lessons });
    assert.ok(coloured.includes("\u001B[31merror\u001B[0m"));
    assert.equal(coloured.replace(/\u001B\[\d+m/g, ""), textReport(REPORT, { colour: false, lessons }));
  });
});

describe("pages", () => {
  it("have their sections in one order", () => {
    for (const [id, rule] of rules) {
      const headings = [...rulePage(id, rule, lessons).matchAll(/^## (.*)$/gm)].map((match) => match[1]);
      const all = ["Why", "Instead", "Fix safety", "Examples", "Lessons", "Sources", "Data"];
      assert.deepEqual(headings, all.filter((heading) => headings.includes(heading)), id);
      for (const heading of ["Why", "Instead", "Examples"]) assert.ok(headings.includes(heading), `${id}: ${heading}`);
    }
  });

  it("show a change as two states, and code that holds backticks", () => {
    const meta = { ...rules.get("sysctl/pmtud-disabled")!, examples: { bad: { before: "a\n", after: { "x.sh": "```\n⟦`b`⟧\n" } }, good: "c\n", lookalike: [] } };
    const page = rulePage("x/y", meta, lessons);
    assert.ok(page.includes("Before:\n\n```text\na\n```\n\nAfter:\n\n`x.sh`\n\n````text\n```\n`b`\n````\n\nFound at: `` `b` ``"));
  });

  it("of lessons name the rules that they gave", () => {
    for (const lesson of lessons.values()) {
      const page = lessonPage(lesson, rules);
      assert.ok(page.startsWith(`# ${lesson.id}\n\n${lesson.organisation}, ${lesson.date}: ${lesson.title}\n`));
      for (const [id, rule] of rules) assert.equal(page.includes(`\`${id}\``), rule.lessons.includes(lesson.id));
    }
  });

  it("fold on a terminal, without their marks", () => {
    const page = terminalPage(`# a/b\n\n${"word ".repeat(40).trim()}\n\n\`\`\`text\n${"x".repeat(120)}\n\`\`\`\n\n- \`c\` and [d](https://example.org/)\n`, { colour: false });
    assert.equal(page, `a/b\n\n${"word ".repeat(17).trim()}\n${"word ".repeat(17).trim()}\n${"word ".repeat(6).trim()}\n\n    ${"x".repeat(120)}\n\n- c and d <https://example.org/>\n`);
  });
});

describe("reports", () => {
  it("know the version of the manifest", () => {
    assert.equal(VERSION, (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version);
  });

  it("reach a threshold", () => {
    assert.ok(reaches(REPORT.findings, "error") && !reaches(REPORT.findings.slice(0, 1), "error") && !reaches(REPORT.findings, "never"));
  });
});
