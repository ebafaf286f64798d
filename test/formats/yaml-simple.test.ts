import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import fc from "fast-check";
import { parseYaml } from "../../src/formats/yaml/index.ts";
import { loadYaml } from "../../src/formats/yaml/load.ts";
import { readSimple } from "../../src/formats/yaml/simple.ts";

/** What lines are made of: simple things, and what only looks simple. */
const KEYS = ["name", "net.ipv4.ip_forward", "yes", "on", "null", "a-b", "_x", "web1.example.net", "12", "\"q\"", "key ", "<<", "a b"];
const VALUES = [
  "", "text", "two words", "12", "0644", "12:30", "1.5", "-3", "- x", "-", ".5", "~", "yes", "True", "off", "null", "http://example.net:80/x", "a: b", "a:", "a #b", "a#b", "# c",
  "\"quoted\"", "\"with: colon # and\"", "\"back\\\\slash\"", "'single'", "'it''s'", "\"open", "\"a\" b", "[]", "[a, b]", "[1, \"x y\", 'z', 0x10]", "[a,b]", "[a, b", "[a, [b]]", "[a: b]", "[a]x", "{}", "{a: 1}",
  "{{ x }}", "\"{{ x }}\"", "x {{ y }}", "|", ">-", "&a 1", "*a", "!vault x", "%x", "@x", "`x", "?", "a,b", "a]b", "é", "x ", "/etc/x", "=", "2001:db8::1", "192.0.2.0/24", "2020-01-02", "1_000", "...", "---",
];
const line = fc.record({
  indent: fc.constantFrom(0, 0, 0, 2, 2, 4, 1, 6),
  dashes: fc.constantFrom("", "", "", "- ", "- ", "- - ", "-  "),
  key: fc.option(fc.constantFrom(...KEYS), { freq: 5 }),
  value: fc.constantFrom(...VALUES),
  blank: fc.constantFrom("", "", "", "", "\n", "  # note\n", "# note\n", "---\n", " \n"),
});
const document = fc.array(line, { minLength: 1, maxLength: 8 }).map((lines) =>
  lines.map(({ indent, dashes, key, value, blank }) => `${blank}${" ".repeat(indent)}${dashes}${key === null ? value : value === "" ? `${key}:` : `${key}: ${value}`}`).join("\n"),
);
/** Whole documents that hang together, so that deep ones are reached too. */
const { tree } = fc.letrec<{ tree: string[]; value: string[] }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, fc.constantFrom(...VALUES.slice(1, 22)).map((text) => [text]), tie("tree")),
  tree: fc.oneof(
    { depthSize: "small" },
    fc.array(fc.tuple(fc.constantFrom(...KEYS.slice(0, 8)), tie("value"), fc.boolean()), { minLength: 1, maxLength: 4 }).map((entries) =>
      entries.flatMap(([key, value, same]) => (value.length === 1 && !/^\S+:|^- /.test(value[0]!) ? [`${key}: ${value[0]!}`] : [`${key}:`, ...value.map((one) => (same && value[0]!.startsWith("- ") ? one : `  ${one}`))])),
    ),
    fc.array(tie("value"), { minLength: 1, maxLength: 4 }).map((items) => items.flatMap((item) => item.map((one, index) => `${index === 0 ? "- " : "  "}${one}`))),
  ),
}));

/** A comment that is not ASCII leaves the text to the library, and every place as it was. */
const byLibrary = (text: string): unknown => parseYaml(`${text}\n# é\n`);

function agree(text: string): boolean {
  const simple = readSimple(text);
  if (simple === undefined) return false;
  assert.deepEqual({ tree: { documents: [simple] }, errors: [] }, byLibrary(text));
  return true;
}

describe("simple YAML", () => {
  before(loadYaml);

  it("is read as the library reads it, or left to it", () => {
    fc.assert(fc.property(document, (text) => void agree(text)), { numRuns: 2_000 });
    fc.assert(fc.property(tree, (lines) => void agree(lines.join("\n"))), { numRuns: 500 });
  });

  it("covers what variables files and inventories are made of", () => {
    for (const text of [
      "---\n# Ours\ndomain: example.net\nport: 80\n\nservers: [192.0.2.1, 192.0.2.2]\nlimit: \"{{ base }}\"\nempty:\nusers:\n  - name: a\n    keys:\n    - x\n    - y\n  - name: b\n",
      "all:\n  children:\n    web:\n      hosts:\n        web1.example.net:\n        web2.example.net:\n          rack: 7\n      vars:\n        mtu: 9000\n",
      "- hosts: all\n  roles:\n    - base\n    - role: web\n",
    ]) assert.ok(agree(text), text);
  });

  it("leaves everything else to the library", () => {
    for (const text of ["", "# only\n", "a: |\n  x\n", "a: &x 1\nb: *x\n", "a: x\n  y\n", "a: 1\r\n", "{a: 1}\n", "a: 1\n---\nb: 2\n", "a: é\n", "\ta: 1\n", "a: b: c\n"]) assert.equal(readSimple(text), undefined, text);
  });
});
