import assert from "node:assert/strict";
import { isUnknown } from "../../../src/engine/unknown.ts";
import type { JinjaValue } from "../../../src/formats/template/values.ts";
import { evaluate, truth } from "../../../src/formats/template/evaluate.ts";
import { parseExpression } from "../../../src/formats/template/expression.ts";
import { render } from "../../../src/formats/template/render.ts";

const VARIABLES: Record<string, JinjaValue> = {
  port: 22, name: "web1", flag: true, off: false, list: ["a", "b"], map: { c: [10, 20], "d-e": "f" }, text: "no", hidden: { unknown: "vaulted" },
};
const lookup = (name: string): JinjaValue | undefined => VARIABLES[name];

describe("Jinja expressions", () => {
  it("reads references, filters and literals", () => {
    const cases: [string, JinjaValue][] = [
      ["{{ port }}", 22], ["{{ map.c[1] }}", 20], ["{{ map['d-e'] }}", "f"], ["{{ missing | default(5) }}", 5], ["{{ missing | default('x') | upper }}", "X"],
      ["{{ '8' | int }}", 8], ["p-{{ port }}.conf", "p-22.conf"], ["{{ list | join(',') }}", "a,b"], ["{{ list | length }}", 2], ["{{ name ~ '.net' }}", "web1.net"],
      ["{{ 'x' if flag else 'y' }}", "x"], ["{{ map.get('q', 3) }}", 3], ["{{ port * 2 + 1 }}", 45], ["{# note #}{{ name }}", "web1"],
    ];
    for (const [text, value] of cases) assert.deepEqual(render(text, lookup), value, text);
  });

  it("tells nothing about what it cannot know", () => {
    for (const text of ["{{ missing }}", "{{ list | map('upper') | list }}", "{% if flag %}a{% endif %}", "{{ lookup('env', 'HOME') }}", "{{ hidden }}", "{{ a b }}", "{{"]) {
      assert.ok(isUnknown(render(text, lookup)), text);
    }
  });

  it("judges conditions in three values", () => {
    const judge = (code: string): unknown => {
      const result = truth(evaluate(parseExpression(code)!, lookup));
      return isUnknown(result) ? "unknown" : result;
    };
    const cases: [string, unknown][] = [
      ["flag", true], ["not flag", false], ["port == 22 and name.startswith('web')", true], ["'a' in list", true], ["'z' not in list", true],
      ["missing is defined", false], ["missing is not defined", true], ["hidden is defined", true], ["hidden", "unknown"], ["off and hidden", false],
      ["flag or hidden", true], ["hidden or flag", true], ["hidden and flag", "unknown"], ["text", "unknown"], ["text | bool", false], ["port > 100", false], ["missing", "unknown"],
    ];
    for (const [code, value] of cases) assert.equal(judge(code), value, code);
  });

  it("ends on deep and odd texts", () => {
    assert.equal(parseExpression("(".repeat(10_000)), undefined);
    assert.equal(parseExpression("not ".repeat(10_000)), undefined);
    assert.equal(parseExpression("a ? b"), undefined);
  });
});
