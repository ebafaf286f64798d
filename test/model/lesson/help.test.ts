import assert from "node:assert/strict";
import { lessonSuggestions } from "../../../src/model/lesson/help/completion.ts";
import { lessonHover } from "../../../src/model/lesson/help/hover.ts";
import type { LessonSuggestion } from "../../../src/model/lesson/help/suggestion.ts";

const SYSCTL = "reads: sysctl-entry\n";
const RULE = "reads: firewall-rule\n";

/** What is offered at the `¦` of a text, and what it would replace. */
function at(marked: string): { items: readonly LessonSuggestion[]; labels: string[]; replaced: string } | undefined {
  const offset = marked.indexOf("¦");
  assert.ok(offset !== -1, "a place is marked");
  const text = marked.replace("¦", "");
  const found = lessonSuggestions(text, offset, "lessons/Small queue.lesson.yaml");
  if (found === undefined) return undefined;
  const { range, items } = found;
  assert.ok(range.start <= offset && offset <= range.end && !text.slice(range.start, range.end).includes("\n"), `the range is on the line of the cursor: ${JSON.stringify(text.slice(range.start, range.end))}`);
  return { items, labels: items.map(({ label }) => label), replaced: text.slice(range.start, range.end) };
}

function labels(marked: string): string[] {
  return at(marked)?.labels ?? [];
}

function offers(marked: string, ...wanted: string[]): void {
  for (const text of [marked, marked.replaceAll("\n", "\r\n")]) {
    const offered = labels(text);
    for (const label of wanted) assert.ok(offered.includes(label), `${JSON.stringify(text)} offers ${label}: ${offered.slice(0, 40).join()}`);
  }
}

function silent(marked: string): void {
  for (const text of [marked, marked.replaceAll("\n", "\r\n")]) assert.deepEqual(labels(text), [], text);
}

/** What is said of the place at the mark. */
function said(marked: string): string | undefined {
  const found = lessonHover(marked.replace("¦", ""), marked.indexOf("¦"));
  return found && [found.title, ...found.lines].join(" ");
}

