import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadWorkspace, reviewChange } from "../../src/core.ts";
import { isUnknown } from "../../src/engine/unknown.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const ANSWER = recorded("corpus/inventory/fc.network/enc/quimby.json");
const PATH = "enc/quimby.json";

interface Answer {
  readonly name: string;
  readonly parameters: { readonly interfaces: { readonly [name: string]: { readonly networks: { readonly [network: string]: readonly string[] } } } };
}

describe("a classifier's answer for a KVM host", () => {
  before(function () {
    needsRecord(this, ANSWER);
  });

  it("is the host with all its networks", async () => {
    const text = readFileSync(ANSWER, "utf8");
    const answer = JSON.parse(text) as Answer;
    const workspace = await loadWorkspace(new Map([[PATH, text]]));
    assert.deepEqual(workspace.fleet.hosts.map(({ name }) => name), [answer.name]);
    const expected = Object.values(answer.parameters.interfaces).flatMap(({ networks }) => Object.entries(networks));
    const found = workspace.subject("network", PATH)!.networks;
    assert.deepEqual(found.map(({ prefix, addresses }) => [isUnknown(prefix) ? "" : `${prefix.address}/${prefix.length}`, addresses!.map(({ value }) => value)]), expected);
  });

  it("that gets one more network is told to interrupt it with nobody asked", async () => {
    const text = readFileSync(ANSWER, "utf8");
    const names = [...text.matchAll(/"[\d.]+\/\d+"\s*:\s*\[/g)];
    assert.ok(names.length > 0);
    for (const { index } of names) {
      const before = await loadWorkspace(new Map([[PATH, text]]));
      const after = await loadWorkspace(new Map([[PATH, `${text.slice(0, index)}"198.51.100.0/24" : [],\n${text.slice(index)}`]]));
      const { findings } = reviewChange(before, after);
      for (const rule of ["fleet/blast-radius", "fleet/maintenance-without-approval"]) {
        const [finding] = findings.filter((one) => one.rule === rule);
        assert.equal(finding && after.textAt(finding.location), '"198.51.100.0/24"', rule);
      }
    }
  });
});
