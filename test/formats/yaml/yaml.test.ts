import assert from "node:assert/strict";
import fc from "fast-check";
import { isUnknown } from "../../../src/engine/unknown.ts";
import type { YamlNode } from "../../../src/formats/yaml/index.ts";
import { entriesOf, nodeAt, parseYaml, valueAt, valueOf, yaml } from "../../../src/formats/yaml/index.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";

describe("YAML", () => {
  before(loadYaml);

  const root = (text: string): YamlNode => parseYaml(text).tree.documents[0]!;

  it("types scalars as PyYAML does", () => {
    const data = valueOf(root("a: yes\nb: 0644\nc: 12:30\nd: 1_000\ne: ~\nf: 'yes'\ng: 5.15\nh: 010.5.0.1\ni: on\nj: 2019-02-12\nk: 0x1F\n"));
    assert.deepEqual(data, { a: true, b: 420, c: 750, d: 1000, e: null, f: "yes", g: 5.15, h: "010.5.0.1", i: true, j: "2019-02-12", k: 31 });
  });

  it("gives exact ranges through a byte order mark and CRLF", () => {
    const text = "\uFEFFweb:\r\n  - name: 'a b'\r\n    ports: [80, 443]\r\n";
    const tree = parseYaml(text).tree.documents[0];
    const name = valueAt(tree, "web", 0, "name")!;
    assert.equal(name.value, "a b");
    assert.equal(text.slice(name.range.start, name.range.end), "'a b'");
    const ports = nodeAt(tree, "web", 0, "ports")!;
    assert.equal(text.slice(ports.range.start, ports.range.end), "[80, 443]");
  });

  it("keeps vaulted values hidden and unsafe ones as they are", () => {
    const tree = root("secret: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3061\nraw: !unsafe 'a {{ b }}'\nother: !custom [1]\n");
    assert.ok(isUnknown(valueAt(tree, "secret")!.value));
    assert.equal(valueAt(tree, "raw")!.value, "a {{ b }}");
    assert.deepEqual(valueAt(tree, "other")!.value, [1]);
  });

  it("merges mappings and follows aliases to the place where they are written", () => {
    const text = "base: &base {mtu: 1500, mode: a}\nlink:\n  <<: *base\n  mode: b\n";
    const tree = root(text);
    assert.deepEqual(valueAt(tree, "link")!.value, { mtu: 1500, mode: "b" });
    const { range } = nodeAt(tree, "link", "mtu")!;
    assert.equal(range.start, text.indexOf("1500"));
  });

  it("does not expand a bomb of aliases", () => {
    const letters = "abcdefghijkl";
    const lines = [...letters].map((letter, index) => `${letter}: &${letter} [${Array(10).fill(index === 0 ? "x" : `*${letters[index - 1]!}`).join(", ")}]`);
    const { errors } = parseYaml(lines.join("\n"));
    // Nothing is wrong with it for Ansible, but what is left out is said.
    assert.deepEqual(errors.map(({ certain }) => certain), [false]);
  });

  it("reports an alias inside its own anchor, and one without", () => {
    assert.equal(parseYaml("a: &a [*a]").errors.length, 1);
    assert.equal(parseYaml("a: *b").errors.length, 1);
  });

  it("reads a file that begins with macros, and values in bare braces", () => {
    const macros = "{% macro port(n) %}\n- {{ n }}\n{% endmacro %}\nlist:\n{% for n in ports %}\n  - {{ n }}\n{% endfor %}\n";
    assert.deepEqual(parseYaml(macros).errors, []);
    assert.deepEqual(valueOf(root("a: {{ b }}\nc: d\n")), { a: "{{ b }}", c: "d" });
  });

  it("reads quotes and brackets whose further lines are indented less than their key, as libyaml does", () => {
    const text = "play:\n  vars:\n    hosts: \"{{\n  groups['web']\n  | list\n}}\"\n    text: '\none\n\n  two\n'\n    names: [\n  'a',\n  b\n  c,\n]\n    map: {\n  a: 1\n }\n    last: 1\n";
    const { tree, errors } = parseYaml(text);
    assert.deepEqual(errors, []);
    assert.deepEqual(valueOf(tree.documents[0]!), { play: { vars: { hosts: "{{ groups['web'] | list }}", text: " one\ntwo ", names: ["a", "b c"], map: { a: 1 }, last: 1 } } });
    const last = nodeAt(tree.documents[0], "play", "vars", "last")!;
    assert.equal(text.slice(last.range.start, last.range.end), "1");
    assert.equal(parseYaml("a:\n  b: \"x\n--- y\"\n").errors.length > 0, true, "a line that begins a document ends no quote");
  });

  it("tells of a broken text what is wrong, and not what follows from it", () => {
    const { errors } = parseYaml(`- name: a\n  vars:\n    x: "{{ y }}" z\n${'    q: "{{ w }}"\n'.repeat(20)}`);
    assert.equal(errors.length, 1);
  });

  it("says where a text is no YAML, and keeps what it can", () => {
    const text = "a: 1\nb: x\n    c: 2\nd: 3\n";
    const { tree, errors } = parseYaml(text);
    assert.ok(errors.length > 0);
    assert.ok(errors[0]!.certain);
    assert.ok(entriesOf(tree.documents[0]).some(({ key }) => key === "a"));
  });

  it("says where PyYAML stops, and reads the rest as if the mistake were not there", () => {
    const cases: [string, number, number, unknown][] = [
      ["a:\n  b: 1\n     c:\n      d: 2\n  e: 3\nf: 4\n", 3, 7, { a: { b: 1, e: 3 }, f: 4 }],
      ["a: b: c\nd: 1\n", 1, 5, { d: 1 }],
      ["a: 1\nfoo\nb: 2\n", 2, 1, { a: 1, b: 2 }],
      ["a:\n  - x\n b: 2\nc: 1\n", 3, 1, { a: ["x"], b: 2, c: 1 }],
      ["a: \"x\nb: 1\nc: 2\n", 1, 4, { b: 1, c: 2 }],
      ["a: [1, 2\nb: 1\nc: 3\n", 2, 1, { a: [1, 2], b: 1, c: 3 }],
      ["a: 1\nb: @x\nc: 3\n", 2, 4, { a: 1, b: "@x", c: 3 }],
    ];
    for (const [text, line, column, value] of cases) {
      const { tree, errors } = parseYaml(text);
      const before = text.slice(0, errors[0]!.range.start).split("\n");
      assert.deepEqual([before.length, before.at(-1)!.length + 1], [line, column], text);
      assert.equal(errors.length, 1, text);
      assert.deepEqual(valueOf(tree.documents[0]!), value, text);
    }
  });

  it("stops after a hundred mistakes, and says so", () => {
    for (const piece of ["}\n", "]", "a: }\n", "- a: b: c\n", "a: 1\n- b\n", "x\n: y\n", "!a\n", "a: *b\n", "{a}}"]) {
      const { errors } = parseYaml(piece.repeat(5_000));
      assert.ok(errors.length > 0 && errors.length < 300, piece);
    }
  });

  it("reads several documents and a repeated key, of which the last counts", () => {
    const { tree, errors } = parseYaml("a: 1\na: 2\n---\nb: 3\n");
    assert.deepEqual(errors, []);
    assert.deepEqual(tree.documents.map(valueOf), [{ a: 2 }, { b: 3 }]);
  });

  it("is not thrown by any text", () => {
    for (const text of ["{".repeat(10_000), "[".repeat(10_000), "- ".repeat(10_000), "? ".repeat(10_000), "", "\t", "&a", "!!binary x", "%YAML 9\n---\n"]) parseYaml(text);
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", ":", " ", "\n", "- ", "{", "}", "[", "]", "{{", "%}", "'", '"', "&a", "*a", "|\n", "  ", "#")), (parts) => {
        const text = parts.join("");
        for (const { range } of parseYaml(text).errors) assert.ok(range.start >= 0 && range.end <= text.length);
      }),
    );
  });

  it("takes inventories for it that are written as JSON, and no other JSON", () => {
    const how = (path: string, head: string): unknown => yaml.recognise(path, head);
    assert.equal(how("inventory/prod.json", '{\n  "all": {\n    "hosts": {"a": {}}}}'), "content");
    assert.equal(how("hosts.json", '{"web": {"children": {"a": null}}}'), "content");
    assert.equal(how("hosts.json", '{"hosts": ["a"]}'), false);
    assert.equal(how("package.json", '{"web": {"hosts": {"a": 1}}}'), false);
  });

  it("recognises variables files by their place", () => {
    const how = (path: string, head = ""): unknown => yaml.recognise(path, head);
    assert.equal(how("group_vars/all"), "name");
    assert.equal(how("host_vars/db1.example.net"), "name");
    assert.equal(how("group_vars/web/main"), "name");
    assert.equal(how("group_vars/web/README.md"), false);
    assert.equal(how("inventory/production", "all:\n  hosts:\n"), "name");
    assert.equal(how("inventory/production", "[web]\nweb1\n"), false);
    assert.equal(how("notes", "---\n"), false);
  });
});
