import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { DEFAULT_CONFIGURATION } from "../../src/engine/configuration.ts";
import { loadYaml } from "../../src/formats/yaml/load.ts";
import type { Value } from "../../src/model/fleet/fleet.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";
import { generated } from "./inventory-generated.ts";

const CORPUS = recorded("corpus");
const ROOTS = ["inventory", "changes-whole"].map((name) => join(CORPUS, name));
const ORACLE = resolve("test/conformance/inventory-oracle.py");

interface Answer {
  readonly refused?: string;
  readonly hosts: Record<string, { groups: string[]; variables: Record<string, Value> }>;
  readonly groups: Record<string, { children: string[]; hosts: string[] }>;
  /** Hosts that each pattern selects. */
  readonly patterns: Record<string, string[]>;
}

/** Every file below a folder. */
function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

/** Inventories to compare: folders of several files, and single files. */
function sources(): string[] {
  const found = new Set<string>();
  for (const path of ROOTS.flatMap((root) => [...walk(root)])) {
    const folder = dirname(path);
    if (/_vars(\/|$)/.test(folder)) continue;
    if (/\/(?:fedora-infra|ffmwu|before|after)\/inventory$/.test(folder)) found.add(folder);
    else if (/^(?:hosts|inventory|production)(?:[-.].*)?$/.test(basename(path)) && /(?:^[^.]*|\.ya?ml|\.ini)$/.test(basename(path))) found.add(path);
  }
  return [...found].sort();
}

