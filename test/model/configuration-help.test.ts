import assert from "node:assert/strict";
import { loadWorkspace, rules } from "../../src/core.ts";
import { configurationHover, configurationSuggestions } from "../../src/model/configuration/help.ts";

const INVENTORY = "[ceph_osds]\nosd[01:03].example.net\n\n[kvm]\nkvm01.example.net rack_name=r1\n";

/** Labels that are offered at the `|` of a text. */
async function at(marked: string): Promise<string[] | undefined> {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const workspace = await loadWorkspace(new Map([["hosts.ini", INVENTORY], ["premortem.yaml", text]]));
  return configurationSuggestions(workspace, text, offset, rules)?.items.map(({ label }) => label);
}

describe("help with premortem.yaml", () => {
  it("offers the keys of the top that are not there yet", async () => {
    const offered = await at("groups:\n  storage: [ceph_osds]\n|");
    assert.ok(offered?.includes("management") && offered.includes("severity") && !offered.includes("groups"), offered?.join());
  });

  it("offers a section's own keys", async () => {
    const offered = await at("groups:\n  storage: [ceph_osds]\n  |");
    assert.deepEqual(offered, ["hypervisor", "router", "container", "lab", "production"]);
  });

  it("offers the groups and hosts of the workspace, in every way to write a list", async () => {
    for (const text of ["groups:\n  storage: [|", "groups:\n  storage: [kvm, |]\n", "groups:\n  storage: |", "groups:\n  storage:\n    - |", "groups:\n  storage:\n  - ce|"]) {
      const offered = await at(text);
      assert.ok(offered?.includes("ceph_osds") && offered.includes("kvm") && offered.includes("osd01.example.net"), `${text} ${offered?.join()}`);
    }
  });

  it("offers rules and their severities", async () => {
    assert.ok((await at("severity:\n  ceph/|"))?.includes("ceph/pool-size-two"));
    assert.deepEqual(await at("severity:\n  ceph/pool-size-two: |"), ["error", "warning", "info", "off"]);
  });

  it("offers host variables where a name of one is expected", async () => {
    assert.ok((await at("variables:\n  rack: |"))?.includes("rack_name"));
  });

  it("offers nothing in comments", async () => {
    assert.equal(await at("groups: # wh|"), undefined);
  });

  it("says what a key is about, what it expects and its default", () => {
    const hover = (text: string): string[] | undefined => configurationHover(text.replace("|", ""), text.indexOf("|"), rules)?.lines;
    assert.match(hover("management:\n  po|rts: [22]\n")!.join(" "), /TCP ports.*Expects a list.*Default: \[22\]/);
    assert.match(hover("gro|ups:\n")!.join(" "), /Inventory groups/);
    assert.match(hover("severity:\n  ceph/pool|-size-two: off\n")!.join(" "), /./);
    assert.equal(hover("management:\n  ports: [2|2]\n"), undefined);
  });
});
