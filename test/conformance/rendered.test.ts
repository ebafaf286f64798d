import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEFAULT_CONFIGURATION } from "../../src/engine/configuration.ts";
import { isUnknown } from "../../src/engine/unknown.ts";
import { prepare } from "../../src/formats/index.ts";
import { hidesAnything } from "../../src/formats/template/evaluate.ts";
import type { JinjaValue } from "../../src/formats/template/values.ts";
import { renderText } from "../../src/model/network/rendered/render.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { needsRecord, recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";

const ORACLE = resolve("test/conformance/rendered-oracle.py");
const python = ["/usr/bin/python3", "python3"].find((command) => spawnSync(command, ["-c", "import ansible"]).status === 0) ?? ["/usr/bin/python3", "python3"].find((command) => spawnSync(command, ["-c", "import jinja2"]).status === 0);

type Case = readonly [text: string, variables: Record<string, JinjaValue>];

const VARIABLES: Record<string, JinjaValue> = {
  wan: "eth0", address: "192.0.2.7", mtu: 1476, zero: 0, nothing: null, on: true, off: false, word: "no", none_of: [], site: "a",
  tunnels: [{ name: "gre1", peer: "gw02", mtu: 1400, routes: ["10.1.0.0/16", "10.2.0.0/16"] }, { name: "gre2", peer: "gw03", routes: [] }, { name: "gre3", peer: "gw01", mtu: 1476, up: false }],
  numbers: [3, 1, 2], words: ["b", "a", "c"], vlans: { lan: { id: 10 }, voice: { id: 20, mtu: 9000 } }, pairs: [["a", 1], ["b", 2]], text: "one\ntwo\n",
};
const OUTPUTS = ["wan", "address", "mtu", "nothing", "on", "tunnels[0].name", "t.name", "t.mtu", "t.mtu | default(1500)", "n", "k", "v.id", "v.mtu | default('none')", "loop.index", "loop.last", "loop.first", "loop.length", "loop.revindex0", "loop.previtem is defined", "loop.nextitem is defined", "words | join(' ')", "made | join(',')", "made", "made | length", "x", "x | default('-')", "numbers | sort | first", "address.split('.')[0]", "'%02d' | format(n)", "text", "'q' if on else 'r'", "mtu - 24", "missing", "tunnels | map(attribute='name') | join(' ')"];
const TESTS = ["on", "off", "not on", "x is defined", "t.mtu is defined", "t.up | default(true)", "loop.first", "loop.last", "not loop.last", "zero", "nothing", "tunnels", "none_of", "site == 'a'", "site == 'b'", "n > 1", "k == 'lan'", "made", "word == 'no'", "missing is defined", "wan in words", "mtu | int > 1400"];
const LOOPS = ["t in tunnels", "n in numbers", "n in numbers | sort", "k, v in vlans.items()", "k, v in vlans | dictsort", "t in tunnels if t.mtu is defined", "n in numbers if n > 1", "n in none_of", "k, n in pairs", "n in range(3)", "r in t.routes", "w in words | unique", "k in vlans", "t in tunnels | selectattr('routes', 'defined')"];
const SETS = ["x = 1", "x = t.name", "x = wan ~ '.10'", "made = []", "made = ['z']", "x = loop.index", "x = words | first", "other = made", "a, b = 1, 2", "x = n"];
const CHANGES = ["{% do made.append(x) %}", "{% do made.append('w') %}", "{% set _ = made.append(n) %}", "{{ made.append(1) }}", "{% do made.extend(words) %}", "{% do other.append(9) %}", "{% do tunnels.append(1) %}", "{% do made.pop() %}", "{% do vlans.update({'dmz': {'id': 30}}) %}"];
const TEXTS = ["\n", "auto ", "iface ", "    mtu ", "  ", "\n\n", " # note\n", "{# away #}", "{#- away -#}\n", "{% raw %}{{ x }}{% endraw %}", "\r\n", "\tup ip route add "];
const SIGNS = ["", "", "", "", "-", "+"];