/** The workspace that holds one source and the variables next to it, as Ansible would be given it with `-i`. */
function workspaceOf(source: string): Workspace {
  const isFolder = statSync(source).isDirectory();
  const folder = isFolder ? source : dirname(source);
  const texts = new Map<string, string>();
  for (const path of walk(folder)) {
    const inside = relative(folder, path);
    if (!isFolder && path !== source && !/^(?:group_vars|host_vars)\//.test(inside)) continue;
    texts.set(`inventory/${inside}`, readFileSync(path, "utf8"));
  }
  return new Workspace(texts, DEFAULT_CONFIGURATION);
}

describe("inventories, against ansible-core", function () {
  this.timeout(300_000);

  it("gives the same hosts, groups and effective variables", async function () {
    if (!existsSync(CORPUS)) return skip(this, "the corpus is not here");
    const python = pythonWithAnsible();
    if (python === undefined) return skip(this, "ansible-core is not installed");
    await loadYaml();
    const run = spawnSync(python, [ORACLE, ...sources()], { encoding: "utf8", maxBuffer: 1 << 30 });
    assert.equal(run.status, 0, run.stderr);
    const answers = JSON.parse(run.stdout) as Record<string, Answer>;
    let compared = 0;
    const totals = { hosts: 0, variables: 0 };
    const refused: string[] = [];
    for (const [source, answer] of Object.entries(answers)) {
      if (answer.refused !== undefined) {
        refused.push(`${relative(CORPUS, source)}: ${answer.refused}`);
        continue;
      }
      const workspace = workspaceOf(source);
      compare(relative(CORPUS, source), workspace, answer);
      comparePatterns(relative(CORPUS, source), workspace, answer);
      addTo(totals, answer);
      compared++;
    }
    console.log(`      ${compared} inventories with ${totals.hosts} hosts and ${totals.variables} variables are equal, ${refused.length} are refused by Ansible${refused.map((line) => `\n        ${line.slice(0, 120)}`).join("")}`);
    assert.ok(compared > 50);
  });
});

describe("generated inventories, against ansible-core", function () {
  this.timeout(300_000);
  const [first = 1, count = 150] = (process.env["INVENTORY_SEEDS"] ?? "").split(",").filter(Boolean).map(Number);

  it("gives the same hosts, groups and effective variables", async function () {
    const python = pythonWithAnsible();
    if (python === undefined) return skip(this, "ansible-core is not installed");
    await loadYaml();
    const base = mkdtempSync(join(tmpdir(), "inventories-"));
    const repositories = Array.from({ length: count }, (_, index) => ({ root: join(base, `seed-${first + index}`), files: generated(first + index) }));
    for (const { root, files } of repositories) {
      for (const [path, text] of files) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
    }
    const run = spawnSync(python, [ORACLE], { input: repositories.map(({ root }) => `root:${root}`).join("\n"), encoding: "utf8", maxBuffer: 1 << 30 });
    rmSync(base, { recursive: true });
    assert.equal(run.status, 0, run.stderr);
    const answers = JSON.parse(run.stdout) as Record<string, Answer>;
    let compared = 0;
    const totals = { hosts: 0, variables: 0 };
    const refused: string[] = [];
    for (const { root, files } of repositories) {
      const answer = answers[`root:${root}`]!;
      if (answer.refused !== undefined) {
        refused.push(`${basename(root)}: ${answer.refused.slice(0, 150)}`);
        continue;
      }
      const workspace = new Workspace(files, DEFAULT_CONFIGURATION);
      compare(basename(root), workspace, answer);
      comparePatterns(basename(root), workspace, answer);
      addTo(totals, answer);
      compared++;
    }
    console.log(`      ${compared} inventories with ${totals.hosts} hosts and ${totals.variables} variables are equal; ${refused.length} are refused by Ansible`);
    assert.ok(compared > count / 2, refused.join("\n"));
  });
});

function pythonWithAnsible(): string | undefined {
  // Debian's ansible-core belongs to Debian's Python, which need not be the first one of the path.
  return ["/usr/bin/python3", "python3"].find((command) => spawnSync(command, ["-c", "import ansible"]).status === 0);
}

/**
 * Order counts too: a play's first batch is the first of these. Below the second level Ansible walks sets of Python, whose
 * order changes from run to run, so there only the hosts themselves are compared.
 */
function comparePatterns(name: string, workspace: Workspace, { patterns, groups, hosts }: Answer): void {
  // Without any host there is nothing to select from, and the fleet says so.
  if (Object.keys(hosts).length === 0) return;
  const nested = Object.entries(groups).some(([group, { children }]) => group !== "all" && children.length > 0);
  for (const [pattern, expected] of Object.entries(patterns)) {
    if (nested && pattern.includes("[") && !pattern.startsWith("~")) continue;
    const found = workspace.fleet.matching(pattern);
    assert.ok(Array.isArray(found), `${name}: ${pattern}`);
    const names = found.map((host) => host.name);
    assert.deepEqual(nested ? names.sort() : names, nested ? [...expected].sort() : expected, `${name}: ${pattern}`);
  }
}

function addTo(totals: { hosts: number; variables: number }, { hosts }: Answer): void {
  for (const { variables } of Object.values(hosts)) {
    totals.hosts++;
    totals.variables += Object.keys(variables).length;
  }
}

function compare(name: string, workspace: Workspace, answer: Answer): void {
  const { fleet } = workspace;
  assert.deepEqual(fleet.hosts.map((host) => host.name).sort(), Object.keys(answer.hosts).sort(), `${name}: hosts`);
  assert.deepEqual([...fleet.groups.keys()].sort(), Object.keys(answer.groups).sort(), `${name}: groups`);
  for (const [group, expected] of Object.entries(answer.groups)) {
    const found = fleet.groups.get(group)!;
    assert.deepEqual([...found.children].sort(), expected.children, `${name}: children of ${group}`);
    assert.deepEqual([...found.hosts].sort(), expected.hosts, `${name}: hosts of ${group}`);
  }
  for (const [host, expected] of Object.entries(answer.hosts)) {
    const found = fleet.host(host)!;
    assert.deepEqual([...found.groups].sort(), [...expected.groups].sort(), `${name}: groups of ${host}`);
    const variables: Record<string, Value> = {};
    for (const [key, variable] of found.variables) {
      // The name that Ansible gives a host hides a variable of this name.
      if (key !== "inventory_hostname") variables[key] = variable.raw ?? variable.value;
    }
    assert.deepEqual(Object.keys(variables).sort(), Object.keys(expected.variables).sort(), `${name}: names of the variables of ${host}`);
    for (const [key, value] of Object.entries(variables)) {
      assert.deepEqual(normal(value), normal(expected.variables[key]), `${name}: ${key} of ${host} is ${JSON.stringify(value)}, not ${JSON.stringify(expected.variables[key])}`);
    }
  }
}

/** Through JSON, so that prototypes and key order do not count; integers beyond a double's precision are kept as text. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === "number" && !Number.isSafeInteger(part) && Number.isInteger(part) ? String(part) : part)));
}
