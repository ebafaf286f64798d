import assert from "node:assert/strict";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { loadWorkspace } from "../../../src/core.ts";
import { batches } from "../../../src/model/rollout/batches.ts";
import { exposureOf, pictureOf } from "../../../src/model/rollout/picture.ts";
import { disruptivePlays, uncountedPlays } from "../../../src/model/rollout/disruption.ts";
import { inOrder, runOf } from "../../../src/model/rollout/run.ts";

const FLEET = "[mesh]\nnode[001:200].example.net\n";

async function playOf(keywords: string, inventory = FLEET, tasks = "    - service: name=racoon state=restarted\n") {
  const workspace = await loadWorkspace(new Map([["hosts.ini", inventory], ["site.yml", `- hosts: mesh\n${keywords}  tasks:\n${tasks}`]]));
  return { workspace, disruptive: disruptivePlays(workspace, "site.yml")[0]!, play: workspace.fleet.plays[0]! };
}

describe("rollout: a play's run", () => {
  it("touches and breaks as many hosts as Ansible lets it: three in ten of 200", async () => {
    const exposure = async (keywords: string): Promise<unknown> => exposureOf((await playOf(keywords)).disruptive);
    assert.deepEqual(await exposure(""), { failing: 0.3, touched: 200, failed: 60 });
    assert.deepEqual(await exposure("  serial: 10\n  max_fail_percentage: 20\n"), { failing: 0.3, touched: 10, failed: 3 });
    assert.deepEqual(await exposure("  serial: 10\n  max_fail_percentage: 30\n"), { failing: 0.3, touched: 200, failed: 60 });
    assert.deepEqual(await exposure("  serial: 10\n  any_errors_fatal: true\n"), { failing: 0.3, touched: 10, failed: 3 });
    assert.deepEqual(await exposure("  serial: 10\n  strategy: free\n  max_fail_percentage: 0\n"), { failing: 0.3, touched: 200, failed: 60 });
  });

  it("ends with its first host where that fails", async () => {
    const { play } = await playOf('  serial: [1, "5%", "10%", "25%"]\n  max_fail_percentage: 0\n');
    assert.ok(!isUnknown(play.scope));
    const sizes = batches([1, "5%", "10%", "25%"], 200);
    assert.ok(!isUnknown(sizes));
    const { hosts } = play.scope;
    const run = runOf(play, hosts, sizes, (_, host) => host === hosts[0]);
    assert.deepEqual([...run.ran.values()].map((names) => names.length), [1]);
    assert.equal(run.begun, 1);
    assert.equal(runOf(play, hosts, sizes, (_, host) => host === hosts[1]).begun, 2);
  });

  it("runs handlers where their task did, and a rescue where its block failed", async () => {
    const { play } = await playOf("  serial: 4\n", "[mesh]\nnode[1:4]\n", `    - block:
        - name: a
          command: x
          notify: h
      rescue:
        - name: r
          debug: msg=x
      always:
        - name: z
          debug: msg=x
  handlers:
    - name: h
      debug: msg=x
`);
    assert.ok(!isUnknown(play.scope));
    const { hosts } = play.scope;
    const run = runOf(play, hosts, [4], (task, host) => task.name === "a" && host.name === "node2");
    assert.deepEqual(Object.fromEntries([...run.ran].map(([task, names]) => [task.name, names.join(" ")])), {
      a: "node1 node2 node3 node4", r: "node2", z: "node1 node2 node3 node4", h: "node1 node3 node4",
    });
    assert.equal(run.failed.size, 0);
  });

  it("knows the order of its hosts, unless it is shuffled", async () => {
    const names = async (order: string): Promise<string | undefined> => {
      const { play } = await playOf(order, "[mesh]\nb\na\nc\n");
      assert.ok(!isUnknown(play.scope));
      return inOrder(play, play.scope.hosts)?.map(({ name }) => name).join("");
    };
    assert.deepEqual(await Promise.all(["", "  order: sorted\n", "  order: reverse_inventory\n", "  order: reverse_sorted\n", "  order: shuffle\n"].map(names)), ["bac", "abc", "cab", "cba", undefined]);
  });
});

describe("rollout: a play in figures", () => {
  it("says what of each role and site is down at once, and what the first hosts leave out", async () => {
    const inventory = `[mesh:children]
front
back
[front]
front[1:4]
[back]
back[1:6]
[front:vars]
site=north
kernel=5.10.0
[back:vars]
site=south
kernel=6.1.0
`;
    const { workspace, disruptive } = await playOf("  serial: [1, 4]\n", inventory);
    const picture = pictureOf(workspace, disruptive);
    assert.deepEqual(picture["batches"], [1, 4, 4, 1]);
    assert.deepEqual(picture["downAtOnce"], [
      { of: "role", name: "front", hosts: 4, atOnce: 3 }, { of: "role", name: "back", hosts: 6, atOnce: 4 },
      { of: "site", name: "north", hosts: 4, atOnce: 3 }, { of: "site", name: "south", hosts: 6, atOnce: 4 },
    ]);
    assert.deepEqual(picture["firstHosts"], {
      hosts: 1, detects: { share: 0.1, probability: 0.1 },
      leavesOut: [{ of: "kernel", name: "6.1", hosts: 6 }, { of: "role", name: "back", hosts: 6 }, { of: "site", name: "south", hosts: 6 }],
    });
    assert.equal(picture["pairsBrokenAtOnce"], 0.64);
  });

  it("takes batches and hosts from variables, not from what only the command line gives", async () => {
    const sizes = async (serial: string, inventory: string): Promise<unknown> => {
      const { disruptive } = await playOf(`  serial: "${serial}"\n`, inventory);
      return isUnknown(disruptive.sizes) ? "unknown" : disruptive.sizes;
    };
    const known = "[mesh]\nnode[1:6]\n[mesh:vars]\nstep=2\n";
    assert.deepEqual(await sizes("{{ step }}", known), [2, 2, 2]);
    assert.deepEqual(await sizes("{{ step | default(1) }}", known), [2, 2, 2]);
    assert.equal(await sizes("{{ step | default(1) }}", "[mesh]\nnode[1:6]\n"), "unknown");
    const prompted = await loadWorkspace(new Map([["hosts.ini", FLEET], ["site.yml", '- hosts: "{{ target }}"\n  vars_prompt:\n    - name: target\n  tasks:\n    - reboot:\n']]));
    assert.deepEqual(uncountedPlays(prompted, "site.yml").map(({ disruptions }) => disruptions.length), [1]);
    assert.deepEqual(disruptivePlays(prompted, "site.yml"), []);
  });
});
