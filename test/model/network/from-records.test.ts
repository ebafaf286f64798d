import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import type { Network } from "../../../src/model/network/network.ts";
import type { Workspace } from "../../../src/model/workspace.ts";

const API = "https://netbox.example.net/api";
const networks = (workspace: Workspace, path: string): readonly Network[] => workspace.subject("network", path)?.networks ?? [];
const shown = ({ prefix, vlan, scope, isContainer }: Network): unknown[] => [isUnknown(prefix) ? prefix.unknown : `${prefix.address}/${prefix.length}`, vlan, scope, isContainer === true];

describe("networks of NetBox", () => {
  it("have their VLAN and what keeps equal ones apart, in each release's form", async () => {
    const workspace = await loadWorkspace(new Map([[
      "prefixes.json",
      JSON.stringify({
        count: 5,
        results: [
          { id: 1, url: `${API}/ipam/prefixes/1/`, prefix: "192.0.2.0/24", site: { id: 1, slug: "ams1", name: "AMS 1" }, vrf: null, vlan: { id: 3, vid: 100, name: "Data" }, status: { value: "active", label: "Active" } },
          { id: 2, url: `${API}/ipam/prefixes/2/`, prefix: "192.0.2.0/24", scope_type: "dcim.site", scope_id: 2, scope: { id: 2, slug: "osl1", name: "OSL 1" }, vrf: null, vlan: null, status: { value: "active" } },
          { id: 3, url: `${API}/ipam/prefixes/3/`, prefix: "2001:db8::/32", scope_type: "dcim.region", scope_id: 1, scope: { id: 1, slug: "eu" }, status: { value: "container" } },
          { id: 4, url: `${API}/ipam/prefixes/4/`, prefix: "198.51.100.0/24", site: { id: 1, slug: "ams1" }, vrf: { id: 9, name: "blue", rd: "65000:1" }, status: { value: "reserved" } },
          { id: 5, url: `${API}/ipam/prefixes/5/`, prefix: "198.51.100.7/33", status: { value: "active" } },
        ],
      }, null, 1),
    ]]));
    assert.deepEqual(networks(workspace, "prefixes.json").map(shown), [
      ["192.0.2.0/24", 100, "ams1", false],
      ["192.0.2.0/24", undefined, "osl1", false],
      ["2001:db8::/32", undefined, 'dcim.region {"id":1,"slug":"eu"}', true],
      ["198.51.100.0/24", undefined, "blue", false],
      ["198.51.100.7/33 is no prefix", undefined, undefined, false],
    ]);
    assert.equal(workspace.textAt(networks(workspace, "prefixes.json")[2]!.location), "2001:db8::/32");
  });

  it("refer to VLANs of another file of their folder, and are read from pages' tables", async () => {
    const workspace = await loadWorkspace(new Map([
      ["dump/prefix.json", '[{"model": "ipam.prefix", "pk": 1, "fields": {"prefix": "192.0.2.0/24", "vlan": 3, "vrf": 4, "site": null, "status": "active"}}]'],
      ["dump/vlan.json", '[{"model": "ipam.vlan", "pk": 3, "fields": {"vid": 711, "name": "fe", "status": "active"}}]'],
      ["other/vlan.json", '[{"model": "ipam.vlan", "pk": 3, "fields": {"vid": 5, "name": "x", "status": "active"}}]'],
      ["page.csv", "Prefix,Status,Children,VRF,Utilization,Tenant,Site,VLAN,Role,Description\n192.0.2.0/25,Active,0,,3%,—,AMS 1,fe (711),,\n"],
    ]));
    assert.deepEqual(networks(workspace, "dump/prefix.json").map(shown), [["192.0.2.0/24", 711, "VRF 4", false]]);
    assert.deepEqual(networks(workspace, "page.csv").map(shown), [["192.0.2.0/25", 711, "ams-1", false]]);
  });
});

describe("networks of a classifier's answer", () => {
  const answer = '{"name": "kvm1", "parameters": {"interfaces": {"fe": {"networks": {"192.0.2.0/24": ["192.0.2.7"], "2001:db8::/64": []}, "gateways": {"192.0.2.0/24": "192.0.2.1"}}, "srv": {"networks": {"192.0.2.0/24": []}}}}}';

  it("have gateways and addresses at their places, each interface's on its own", async () => {
    const workspace = await loadWorkspace(new Map([["any/where.json", answer]]));
    const found = networks(workspace, "any/where.json");
    assert.deepEqual(found.map(shown), [["192.0.2.0/24", undefined, "fe of kvm1", false], ["2001:db8::/64", undefined, "fe of kvm1", false], ["192.0.2.0/24", undefined, "srv of kvm1", false]]);
    assert.deepEqual([found[0]!.location, found[0]!.gateway!.location, found[0]!.addresses![0]!.location].map((location) => workspace.textAt(location)), ["192.0.2.0/24", "192.0.2.1", "192.0.2.7"]);
    assert.equal(workspace.subject("network", "any/where.json")!.source, "enc");
    assert.deepEqual(workspace.fleet.hosts.map(({ name }) => name), ["kvm1"]);
  });
});
