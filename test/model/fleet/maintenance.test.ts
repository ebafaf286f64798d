import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";
import { guestsOf } from "../../../src/model/fleet/guests.ts";
import { plannedWindow } from "../../../src/model/fleet/maintenance.ts";
import { Workspace } from "../../../src/model/workspace.ts";

describe("fleet: maintenance", () => {
  before(loadYaml);

  const window = (variable: string, text: string): number | string => {
    const files = { "hosts.ini": "[kvm]\nvirt1\n", "group_vars/kvm.yml": text };
    const maintenance = { ...DEFAULT_CONFIGURATION.maintenance, window: variable };
    const workspace = new Workspace(new Map(Object.entries(files)), { ...DEFAULT_CONFIGURATION, maintenance });
    const planned = plannedWindow(workspace, workspace.fleet.hosts[0]!);
    return isUnknown(planned) ? planned.unknown : planned.seconds;
  };

  for (const [variable, text, seconds] of [
    ["planned", "planned: 90\n", 90],
    ["planned", "planned: 1 min\n", 60],
    ["planned", 'planned: "00:01:30"\n', 90],
    ["planned_minutes", "planned_minutes: 2\n", 120],
    ["planned_minutes", "planned_minutes: 45 s\n", 45],
    ["plannedHours", "plannedHours: 1.5\n", 5400],
    ["maintenance.minutes", "maintenance:\n  minutes: 3\n", 180],
    ["length", "length: 30\n", 30],
    ["window_vim", "window_vim: 30\n", 30],
  ] as const) {
    it(`${variable}, written ${JSON.stringify(text)}: ${seconds} s`, () => assert.equal(window(variable, text), seconds));
  }

  it("does not guess what is no duration", () => assert.match(String(window("planned", "planned: soon\n")), /not a known duration/));

  const memory = (guest: { readonly [key: string]: string | number }): number | undefined => {
    const guests = guestsOf([guest], 0);
    return isUnknown(guests) ? undefined : guests[0]!.memory;
  };

  it("reads memory with its unit in the name or in the value", () => {
    for (const guest of [{ memory_gib: 16 }, { memory: "16 GiB" }, { ram: "16G" }, { mem_mb: 16_384 }, { memory_size_gb: 16 }, { memoryMb: "16384" }]) {
      assert.equal(memory(guest), 2 ** 34, JSON.stringify(guest));
    }
  });

  it("passes over guests that are not there or do not run", () => {
    const guests = guestsOf([{ name: "a", state: "absent" }, { name: "b", state: "running", memory: "1 GiB" }, { hostname: "c", memory_mb: 512, status: "active" }], 0);
    assert.deepEqual(isUnknown(guests) ? guests : guests.map(({ name }) => name), ["b", "c"]);
  });

  it("takes no number without a unit", () => assert.equal(memory({ memory: 16 }), undefined));
});
