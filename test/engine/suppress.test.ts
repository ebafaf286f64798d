import assert from "node:assert/strict";
import { lint } from "../../src/engine/lint.ts";
import { suppressions } from "../../src/engine/suppress.ts";
import { finds, options, testRule, world } from "./world.ts";

const HASH = { openers: ["#"], inline: true };

function lines(text: string, syntax: Parameters<typeof suppressions>[1] = HASH): string[] {
  return suppressions(text, syntax).map(({ rules, reason, lines: { first, last } }) => `${rules.join("+")} ${first}-${last} ${reason}`);
}

describe("suppression comments", () => {
  it("cover the next line, their own line, or the file", () => {
    assert.deepEqual(lines("# premortem-ignore a/b -- known\nbad\n"), ["a/b 2-2 known"]);
    assert.deepEqual(lines("ok\nbad # premortem-ignore a/b -- known\n"), ["a/b 2-2 known"]);
    assert.deepEqual(lines("ok\n# premortem-ignore-file a/b, c/d -- known\n"), ["a/b+c/d 1-Infinity known"]);
  });

  it("reach over empty lines and other comments to the next code", () => {
    assert.deepEqual(lines("# premortem-ignore a/b -- known\n\n# more about it\n\nbad\n"), ["a/b 5-5 known"]);
    assert.deepEqual(lines("# premortem-ignore a/b -- one\n# premortem-ignore c/d -- two\nbad\n"), ["a/b 3-3 one", "c/d 3-3 two"]);
    assert.deepEqual(lines("bad\r\n# premortem-ignore a/b -- known\r\nbad\r\n"), ["a/b 3-3 known"]);
  });

  it("keep to the comment syntax of the file", () => {
    assert.deepEqual(lines("; premortem-ignore a/b -- known\nbad\n"), []);
    assert.deepEqual(lines("; premortem-ignore a/b -- known\nbad\n", { openers: ["#", ";"], inline: false }), ["a/b 2-2 known"]);
    assert.deepEqual(lines("bad # premortem-ignore a/b -- known\n", { openers: ["#"], inline: false }), []);
    assert.deepEqual(lines("/* premortem-ignore a/b -- known */\nbad\n", { openers: ["/*"], inline: true, closer: "*/" }), ["a/b 2-2 known"]);
    assert.deepEqual(lines("log prefix \"premortem-ignore a/b -- known\"\n"), []);
  });

  it("have a reason after two dashes, which may hold dashes itself", () => {
    assert.deepEqual(lines("# premortem-ignore a/long-name -- CHG-17 -- agreed\nx\n"), ["a/long-name 2-2 CHG-17 -- agreed"]);
    assert.deepEqual(lines("# premortem-ignore a/b\nx\n"), ["a/b 2-2 "]);
    assert.deepEqual(lines("# premortem-ignored a/b -- known\nx\n"), []);
  });

  const run = (text: string, more = {}): { found: string[]; suppressed: number } => {
    const result = lint(world({ f: text }), options({ "a/rule": finds("bad"), "a/change": testRule({ compare() {} }), ...more }));
    return { found: result.findings.map(({ rule, message }) => `${rule}: ${message}`), suppressed: result.suppressed };
  };

  it("hide what they name, and nothing else", () => {
    assert.deepEqual(run("# premortem-ignore a/rule -- known\nbad\nok\n"), { found: [], suppressed: 1 });
    assert.deepEqual(run("# premortem-ignore a/rule -- known\nbad\nbad\n"), { found: ["a/rule: There is bad."], suppressed: 1 });
    assert.deepEqual(run("# premortem-ignore-file a/rule -- known\nbad\nbad\n"), { found: [], suppressed: 2 });
  });

  it("hide nothing without a reason or a rule, and are found", () => {
    const [complaint, finding] = run("# premortem-ignore a/rule\nbad\n").found;
    assert.match(complaint!, /^premortem\/suppression: .*no reason/);
    assert.equal(finding, "a/rule: There is bad.");
    assert.match(run("# premortem-ignore -- known\nbad\n").found[0]!, /names no rule/);
  });

  it("are found when they are needless or name no rule that there is", () => {
    assert.match(run("# premortem-ignore a/rule -- known\nok\n").found[0]!, /a\/rule finds nothing here/);
    assert.match(run("# premortem-ignore a/rulle -- known\nbad\n").found[0]!, /There is no rule a\/rulle/);
  });

  it("are not judged by one state where the rule looks at a change", () => {
    assert.deepEqual(run("# premortem-ignore a/change -- agreed\nok\n").found, []);
  });
});
