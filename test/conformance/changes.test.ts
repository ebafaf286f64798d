import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { DEFAULT_CONFIGURATION } from "../../src/engine/configuration.ts";
import { loadYaml } from "../../src/formats/yaml/load.ts";
import { changedVariables } from "../../src/model/fleet/change/variables.ts";
import type { Value } from "../../src/model/fleet/fleet.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";

const WHOLE = recorded("corpus/changes-whole");
const CHANGES = recorded("corpus/changes");
const MODELS = recorded("facts/models.json");

interface Found {
  readonly rule: string;
  readonly severity: string;
  readonly path: string;
  readonly message: string;
  readonly data: { readonly [name: string]: unknown };
  readonly related: readonly unknown[];
}

/** What a review through the command line says; `only`: of one rule. */
async function review(change: string, only?: string): Promise<readonly Found[]> {
  const rules = only === undefined ? [] : ["--rule", only];
  const { out, err, status } = await premortem("review", join(change, "after"), "--base", join(change, "before"), "--format", "json", ...rules);
  assert.notEqual(status, 2, err);
  assert.doesNotMatch(err, /the rule failed/, change);
  return (JSON.parse(out) as { findings: Found[] }).findings;
}

describe("real changes, through the command line", function () {
  this.timeout(300_000);

  /** The effect of a change on how many hosts, and where it is written. */
  const radius: readonly (readonly [string, string, string, Readonly<Record<string, unknown>>])[] = [
    ["fedora-84a8bb3a82", "inventory/group_vars/builders", "nftables", { hosts: 145, of: 419, places: 1 }],
    ["fedora-3d695e58b3", "inventory/group_vars/staging", "nftables", { hosts: 57, of: 419, places: 1 }],
    ["fedora-160cbd7932", "inventory/group_vars/staging", "network_connections", { places: 48 }],
    ["ffmwu-fd71bc9c88", "inventory/group_vars/all", "wireguard_networks", { hosts: 14, of: 15, reached: 14 }],
  ];
  for (const [name, path, variable, data] of radius) {
    it(`${name}: ${variable}, one finding`, async function () {
      const change = join(WHOLE, name);
      if (!existsSync(change)) return skip(this, "the corpus is not here");
      const found = await review(change, "fleet/blast-radius");
      assert.equal(found.length, 1, found.map(({ message }) => message).join("\n"));
      assert.equal(found[0]!.path, path);
      assert.ok(found[0]!.message.includes(variable), found[0]!.message);
      for (const [key, value] of Object.entries(data)) assert.equal(found[0]!.data[key], value, key);
      assert.ok(found[0]!.related.length <= 10);
    });
  }

  it("a network more in what an ENC gives a virtualisation host", async function () {
    const source = recorded("corpus/inventory/fc.network");
    if (!existsSync(source)) return skip(this, "the corpus is not here");
    const text = readFileSync(join(source, "enc/quimby.json"), "utf8");
    const edited = text.replace(/("networks" : \{\s*)("172\.20\.2\.)/, '$1"198.51.100.0/24" : [],\n               $2');
    assert.notEqual(edited, text);
    const { path } = folder({ "before/enc/quimby.json": text, "after/enc/quimby.json": edited });
    const rules = (await review(path)).map(({ rule }) => rule);
    for (const rule of ["fleet/blast-radius", "fleet/maintenance-without-approval"]) assert.ok(rules.includes(rule), `${rule} among ${rules.join()}`);
  });

  it("numbers that were counted by others", function () {
    if (!existsSync(MODELS)) return skip(this, "the facts are not here");
    const { fedora_effective_change: counted } = JSON.parse(readFileSync(MODELS, "utf8")) as { fedora_effective_change: { commit: string; hosts_changed: number; of: number }[] };
    let compared = 0;
    for (const { commit, hosts_changed: hosts, of } of counted) {
      const folder = join(WHOLE, `fedora-${commit}`);
      if (!existsSync(folder)) continue;
      const [before, after] = [workspaceOf(join(folder, "before")), workspaceOf(join(folder, "after"))];
      const changed = new Set(changedVariables(before, after).flatMap((change) => change.hosts.map((host) => host.name)));
      assert.deepEqual([changed.size, after.fleet.hosts.length], [hosts, of], commit);
      compared++;
    }
    if (compared === 0) skip(this, "none of these inventories is here");
  });

  it("every other change is reviewed without a failure, and a way back that is there is seen", async function () {
    if (!existsSync(CHANGES)) return skip(this, "the corpus is not here");
    for (const name of readdirSync(CHANGES).filter((entry) => existsSync(join(CHANGES, entry, "before")) && existsSync(join(CHANGES, entry, "after")))) {
      for (const { rule, message } of await review(join(CHANGES, name))) assert.notEqual(rule, "rollout/no-way-back", `${name}: ${message}`);
    }
  });
});

/** The variables files and inventories of a repository, as they are read. */
function workspaceOf(folder: string): Workspace {
  const texts = new Map<string, string>();
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const below = join(path, entry.name);
      if (entry.isDirectory()) walk(below);
      else if (entry.isFile()) texts.set(relative(folder, below), readFileSync(below, "utf8"));
    }
  };
  walk(join(folder, "inventory"));
  return new Workspace(texts, DEFAULT_CONFIGURATION);
}

interface Answer {
  readonly refused?: string;
  readonly hosts: Record<string, { variables: Record<string, Value> }>;
}

describe("effective variables before and after real changes, against ansible-core", function () {
  this.timeout(300_000);

  it("differ on the same hosts under the same names", async function () {
    if (!existsSync(WHOLE)) return skip(this, "the corpus is not here");
    const python = ["/usr/bin/python3", "python3"].find((command) => spawnSync(command, ["-c", "import ansible"]).status === 0);
    if (python === undefined) return skip(this, "ansible-core is not installed");
    await loadYaml();
    const folders = readdirSync(WHOLE).map((name) => join(WHOLE, name));
    const sources = folders.flatMap((folder) => [join(folder, "before/inventory"), join(folder, "after/inventory")]);
    const run = spawnSync(python, [resolve("test/conformance/inventory-oracle.py"), ...sources], { encoding: "utf8", maxBuffer: 1 << 30 });
    assert.equal(run.status, 0, run.stderr);
    const answers = JSON.parse(run.stdout) as Record<string, Answer>;
    for (const folder of folders) {
      const [was, is] = [answers[join(folder, "before/inventory")]!, answers[join(folder, "after/inventory")]!];
      const expected: string[] = [];
      for (const [host, { variables }] of Object.entries(is.hosts)) {
        const old = was.hosts[host]?.variables;
        if (old === undefined) continue;
        for (const name of new Set([...Object.keys(variables), ...Object.keys(old)])) if (JSON.stringify(variables[name]) !== JSON.stringify(old[name])) expected.push(`${host} ${name}`);
      }
      const [before, after] = [workspaceOf(join(folder, "before")), workspaceOf(join(folder, "after"))];
      const found = changedVariables(before, after).flatMap((change) => {
        // What only follows from another variable is written alike on both sides.
        const follows = change.before?.raw !== undefined && JSON.stringify(change.before.raw) === JSON.stringify(change.after?.raw);
        return follows ? [] : change.hosts.map((host) => `${host.name} ${change.name}`);
      });
      assert.deepEqual(found.sort(), expected.sort(), relative(WHOLE, folder));
    }
  });
});
