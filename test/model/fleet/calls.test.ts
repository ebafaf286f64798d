import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { isReviewed } from "../../../src/formats/index.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";
import { faultsOfFile } from "../../../src/model/fleet/file-faults.ts";
import type { Fleet } from "../../../src/model/fleet/fleet.ts";
import { valueAtStanding } from "../../../src/model/fleet/lookup.ts";
import { unreadInventory } from "../../../src/model/fleet/unread-inventories.ts";
import { Workspace } from "../../../src/model/workspace.ts";

const workspaceOf = (files: Record<string, string>): Workspace => new Workspace(new Map(Object.entries(files)), DEFAULT_CONFIGURATION);
const valueIn = (fleet: Fleet, name: string): unknown => {
  const [play] = fleet.plays;
  return valueAtStanding(`{{ ${name} }}`, { host: fleet.host("web1"), play, role: play!.ran[0] });
};

const ROLE = {
  "hosts.ini": "[web]\nweb1\n",
  "roles/app/defaults/main.yml": "size: 1\n",
  "roles/app/defaults/large.yml": "size: 8\n",
  "roles/app/vars/main.yml": "port: 80\n",
  "roles/app/vars/tls.yml": "port: 443\n",
  "roles/app/tasks/main.yml": "- debug:\n",
  "roles/app/tasks/renew.yml": "- command: renew\n  notify: reload\n",
  "roles/app/handlers/main.yml": "- name: restart\n  service: {name: app, state: restarted}\n",
  "roles/app/handlers/soft.yml": "- name: reload\n  service: {name: app, state: reloaded}\n",
};

describe("fleet: how roles and files are called", () => {
  before(loadYaml);

  it("takes the files that a call of a role names", () => {
    const { fleet } = workspaceOf({ ...ROLE, "site.yml": "- hosts: web\n  tasks:\n    - import_role: {name: app, tasks_from: renew, vars_from: tls.yml, defaults_from: large, handlers_from: soft}\n" });
    assert.deepEqual([valueIn(fleet, "port"), valueIn(fleet, "size")], [443, 8]);
    assert.deepEqual(fleet.plays[0]!.tasks.map(({ module }) => module), ["command"]);
    assert.deepEqual(fleet.plays[0]!.handlers.map(({ name }) => name), ["reload"]);
  });

  it("does not choose between several calls of a role", () => {
    const { fleet } = workspaceOf({ ...ROLE, "site.yml": "- hosts: web\n  roles: [app]\n  tasks:\n    - include_role: {name: app, vars_from: tls}\n" });
    assert.ok(isUnknown(valueIn(fleet, "port")));
    assert.equal(valueIn(fleet, "size"), 1);
    assert.equal(fleet.plays[0]!.ran.length, 1);
  });

  it("lets include_vars win over the variables of roles", () => {
    const files = { ...ROLE, "site.yml": "- hosts: web\n  roles: [app]\n", "roles/app/vars/other.yml": "port: 8080\n" };
    assert.equal(valueIn(workspaceOf({ ...files, "roles/app/tasks/main.yml": "- include_vars: other.yml\n" }).fleet, "port"), 8080);
    const { fleet } = workspaceOf({ ...files, "roles/app/tasks/main.yml": "- include_vars: {file: other.yml, name: app}\n  when: ansible_os_family == 'Debian'\n" });
    assert.equal(valueIn(fleet, "port"), 80);
    assert.ok(isUnknown(valueIn(fleet, "app")));
  });

  it("knows no hosts of groups that tasks make", () => {
    const plays = "- hosts: web\n  tasks:\n    - group_by: {key: \"os_{{ ansible_distribution }}\"}\n    - add_host: {name: new1, groups: 'fresh,web'}\n";
    const { fleet } = workspaceOf({ "hosts.ini": "[web]\nweb1\n[fixed]\nweb1\n", "site.yml": `${plays}- hosts: os_Debian\n- hosts: fresh:!web\n- hosts: web:!os_Debian\n- hosts: fixed\n- hosts: missing\n` });
    const scopes = fleet.plays.map(({ scope }) => (isUnknown(scope) ? scope.unknown : scope.hosts.map(({ name }) => name)));
    assert.deepEqual(scopes, [["web1"], "the group os_Debian is made only while the play runs", "the group fresh is made only while the play runs", ["web1"], ["web1"], []]);
  });

  it("finds groups that several files put in a circle", () => {
    const workspace = workspaceOf({ "inventory/a": "[x:children]\ny\n[y]\nh1\n", "inventory/b": "[y:children]\nx\n", "inventory/c.yml": "y:\n  children:\n    x:\n" });
    const faults = workspace.paths.map((path) => faultsOfFile(workspace, path).faults.map(({ range }) => workspace.textAt({ path, range })));
    assert.deepEqual(faults, [[], ["x"], ["x"]]);
    assert.match(faultsOfFile(workspace, "inventory/b").faults[0]!.message, /^The group x is above y already in another file of this inventory/);
  });

  it("says of which inventories it cannot tell the hosts", () => {
    const files = {
      "inventory/ec2.py": "#!/usr/bin/env python3\nprint('{}')\n",
      "inventory/list.sh": "#!/bin/sh\ncat hosts.json\n",
      "inventory/hosts.toml": "[web.hosts]\nweb1 = {}\n",
      "inventory/cloud.yml": "plugin: openstack.cloud.openstack\n",
      "ansible.cfg": "[defaults]\ninventory = estate\n",
      "estate/nodes.yml": "plugin: constructed\n",
      "inventory/hosts": "[web]\nweb1\n",
      "inventory/group_vars/web.yml": "plugin: x\n",
      "app/plugin.yml": "plugin: x\n",
      "bin/tool.py": "#!/usr/bin/env python3\n",
      "pyproject.toml": "[tool]\n",
    };
    const workspace = workspaceOf(files);
    const unread = Object.keys(files).filter((path) => unreadInventory(workspace, path) !== undefined);
    assert.deepEqual(unread, ["inventory/ec2.py", "inventory/list.sh", "inventory/hosts.toml", "inventory/cloud.yml", "estate/nodes.yml"]);
    for (const path of unread) {
      assert.ok(isReviewed(path, files[path as keyof typeof files]), path);
      assert.ok(workspace.subject("syntax", path), path);
    }
    assert.ok(!isReviewed("pyproject.toml", files["pyproject.toml"]));
  });
});
