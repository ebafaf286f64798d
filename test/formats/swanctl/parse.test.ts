import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry, Section } from "../../../src/formats/swanctl/index.ts";
import { swanctl } from "../../../src/formats/swanctl/index.ts";

/** The tree in one line, for comparing. */
function show(entries: readonly Entry[]): string {
  return entries
    .map((entry) => {
      if (entry.kind === "setting") return `${entry.key.text}=${entry.value?.hidden ? "?" : (entry.value?.text ?? "")}`;
      if (entry.kind === "include") return `include ${entry.pattern.text}`;
      if (entry.kind === "hidden") return "?";
      const heirs = entry.references.map((reference) => reference.text).join(",");
      return `${entry.name.text}${heirs && `:${heirs}`}{${show(entry.entries)}}`;
    })
    .join(" ");
}

function check(text: string, expected: string, errors = 0): void {
  const parsed = swanctl.parse(text);
  assert.equal(show(parsed.tree.entries), expected);
  assert.equal(parsed.errors.length, errors, JSON.stringify(parsed.errors));
}

describe("swanctl: parse", () => {
  it("reads sections, settings, strings, comments and includes", () => {
    check('a {\n  k = v w # c\n  s = "x # \\" y"\n  b\n  { c = 1 }\n}\ninclude conf.d/*.conf\n', 'a{k=v w s=x # " y b{c=1}} include conf.d/*.conf');
  });
  it("reads what a section inherits", () => {
    check("base { version = 1 }\nconnections { a : base, other { } }", "base{version=1} connections{a:base,other{}}");
  });
  it("keeps an empty value apart from the next line", () => {
    check("a { k =\n l = 1 }", "a{k= l=1}");
  });
  it("has exact ranges behind a BOM, with CRLF", () => {
    const text = "\uFEFFconnections {\r\n  net { dpd_delay = 30s }\r\n}\r\n";
    const [connections] = swanctl.parse(text).tree.entries as [Section];
    const net = connections.entries[0] as Section;
    const [delay] = net.entries;
    assert.ok(delay?.kind === "setting");
    assert.equal(text.slice(delay.value!.range.start, delay.value!.range.end), "30s");
    assert.equal(text.slice(net.range.start, net.range.end), "net { dpd_delay = 30s }");
    assert.equal(text.slice(net.body.start, net.body.end), " dpd_delay = 30s ");
  });
  it("takes templates for unknown, never for errors", () => {
    check(
      "connections {\n{% for p in peers %}\n  {{ p.name }} {\n    remote_addrs = {{ p.addr }}\n    mobike = ${X}\n{{ extra }}\n  }\n{% endfor %}\n}",
      "connections{" + "\uE000".repeat(12) + "{remote_addrs=? mobike=? ?}}",
    );
    const parsed = swanctl.parse("a {\n{% if x %}\n  k = 1\n{% endif %}\n  l = 2\n}");
    const [k, l] = (parsed.tree.entries[0] as Section).entries;
    assert.ok(k?.kind === "setting" && k.conditional && l?.kind === "setting" && !l.conditional);
  });
  it("keeps what half-typed text still says", () => {
    check("connections {\n  a {\n    dpd\n    k = 1\n", "connections{a{k=1}}", 3);
    check("}\na { k = 1 }", "a{k=1}", 1);
    check('a { s = "open\n}', "a{s=open\n}}", 2);
  });
  it("neither throws nor overflows, and ranges stay in the text", () => {
    assert.equal(swanctl.parse("a {".repeat(20000)).errors.length, 20000);
    const alphabet = fc.constantFrom("{", "}", "=", ":", ",", "#", '"', "\\", "\n", "\r", " ", "a", "include ", "{{", "}}", "{%", "%}");
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 60 }), (parts) => {
        const text = parts.join("");
        for (const error of swanctl.parse(text).errors) assert.ok(error.range.start >= 0 && error.range.end <= text.length);
      }),
    );
  });
});

describe("swanctl: recognise", () => {
  it("by name, by content, and not strongswan.conf", () => {
    for (const path of ["etc/swanctl/swanctl.conf", "swanctl/conf.d/site.conf", "files/east.swanctl.conf"]) assert.equal(swanctl.recognise(path, ""), "name", path);
    assert.equal(swanctl.recognise("templates/vpn.conf", "connections {\n  {{ x }} {\n    remote_addrs = %any\n"), "content");
    assert.equal(swanctl.recognise("etc/strongswan.conf", "charon {\n  retransmit_tries = 5\n}\n"), false);
    assert.equal(swanctl.recognise("etc/strongswan.d/swanctl-log.strongswan.conf", ""), false);
  });
});
