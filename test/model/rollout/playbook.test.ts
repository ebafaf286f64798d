import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";
import { readPlaybook } from "../../../src/model/rollout/playbook.ts";
import { Workspace } from "../../../src/model/workspace.ts";

describe("playbook files", () => {
  before(loadYaml);

  const SITE = "- name: all\n  hosts: web\n  serial: 2\n  roles: [fw]\n  tasks:\n    - name: restart\n      service: name=nginx state=\"restarted\"\n";
  const workspace = new Workspace(
    new Map([
      ["inventory.ini", "[web]\nweb1\nweb2\n"],
      ["site.yml", SITE],
      ["roles/fw/tasks/main.yml", "- command: nft -f /etc/nftables.conf\n  args: {chdir: /tmp}\n- local_action: command ping -c1 web1\n"],
      ["roles/fw/handlers/main.yml", "- name: Reload\n  ansible.builtin.systemd: {name: nftables, state: reloaded}\n"],
      ["group_vars/all.yml", "list:\n  - a\n"],
      ["files/data.yml", "- name: x\n  value: y\n"],
      ["broken.yml", "- hosts: web\n  tasks:\n    - name: x\n      service: name=a\n     state: b\n"],
    ]),
    DEFAULT_CONFIGURATION,
  );

  it("hold the plays and the tasks that are written in them, and no role's", () => {
    const file = readPlaybook(workspace, "site.yml")!;
    assert.equal(file.plays[0], workspace.fleet.plays.find(({ path }) => path === "site.yml"));
    assert.deepEqual(file.tasks.map(({ name }) => name), ["restart"]);
    assert.equal(file.plays[0]!.keywords.get("serial")!.value, 2);
    const { value, location } = file.tasks[0]!.args.get("state")!;
    assert.equal(value, "restarted");
    assert.equal(SITE.slice(location.range.start, location.range.end), "restarted");
  });

  it("hold a role's tasks and handlers, the same objects that its plays run", () => {
    const tasks = readPlaybook(workspace, "roles/fw/tasks/main.yml")!.tasks;
    assert.equal(tasks[0]!.args.get("_raw_params")!.value, "nft -f /etc/nftables.conf");
    assert.equal(tasks[0]!.args.get("chdir")!.value, "/tmp");
    assert.equal(tasks[1]!.module, "command");
    assert.equal(tasks[1]!.keywords.get("delegate_to")!.value, "localhost");
    assert.ok(workspace.fleet.plays[0]!.tasks.concat(workspace.fleet.plays.flatMap((play) => play.tasks)).includes(tasks[0]!));
    assert.equal(readPlaybook(workspace, "roles/fw/handlers/main.yml")!.tasks[0]!.section, "handlers");
  });

  it("are no variables files and no other lists", () => {
    for (const path of ["group_vars/all.yml", "files/data.yml", "inventory.ini", "nowhere.yml"]) assert.equal(readPlaybook(workspace, path), undefined, path);
  });

  it("keep what can be read of a broken file", () => {
    assert.equal(readPlaybook(workspace, "broken.yml")?.plays.length, 1);
  });
});
