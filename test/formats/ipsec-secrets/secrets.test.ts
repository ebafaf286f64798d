import assert from "node:assert/strict";
import { FORMATS } from "../../../src/cli/options.ts";
import { ipsecSecrets } from "../../../src/formats/ipsec-secrets/index.ts";
import { recognise } from "../../../src/formats/index.ts";
import { folder } from "../../support/folder.ts";
import { premortem } from "../../support/command-line.ts";

const WORD = "hunter-two";

describe("ipsec: secrets", () => {
  it("are a language of their own", () => {
    for (const path of ["etc/ipsec.secrets", "etc/ipsec.d/site-b.secrets", "templates/ipsec.secrets.j2", "etc/racoon/psk.txt", "files/ipsec.secrets.moon"]) assert.equal(recognise(path, "x"), "ipsec-secrets", path);
    assert.equal(recognise("vpn/keys", `moon.example.net : PSK "${WORD}"\n`), "ipsec-secrets");
    assert.notEqual(recognise("a.yml", `x: PSK foo\n- a: b\n`), "ipsec-secrets");
  });
  it("tell for whom they are, and never what they are", () => {
    const text = `# keys\n192.0.2.1 %any : PSK "${WORD}"\n: RSA key.pem "${WORD}"\n@moon.example.net\t${WORD}\ninclude other.secrets\n: PSK\n  ${WORD}\n`;
    const { tree, errors } = ipsecSecrets.parse(text);
    assert.deepEqual(tree.entries.map(({ holders, kind }) => [holders.map((holder) => holder.text).join(" "), kind]), [["192.0.2.1 %any", "PSK"], ["", "RSA"], ["@moon.example.net", undefined], ["", "PSK"]]);
    assert.ok(!JSON.stringify({ tree, errors }).includes(WORD));
  });
  it("appear in no report, however broken their file is", async () => {
    const connections = "connections {\n  a {\n    remote_addrs = 198.51.100.1\n    dpd_delay = 5x\n    local { secret = hunter-two\n }\n    children { c { } }\n  }\n}\n";
    const { path } = folder({
      "etc/ipsec.secrets": `: PSK ${WORD}\n${WORD}\n: PSK "${WORD}\n`,
      "etc/racoon/psk.txt": `192.0.2.1 ${WORD}\n${WORD}\n`,
      "etc/racoon/racoon.conf": `remote anonymous { dpd_delay 0; }\nldapcfg { bind_pw "${WORD}"; }\nradiuscfg { auth "radius.example.net" "${WORD}" }\n`,
      "etc/swanctl/swanctl.conf": `${connections}secrets {\n  ike-a {\n    secret =\n${WORD}\n  }\n  ike-b {\n    secret ${WORD}\n  }\n}\n`,
      "b/swanctl.conf": `${connections}secrets {\n  ike-a {\n    secret = ${WORD}\n    ${WORD} { }\n  }\n}\n`,
      "c/swanctl.conf": `secrets {\n  ike-a {\n    secret = a\n    ${WORD}: x { }\n  ${WORD}`,
    });
    for (const format of FORMATS) {
      const { out, err, status } = await premortem("check", path, "--format", format, "--fail-on", "never");
      assert.equal(status, 0, `${format}: ${err}`);
      assert.ok(!`${out}${err}`.includes(WORD), `${format}: ${`${out}${err}`.split("\n").find((line) => line.includes(WORD))?.slice(0, 300)}`);
      if (format === "json") assert.ok((JSON.parse(out) as { findings: unknown[] }).findings.length > 4);
    }
  });
});
