import assert from "node:assert/strict";
import { lintFiles, loadWorkspace } from "../../../src/core.ts";
import { judged, lessonOf, lessonText } from "./lesson.ts";

const SYSCTL = "vm.swappiness = 10\n";
const TEN = "[0,1,2,3,4,5,6,7,8,9]";

/** Loops inside each other: 10 to the power of `depth` turns. */
function nested(depth: number): string {
  return depth === 0 ? "true" : `${TEN}.all(v${depth}, ${nested(depth - 1)})`;
}

describe("bounded conditions", () => {
  it("loops inside each other end, and are told as the lesson's", async () => {
    const { hits, exhausted } = await judged("sysctl-entry", nested(12), "etc/sysctl.d/a.conf", SYSCTL);
    assert.deepEqual(hits, []);
    assert.ok(exhausted !== undefined);
    const workspace = await loadWorkspace(new Map([["etc/sysctl.d/a.conf", SYSCTL], ["a.lesson.yaml", lessonText("sysctl-entry", nested(12))]]));
    const { findings, failures } = lintFiles(workspace, ["etc/sysctl.d/a.conf"], { only: new Set(["lesson/tried"]) });
    assert.deepEqual(failures, []);
    assert.deepEqual(findings.map(({ rule, severity }) => [rule, severity]), [["lesson/tried", "info"]]);
    assert.match(findings[0]!.message, /too many steps/);
  });

  it("an error inside exists does not use the steps up unseen", async () => {
    const { exhausted } = await judged("sysctl-entry", nested(9).replaceAll(".all(", ".exists(").replace("true", "1 / 0 == 1"), "etc/sysctl.d/a.conf", SYSCTL);
    assert.ok(exhausted !== undefined);
  });

  it("texts and lists that double do not grow without end", async () => {
    let text = "sysctl.key";
    for (let i = 0; i < 9; i++) text = `[${text}].map(x${i}, x${i} + x${i} + x${i} + x${i} + x${i} + x${i} + x${i} + x${i})[0]`;
    const { hits } = await judged("sysctl-entry", `size(${text}) > 0`, "etc/sysctl.d/a.conf", SYSCTL);
    assert.deepEqual(hits, []);
    let list = TEN;
    for (let i = 0; i < 9; i++) list = `[${list}].map(x${i}, x${i} + x${i} + x${i} + x${i} + x${i} + x${i} + x${i} + x${i})[0]`;
    assert.deepEqual((await judged("sysctl-entry", `size(${list}) > 0`, "etc/sysctl.d/a.conf", SYSCTL)).hits, []);
  });

  it("patterns that backtracking would never finish are answered", async () => {
    const value = `${"a".repeat(5000)}!`;
    for (const pattern of ["^(a+)+$", "^(a|aa)+$", "(.*a){20}b", "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
      assert.deepEqual((await judged("sysctl-entry", `sysctl.value.matches(${JSON.stringify(pattern)})`, "etc/sysctl.d/a.conf", `kernel.core_pattern = ${value}\n`)).hits, [], pattern);
    }
  });

  for (const [what, when, message] of [
    ["a pattern that is no literal", "sysctl.value.matches(sysctl.key)", /written out as a text/],
    ["a pattern with a look-ahead", 'sysctl.value.matches("(?=a)")', /no regular expression of RE2/],
    ["a pattern that is too long", `sysctl.value.matches("${"a".repeat(600)}")`, /longer than 500/],
    ["a condition that is nested too deeply", `${"(".repeat(60)}true${")".repeat(60)}`, /cannot be used/],
    ["a condition of too many parts", Array.from({ length: 600 }, () => "true").join(" && "), /cannot be used/],
    ["a function that lessons do not have", 'timestamp("2024-03-01T00:00:00Z") != timestamp(0)', /no function timestamp/],
    ["bind, which repeats what it names", "cel.bind(x, sysctl, x.key == x.key)", /no variable cel|no function bind/],
    ["bytes", "b'a' == b'a'", /neither bytes/],
    ["a number as a condition", "sysctl.number", /gives int, and a condition/],
  ] as const) {
    it(`${what} is refused when the lesson is read`, async () => {
      await assert.rejects(lessonOf("sysctl-entry", when), message);
    });
  }

  it("expressions at random neither hang nor throw", async () => {
    let state = 7;
    const random = (most: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % most;
    const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
    const expression = (depth: number): string => {
      if (depth <= 0) return pick(["sysctl", "sysctl.key", "sysctl.number", "sysctl.numbers", "sysctl.hosts", "1", "-1", "2.5", '"a"', "true", "[]", "{}", "[1, 2]", '{"a": 1}', "x"]);
      const next = (): string => expression(depth - 1 - random(2));
      switch (random(10)) {
        case 0:
          return `(${next()} ${pick(["&&", "||", "==", "!=", "<", ">=", "+", "-", "*", "/", "%", "in"])} ${next()})`;
        case 1:
          return `(${next()} ? ${next()} : ${next()})`;
        case 2:
          return `${next()}.${pick(["all", "exists", "exists_one", "map", "filter"])}(x, ${next()})`;
        case 3:
          return `${next()}.${pick(["key", "number", "nothing", "size()", "trim()", "constructor", "__proto__"])}`;
        case 4:
          return `${next()}[${next()}]`;
        case 5:
          return `[${next()}, ${next()}]`;
        case 6:
          return `${pick(["size", "int", "double", "string", "family", "has"])}(${next()})`;
        case 7:
          return `${next()}.${pick(["startsWith", "contains", "split", "join", "matches"])}(${next()})`;
        case 8:
          return `${pick(["!", "-"])}${next()}`;
        default:
          return `${pick(["inNetwork", "overlaps", "isOlder", "covers"])}(${next()}, ${next()})`;
      }
    };
    const before = [Object.prototype, Array.prototype].map((one) => Object.getOwnPropertyNames(one).length);
    let run = 0;
    for (let i = 0; i < 3000; i++) {
      const when = expression(5);
      const workspace = await loadWorkspace(new Map([["etc/sysctl.d/a.conf.j2", `${SYSCTL}kernel.threads-max = {{ a }}\n`], ["a.lesson.yaml", lessonText("sysctl-entry", `dyn(${when}) == dyn(1)`.replace(/^dyn\((.*)\) == dyn\(1\)$/s, i % 2 === 0 ? "$1" : "($1) == ($1)"))]]));
      const { failures } = lintFiles(workspace);
      assert.deepEqual(failures.map(({ error }) => String(error)), [], when);
      run++;
    }
    assert.equal(run, 3000);
    assert.deepEqual([Object.prototype, Array.prototype].map((one) => Object.getOwnPropertyNames(one).length), before);
  });

  it("lessons that are meant to hurt are read in no time and hurt nobody", async () => {
    const lesson = lessonText("sysctl-entry", "true");
    const bomb = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}, *a${i}]`).join("\n");
    const texts = {
      huge: lesson + "# ".repeat(400_000),
      deep: `${lesson}data: ${"[".repeat(5000)}`,
      indented: `${lesson}data:\n${Array.from({ length: 400 }, (_, i) => `${" ".repeat(i + 2)}k:`).join("\n")}\n`,
      bomb: `a0: &a0 x\n${bomb}\n${lesson}`,
      circle: `id: &a [*a]\nexamples: &b { bad: *b, good: *b }\n`,
      proto: lesson.replace("id: tried", "__proto__: { id: a }\nconstructor: b"),
      keys: lesson + Array.from({ length: 5000 }, (_, i) => `key${i}: 1`).join("\n"),
      examples: lesson.replace("bad: [a]", `bad: [${"a,".repeat(3000)}]`),
      holes: lesson.replace("message: found", `message: "${"{sysctl.key}".repeat(600)}"`),
      braces: lesson.replace("message: found", `message: "${"{".repeat(4001)}"`),
      empty: "",
      binary: "\0\0",
      list: "- a\n- b\n",
      template: "{{ lookup('file', 'x') }}\n{% for a in b %}",
      marks: lesson.replace("bad: [a]", `bad: ["${"⟦".repeat(3000)}"]`),
    };
    for (const [name, text] of Object.entries(texts)) {
      const { failures, findings } = lintFiles(await loadWorkspace(new Map([[`${name}.lesson.yaml`, text], ["etc/sysctl.d/a.conf", SYSCTL]])));
      assert.deepEqual(failures.map(({ rule, error }) => `${name}: ${rule}: ${String(error)}`), []);
      assert.ok(findings.every(({ location: { range } }) => range.start <= range.end && range.end <= Math.max(text.length, SYSCTL.length)), name);
    }
  });
});
