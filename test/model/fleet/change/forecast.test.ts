import assert from "node:assert/strict";
import { loadWorkspace } from "../../../../src/core.ts";
import type { Forecast } from "../../../../src/model/fleet/change/forecast.ts";
import { evacuees, forecastOf } from "../../../../src/model/fleet/change/forecast.ts";
import { forecastData, roomElsewhere, whatIfs, worstShortage } from "../../../../src/model/fleet/change/forecast-words.ts";

type Files = { readonly [path: string]: string };

const SITE = "- hosts: kvm\n  tasks:\n    - ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      notify: Restart\n  handlers:\n    - name: Restart\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n";

/** Four hosts of 256 GiB with 96 GiB of idle guests each, on 1 Gbit/s: 825 s for each on its own. */
function files(bridges: string, maintenance: string, more: Files = {}): Map<string, string> {
  return new Map(
    Object.entries({
      "hosts.ini": "[kvm]\nkvm[1:4]\n",
      "group_vars/kvm.yml": `bridges: ${bridges}\nmemory: 256 GiB\nguests:\n  - { name: a, memory: 64 GiB }\n  - { name: b, memory: 32 GiB }\n`,
      "site.yml": SITE,
      "interfaces.j2": "{{ bridges }}\n",
      "premortem.yaml": `groups:\n  hypervisor: [kvm]\nvariables:\n  virtualMachines: guests\n  memory: memory\nmigration:\n  bandwidth: 1 Gbit/s\nmaintenance:\n${maintenance}`,
      ...more,
    }),
  );
}

async function forecast(maintenance: string, more: Files = {}): Promise<Forecast | undefined> {
  return forecastOf(await loadWorkspace(files("[br0]", maintenance, more)), await loadWorkspace(files("[br0, br1]", maintenance, more)));
}

const ONE = (96 * 2 ** 30) / 125e6;
const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1, `${actual} is not ${expected}`);
const names = (found: Forecast): string[] => found.scenarios.map(({ name }) => name);

describe("fleet: what a change means for virtualisation hosts", () => {
  it("plays the plan and what else could be done", async () => {
    const found = (await forecast("  window: 60 s\n  work: 30 s\n"))!;
    assert.deepEqual(names(found), ["as-planned", "one-at-a-time", "10-gbit", "10-gbit-one-at-a-time", "window-of-a-day"]);
    assert.equal(found.needs.length, 4);
    assert.equal(found.distance, 60);
    near(found.needs[0]!.seconds, ONE + 30);
    near(found.shortest, 4 * (ONE + 30));
    assert.equal(found.scenarios[0].schedule.peak.out, 4);
    assert.ok(worstShortage(found.scenarios[0].schedule) !== undefined);
    assert.equal(found.scenarios[1]!.schedule.peak.out, 1);
    assert.deepEqual(found.scenarios[1]!.schedule.stays, []);
    assert.match(whatIfs(found), /^With one at a time it ends after \d+ min; with 10 GbE after \d+ min; with both after \d+ min; with a day for each after 3\.0 days\.$/);
    assert.match(roomElsewhere(found), /^There is room for all with one at a time, or/);
  });

  it("waits where the play has batches", async () => {
    const found = (await forecast("  window: 60 s\n", { "site.yml": SITE.replace("- hosts: kvm\n", "- hosts: kvm\n  serial: 1\n") }))!;
    assert.equal(found.scenarios[0].schedule.peak.out, 1);
    near(found.scenarios[0].schedule.started[1]!, found.scenarios[0].schedule.ended[0]!);
  });

  it("spreads windows over the period where they do not fit into it, or where nothing tells their length", async () => {
    for (const maintenance of ["  window: 1 h\n  period: 2 h\n", "  period: 2 h\n"]) {
      const found = (await forecast(maintenance))!;
      assert.deepEqual(found.scenarios[0].policy.starts, [0, 1800, 3600, 5400]);
      assert.equal(found.scenarios[0].schedule.peak.out, 1);
    }
  });

  it("asks for no faster link where there is one", async () => {
    const fast = (await forecast("  window: 60 s\n", { "host_vars/kvm1.yml": "migration_link: 25 Gbit/s\n", "host_vars/kvm2.yml": "migration_link: 10GbE\n", "host_vars/kvm3.yml": "migration_link: 10GbE\n", "host_vars/kvm4.yml": "migration_link: 10GbE\n" }))!;
    assert.deepEqual(names(fast), ["as-planned", "one-at-a-time", "window-of-a-day"]);
    near(fast.needs[0]!.seconds, ONE / 25);
  });

  it("leaves out hosts for which a human is asked", async () => {
    const gated = { "site.yml": `${SITE}      when: approved | default(false)\n` };
    assert.equal(await forecast("  window: 60 s\n", gated), undefined);
    const found = evacuees(await loadWorkspace(files("[br0]", "  window: 60 s\n", gated)), await loadWorkspace(files("[br0, br1]", "  window: 60 s\n", gated)));
    assert.deepEqual(found.map(({ host, gated: asked }) => [host.name, asked]), [["kvm1", true], ["kvm2", true], ["kvm3", true], ["kvm4", true]]);
  });

  it("takes room that it does not know for endless, and says so", async () => {
    const found = (await forecast("  window: 15 min\n", { "host_vars/kvm4.yml": "guests: nobody knows\n" }))!;
    assert.match(found.hypervisors.unknownRoom!, /kvm4/);
    assert.equal(found.needs.length, 3);
    assert.deepEqual(found.scenarios[0].schedule.stays, []);
    const planned = (forecastData(found)["scenarios"] as { readonly [name: string]: object })["as-planned"]!;
    assert.ok(!("leastFree" in planned));
  });

  it("gives figures that JSON can say", async () => {
    const found = (await forecast("  window: 60 s\n", { "group_vars/all.yml": "", "host_vars/kvm1.yml": "guests:\n  - { name: busy, memory: 8 GiB, dirty_rate: 200 MB/s }\n" }))!;
    const data = forecastData(found);
    assert.deepEqual(JSON.parse(JSON.stringify(data)), data);
    assert.equal(data["longest"], null);
    const planned = (data["scenarios"] as { readonly [name: string]: { readonly stays: readonly { readonly reason: string }[] } })["as-planned"]!;
    assert.ok(planned.stays.some(({ reason }) => reason === "never-converges"));
  });
});
