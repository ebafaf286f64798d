import assert from "node:assert/strict";
import fc from "fast-check";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { json } from "../../../src/formats/json/index.ts";
import type { YamlNode } from "../../../src/formats/yaml/index.ts";
import { entryOf, itemsOf, nodeAt, valueOf } from "../../../src/formats/yaml/index.ts";

const root = (text: string): YamlNode => json.parse(text).tree.documents[0]!;

describe("JSON", () => {
  it("has the values that JSON.parse gives", () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 5 }, fc.string(), fc.string({ unit: "binary" }), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie("any"), { maxLength: 4 }), fc.dictionary(fc.string(), tie("any"), { maxKeys: 4 })),
    })).any;
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, "\t"), (any, indent) => {
        const text = JSON.stringify(any, null, indent);
        fc.pre(!text.includes("\uE000"));
        const { tree, errors } = json.parse(text);
        assert.deepEqual(errors, []);
        assert.equal(JSON.stringify(valueOf(tree.documents[0]!)), JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it("has exact ranges, quotes included", () => {
    const text = '\uFEFF{\r\n  "a": [1, "é\\u00e9\\n"],\r\n  "b c": {"d": null}\r\n}';
    const list = nodeAt(root(text), "a")!;
    assert.deepEqual(itemsOf(list).map((item) => text.slice(item.range.start, item.range.end)), ["1", '"é\\u00e9\\n"']);
    assert.equal(valueOf(itemsOf(list)[1]!), "éé\n");
    const entry = entryOf(root(text), "b c")!;
    assert.equal(text.slice(entry.keyRange.start, entry.keyRange.end), '"b c"');
    assert.equal(text.slice(entry.range.start, entry.range.end), '"b c": {"d": null}');
    assert.equal(text.slice(root(text).range.start, root(text).range.end), text.slice(1));
  });

  it("is read as far as it goes, and the first mistake is told at its place", () => {
    const cases: readonly (readonly [string, unknown, string])[] = [
      ['{"a": 1, "b": [1, 2', { a: 1, b: [1, 2] }, "["],
      ['{"a": 1, b: 2}', { a: 1, b: 2 }, "b"],
      ['{"a": [1, 2}, "c": 3}', { a: [1, 2] }, "}"],
      ['{"a": nope, "b": 2}', { a: null, b: 2 }, "nope"],
      ['{"a": "x\n, "b": 2}', { a: "x", b: 2 }, '"x'],
      ['{"a": 1 // why\n, "b": 2}', { a: 1, b: 2 }, "//"],
      ['[1, /* two */ 3]', [1, 3], "/*"],
      ['{"a"}', {}, '"a"'],
    ];
    for (const [text, value, place] of cases) {
      const { tree, errors } = json.parse(text);
      assert.deepEqual(valueOf(tree.documents[0]!), value, text);
      assert.equal(errors.length, 1);
      assert.equal(text.slice(errors[0]!.range.start, errors[0]!.range.end), place, text);
    }
  });

  it("keeps several documents apart, one on each line", () => {
    assert.deepEqual(json.parse('{"a": 1}\n{"a": 2}\n').tree.documents.map(valueOf), [{ a: 1 }, { a: 2 }]);
  });

  it("does not know what a template hides, which is no mistake", () => {
    const { tree, errors } = json.parse('{"a": {{ port }}, "b": "x{{ y }}", {% if z %}"c": 1{% endif %}}');
    assert.deepEqual(errors, []);
    const value = valueOf(tree.documents[0]!) as { readonly [name: string]: unknown };
    assert.ok(isUnknown(value["a"]) && isUnknown(value["b"]));
    assert.equal(valueOf(root('{"a": "{{ y }}"}') as YamlNode & object) !== undefined, true);
  });

  it("leaves out what is nested too deeply, and nothing else", () => {
    const { tree, errors } = json.parse(`{"deep": ${"[".repeat(5000)}1${"]".repeat(5000)}, "after": 7}`);
    assert.equal(valueOf(nodeAt(tree.documents[0], "after")!), 7);
    assert.equal(errors.length, 1);
  });
});
