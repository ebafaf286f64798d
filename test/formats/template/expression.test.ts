import assert from "node:assert/strict";
import { isUnknown } from "../../../src/engine/unknown.ts";
import type { JinjaValue } from "../../../src/formats/template/values.ts";
import { evaluate, truth } from "../../../src/formats/template/evaluate.ts";
import { parseExpression } from "../../../src/formats/template/expression.ts";
import { render } from "../../../src/formats/template/render.ts";

const VARIABLES: Record<string, JinjaValue> = {
  port: 22, name: "web1", flag: true, off: false, list: ["a", "b"], map: { c: [10, 20], "d-e": "f" }, text: "no", hidden: { unknown: "vaulted" }, users: [{ name: "b", id: 2, on: true }, { name: "a", id: 1, on: false }],
};
const unknownValue: JinjaValue = { unknown: "anything" };
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

  it("reads what Jinja and Ansible make of lists, mappings and texts", () => {
    const cases: [string, JinjaValue][] = [
      ["{{ list | map('upper') | list }}", ["A", "B"]], ["{{ users | selectattr('on') | map(attribute='name') | join(',') }}", "b"], ["{{ users | sort(attribute='id') | map(attribute='id') }}", [1, 2]],
      ["{{ {'a': 1} | combine({'b': {'c': 2}}, recursive=true) }}", { a: 1, b: { c: 2 } }], ["{{ map | dict2items | length }}", 2], ["{{ ['B', 'a', 'b'] | unique }}", ["B", "a"]],
      ["{{ ['b', 'a'] | union(list) }}", ["b", "a"]], ["{{ list | difference(['a']) }}", ["b"]], ["x {{ list }}", "x ['a', 'b']"], ["x{{ none }}{{ flag }}", "xTrue"],
      ["{{ name | regex_replace('^web(.*)$', 'db\\1') }}", "db1"], ["{{ list[-1:] }}", ["b"]], ["{{ 1 < port <= 22 }}", true], ["{{ 'a' 'b' ~ 1 + 1 }}", unknownValue], ["{{ port is divisibleby 11 }}", true],
      ["{{ '2.9.10' is version('2.14', '<') }}", true], ["{{ range(3) | list }}", [0, 1, 2]], ["{{ missing | default(value=3) }}", unknownValue], ["{{ missing | d(default_value=3) }}", 3], ["{{ [] | d('x', true) }}", "x"],
      ["{{ (port / 11) | int }}", 2], ["{{ text | ternary('y', 'n') }}", "y"], ["{{ [1, [2, [3]]] | flatten(1) }}", [1, 2, [3]]],
    ];
    for (const [text, value] of cases) {
      const found = render(text, lookup);
      assert.deepEqual(value === unknownValue ? isUnknown(found) : found, value === unknownValue ? true : value, text);
    }
  });

  it("tells nothing about what it cannot know", () => {
    for (const text of ["{{ missing }}", "{{ list | map('hash') | join }}", "{{ 4 / 2 }}", "{{ list | zip(list) }}", "{% if flag %}a{% endif %}", "{{ lookup('env', 'HOME') }}", "{{ hidden }}", "{{ a b }}", "{{"]) {
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
