import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadWorkspace } from "../../src/core.ts";
import { isUnknown } from "../../src/engine/unknown.ts";
import { netboxOf } from "../../src/model/fleet/records/netbox.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const DEMO = recorded("corpus/inventory/netbox-demo-data");
const DUMP = `${DEMO}/json/netbox-demo-v3.6.json`;
const PARTS = ["dcim.device", "dcim.site", "ipam.ipaddress", "ipam.prefix", "ipam.vlan", "ipam.vrf", "virtualization.cluster", "virtualization.virtualmachine"];

interface Row {
  readonly model: string;
  readonly pk: number;
  readonly fields: { readonly [name: string]: unknown };
}

describe("NetBox's demo data", () => {
  before(function () {
    needsRecord(this, DUMP);
  });

  it("has as many objects of each kind as JSON.parse counts, in one dump and in its parts", async () => {
    const text = readFileSync(DUMP, "utf8");
    const rows = JSON.parse(text) as Row[];
    const parts = new Map(PARTS.map((model) => [`${model}.json`, readFileSync(`${DEMO}/subset/${model}.json`, "utf8")]));
    const whole = netboxOf(await loadWorkspace(new Map([["dump.json", text]]))).files.get("dump.json")!;
    const split = netboxOf(await loadWorkspace(parts)).files;
    for (const model of PARTS) {
      const expected = rows.filter((row) => row.model === model);
      assert.equal(whole.filter((object) => object.model === model).length, expected.length, model);
      assert.equal(split.get(`${model}.json`)?.length, (JSON.parse(parts.get(`${model}.json`)!) as Row[]).length, model);
    }
    assert.equal(whole.filter(({ model }) => model === "dcim.interface").length, rows.filter(({ model }) => model === "dcim.interface").length);
  });

  it("gives every named device and machine as a host, with its site and memory at their places", async () => {
    const text = readFileSync(DUMP, "utf8");
    const rows = JSON.parse(text) as Row[];
    const workspace = await loadWorkspace(new Map([["dump.json", text]]));
    const owners = rows.filter(({ model, fields }) => (model === "dcim.device" || model === "virtualization.virtualmachine") && typeof fields["name"] === "string");
    assert.deepEqual(workspace.fleet.hosts.map(({ name }) => name), [...new Set(owners.map(({ fields }) => String(fields["name"]).trim()))].sort());
    const sites = new Map(rows.filter(({ model }) => model === "dcim.site").map(({ pk, fields }) => [pk, fields["slug"]]));
    const seen = new Set<unknown>();
    for (const { fields } of owners) {
      const host = workspace.fleet.host(String(fields["name"]).trim())!;
      if (seen.has(host.name)) continue;
      seen.add(host.name);
      assert.equal(workspace.fleet.fact(host, "site")?.value, sites.get(fields["site"] as number));
      const memory = workspace.fleet.fact(host, "memory");
      assert.equal(memory?.value, fields["memory"] ?? undefined);
      if (memory !== undefined) assert.equal(workspace.textAt(memory.location), String(memory.value));
    }
  });

  it("gives every prefix with its VLAN, as a dump and as a table", async () => {
    const text = readFileSync(DUMP, "utf8");
    const rows = JSON.parse(text) as Row[];
    const table = readFileSync(`${DEMO}/subset/prefixes.csv`, "utf8");
    const workspace = await loadWorkspace(new Map([["dump.json", text], ["prefixes.csv", table]]));
    const prefixes = rows.filter(({ model }) => model === "ipam.prefix");
    const vids = new Map(rows.filter(({ model }) => model === "ipam.vlan").map(({ pk, fields }) => [pk, fields["vid"]]));
    const networks = workspace.subject("network", "dump.json")!.networks;
    assert.deepEqual(networks.map(({ prefix }) => (isUnknown(prefix) ? prefix.unknown : `${prefix.address}/${prefix.length}`)), prefixes.map(({ fields }) => fields["prefix"]));
    assert.deepEqual(networks.map(({ vlan }) => vlan), prefixes.map(({ fields }) => vids.get(fields["vlan"] as number)));
    assert.equal(networks.filter(({ isContainer }) => isContainer === true).length, prefixes.filter(({ fields }) => fields["status"] === "container").length);
    for (const { prefix, location } of networks) assert.equal(workspace.textAt(location), isUnknown(prefix) ? "" : `${prefix.address}/${prefix.length}`);
    assert.equal(workspace.subject("network", "prefixes.csv")!.networks.length, table.trim().split("\n").length - 1);
  });
});
