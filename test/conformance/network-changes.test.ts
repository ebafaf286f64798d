import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { bundledCli } from "../support/build.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const corpus = recorded("corpus");
const RULES = readdirSync(new URL("../../src/rules/network", import.meta.url)).map((file) => `network/${file.replace(/\.ts$/, "")}`);

interface Found {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly path: string;
  readonly range: { readonly start: { readonly line: number } };
  readonly data: { readonly [name: string]: unknown };
}

/** What the command line says of real commits by the rules of networks. */
function found(...words: readonly string[]): Found[] {
  const { stdout, stderr } = spawnSync(process.execPath, [bundledCli(), ...words, "--format", "json", "--fail-on", "never", ...RULES.flatMap((rule) => ["--rule", rule])], { encoding: "utf8", maxBuffer: 1 << 28 });
  assert.notEqual(stdout, "", stderr);
  return (JSON.parse(stdout) as { findings: Found[] }).findings;
}

const brief = (findings: readonly Found[]): string[] => findings.map(({ rule, severity, path, range }) => `${severity} ${rule} ${path}:${range.start.line}`);

/** Changes that were read by hand, with every finding that a reviewer would want, and no other. */
const REVIEWED: Record<string, readonly string[]> = {
  // The wrapped numbers: 22 of 28 members of one segment are moved, 22 of 31 of another.
  "changes-whole/fedora-160cbd7932": [
    "warning network/mixed-mtu inventory/host_vars/bvmhost-a64-01.stg.iad2.fedoraproject.org:31",
    "warning network/mixed-mtu inventory/host_vars/vmhost-x86-01.stg.iad2.fedoraproject.org:37",
  ],
  "changes-whole/fedora-84a8bb3a82": [],
  "changes-whole/fedora-3d695e58b3": [],
  "changes-whole/ffmwu-d723924c84": ["error network/dangling-reference inventory/group_vars/all:374"],
  "changes-whole/ffmwu-fd71bc9c88": ["info network/policy-routing-fanout inventory/group_vars/all:497"],
  "changes/ansible-9efee5a5bd": ["warning network/mixed-mtu inventory/host_vars/openqa-x86-worker01.rdu3.fedoraproject.org:26"],
  "changes/ansible-eab728aca7": ["error network/two-default-routes inventory/host_vars/bvmhost-p10-01.rdu3.fedoraproject.org:53"],
  "changes/ansible-50d04f6e95": [],
};

describe("network: real changes", function () {
  this.timeout(120_000);
  if (!existsSync(`${corpus}/changes`)) {
    it("give what a correct review says of them", function () {
      needsRecord(this, `${corpus}/changes`);
    });
    return;
  }

  for (const [change, expected] of Object.entries(REVIEWED)) {
    it(`${change}: what a correct review says, and nothing else`, () => {
      const findings = found("review", `${corpus}/${change}/after`, "--base", `${corpus}/${change}/before`);
      assert.deepEqual(brief(findings), expected, findings.map(({ message }) => message).join("\n"));
    });
  }

  it("counts the places that still name a host, the networks of a list and the members of a segment", () => {
    const one = (change: string): Found => found("review", `${corpus}/changes-whole/${change}/after`, "--base", `${corpus}/changes-whole/${change}/before`)[0]!;
    assert.equal(one("ffmwu-d723924c84").data["places"], 14);
    const { networks, before, hosts } = one("ffmwu-fd71bc9c88").data;
    assert.deepEqual([before, networks, hosts], [91, 105, 15]);
    assert.deepEqual(one("fedora-160cbd7932").data["mtus"], { 1500: 22, 9000: 6 });
  });

  // In a touched file alone what it refers to may be missing, so what is found there is likely at most.
  it("says nothing with certainty of the other commits", () => {
    const others = readdirSync(`${corpus}/changes`).filter((name) => !(`changes/${name}` in REVIEWED) && existsSync(`${corpus}/changes/${name}/before`) && existsSync(`${corpus}/changes/${name}/after`));
    assert.ok(others.length > 20);
    for (const name of others) {
      const findings = found("review", `${corpus}/changes/${name}/after`, "--base", `${corpus}/changes/${name}/before`);
      assert.deepEqual(findings.filter(({ severity }) => severity === "error").map(({ message }) => message), [], name);
    }
  });
});

describe("network: configurations of other people", function () {
  this.timeout(120_000);
  /** One list of ten networks, the rules of all hosts are made from it. */
  const EXPECTED: Record<string, readonly string[]> = { "inventory/ffmwu": ["info network/policy-routing-fanout inventory/group_vars/all:525"] };
  for (const folder of ["inventory/fedora-infra", "inventory/ffmwu", "inventory/avd", "inventory/ceph-ansible", "inventory/ansible-lint", "inventory/netplan", "inventory/ifupdown", "inventory/netbox-demo-data", "inventory/fc.network", "firewall", "sysctl", "ceph", "ipsec"]) {
    it(`${folder}: what was looked at, and nothing else`, function () {
      needsRecord(this, `${corpus}/${folder}`);
      const findings = found("check", `${corpus}/${folder}`);
      assert.deepEqual(brief(findings), EXPECTED[folder] ?? [], findings.map(({ message }) => message).join("\n"));
    });
  }
});
