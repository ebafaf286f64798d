import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import fc from "fast-check";
import { parse as parseYaml } from "yaml";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { ignoring } from "../../../src/formats/premortem-config/ignore.ts";
import { KEYS, configurationOf, configurationSchema, premortemConfig } from "../../../src/formats/premortem-config/index.ts";
import { parseQuantity } from "../../../src/formats/premortem-config/units.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";

const FULL = `# What this site is made of
groups:
  storage: [ceph_osd, ceph_mon]
  hypervisor: compute
variables:
  kernel: facts.kernel
  virtualMachines: guests
management:
  networks: [192.0.2.0/24, "2001:db8::/32"]
  ports: [22, 2222]
migration:
  bandwidth: 10 Gbit/s
  parallel: 2
  dirtyRate: 100 MB/s
  downtime: 300 ms
maintenance:
  window: 2 h
  preparation: 15min
  work: 600
  approval: maintenance_approved
  concurrent: 3
  period: 1 week
cephRelease: 18
advisories:
  - product: frr
    versions: ">=8.1 <8.1.2"
    why: bgpd crashes at a route refresh
    link: https://wiki.example.net/frr
  - {product: linux, versions: 6.5, why: "the driver of our cards hangs", instead: "6.6", packages: 6.5.0-14}
severity:
  firewall/accepts-all: off
  premortem/suppression: error
lessons: [post-mortems, team/lessons]
ignore: [archive/**, "*.bak"]
`;

/** The problems of a text, each as the words that it marks and its message. */
function problems(text: string): string[] {
  return premortemConfig.parse(text).errors.map(({ range, message }) => `${text.slice(range.start, range.end)} | ${message}`);
}

