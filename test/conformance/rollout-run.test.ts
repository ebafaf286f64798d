import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isUnknown } from "../../src/engine/unknown.ts";
import { loadWorkspace } from "../../src/core.ts";
import { batches } from "../../src/model/rollout/batches.ts";
import { runOf } from "../../src/model/rollout/run.ts";
import { skip } from "../support/skip.ts";

const HOSTS = 12;
const CASES = 60;
const inventory = `[fleet]\nhost[01:${HOSTS}] ansible_connection=local\n`;

/** The same numbers on every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

function playbook(seed: number): string {
  const random = randomFrom(seed * 7919 + 1);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  let count = 0;
  const strategy = pick(["", "", "", "strategy: free", "strategy: host_pinned"]);
  const failing = (): string => {
    const kind = random(10);
    if (kind < 4) return "[]";
    const hosts = kind === 9 ? HOSTS : kind > 7 ? 6 : 1 + random(3);
    const from = random(HOSTS);
    return `[${Array.from({ length: hosts }, (_, index) => `host${String(((from + index * (hosts > 3 ? 1 : pick([1, 5]))) % HOSTS) + 1).padStart(2, "0")}`).join(", ")}]`;
  };
  // Free runs it on every host, and behind handlers ansible-core 2.14 runs it again for those that had none to run.
  const task = (indent: string, extra: readonly string[] = [], mayRunOnce = true): string => {
    const keywords = [...extra, ...(random(12) === 0 ? ["ignore_errors: true"] : []), ...(random(15) === 0 && strategy === "" && mayRunOnce ? ["run_once: true"] : []), ...(random(20) === 0 ? ["any_errors_fatal: true"] : [])];
    const lines = [`- name: task ${++count}`, "  debug: msg=x", `  vars: {bad: ${failing()}}`, "  failed_when: inventory_hostname in bad", ...keywords.map((word) => `  ${word}`)];
    return lines.map((line) => `${indent}${line}\n`).join("");
  };
  const block = (indent: string): string => {
    const inner = `${indent}    `;
    const parts = [`${indent}- block:\n`, task(inner), ...(random(2) ? [task(inner)] : [])];
    if (random(3) > 0) parts.push(`${indent}  rescue:\n`, task(inner));
    if (random(3) === 0) parts.push(`${indent}  always:\n`, task(inner));
    return parts.join("");
  };
  const serial = pick(["", "serial: 1", "serial: 3", "serial: 4", "serial: 5", 'serial: "25%"', 'serial: [1, 3, "50%"]', 'serial: [2, "100%"]', "serial: [1, 4, 7]"]);
  const brake = pick(["", "", "max_fail_percentage: 0", "max_fail_percentage: 20", "max_fail_percentage: 25", "max_fail_percentage: 34", "max_fail_percentage: 100", "any_errors_fatal: true"]);
  const order = pick(["", "", "order: reverse_sorted"]);
  const keywords = [serial, brake, strategy, order, random(6) === 0 ? "force_handlers: true" : ""].filter((word) => word !== "");
  const tasks = Array.from({ length: 2 + random(2) }, () => (random(4) === 0 ? block("    ") : task("    ", random(3) === 0 ? ["changed_when: true", "notify: handler"] : []))).join("");
  const post = random(3) === 0 ? `  post_tasks:\n${task("    ", [], false)}` : "";
  const handler = `  handlers:\n    - name: handler\n      debug: msg=x\n      vars: {bad: ${failing()}}\n      failed_when: inventory_hostname in bad\n`;
  return `- hosts: fleet\n  gather_facts: false\n${keywords.map((word) => `  ${word}\n`).join("")}  tasks:\n${tasks}${post}${handler}`;
}

describe("rollout: how far a play gets, against ansible-core", function () {
  this.timeout(600_000);
  let python: string | undefined;
  before(function () {
    python = ["/usr/bin/python3", "python3"].find((command) => spawnSync(command, ["-c", "import ansible"]).status === 0);
    if (python === undefined) skip(this, "ansible-core is not installed");
  });

  it(`${CASES} generated plays: the same hosts on every task, the same hosts failed`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "rollout-"));
    try {
      writeFileSync(join(folder, "hosts.ini"), inventory);
      const texts = Array.from({ length: CASES }, (_, seed) => playbook(seed));
      const cases = texts.map((text, index) => {
        mkdirSync(join(folder, String(index)));
        const path = join(folder, String(index), "site.yml");
        writeFileSync(path, text);
        return { playbook: path, inventory: join(folder, "hosts.ini") };
      });
      const { stdout, status } = spawnSync(python!, ["test/conformance/rollout-oracle.py"], { input: JSON.stringify(cases), encoding: "utf8", maxBuffer: 64 << 20, env: { ...process.env, HOME: folder } });
      assert.equal(status, 0);
      const answers = JSON.parse(stdout) as { ran: Record<string, string[]>; failed: string[] }[];
      const wrong: string[] = [];
      for (const [index, text] of texts.entries()) {
        const ours = await simulated(text);
        const theirs = answers[index]!;
        const ran = Object.fromEntries(Object.entries(theirs.ran).map(([task, hosts]) => [task, [...hosts].sort()]));
        try {
          assert.deepEqual(ours, { ran, failed: theirs.failed });
        } catch (error) {
          wrong.push(`case ${index}\n${text}\n${(error as Error).message}`);
        }
      }
      assert.deepEqual(wrong.length, 0, `${wrong.length} of ${CASES} differ:\n${wrong.slice(0, 5).join("\n")}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function simulated(text: string): Promise<{ ran: Record<string, string[]>; failed: string[] }> {
  const { fleet } = await loadWorkspace(new Map([["hosts.ini", inventory], ["site.yml", text]]));
  const play = fleet.plays[0]!;
  assert.ok(!isUnknown(play.scope));
  const reversed = text.includes("order: reverse_sorted");
  const hosts = reversed ? [...play.scope.hosts].reverse() : play.scope.hosts;
  const sizes = batches(play.keywords.get("serial")?.value, hosts.length);
  assert.ok(!isUnknown(sizes));
  const run = runOf(play, hosts, sizes, (task, host) => {
    const vars = task.keywords.get("vars")?.value as { bad?: readonly string[] } | undefined;
    return vars?.bad?.includes(host.name) === true;
  });
  return {
    ran: Object.fromEntries([...run.ran].map(([task, names]) => [task.name ?? "", [...names].sort()]).sort()),
    failed: [...run.failed].sort(),
  };
}
