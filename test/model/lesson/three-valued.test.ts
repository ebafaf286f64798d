import assert from "node:assert/strict";
import { judged, outcome } from "./lesson.ts";

/** A sysctl whose value only a variable tells, and one whose value is no number. */
const HIDDEN = "vm.swappiness = {{ swappiness }}\n";
const WORD = "kernel.core_pattern = core\n";

/** Terms of each outcome over either text. */
const TERMS: Record<string, Record<string, string>> = {
  true: { hidden: 'sysctl.key == "vm.swappiness"', word: 'sysctl.value == "core"' },
  false: { hidden: 'sysctl.key == "vm.dirty_ratio"', word: 'sysctl.value == "ball"' },
  unknown: { hidden: 'sysctl.value == "60"' },
  error: { hidden: 'has(sysctl.path) && [1][3] == 1', word: "sysctl.number == 1" },
};

/** As CEL's specification has it: a known side that decides wins, then what is unknown, then errors. */
function expected(op: "&&" | "||", a: string, b: string): string {
  const winner = op === "&&" ? "false" : "true";
  for (const one of [winner, "unknown", "error"]) if (a === one || b === one) return one;
  return op === "&&" ? "true" : "false";
}

describe("three-valued conditions", () => {
  for (const op of ["&&", "||"] as const) {
    for (const a of Object.keys(TERMS)) {
      for (const b of Object.keys(TERMS)) {
        it(`${a} ${op} ${b} is ${expected(op, a, b)}`, async () => {
          assert.equal(await outcome(`(${TERMS[a]!["hidden"]!}) ${op} (${TERMS[b]!["hidden"]!})`, HIDDEN), expected(op, a, b));
        });
      }
    }
  }

  const table: readonly [string, string, string][] = [
    ["sysctl.number > 10", HIDDEN, "unknown"],
    ["!(sysctl.number > 10)", HIDDEN, "unknown"],
    ["sysctl.number > 10 ? true : true", HIDDEN, "unknown"],
    ['sysctl.key == "vm.swappiness" ? true : sysctl.number > 10', HIDDEN, "true"],
    ["has(sysctl.number)", HIDDEN, "unknown"],
    ["has(sysctl.number)", WORD, "false"],
    ["has(sysctl.value)", WORD, "true"],
    ["sysctl.number + 1 > 0 || sysctl.value == \"core\"", WORD, "true"],
    ["[sysctl.value, \"60\"].exists(v, v == \"60\")", HIDDEN, "unknown"],
    ["[1, 2].exists(n, n == 2 || sysctl.value == \"60\")", HIDDEN, "true"],
    ["[1, 2].all(n, n == 2 && sysctl.value == \"60\")", HIDDEN, "false"],
    ["[1, 2].all(n, n > 0 && sysctl.value == \"60\")", HIDDEN, "unknown"],
    ["[1, 2].exists_one(n, n == 2 && sysctl.value == \"60\")", HIDDEN, "unknown"],
    ["[1, 2].filter(n, sysctl.value == \"60\").size() == 0", HIDDEN, "unknown"],
    ["[1, 2].map(n, sysctl.number / n).size() == 2", HIDDEN, "unknown"],
    ["\"60\" in [sysctl.value]", HIDDEN, "unknown"],
    ["sysctl.value.startsWith(\"6\")", HIDDEN, "unknown"],
    ["sysctl.value.matches(\"^6\")", HIDDEN, "unknown"],
    ["{\"a\": 1}[\"b\"] == 1", WORD, "error"],
    ["1 / 0 == 1", WORD, "error"],
    ["1 / 0 == 1 || true", WORD, "true"],
    ["9223372036854775807 + 1 > 0", WORD, "error"],
    ["int(sysctl.value) == 1", WORD, "error"],
    ["inNetwork(sysctl.value, \"192.0.2.0/24\")", WORD, "error"],
  ];
  for (const [when, text, result] of table) it(`${when} is ${result} of ${text.trim()}`, async () => assert.equal(await outcome(when, text), result));

  it("says once why it could not be computed", async () => {
    const { notComputed } = await judged("sysctl-entry", "sysctl.number > 10", "etc/sysctl.d/a.conf.j2", "vm.swappiness = {{ a }}\nvm.dirty_ratio = {{ a }}\n");
    assert.ok(notComputed.length >= 1 && notComputed.length <= 2);
    assert.ok(notComputed.every(({ reason }) => reason.length > 10));
  });

  it("lists in which one item is hidden decide only by the others", async () => {
    const text = "- hosts: all\n  tasks:\n    - command: echo\n      notify: ['{{ later }}', restart]\n";
    assert.equal((await judged("task", '"restart" in task.notifies', "site.yml", text)).hits.length, 1);
  });
});
