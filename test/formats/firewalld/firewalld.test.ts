import assert from "node:assert/strict";
import fc from "fast-check";
import { firewalld } from "../../../src/formats/firewalld/index.ts";
import type { XmlElement } from "../../../src/formats/firewalld/index.ts";
import { parseXml } from "../../../src/formats/xml.ts";
import { recognise } from "../../../src/formats/index.ts";

const ZONE = `<?xml version="1.0" encoding="utf-8"?>\n<!-- edge -->\n<zone target="DROP">\n  <short>Edge &amp; more</short>\n  <port port='22' protocol="tcp"/>\n</zone>\n`;

describe("firewalld's files", () => {
  it("are read with exact ranges", () => {
    const { tree, errors } = firewalld.parse(ZONE);
    assert.deepEqual(errors, []);
    const root = tree.root!;
    assert.equal(ZONE.slice(root.range.start, root.range.end), ZONE.slice(ZONE.indexOf("<zone")).trim());
    assert.equal(root.children[0]!.text, "Edge & more");
    const [port] = root.children[1]!.attributes;
    assert.deepEqual([port!.name, port!.value, ZONE.slice(port!.range.start, port!.range.end)], ["port", "22", "22"]);
  });

  it("are recognised by folder and by their outermost element", () => {
    assert.equal(recognise("etc/firewalld/zones/edge.xml", ZONE), "firewalld");
    assert.equal(recognise("roles/edge/templates/zones/edge.xml.j2", ZONE), "firewalld");
    assert.equal(recognise("etc/firewalld/direct.xml", "<direct></direct>"), "firewalld");
    assert.equal(recognise("pom.xml", "<project><services/></project>"), undefined);
    assert.equal(recognise("data/zones/europe.xml", "<countries/>"), undefined);
  });

  it("expand no entities but the predefined ones", () => {
    const { roots } = parseXml('<!DOCTYPE zone [<!ENTITY a "aaaa">]>\n<zone><short>&a;&lt;</short></zone>');
    assert.equal(roots.at(-1)!.children[0]!.text, "&a;<");
  });

  it("are read however broken they are, in linear time", () => {
    for (const text of ["<zone", "<zone><port port=\"22", "<zone></port></zone>", "</zone>", "<!--", "<![CDATA[", "<a ".repeat(10_000), "<a>".repeat(100_000), "</a>".repeat(100_000), `<zone>${"<a/>".repeat(100_000)}`, "<a b=".repeat(50_000)]) {
      assert.doesNotThrow(() => parseXml(text));
    }
    const piece = fc.constantFrom("<zone>", "</zone>", "<port", ' port="22"', "/>", ">", "<", "&amp;", "<!--", "-->", "x", "{{ y }}", "\r\n", "\0", "=", "'");
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const walk = (element: XmlElement): void => {
        assert.ok(element.range.start <= element.range.end && element.range.end <= text.length);
        for (const { range } of element.attributes) assert.ok(range.start <= range.end && range.end <= text.length);
        for (const child of element.children) walk(child);
      };
      const { tree } = firewalld.parse(text);
      if (tree.root) walk(tree.root);
    }));
  });
});