/** A generator of templates: a seed gives the same ones everywhere. */
function generated(start: number, count: number): Case[] {
  let state = start;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
  const one = (from: readonly string[]): string => from[below(from.length)]!;
  const tag = (code: string): string => {
    const [left, right] = [one(SIGNS), one(SIGNS)];
    return `{%${left} ${code} ${right === "+" ? "" : right}%}${below(2) === 0 ? "\n" : ""}`;
  };
  const build = (depth: number): string => {
    let text = "";
    for (let part = below(5) + 1; part > 0; part--) {
      const kind = below(10);
      if (depth > 0 && kind === 0) text += `${tag(`if ${one(TESTS)}`)}${build(depth - 1)}${below(2) === 0 ? `${tag(below(2) === 0 ? "else" : `elif ${one(TESTS)}`)}${build(depth - 1)}` : ""}${tag("endif")}`;
      else if (depth > 0 && kind <= 2) text += `${tag(`for ${one(LOOPS)}`)}${build(depth - 1)}${below(5) === 0 ? `${tag("else")}${build(depth - 1)}` : ""}${tag("endfor")}`;
      else if (kind === 3) text += tag(`set ${one(SETS)}`);
      else if (kind === 4) text += below(3) === 0 ? `${tag("set made = []")}${one(CHANGES)}` : one(CHANGES);
      else if (kind <= 7) text += `{{${one(["", "", "-"])} ${one(OUTPUTS)} ${one(["", "", "-"])}}}`;
      else text += one(TEXTS);
    }
    return text;
  };
  const headers = ["", "", "", "", "#jinja2: lstrip_blocks: True\n", "#jinja2: trim_blocks: False\n", '#jinja2:lstrip_blocks: True, trim_blocks: True\n'];
  return Array.from({ length: count }, () => [`${one(headers)}${build(3)}${below(2) === 0 ? "\n" : ""}`, VARIABLES] as const);
}

/** The cases that are known as a whole and that Ansible renders too; each has to be the same. */
function compared(cases: readonly Case[]): number {
  const own = cases.map(([text, variables]) => renderText(text, "template.j2", { look: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined), included: () => undefined, set: new Set() }));
  const asked = cases.map((one, index) => [one, own[index]] as const).filter(([, rendered]) => rendered?.complete === true);
  const { stdout, stderr, status } = spawnSync(python!, [ORACLE], { input: JSON.stringify(asked.map(([one]) => one)), encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  const answers = JSON.parse(stdout) as (string | null)[];
  let count = 0;
  for (const [index, answer] of answers.entries()) {
    if (answer === null) continue;
    const [[text], rendered] = asked[index]!;
    assert.equal(rendered!.text, answer, JSON.stringify(text));
    assert.equal(rendered!.pieces.every(({ at }, place) => at === 0 || place > 0), true);
    count++;
  }
  return count;
}

describe("rendered templates, against Ansible", function () {
  this.timeout(240_000);
  const [seed = 1, count = 600] = (process.env["TEMPLATE_SEED"] ?? "").split(",").filter(Boolean).map(Number);

  before(function () {
    if (python === undefined) skip(this, "Jinja2 is not on this machine");
  });

  it("gives the same text for generated ones", function () {
    const same = compared(generated(seed, count));
    assert.ok(same > count / 20, `only ${same} were compared`);
  });

  it("gives the same text for a fleet's own", async function () {
    const folder = recorded("corpus/inventory/ffmwu");
    needsRecord(this, folder);
    const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const files = new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
    await prepare(files.keys());
    const { hosts, roles } = new Workspace(files, DEFAULT_CONFIGURATION).fleet;
    const templates = [...files].filter(([path]) => /\.j2$/.test(path));
    const cases = [hosts[0]!, hosts.at(-1)!].flatMap((host) => {
      const role = [...roles.values()].flatMap(({ defaults: given }) => [...given.values()]);
      const known = [...role, ...host.variables.values()].filter(({ value }) => !isUnknown(value) && !hidesAnything(value) && !JSON.stringify(value).includes("{{"));
      const variables: Record<string, JinjaValue> = { ...Object.fromEntries(known.map(({ name, value }) => [name, value])), inventory_hostname: host.name, ansible_managed: "Ansible managed", item: (host.variables.get("meshes")?.value as JinjaValue[] | undefined)?.[0] ?? "one" };
      return templates.map(([, text]): Case => [text, variables]);
    });
    const same = compared(cases);
    assert.ok(same > 8, `only ${same} of ${cases.length} were compared`);
  });
});