describe("premortem.yaml", () => {
  before(loadYaml);

  it("gives every setting in bytes, seconds and bytes a second", () => {
    assert.deepEqual(premortemConfig.parse(FULL).errors, []);
    assert.deepEqual(configurationOf(FULL), {
      groups: { storage: ["ceph_osd", "ceph_mon"], hypervisor: ["compute"] },
      variables: { kernel: "facts.kernel", virtualMachines: "guests" },
      management: { networks: ["192.0.2.0/24", "2001:db8::/32"], ports: [22, 2222] },
      migration: { bandwidth: 1.25e9, parallel: 2, dirtyRate: 1e8, downtime: 0.3 },
      maintenance: { window: 7200, preparation: 900, work: 600, approval: "maintenance_approved", concurrent: 3, period: 604800 },
      cephRelease: "18",
      advisories: [
        { product: "frr", versions: ">=8.1 <8.1.2", why: "bgpd crashes at a route refresh", link: "https://wiki.example.net/frr" },
        { product: "linux", versions: "6.5", why: "the driver of our cards hangs", instead: "6.6", packages: ["6.5.0-14"] },
      ],
      severity: { "firewall/accepts-all": "off", "premortem/suppression": "error" },
      ignore: ["archive/**", "*.bak"],
      lessons: ["post-mortems", "team/lessons"],
    });
  });

  it("is the defaults when it is empty, and has a default for every section", () => {
    for (const text of ["", "\n", "# nothing yet\n", "---\n", "groups:\nmaintenance:\n"]) {
      assert.deepEqual(configurationOf(text), DEFAULT_CONFIGURATION);
      assert.deepEqual(problems(text), []);
    }
  });

  it("reads a byte order mark and CRLF", () => {
    assert.deepEqual(configurationOf(`\uFEFF${FULL.replaceAll("\n", "\r\n")}`), configurationOf(FULL));
  });

  it("marks an unknown key and names the one that is meant", () => {
    assert.match(problems("group:\n  storage: [a]\n")[0]!, /^group \| There is no key "group", so it changes nothing\. Did you mean groups\?$/);
    assert.match(problems("migration:\n  dirty_rate: 1 MB/s\n")[0]!, /^dirty_rate \| .*below migration.* Did you mean dirtyRate\?$/);
    assert.match(problems("window: 2 h\n")[0]!, /It belongs below maintenance\.$/);
    assert.match(problems("zebra: 1\n")[0]!, /Keys: groups, variables/);
  });

  it("marks a wrong value, keeps the default, and still reads the rest", () => {
    const text = "migration:\n  bandwidth: fast\n  parallel: 0\nmaintenance:\n  window: 2 fortnights\n  concurrent: 4\n";
    assert.deepEqual(problems(text).map((problem) => problem.split(" | ")[0]), ["fast", "0", "2 fortnights"]);
    const { migration, maintenance } = configurationOf(text);
    assert.deepEqual([migration.bandwidth, migration.parallel, maintenance.window, maintenance.concurrent], [undefined, 1, undefined, 4]);
  });

  it("marks wrong items of a list alone", () => {
    const text = "management:\n  networks: [192.0.2.0/24, 192.0.2.0/33]\n  ports: [22, 70000, ssh]\n";
    assert.deepEqual(problems(text).map((problem) => problem.split(" | ")[0]), ["192.0.2.0/33", "70000", "ssh"]);
    assert.deepEqual(configurationOf(text).management, { networks: ["192.0.2.0/24"], ports: [22] });
  });

  it("marks a severity that there is not", () => {
    assert.match(problems("severity:\n  firewall/syntax: warn\n")[0]!, /^warn \| .*Did you mean warning\?$/);
    assert.deepEqual(configurationOf("severity:\n  firewall/syntax: warn\n").severity, {});
  });

  it("reads what it can of a broken file", () => {
    for (const text of ["groups: [\n", "groups:\n  storage: [a\nmigration:\n  parallel: 3\n", "a: b: c\n", "\t- x\n", "- 1\n", "storage\n", "a: 1\na: 2\n"]) {
      assert.ok(problems(text).length > 0, JSON.stringify(text));
      assert.ok(configurationOf(text).migration.downtime === 0.3);
    }
  });

  it("follows an alias, and survives one that circles or is nested without end", () => {
    assert.deepEqual(configurationOf("groups:\n  storage: &s [a]\n  hypervisor: *s\n").groups.hypervisor, ["a"]);
    for (const text of ["groups: &a\n  storage: *a\n", "groups: *nowhere\n", `groups: ${"[".repeat(10_000)}`, `${"a:\n ".repeat(3)}${"{".repeat(50_000)}`]) {
      assert.ok(premortemConfig.parse(text).errors.length > 0);
    }
  });

  it("never throws, and keeps ranges inside the text", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...FULL.split(/(\s+)/), "{", "[", "&a", "*a", "|", "- ", "\t", "'"), fc.string()), { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        for (const { range } of premortemConfig.parse(text).errors) {
          assert.ok(range.start >= 0 && range.start <= range.end && range.end <= text.length);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("quantities", () => {
  it("tell bits from bytes and decimal from binary", () => {
    const rates = { "10 Gbit/s": 1.25e9, "1Gbps": 1.25e8, "100 MB/s": 1e8, "1 GiB/s": 2 ** 30, "1 Gb/s": 1.25e8, "5": 5, "1 GB": undefined, "fast": undefined };
    for (const [text, expected] of Object.entries(rates)) assert.equal(parseQuantity(text, "rate"), expected, text);
    const sizes = { "64 GiB": 64 * 2 ** 30, "64GB": 64e9, "1.5 KiB": 1536, "512": 512, "64 G": undefined };
    for (const [text, expected] of Object.entries(sizes)) assert.equal(parseQuantity(text, "size"), expected, text);
    const times = { "2 h": 7200, "1h 30min": 5400, "90m": 5400, "300 ms": 0.3, "1 day": 86400, "": undefined, "2 x": undefined };
    for (const [text, expected] of Object.entries(times)) assert.equal(parseQuantity(text, "duration"), expected, text);
  });
});

describe("ignore globs", () => {
  it("leave out files, directories and what is below them", () => {
    const ignored = ignoring(["archive/", "*.bak", "**/vendor", "./site/old.yml"]);
    for (const path of ["archive/a.conf", "archive/deep/b.conf", "x.bak", "roles/vendor/tasks/main.yml", "site/old.yml"]) assert.ok(ignored(path), path);
    for (const path of ["archived.conf", "roles/x.bak", "roles/a/tasks/main.yml", "site/new.yml"]) assert.ok(!ignored(path), path);
    assert.ok(!ignoring([])("archive/a.conf"));
  });
});

describe("the schema of premortem.yaml", () => {
  const validate = (text: string): boolean => new Ajv({ strict: true, allowUnionTypes: true }).validate(configurationSchema(["firewall/accepts-all", "premortem/suppression"]), parseYaml(text));

  it("takes what the program takes, and refuses unknown keys", () => {
    assert.ok(validate(FULL.replace(": off", ': "off"')));
    assert.ok(validate("groups:\n"));
    for (const text of ["group: {}\n", "groups:\n  strage: [a]\n", "migration:\n  parallel: 0\n", "severity:\n  nothing/such: error\n"]) assert.ok(!validate(text), text);
  });

  it("has every key with its default", () => {
    const schema = JSON.stringify(configurationSchema());
    for (const key of KEYS) assert.ok(schema.includes(JSON.stringify(key.summary).slice(1, -1)), key.path);
  });

  it("is in the repository as it is generated", () => {
    const text = readFileSync("schemas/premortem.schema.json", "utf8");
    assert.equal((JSON.parse(text) as { title: string }).title, "premortem.yaml");
  });
});
