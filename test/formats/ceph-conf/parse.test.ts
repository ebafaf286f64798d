import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { cephConf } from "../../../src/formats/ceph-conf/index.ts";
import type { CephConfTree } from "../../../src/formats/ceph-conf/index.ts";
import { HOLE } from "../../../src/formats/template/jinja.ts";
import { optionFacts } from "../../../src/model/ceph/options.ts";
import { parseValue } from "../../../src/model/ceph/value.ts";
import { needsRecord, recorded } from "../../support/recorded.ts";

const FACTS = recorded("facts/ceph-conf-vectors.json");

/** What a daemon takes for an option, by the sections that it reads. */
function valueFor(tree: CephConfTree, entity: string, option: string): string | undefined {
  let value: string | undefined;
  for (const name of ["global", entity.split(".")[0], entity]) {
    for (const section of tree.sections) {
      if (section.name === name) for (const entry of section.entries) if (entry.key === option) ({ value } = entry);
    }
  }
  return value;
}

describe("formats/ceph-conf", () => {
  const parses: [string, string, string | undefined][] = [
    ["blanks and underscores are alike", "[osd]\nlog \t file = x\n", "x"],
    ["dashes are not", "[osd]\nlog-file = x\n", undefined],
    ["the last line of a section wins", "[osd]\nlog file = x\nlog_file = y\n", "y"],
    ["an instance's section wins", "[osd.0]\nlog_file = x\n[global]\nlog_file = y\n[osd]\nlog_file = z\n", "x"],
    ["comments anywhere", "# a\n[osd] ; b\nlog_file = x # c\n", "x"],
    ["quotes are taken off", '[osd]\nlog_file = "a b"  \n', "a b"],
    ["an escaped comment sign", "[osd]\nlog_file = a\\#b\n", "a#b"],
    ["a continued line keeps its indent", "[osd]\nlog_file = a\\\n  b\n", "a  b"],
    ["CRLF", "[osd]\r\nlog_file = x\r\n", "x"],
    ["one key without a section", "log_file = x\n", "x"],
    ["a last comment without a line break", "[osd]\nlog_file = x\n# c", "x"],
  ];
  for (const [name, text, expected] of parses) {
    it(`takes ${name}`, () => {
      const { tree, errors } = cephConf.parse(text);
      assert.deepEqual(errors, []);
      assert.equal(valueFor(tree, "osd.0", "log_file"), expected);
    });
  }

  const refused: [string, string, string][] = [
    ["a last line without its line break", "[osd]\nlog_file = x", "log_file = x"],
    ["an indented section name", "[mon]\n  [osd]\nlog_file = x\n", "[osd]"],
    ["two keys without a section", "a = 1\nb = 2\n", "a = 1"],
    ["a colon", "[osd]\nlog_file: x\n", "log_file: x"],
    ["a comment sign in quotes", '[osd]\nlog_file = "a#b"\n', '"a#b"'],
    ["an open section name", "[osd\nlog_file = x\n", "[osd"],
    ["text after a quoted value", '[osd]\nlog_file = "a" b\n', "b"],
    ["a byte order mark", "\uFEFF[osd]\nlog_file = x\n", "\uFEFF"],
  ];
  for (const [name, text, place] of refused) {
    it(`refuses ${name}`, () => {
      const { errors } = cephConf.parse(text);
      assert.equal(errors.length, 1, JSON.stringify(errors));
      assert.equal(text.slice(errors[0]!.range.start, errors[0]!.range.end), place);
    });
  }

  it("leaves to a template what it decides", () => {
    const text = "[global]\nfsid = {{ fsid }}\n{% if x %}\n  {% for m in mons %}\n[mon.{{ m }}]\nhost = {{ m }}\n{% endfor %}\nlog file = {% if y %}a{% else %}b{% endif %}\n{% endif %}";
    const { tree, errors } = cephConf.parse(text);
    assert.deepEqual(errors, []);
    const entries = (tree as CephConfTree).sections.flatMap((section) => section.entries);
    assert.deepEqual(entries.map(({ key, value, conditional }) => [key, value.includes(HOLE), conditional]), [["fsid", true, false], ["host", true, true], ["log_file", true, true]]);
  });

  it("never throws, and its ranges lie in the text", () => {
    const piece = fc.constantFrom("[osd]", "[", "]", "key", " = ", "=", "v", '"', "'", "\\", "\n", "\r\n", " ", "\t", "#", ";", "{{ x }}", "{% if a %}", "{% endif %}", "\uFEFF");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        const { tree, errors } = cephConf.parse(text);
        for (const { range } of [...errors, ...tree.sections, ...tree.sections.flatMap((section) => section.entries)]) {
          assert.ok(0 <= range.start && range.start <= range.end && range.end <= text.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("agrees with ceph-conf 16.2.15 on every vector", function () {
    needsRecord(this, FACTS);
    const { vectors } = JSON.parse(readFileSync(FACTS, "utf8")) as { vectors: { name: string; conf: string; entity: string; key: string; ok: boolean; value?: string }[] };
    let checked = 0;
    for (const { name, conf, entity, key, ok, value } of vectors) {
      const { tree, errors } = cephConf.parse(Buffer.from(conf, "latin1").toString("utf8"));
      assert.equal(errors.length === 0, ok, name);
      const facts = optionFacts(key);
      const text = valueFor(tree, entity, key);
      if (!ok || facts === undefined || text === undefined || conf.includes("{{")) continue;
      const typed = parseValue(facts, text, 16);
      checked++;
      if (facts.type === "str" || facts.type === "addr" || facts.type === "uuid" || key.startsWith("debug_")) {
        if (!name.startsWith("meta") && facts.type === "str" && !("refused" in typed)) assert.equal(String(typed.value), value, name);
      } else if (!("refused" in typed) && text !== "") {
        const numeric = typeof typed.value === "number";
        assert.equal(numeric ? Number(value) : value, typed.value === true ? "true" : typed.value === false ? "false" : typed.value, name);
      } else if (text !== "") assert.notEqual(value, text, `${name}: refused here, so the tool must not take it`);
    }
    assert.ok(checked > 80, String(checked));
    return undefined;
  });
});
