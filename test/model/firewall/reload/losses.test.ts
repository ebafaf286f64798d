import assert from "node:assert/strict";
import { unknown } from "../../../../src/engine/unknown.ts";
import type { Lost, ReloadMethod } from "../../../../src/model/firewall/reload/losses.ts";
import { DEFAULT_SWITCHES, compareLost, era, losses } from "../../../../src/model/firewall/reload/losses.ts";

const strict = DEFAULT_SWITCHES;
const liberal = { ...strict, liberal: true };
const kernel = (text: string): { major: number; minor: number } => {
  const [major, minor] = text.split(".").map(Number);
  return { major: major!, minor: minor! };
};

describe("what a reload costs", () => {
  // Each row was run on the kernel that it names; see test/lab for the rows that this machine can run.
  const MEASURED: readonly (readonly [ReloadMethod, string, Lost, Lost])[] = [
    ["atomic", "4.4", "none", "none"],
    ["atomic", "4.15", "none", "none"],
    ["atomic", "6.18", "none", "none"],
    ["two-step", "4.4", "none", "none"],
    ["two-step", "4.15", "streaming", "none"],
    ["two-step", "6.1", "half-closed", "none"],
    ["two-step", "6.18", "half-closed", "none"],
    ["drop-gap", "4.15", "senders", "none"],
    ["drop-gap", "6.18", "senders", "none"],
    ["notrack-toggled", "4.4", "all", "none"],
    ["notrack-toggled", "4.15", "all", "none"],
    ["notrack-toggled", "6.18", "all", "none"],
    ["conntrack-flush", "6.18", "unaccepted", "unaccepted"],
    ["first-enabled", "6.18", "unaccepted", "unaccepted"],
  ];

  for (const [method, version, lost, lostLiberal] of MEASURED) {
    it(`${method} on ${version}: ${lost}, and ${lostLiberal} with tcp_be_liberal`, () => {
      assert.equal(losses(method, kernel(version), strict).lost, lost);
      assert.equal(losses(method, kernel(version), liberal).lost, lostLiberal);
    });
  }

  it("has the edges of 4.10, 4.14 and 4.19", () => {
    assert.deepEqual(["3.10", "4.9", "4.10", "4.13", "4.14", "4.18", "4.19", "5.4"].map((version) => era(kernel(version))), [
      "always-tracks", "always-tracks", "switchable", "switchable", "forgets", "forgets", "mended", "mended",
    ]);
    assert.equal(losses("two-step", kernel("4.12"), strict).certain, false);
  });

  it("takes everything where tcp_loose is 0 and entries are gone", () => {
    for (const method of ["conntrack-flush", "first-enabled"] as const) {
      assert.equal(losses(method, kernel("6.18"), { liberal: true, loose: false }).lost, "all");
    }
  });

  it("is sure of nothing where the kernel is not known, but of the sound cases", () => {
    const hidden = unknown("no variable");
    assert.deepEqual([losses("two-step", hidden, strict).lost, losses("two-step", hidden, strict).certain], ["half-closed", false]);
    assert.equal(losses("atomic", hidden, strict).lost, "none");
    assert.equal(losses("two-step", hidden, liberal).lost, "none");
  });

  it("orders losses", () => {
    assert.ok(compareLost("half-closed", "none") > 0);
    assert.ok(compareLost("senders", "streaming") < 0);
  });
});