describe("help with lessons: keys", () => {
  it("offers whole lessons in an empty file, each with the file's name as its id", () => {
    for (const text of ["¦", "less¦", "# Mine\n\n¦\n"]) offers(text, "lesson sysctl-entry", "lesson change", "id", "reads");
    const snippet = at("¦")!.items.find(({ label }) => label === "lesson sysctl-entry")!.snippet!;
    assert.match(snippet, /id: \$\{1:small-queue\}\nincident:\n {2}organisation: \$\{2:Example\}/);
    assert.match(snippet, /message: "Only \{sysctl\.number\\\} connections/);
    assert.ok(!labels("id: a\n¦").includes("lesson change"));
  });

  it("offers the keys of the top that are not there yet, above and below", () => {
    const offered = labels("id: a\n¦\nwhat: b\nincident:\n  title: c\n");
    assert.ok(offered.includes("reads") && offered.includes("why") && offered.includes("examples"), offered.join());
    assert.ok(!offered.includes("id") && !offered.includes("what") && !offered.includes("incident") && !offered.includes("title"), offered.join());
    assert.deepEqual([at("id: a\nmess¦")!.replaced, at("id: a\nmes¦age: x")!.replaced], ["mess", "mesage"]);
    const item = at("id: a\nmess¦")!.items.find(({ label }) => label === "message")!;
    assert.deepEqual([item.insert, item.detail], ["message: ", "required"]);
    assert.match(item.documentation!, /What the finding says/);
    // Behind a key that has its colon, only its name is written anew.
    assert.equal(at("id: a\nmes¦age: x")!.items.find(({ label }) => label === "message")!.insert, undefined);
  });

  it("offers a section's own keys, half typed or not", () => {
    assert.deepEqual(labels("incident:\n  ¦"), ["organisation", "date", "title", "link", "source"]);
    assert.deepEqual(labels("incident:\n  organisation: A\n  dat¦\n  title: b\nwhat: c\n"), ["date", "link", "source"]);
    assert.deepEqual(labels("incident:\n  organisation: A\n  ¦date: 2024\n"), ["date", "title", "link", "source"]);
    offers("examples:\n  ¦", "bad", "good");
    offers("data:\n  hosts:\n    ¦", "is", "unit");
  });

  it("offers one thing that a fix does, and no fix to a change", () => {
    offers("fix:\n  ¦", "replace", "remove", "safety");
    assert.deepEqual(labels("fix:\n  replace: a\n  ¦"), ["title", "when", "at", "safety", "why"]);
    assert.ok(labels("reads: task\n¦").includes("fix") && !labels("reads: change\n¦").includes("fix"));
  });

  it("offers names of files in examples, those of the element first", () => {
    for (const text of ["examples:\n  bad:\n    - ¦", "examples:\n  bad:\n  - etc/¦", "examples:\n  good:\n    - site.yml: |\n        x\n      ¦"]) offers(SYSCTL + text, "etc/sysctl.d/60-example.conf", "inventory/hosts.ini");
    const [first] = at(`${SYSCTL}examples:\n  bad:\n    - ¦`)!.items;
    assert.deepEqual([first!.label, first!.insert], ["etc/sysctl.d/60-example.conf", "etc/sysctl.d/60-example.conf: |\n    "]);
    assert.equal(at(`${SYSCTL}examples:\n  bad:\n    ¦`)!.items[0]!.insert, "- etc/sysctl.d/60-example.conf: |\n    ");
    assert.equal(at(`${SYSCTL}examples:\n  bad:\n    - site.yml: x\n      ¦`)!.items[0]!.insert, "etc/sysctl.d/60-example.conf: |\n  ");
    assert.equal(labels("reads: change\nexamples:\n  bad:\n    - ¦")[0], "before");
    offers("reads: change\nexamples:\n  bad:\n    - before:\n        ¦", "nftables.conf");
    offers("reads: change\nexamples:\n  bad:\n    - before: {}\n      ¦", "after");
  });

  it("says nothing in comments, prose and the texts of examples", () => {
    for (const text of ["# id¦\nid: a\n", "id: a # wh¦\n", "why: It was s¦", "why: >-\n  It was\n  s¦low\n", `${SYSCTL}examples:\n  bad:\n    - |\n      net.¦\n`, `${SYSCTL}examples:\n  bad:\n    - a.conf: |\n        sysctl.¦\n`, "sources:\n  - \"proc(5)¦\"", `${SYSCTL}message: "sysctl.¦"`, `${SYSCTL}when: "a" ¦`, `${SYSCTL}when: true &&\n  # sysctl.¦\n`, `${SYSCTL}when: "true\n  && true" ¦`]) silent(text);
  });
});

describe("help with lessons: words", () => {
  it("offers the words of each key that has some", () => {
    offers("reads: ¦", "sysctl-entry", "firewall-rule", "change");
    assert.deepEqual(labels("severity: ¦"), ["error", "warning", "info"]);
    assert.deepEqual(labels("lifecycle: s¦\nreads: task"), ["stable", "preview"]);
    assert.deepEqual(labels("fix:\n  safety: ¦"), ["unsafe", "safe"]);
    assert.deepEqual(labels("fix:\n  remove: ¦"), ["true"]);
    assert.equal(labels("incident:\n  source: ¦")[0], "post-mortem");
    assert.deepEqual(labels("id: ¦"), ["small-queue"]);
    assert.match(at("reads: sys¦")!.items.find(({ label }) => label === "sysctl-entry")!.documentation!, /kernel parameter/);
  });

  it("replaces what is there, in quotes and with blanks in it", () => {
    assert.equal(at("incident:\n  source: public r¦ep # later")!.replaced, "public rep");
    assert.equal(at('severity: "err¦"')!.replaced, "err");
    assert.equal(at("severity: ¦err")!.replaced, "err");
    assert.equal(at("severity:¦")!.items[0]!.insert, " error");
    silent('severity: "error" ¦');
  });

  it("offers the parts of the element", () => {
    offers(`${SYSCTL}at: ¦`, "value");
    offers("at: ¦\nreads: task\n", "command", "state");
    offers(`${SYSCTL}fix:\n  at: ¦`, "value");
  });
});

describe("help with lessons: conditions", () => {
  it("offers variables and functions where an operand begins, in every way to write a text", () => {
    for (const text of ["when: ¦", "when: sysctl.key == \"a\" && ¦", "when: !¦", "when: |\n  sysctl.isX &&\n  s¦\n", "when: >-\n  ¦\n", "when: 's¦'", "when: \"¦\"", "when:\n  s¦", "fix:\n  when: (¦", "data:\n  n: ¦", "data:\n  n:\n    is: size(¦", 'message: "It is {¦', 'message: "It is {¦}"', "message: It is {s¦} now", "fix:\n  replace: '{¦'"]) offers(SYSCTL + text, "sysctl", "size", "has", "inNetwork");
    const variable = at(`${SYSCTL}when: ¦`)!.items[0]!;
    assert.deepEqual([variable.label, variable.detail], ["sysctl", "SysctlEntry"]);
    assert.equal(at(`${SYSCTL}when:¦`)!.items[0]!.insert, " sysctl");
    silent(`${SYSCTL}when: sysctl.key ¦`);
  });

  it("offers fields with type, unit and meaning, and what can be called", () => {
    for (const text of ["when: sysctl.¦", "when: sysctl.num¦ < 3", "when: 'sysctl.k¦ == \"a\"'", "when: \"sysctl.key == \\\"a\\\" && sysctl.¦", "when: 'sysctl.key == ''it is'' && sysctl.¦", "when: |\n  sysctl.key == 'x' &&\n\n  sysctl.¦\n", "when: sysctl.key == \"a\" &&\n  sysctl.¦", 'message: "{sysctl.key} is {sysctl.¦', "message: >-\n  {size(sysctl.hosts)} of\n  {sysctl.¦}\n"]) offers(SYSCTL + text, "key", "number", "hosts");
    const field = at(`${SYSCTL}when: sysctl.¦`)!.items.find(({ label }) => label === "number")!;
    assert.match(`${field.detail} ${field.documentation}`, /int .+/);
    offers(`${SYSCTL}when: sysctl.key.¦`, "startsWith", "matches", "size");
    assert.ok(!labels(`${SYSCTL}when: sysctl.key.¦`).includes("exists"));
    offers(`${SYSCTL}when: sysctl.hosts.¦`, "exists", "all", "join", "size");
    assert.ok(!labels(`${SYSCTL}when: sysctl.hosts.¦`).includes("startsWith"));
    assert.equal(at(`${SYSCTL}when: sysctl.hosts.ex¦`)!.items.find(({ label }) => label === "exists")!.snippet, "exists(${1:item}, $0)");
    assert.equal(at(`${SYSCTL}when: sysctl.hosts.ex¦(h, true)`)!.items.find(({ label }) => label === "exists")!.snippet, undefined);
  });

  it("knows the types of macros' variables, of items, of calls and of types within types", () => {
    offers(`${RULE}when: rule.destinationPorts.exists(p, p¦`, "p", "rule");
    for (const text of ["rule.destinationPorts.exists(p, p.¦", "rule.destinationPorts[0].¦", "rule.destinationPorts.filter(p, p.first > 3)[0].¦", "rule.sources.exists(s, s == 'x') && rule.sourcePorts.all(q, rule.destinationPorts.exists(p, q.first < p.¦"]) offers(`${RULE}when: ${text}`, "first", "last");
    offers("reads: change\nwhen: change.before.rules.exists(r, change.after.¦", "rules", "sysctls");
    offers("reads: change\nwhen: change.before.rules.exists(r, r.¦", "verdict", "hook");
    offers("reads: change\nwhen: change.before.rules.map(r, r.chain).exists(c, c.¦", "startsWith");
    offers(`${SYSCTL}when: sysctl.value.split(",").¦`, "exists");
    offers(`${SYSCTL}when: sysctl.value.trim().¦`, "startsWith");
    offers("reads: task\nwhen: has(task.¦", "arguments", "module");
    // Outside its macro, a variable is none; where it is named, nothing can be known.
    assert.ok(!labels(`${RULE}when: rule.destinationPorts.exists(p, p.first > 1) && ¦`).includes("p"));
    silent(`${RULE}when: rule.destinationPorts.exists(¦`);
    assert.deepEqual(labels(`${RULE}when: nothing.¦`).slice(0, 2), ["all", "exists"]);
  });

  it("offers the values that a text may be compared with", () => {
    for (const text of ['rule.verdict == "¦', 'rule.verdict == "acc¦"', 'rule.verdict != "¦" && true', 'rule.verdict in ["drop", "¦"]', '"¦" == rule.verdict']) offers(`${RULE}when: |\n  ${text}`, "accept", "drop", "jump");
    for (const text of ['"sto¦" in rule.traits', 'rule.traits.exists(t, t == "¦")']) offers(`${RULE}when: |\n  ${text}`, "storage", "router");
    offers(`${SYSCTL}when: sysctl.key == "net.core.¦"`, "net.core.somaxconn", "net.ipv4.conf.all.rp_filter");
    assert.equal(at(`${SYSCTL}when: sysctl.key == "net.core.¦som" && a`)!.replaced, "net.core.som");
    offers("reads: ceph-option\nwhen: 'option.name == \"¦\"'", "osd_pool_default_size");
    offers(`${SYSCTL}when: 'sysctl.key == ''net.core.¦'`, "net.core.somaxconn");
    silent(`${SYSCTL}when: sysctl.value == "¦"`);
  });
});

describe("help with lessons: what nobody writes", () => {
  it("ends for texts that are long and deep", () => {
    for (const text of ["change.".repeat(20_000), `${"(".repeat(4000)}change${")".repeat(4000)}.`, `${"change.before.rules.exists(r, ".repeat(3000)}r.`, "[".repeat(9000), '"'.repeat(9001), "{".repeat(9001), "- ".repeat(5000)]) {
      for (const key of ["when: ", "message: ", "examples:\n  bad:\n  ", ""]) {
        const whole = `reads: change\n${key}${text}`;
        lessonSuggestions(whole, whole.length, "a.lesson.yaml");
        lessonHover(whole, whole.length);
      }
    }
  });
});

describe("help with lessons: hover", () => {
  it("explains keys, words and parts", () => {
    assert.match(said("inci¦dent:\n  title: a")!, /^incident What happened.*Required/);
    assert.match(said("incident:\n  sou¦rce: talk")!, /^incident\.source How well/);
    assert.match(said("reads: firewall¦-rule")!, /A rule of nftables.*`rule`, of type `FirewallRule`/);
    assert.match(said(`${SYSCTL}at: val¦ue`)!, /sysctl-entry, value/);
    assert.equal(said("what: inci¦dent"), undefined);
    assert.equal(said("# inci¦dent: x"), undefined);
  });

  it("explains fields, variables, functions and macros, in text that is not finished too", () => {
    assert.match(said(`${SYSCTL}when: sysctl.num¦ber < `)!, /^SysctlEntry\.number: \w+ /);
    assert.match(said(`${SYSCTL}when: |\n  true &&\n  sys¦ctl.number`)!, /^sysctl: SysctlEntry /);
    assert.match(said(`${SYSCTL}message: "It is {sysctl.va¦lue}"`)!, /^SysctlEntry\.value/);
    assert.match(said(`${RULE}when: rule.destinationPorts.exi¦sts(p, p.first > 1)`)!, /holds for some item/);
    assert.match(said(`${RULE}when: rule.destinationPorts.exists(p, ¦p.first > 1)`)!, /^p: PortRange/);
    assert.match(said(`${RULE}when: rule.destinationPorts.exists(p, p.fir¦st > 1)`)!, /^PortRange\.first: int The lowest port/);
    assert.match(said(`${RULE}when: inNet¦work("a", "b")`)!, /inNetwork\(string, string\): bool/);
    assert.match(said("reads: change\nwhen: change.sha¦re > 0.5")!, /^Change\.share: double/);
    for (const text of ["when: sysctl.key == \"sys¦ctl\"", "message: \"sys¦ctl\"", "when: sysctl.nothi¦ng", "when: sysctl.key // sys¦ctl"]) assert.equal(said(SYSCTL + text), undefined, text);
  });
});
