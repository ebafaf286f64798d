import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../../src/engine/configuration.ts";
import { loadYaml } from "../../../../src/formats/yaml/load.ts";
import { goesInSmallBatches, isCareful } from "../../../../src/model/fleet/change/care.ts";
import { handlersOf } from "../../../../src/model/fleet/handlers.ts";
import { isUnknown } from "../../../../src/engine/unknown.ts";
import { Workspace } from "../../../../src/model/workspace.ts";

const CHECK = "  post_tasks:\n    - uri: {url: 'http://localhost/'}\n";

describe("fleet: care of a play", () => {
  before(loadYaml);

  /** Keywords, what stands behind the restart, hosts of the play; then whether batches are small, and whether something is asked between them. */
  const cases: readonly (readonly [string, string, number, boolean, boolean])[] = [
    ["  serial: 1\n", CHECK, 4, true, true],
    ["  serial: 1\n", "", 4, true, false],
    ["", CHECK, 4, false, false],
    ["  serial: 2\n  max_fail_percentage: 0\n", CHECK, 20, true, true],
    ["  serial: 2\n  max_fail_percentage: 0\n", CHECK, 2, false, false],
    ["  serial: [1, 2, '20%']\n  max_fail_percentage: 0\n", CHECK, 300, true, true],
    ["  serial: [1, '100%']\n  max_fail_percentage: 0\n", CHECK, 20, false, false],
    ["  serial: 2\n", CHECK, 20, false, false],
    ["  serial: 1\n  max_fail_percentage: 100\n", CHECK, 20, false, false],
    ["  serial: 2\n  any_errors_fatal: true\n", "  vars_prompt:\n    - {name: sure, prompt: Sure}\n", 20, true, true],
    ["  serial: '{{ batch }}'\n", CHECK, 20, false, false],
    ["  serial: '{{ batch | default(1) }}'\n", CHECK, 20, true, true],
  ];
  for (const [keywords, behind, hosts, small, careful] of cases) {
    it(`${JSON.stringify(keywords + behind)} on ${hosts} hosts`, () => {
      const workspace = new Workspace(new Map(Object.entries({
        "hosts.ini": `[gate]\ngate[001:${String(hosts).padStart(3, "0")}].example.net\n`,
        "site.yml": `- hosts: gate\n${keywords}  tasks:\n    - copy: src=a dest=/etc/network/interfaces\n      notify: again\n  handlers:\n    - name: again\n      service: name=networking state=restarted\n${behind}`,
        "files/a": "auto lo\n",
      })), DEFAULT_CONFIGURATION);
      const [play] = workspace.fleet.plays;
      assert.ok(play !== undefined && !isUnknown(play.scope));
      const [task] = play.handlers;
      const step = { play, task: task!, causes: play.tasks.filter((other) => handlersOf(play, other).includes(task!)), hosts: play.scope.hosts };
      assert.deepEqual([goesInSmallBatches(step), isCareful(workspace, step)], [small, careful]);
    });
  }
});
