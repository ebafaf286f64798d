import assert from "node:assert/strict";
import fc from "fast-check";
import type { Statement } from "../../../src/formats/racoon/index.ts";
import { racoon } from "../../../src/formats/racoon/index.ts";

function show(statements: readonly Statement[]): string {
  return statements
    .map(({ words, block }) => words.map((word) => (word.hidden ? "?" : word.text)).join(" ") + (block ? ` {${show(block.statements)}}` : ";"))
    .join(" ");
}

function check(text: string, expected: string, errors = 0): void {
  const parsed = racoon.parse(text);
  assert.equal(show(parsed.tree.statements), expected);
  assert.equal(parsed.errors.length, errors, JSON.stringify(parsed.errors));
}

describe("racoon: parse", () => {
  it("reads statements, blocks, strings and comments", () => {
    check(
      'path pre_shared_key "/etc/racoon/psk.txt"; # keys\nremote 192.0.2.1 [500] inherit anonymous\n{\n  dpd_delay 20 ;\n  proposal { dh_group 2; }\n}\nsainfo address 10.0.0.0/8[any] any address 10.1.0.0/16 any { lifetime time 12 hour ; }',
      "path pre_shared_key /etc/racoon/psk.txt; remote 192.0.2.1 [500] inherit anonymous {dpd_delay 20; proposal {dh_group 2;}} sainfo address 10.0.0.0/8[any] any address 10.1.0.0/16 any {lifetime time 12 hour;}",
      2,
    );
  });
  it("goes on at the next directive where a semicolon is missing, and offers it", () => {
    check("remote anonymous {\n  exchange_mode main\n  dpd_delay 20;\n}", "remote anonymous {exchange_mode main; dpd_delay 20;}", 1);
    const [error] = racoon.parse("log notify\nlisten { }").errors;
    assert.deepEqual(error?.edits, [{ range: { start: 10, end: 10 }, newText: ";" }]);
  });
  it("takes templates for unknown, never for errors", () => {
    check('remote {{ peer }} {\n  my_identifier fqdn "${name}" ;\n  dpd_delay {{ delay }};\n{{ more }}\n  rekey on;\n}', "remote ? {my_identifier fqdn ?; dpd_delay ?; ?; rekey on;}");
    const statements = racoon.parse("remote anonymous {\n{% if d %}\n dpd_delay 20;\n{% endif %}\n}").tree.statements;
    assert.equal(statements[0]!.block!.statements[0]!.conditional, true);
  });
  it("has exact ranges, with CRLF", () => {
    const text = "remote anonymous {\r\n\tdpd_delay 0;\r\n}\r\n";
    const [remote] = racoon.parse(text).tree.statements;
    const delay = remote!.block!.statements[0]!;
    assert.equal(text.slice(delay.range.start, delay.range.end), "dpd_delay 0;");
    assert.equal(text.slice(remote!.range.start, remote!.range.end), text.trimEnd());
  });
  it("neither throws nor overflows", () => {
    racoon.parse("a {".repeat(20000));
    const alphabet = fc.constantFrom("{", "}", ";", "#", '"', "\n", " ", "remote", "dpd_delay", "0", "{{", "}}");
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 60 }), (parts) => {
        const text = parts.join("");
        for (const { range } of racoon.parse(text).errors) assert.ok(range.start >= 0 && range.end <= text.length);
      }),
    );
  });
});

describe("racoon: recognise", () => {
  it("by name and by content, but no manual page", () => {
    for (const path of ["etc/racoon/racoon.conf", "racoon.conf.sample", "east.racoon.conf", "racoon.conf.ftl"]) assert.equal(racoon.recognise(path, ""), "name", path);
    assert.equal(racoon.recognise("man/racoon.conf.5", ".Dd"), false);
    assert.equal(racoon.recognise("templates/peers.conf", "remote anonymous\n{\n  exchange_mode main;\n}\n"), "content");
  });
});
