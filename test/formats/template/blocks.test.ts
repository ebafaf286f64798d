import assert from "node:assert/strict";
import fc from "fast-check";
import { blocksOf } from "../../../src/formats/template/blocks.ts";

describe("template blocks", () => {
  it("takes statements apart, with Ansible's white space", () => {
    assert.deepEqual(blocksOf("a\n{% if x %}\nb\n{% elif y -%}\n  c\n{% else %}\nd\n{% endif %}\n{{ z }}\n"), [
      { kind: "text", text: "a\n" },
      {
        kind: "if",
        branches: [
          { test: "x", body: [{ kind: "text", text: "b\n" }] },
          { test: "y", body: [{ kind: "text", text: "c\n" }] },
          { test: undefined, body: [{ kind: "text", text: "d\n" }] },
        ],
      },
      { kind: "output", code: "z" },
      { kind: "text", text: "\n" },
    ]);
    assert.deepEqual(blocksOf("{% for a, b in c.items() if a %}\n{{ b }}{% else %}none{% endfor %}"), [
      { kind: "for", names: ["a", "b"], of: "c.items()", only: "a", body: [{ kind: "output", code: "b" }], otherwise: [{ kind: "text", text: "none" }] },
    ]);
    assert.deepEqual(blocksOf("{# gone #}\n{% raw %}{{ kept }}{% endraw %}"), [{ kind: "text", text: "{{ kept }}" }]);
  });

  it("never throws, whatever is left open", () => {
    const words = fc.constantFrom("{% if x %}", "{% else %}", "{% elif y %}", "{% endif %}", "{% for a in b %}", "{% endfor %}", "{{ a", "}}", "{% raw %}", "{% endraw %}", "{#", "#}", "{% macro m(a) %}", "{% set x %}", "text\n", "{%- ", "-%}");
    fc.assert(fc.property(fc.array(words), (parts) => void blocksOf(parts.join(""))));
  });

  it("ends on what is deep or long", () => {
    for (const text of ["{% if x %}".repeat(20_000), "{% for a in b %}".repeat(20_000), `{% for a in ${" ".repeat(200_000)}`, `{{ ${"'".repeat(100_001)}`]) blocksOf(text);
  });
});
