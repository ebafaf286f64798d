import assert from "node:assert/strict";
import { lintFiles, loadWorkspace } from "../../../src/core.ts";
import { applyFixes } from "../../../src/engine/fix.ts";

const GOOD = `# A comment before it.
id: short-queue
incident:
  organisation: Example
  date: 2024-03-01
  title: Refused at noon
what: The queue is short.
why: Connections are refused.
instead: Make it longer.
reads: sysctl-entry
when: >-
  sysctl.key == "net.core.somaxconn"
    && sysctl.number < 4096
message: "Only {sysctl.value} may wait."
fix:
  replace: '4096'
  why: It takes memory.
data:
  queue:
    is: sysctl.number
    unit: connections
examples:
  bad:
    - net.core.somaxconn = ⟦128⟧
  good:
    - net.core.somaxconn = 4096
`;

/** What is found in the lesson after a replacement: the text at each place with the message, and the text after the fixes. */
async function problems(from: string, to: string): Promise<{ found: [string, string][]; fixed: string }> {
  assert.ok(from === "" || GOOD.includes(from), `${from} is in the lesson`);
  const text = GOOD.replace(from, to);
  const path = "queue.lesson.yaml";
  const { findings, failures } = lintFiles(await loadWorkspace(new Map([[path, text]])), [path]);
  assert.deepEqual(failures, []);
  const { files } = applyFixes(() => text, findings.flatMap(({ fixes }) => fixes));
  return { found: findings.map(({ location: { range }, message }) => [text.slice(range.start, range.end), message]), fixed: files.get(path) ?? text };
}

describe("problems of a lesson file", () => {
  it("a good lesson has none", async () => assert.deepEqual((await problems("", "")).found, []));

  const meant: readonly [what: string, from: string, to: string, place: string][] = [
    ["a field in a folded condition", "sysctl.number <", "sysctl.numbr <", "numbr"],
    ["a variable", "&& sysctl.number", "&& sysctrl.number", "sysctrl"],
    ["a field in a quoted message", "{sysctl.value}", "{sysctl.valu}", "valu"],
    ["a field in data", "is: sysctl.number", "is: sysctl.nummber", "nummber"],
    ["an element", "reads: sysctl-entry", "reads: sysctl-entri", "sysctl-entri"],
    ["a key", "instead: Make", "insted: Make", "insted"],
    ["a key below a section", "  title: Ref", "  titel: Ref", "titel"],
    ["a severity", "reads: sysctl", "severity: eror\nreads: sysctl", "eror"],
    ["a part", "fix:\n", "at: valu\nfix:\n", "valu"],
  ];
  for (const [what, from, to, place] of meant) {
    it(`${what} that there is not: at its place, with what was meant, and mended by the fix`, async () => {
      const { found, fixed } = await problems(from, to);
      const [first] = found.filter(([at]) => at === place);
      assert.match(first?.[1] ?? JSON.stringify(found), /Did you mean /);
      const again = lintFiles(await loadWorkspace(new Map([["queue.lesson.yaml", fixed]]))).findings;
      assert.deepEqual(again.map(({ message }) => message), [], fixed);
    });
  }

  const told: readonly [what: string, from: string, to: string, place: string, message: RegExp][] = [
    ["types that do not compare", "sysctl.number < 4096", 'sysctl.number < "4096"', 'sysctl.number < "4096"', /int < string does not work/],
    ["a function", "sysctl.number < 4096", "lenght(sysctl.value) > 1", "lenght", /There is no function lenght/],
    ["a function's types", "sysctl.number < 4096", "inNetwork(sysctl.number, sysctl.value)", "", /inNetwork\(string, string\): bool/],
    ["syntax", "sysctl.number < 4096", "sysctl.number <", "<", /ends too early/],
    ["a word that CEL does not have", "&& sysctl.number", "and sysctl.number", "and", /CEL writes &&, not and/],
    ["an equals sign", 'sysctl.key == "net', 'sysctl.key = "net', "=", /CEL writes ==, not =/],
    ["a tag of YAML", "reads: sysctl-entry", "reads: !sysctl-entry", "reads", /begins with ! for a tag/],
    ["a brace that stays open", "{sysctl.value}", "{sysctl.value", "{", /not closed/],
    ["a brace that closes nothing", "{sysctl.value}", "sysctl.value}", "}", /Nothing is open here/],
    ["an id", "id: short-queue", "id: Short Queue", "Short Queue", /is no id/],
    ["a date", "date: 2024-03-01", "date: last spring", "last spring", /is no date/],
    ["a link that runs something", "  title: Ref", "  link: javascript:alert(1)\n  title: Ref", "javascript:alert(1)", /no address that can be opened/],
    ["a fix that does two things", "  replace: '4096'", "  replace: '4096'\n  remove: true", "remove", /does one thing/],
    ["a fix that leaves the fault", "  replace: '4096'", "  replace: '129'", "fix", /finding is still there/],
    ["a fix that breaks the file", "  replace: '4096'", "  at: key\n  replace: '='", "fix", /./],
    ["a bad example that is silent", "⟦128⟧", "8192", "net.core.somaxconn = 8192", /must give a finding, and gives none/],
    ["a good example that is not", "= 4096\n", "= 100\n", "net.core.somaxconn = 100", /must not give a finding, and gives one/],
    ["a mark where nothing is found", "- net.core.somaxconn = ⟦128⟧", "- |\n      ⟦vm.swappiness = 1⟧\n      net.core.somaxconn = 128", "⟦vm.swappiness = 1⟧", /Nothing is found at this mark/],
    ["an example of another format", "- net.core.somaxconn = ⟦128⟧", "- nftables.conf: net.core.somaxconn = 128", "nftables.conf", /There is no sysctl-entry in it/],
    ["an example that only a variable decides", "- net.core.somaxconn = ⟦128⟧", '- "net.core.somaxconn = {{ queue }}"', "\"net.core.somaxconn = {{ queue }}\"", /could not be computed/],
    ["a path that leaves the example", "- net.core.somaxconn = ⟦128⟧", "- ../../etc/passwd: a", "../../etc/passwd", /leaves the example/],
    ["one side of a change", "- net.core.somaxconn = ⟦128⟧", "- before: a", "before: a", /has before and after/],
    ["YAML", "reads: sysctl-entry", "reads: [sysctl-entry", "", /not valid YAML/],
  ];
  for (const [what, from, to, place, message] of told) {
    it(`${what}: at its place`, async () => {
      const { found } = await problems(from, to);
      const hit = found.find(([at, said]) => message.test(said) && (place === "" || at === place));
      assert.ok(hit !== undefined, JSON.stringify(found));
    });
  }

  it("what is missing is told where the lesson begins", async () => {
    const { found } = await problems("what: The queue is short.\n", "");
    assert.deepEqual(found.map(([at, message]) => [at, /^A lesson needs what/.test(message)]), [["id", true]]);
  });

  it("two lessons of one id: the second is told, and does not run", async () => {
    const { findings } = lintFiles(await loadWorkspace(new Map([["a.lesson.yaml", GOOD], ["b.lesson.yaml", GOOD], ["etc/sysctl.d/a.conf", "net.core.somaxconn = 128\n"]])));
    assert.deepEqual(findings.map(({ rule, location }) => `${rule} ${location.path}`), ["premortem/lesson b.lesson.yaml", "lesson/short-queue etc/sysctl.d/a.conf"]);
  });
});
