import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { formats, prepare, recognise } from "../../src/formats/index.ts";
import type { Format } from "../../src/formats/format.ts";
import { lintFiles, loadWorkspace, rules } from "../../src/core.ts";
import { isChange, listOf, unmark } from "../support/example.ts";

/** Every file of the rules' examples and of the incidents, by the language that it is in. */
function realistic(): Map<string, string[]> {
  const byLanguage = new Map<string, Set<string>>(formats.map(({ language }) => [language, new Set()]));
  const add = (path: string, text: string): void => {
    const language = recognise(path, text.slice(0, 4096));
    if (language !== undefined) byLanguage.get(language)!.add(text);
  };
  for (const rule of rules.values()) {
    for (const example of Object.values(rule.examples).flatMap(listOf)) {
      for (const files of isChange(example) ? [example.before, example.after] : [example as Exclude<typeof example, { before: unknown }>]) {
        for (const [path, text] of unmark(files, rule).files) add(path, text);
      }
    }
  }
  for (const entry of readdirSync("test/incidents", { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === "expected.json") continue;
    const path = join(entry.parentPath, entry.name);
    add(path, readFileSync(path, "utf8"));
  }
  for (const [path, text] of MORE) add(path, text);
  return new Map([...byLanguage].map(([language, texts]) => [language, [...texts].sort((a, b) => b.length - a.length).slice(0, 12)]));
}

/** Of formats that few examples have. */
const MORE: readonly (readonly [string, string])[] = [
  ["etc/strongswan.conf", "charon {\n  retransmit_tries = 3 # fewer\n  plugins {\n    include strongswan.d/charon/*.conf\n  }\n}\nswanctl : charon { load = \"pem x509\" }\n"],
  ["etc/ipsec.secrets", "# keys\n192.0.2.1 @gw.example.net : PSK \"a b\"\n: RSA key.pem\n  more\ninclude *.secrets\n"],
  ["netbox.json", '{"count": 1, "results": [\n  {"id": 7, "url": "https://netbox.example.net/api/dcim/devices/7/", "name": "kvm01", "memory": -1.5e3, "tags": [], "x": "a\\u00e9\\"b", "y": null}\n]}\n'],
  ["enc/kvm01.json", '{"parameters": {"interfaces": {"fe": {"networks": {"192.0.2.0/24": ["192.0.2.7"]}}}}}\n'],
  ["prefixes.csv", 'Prefix,Status,VRF,Description\n192.0.2.0/24,Active,,"two\nlines, ""quoted"""\n198.51.100.0/24;x\n'],
  ["kvm01.xml", '<?xml version="1.0"?>\n<domain type="kvm" id="3">\n  <name>db01</name>\n  <memory unit="GiB">8</memory>\n</domain>\n'],
  ["etc/apt/preferences.d/ceph", "Explanation: one release\nPackage: ceph* radosgw\nPin: version 18.2.1-*\nPin-Priority: 1001\n\nPackage: frr\nPin: release a=unstable\nPin-Priority: 990\n"],
  ["requirements.txt", "# tools\nansible==9.1.0\nnetaddr>=1.0\nrequests[socks] == 2.31.0 ; python_version > '3.8'\n"],
  ["go.mod", "module example.net/agent\n\ngo 1.22\n\nrequire (\n\tgo.etcd.io/etcd/client/v3 v3.5.12\n)\n"],
  [".gitmodules", '[submodule "frr"]\n\tpath = frr\n\turl = https://git.example.net/frr.git\n\tbranch = stable/10.0\n'],
  ["Dockerfile", "FROM --platform=linux/amd64 registry.example.net:5000/ceph/ceph:v18.2.1 AS base\nFROM base\n"],
];

/** A path under which each language's text is read as that, with the text. */
function places(texts: ReadonlyMap<string, string>): [string, string][] {
  const candidates = ["etc/nftables.conf", "etc/iptables/rules.v4", "a.sh", "etc/sysctl.d/a.conf", "etc/tuned/a/tuned.conf", "a.nix", "etc/modules-load.d/a.conf", "etc/ceph/ceph.conf", "etc/systemd/system/a.service", "etc/systemd/network/a.network", "etc/network/interfaces", "etc/NetworkManager/system-connections/a.nmconnection", "etc/wireguard/wg0.conf", "inventory/hosts.ini", "site.yml", "etc/swanctl/swanctl.conf", "etc/ipsec.conf", "etc/racoon/racoon.conf", "etc/firewalld/zones/public.xml", "netbox.json", "prefixes.csv", "requirements.txt", "kvm01.xml", "premortem.yaml", "a.lesson.yaml"];
  return [...texts].flatMap(([language, text]) => candidates.filter((path) => recognise(path, text.slice(0, 4096)) === language).slice(0, 1).map((path): [string, string] => [path, text]));
}

/** Parses, and looks at every range of the tree and of the errors. */
function judge(format: Format<unknown>, text: string): void {
  const { tree, errors } = format.parse(text);
  const seen = new Set<unknown>();
  const open: unknown[] = [tree, errors];
  while (open.length > 0) {
    const node = open.pop();
    if (typeof node !== "object" || node === null || seen.has(node)) continue;
    seen.add(node);
    if (node instanceof Map || node instanceof Set) open.push(...node.values());
    for (const [key, value] of Object.entries(node)) {
      if (/^range$|Range$/.test(key) && typeof value === "object" && value !== null) {
        const { start, end } = value as { start: number; end: number };
        assert.ok(0 <= start && start <= end && end <= text.length, `${format.language}: ${key} ${start}-${end} of ${text.length} in ${JSON.stringify(text.slice(0, 200))}`);
      }
      open.push(value);
    }
  }
}

/** What opens something in one of the languages, or may lead a scanner astray. */
const OPENERS = ["{", "[", "(", "a {\n", "a: {", "- ", "[a]\n", "{{ ", "{% if a %}\n", "{% for a in b %}", "<% ", "${", "$(", "`", "'", '"', "\\", "\\\n", "a: &a [*a]\n", "? ", "| ", "if true; then\n", "a() {\n", "*filter\n", "table inet t {", "jump {", "a = b . "];
const LINES = ["a", "a: }\n", "- a: b: c\n", "a ", "a,", "a.", "a=", "a: ", " ", "\t", "-", "#", "!", "*", "&a ", "$a ", "1", "1-", "-A INPUT ", "{}", "()", "{{ a }}", "{{ a }", "é", "\uD800", "\0", "\r", "%", "|", "a;", "a\\ "];

/** Beginnings of files that patterns may match in many ways: what follows must not make them try all. */
const HEADS = ["\n", "\r\n", "\r", " \n", "\t", "\f", "\u00a0", "# a\n", "#\n\n", "; a\n", "// a\n", "<!---->", "<!-- a -->\n", "<?xml?>", "<?xml ?>\n", "/**/", "---\n", "[a]\n", "[a]\n\n", "{\n", "{ }", '"a": ', '"a",', "a,", "a;", "Package: a\n", "a\n", "a: b\n", "conn a\n", "remote a ", "remote a\n", "iface a ", "{{ a }}", "{% a %}\n", "#!"];

describe("formats: hostile texts", () => {
  const texts = realistic();
  before(() => prepare(["a.yml"]));

  it("are recognised without trying everything that their beginnings may mean", () => {
    const paths = ["unknown", "a/hosts", "etc/a.conf", "a.xml", "firewalld/zones/a.xml", "group_vars/a", "inventory/a.json", "a.json", "a.yml", "a.csv", "a.sh", "a.nix", "templates/a.j2"];
    const beginnings = [...OPENERS, ...LINES, ...HEADS];
    for (const path of paths) {
      for (const piece of beginnings) {
        for (const text of [piece.repeat(4096 / piece.length), `remote a${piece.repeat(2000 / piece.length)}x`, `${piece.repeat(2000 / piece.length)}!${piece.repeat(2000 / piece.length)}`]) recognise(path, text);
      }
    }
  });

  it("of every language pass all rules without a failure", async () => {
    const names = new Map<string, string>([...formats.map(({ language }) => [language, texts.get(language)![0]!] as const)]);
    const variants = (text: string): string[] => [text.replaceAll("\n", "\r\n"), `\uFEFF${text}`, text.replaceAll(/[ \t]*\r?\n[ \t]*/g, " "), text.replaceAll(" ", "\0"), text.slice(0, text.length / 2), `${text}${"x".repeat(20_000)}`, `${text}${"x \n".repeat(2_000)}`, `${text}${"{[(".repeat(400)}`];
    for (const [path, text] of places(names)) {
      for (const variant of variants(text)) {
        const { failures } = lintFiles(await loadWorkspace(new Map([[path, variant]])));
        assert.deepEqual(failures.map(({ rule, error }) => `${rule} ${path}: ${String(error)}`), []);
      }
    }
  });

  for (const format of formats) {
    describe(format.language, () => {
      const own = texts.get(format.language)!;

      it("has texts to try", () => assert.ok(own.length > 0));

      it("reads files that end anywhere", () => {
        for (const text of own) for (let tenth = 0; tenth <= 10; tenth++) judge(format, text.slice(0, Math.round((text.length * tenth) / 10)));
      });

      it("reads other line ends, a byte order mark and NULs", () => {
        for (const text of own) {
          for (const other of [text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\r"), `\uFEFF${text}`, text.replaceAll(" ", "\0"), `${text}\0`]) judge(format, other);
        }
      });

      it("reads what is written in another language", () => {
        for (const others of texts.values()) for (const text of others.slice(0, 3)) judge(format, text);
      });

      it("reads texts with pieces taken out, doubled and exchanged", () => {
        const spot = fc.double({ min: 0, max: 1, noNaN: true });
        fc.assert(
          fc.property(fc.constantFrom(...own), fc.array(fc.tuple(spot, spot, fc.constantFrom(...OPENERS, ...LINES, "}", "]", ")", "")), { minLength: 1, maxLength: 6 }), (text, cuts) => {
            let mutant = text;
            for (const [at, length, piece] of cuts) {
              const start = Math.round(at * mutant.length);
              mutant = mutant.slice(0, start) + piece + mutant.slice(start + Math.round(length * 20));
            }
            judge(format, mutant);
          }),
          { numRuns: 150 },
        );
      });

      it("reads what opens and never closes, ten thousand deep", () => {
        for (const opener of OPENERS) judge(format, opener.repeat(10_000));
      });

      it("reads lines of 64 KiB, and one of a megabyte", () => {
        for (const piece of LINES) judge(format, piece.repeat(65_536 / piece.length));
        judge(format, "a".repeat(1 << 20));
      });
    });
  }
});
