import assert from "node:assert/strict";
import { swanctl } from "../../../src/formats/swanctl/index.ts";

/** What is at fault, by its text. */
function faults(text: string): string[] {
  return swanctl.parse(text).errors.map(({ range }) => text.slice(range.start, range.end));
}

describe("swanctl: what charon refuses", () => {
  it("is found at its place, behind a BOM, with CRLF and in quotes", () => {
    assert.deepEqual(faults("\uFEFFconnections {\r\n a {\r\n dpd_delay = 5x # five\r\n proposals = aes256-sha256-modp2048 , foo-sha1\r\n dpd_timeout = \"1 week\"\r\n }\r\n}\r\n"), ["5x", "foo-sha1", '"1 week"']);
  });
  it("is judged after what is inherited and merged", () => {
    assert.deepEqual(faults("b { version = x }\nconnections { a : b { version = 2 }\n c : b { } }"), ["x"]);
    assert.deepEqual(faults("connections { a { version = x }\n }\nconnections { a { version = 2 }\n }"), []);
    assert.deepEqual(faults("t { one { mode = foo } }\nconnections { a { children { one : t.one { } } } }"), ["foo"]);
  });
  it("is not guessed behind a template", () => {
    assert.deepEqual(faults("connections { {{ n }} { version = {{ v }}\n{% if x %}\n mobike = maybe\n{% endif %}\n mobike = yes\n} }"), ["maybe"]);
    assert.deepEqual(faults("connections { a { {{ key }} = x\n {{ section }} { y = z } } }"), []);
  });
  it("is nothing outside of connections", () => {
    assert.deepEqual(faults("secrets { ike-a { secret = x\n anything = y } }\npools { p { addrs = 10.0.0.0/24 } }\nother { x = y }"), []);
  });
  it("never repeats a secret", () => {
    for (const text of ["secrets { ike-a {\nsecret =\nhunter-two\n} }", "secrets { ike-a {\nsecret hunter-two\n} }", "connections { a { local { secret = hunter-two } } }"]) {
      for (const { message, edits } of swanctl.parse(text).errors) assert.ok(!/hunter/.test(message + JSON.stringify(edits ?? [])), message);
    }
  });
});
