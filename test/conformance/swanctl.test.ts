import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { KEYS } from "../../src/formats/swanctl/keys.ts";
import type { Level } from "../../src/formats/swanctl/keys.ts";
import { swanctl } from "../../src/formats/swanctl/index.ts";
import { askCharon, noCharon } from "../support/ipsec-tools.ts";
import { recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";
import { random } from "./kernel/random.ts";

/** Of releases after Debian's 5.9.8, or what plugins bring that are not loaded. */
const NEWER = /\b(?:ocsp|per_cpu_sas|icmp|iptfs)\b|ke\d_|mlkem|kyber|ntrup|saber|bike|frodo|hqc|sike|childless = prefer/;
const WORDS = [
  "yes", "no", "Yes", "on", "1", "0", "30", "30s", "5 m", "1h", "2d", "5x", "1h30m", "08", "0x10", "1.5h", "%forever", "%unique", "%same", "%any", "start", "trap", "trap|start", "strat", "psk", "pubkey", "pubkey-sha256",
  "rsa", "PSK", "Pubkey", "any", "eap-md5", "tunnel", "transport", "pass", "never", "force", "accept", "always", "ifasked", "replace", "strict", "default", "aes128", "aes256-sha256", "aes256-sha256-modp2048", "sha256",
  "aes256gcm16-prfsha384-x25519", "aes256gcm16-x25519", "aes256gcm16-aes128", "AES128-SHA1-MODP1024", "null", "esn", "aes128-sha256_96-modp2048", "10.1.0.0/16", "10.1.0.0/16, 10.2.0.0/16", "10.1.0.0.0/16", "10.1.0.1-10.1.0.9",
  "dynamic[tcp/80]", "dynamic[tcp", "2001:db8::/32", "host.example.net", "192.0.2.1", "::", "42/0xff", "42x", "110", "mtu", "5k", "5kb", "",
];

/** What a connection holds that has `line` in a section of `level`. */
function at(level: Level, line: string): string {
  const inner = { connection: line, authentication: `local {\n${line}\n}`, certificate: "", child: `children {\nlan {\n${line}\n}\n}` }[level];
  return `remote_addrs = 198.51.100.1\n${inner}\n`;
}

const whole = (...bodies: readonly string[]): string => `connections {\n${bodies.map((body, index) => `c${index} {\n${body}}\n`).join("")}}\n`;

describe("conformance: swanctl.conf against charon", function () {
  before(function () {
    const reason = noCharon();
    if (reason !== undefined) skip(this, reason);
  });

  it("takes and refuses the same settings and values", () => {
    const texts = (["connection", "authentication", "child"] as const).flatMap((level) =>
      Object.keys(KEYS[level])
        .filter((key) => !/^(?:certs|cacerts|pubkeys|mediated_by|mediation_peer|mediation)$/.test(key))
        .flatMap((key) => WORDS.map((word) => at(level, `${key} = ${word}`))),
    );
    for (const level of ["connection", "authentication", "child"] as const) {
      for (const key of ["dpd_dely", "DPD_DELAY", "secret", "esp", "keyexchange", "auto"]) texts.push(at(level, `${key} = 5`));
      for (const name of ["local-1", "remote2", "childern", "Children", "x"]) texts.push(at(level, `${name} {\n}`));
    }
    const next = random(7);
    const parts = ["aes128", "aes256gcm16", "3des", "chacha20poly1305", "sha256", "sha1_160", "md5", "prfsha256", "modp2048", "ecp256", "x25519", "none", "esn", "foo", "sha256_96", "aesxcbc", ""];
    for (let i = 0; i < 400; i++) {
      const proposal = Array.from({ length: 1 + Math.floor(next() * 4) }, () => parts[Math.floor(next() * parts.length)]!).join("-");
      texts.push(at("connection", `proposals = ${proposal}`), at("child", `esp_proposals = ${proposal}`), at("child", `ah_proposals = ${proposal}`));
    }
    const bodies = texts.filter((text) => !NEWER.test(text));
    const [verdict] = askCharon([whole(...bodies)]);
    const refused = new Set([...verdict!.matchAll(/connection 'c(\d+)' failed/g)].map(([, index]) => Number(index)));
    const differences = bodies.filter((body, index) => (swanctl.parse(whole(body)).errors.length > 0) !== refused.has(index));
    assert.ok(refused.size > 500 && refused.size < bodies.length - 500, `${refused.size} of ${bodies.length} refused`);
    assert.deepEqual(differences.slice(0, 12), [], `${differences.length} of ${bodies.length} differ`);
  }).timeout(120_000);

  it("reads the same shapes", () => {
    const base = whole(at("child", 'remote_ts = "10.2.0.0/16" # other end'));
    const next = random(11);
    const below = (limit: number): number => Math.floor(next() * limit);
    const texts = [base, "a.b = 3\n", "a { b = c", "a { }\n}\n", "connections { a : b { } }\n", "connections : x { }\n", 'connections { a { version = "2', "include nothing-*.conf\n", "connections\n{\na\n{\n}\n}\n", "x = { \n", "a : { }\n", "a { b }\n", "= 3\n", "a { : }\n", "a = b = c\n", "a { b = c } d = e\n", "a b { }\n", 'a { "b c" = d }\n', "a : b, c { }\n", "a : b c { }\n", "a = \n", "a { b = c; }\n", "include\n", "\uFEFFconnections { }\n", "a { b = c }}\n", "a,b { }\n"];
    for (let i = 0; i < 300; i++) {
      const from = below(base.length);
      // A brace and a hash are how Jinja opens a comment.
      texts.push((base.slice(0, from) + ["", "{", "}", "=", ":", '"', "#", "\n", "x"][below(9)]! + base.slice(from + below(3))).replaceAll("{#", "{ #"));
    }
    compare(texts);
  }).timeout(120_000);

  it("takes the files of other people", function () {
    const corpus = recorded("corpus/ipsec");
    if (!existsSync(corpus)) skip(this, "these recorded files are not on this machine");
    const files = (readdirSync(corpus, { recursive: true }) as string[]).filter((file) => file.endsWith(".conf") && swanctl.recognise(file, "") === "name").sort();
    // Certificates and other files are not here, and what starts by itself is not to be started.
    const texts = files.map((file) => readFileSync(`${corpus}/${file}`, "utf8").replace(/^(\s*)(?:certs|cacerts|pubkeys|include|(?:ca)?cert\S* \{[^}]*\}|start_action)\b.*$/gm, "$1"));
    compare(texts.filter((text) => !NEWER.test(text)));
  }).timeout(120_000);
});

function compare(texts: readonly string[]): void {
  const verdicts = askCharon(texts);
  const differences = texts.flatMap((text, index) => {
    const refused = verdicts[index] !== "";
    const errors = swanctl.parse(text).errors;
    if (refused === errors.length > 0) return [];
    return [`${refused ? "refused" : "taken"}: ${verdicts[index]!.slice(0, 120)}\n${text}${errors.map(({ message }) => message).join("\n")}`];
  });
  assert.deepEqual(differences.slice(0, 12), [], `${differences.length} of ${texts.length} differ`);
}
