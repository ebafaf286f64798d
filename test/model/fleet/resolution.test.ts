import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";
import { faultsOfFile } from "../../../src/model/fleet/file-faults.ts";
import { valueAtStanding } from "../../../src/model/fleet/lookup.ts";
import { Workspace } from "../../../src/model/workspace.ts";

const workspaceOf = (files: Record<string, string>): Workspace => new Workspace(new Map(Object.entries(files)), DEFAULT_CONFIGURATION);

describe("what inventories and variables resolve to", () => {
  before(loadYaml);

  it("takes ansible.cfg's settings for merged mappings, ignored files and groups' names", () => {
    const { fleet } = workspaceOf({
      "ansible.cfg": "[defaults]\ninventory = estate,\n  more/list\nhash_behaviour = merge ; deep\nforce_valid_group_names = always\n[inventory]\nignore_patterns = ^old\n",
      "estate/hosts": "[rack-1]\nweb1\n",
      "estate/old-hosts": "[rack-1]\nweb9\n",
      "estate/hosts.ini": "[rack-1]\nweb8\n",
      "more/list": "[web]\nweb1\n",
      "estate/group_vars/all.yml": "tune: {a: 1, b: {c: 1}}\n",
      "estate/group_vars/rack_1/main.yml": "tune: {b: {d: 2}}\n",
      "estate/host_vars/web1.yml": "tune: {a: 3}\n",
    });
    assert.deepEqual(fleet.hosts.map(({ name }) => name), ["web1"]);
    assert.deepEqual([...fleet.groups.keys()].sort(), ["all", "rack_1", "ungrouped", "web"]);
    assert.deepEqual(fleet.host("web1")!.variables.get("tune")!.value, { a: 3, b: { c: 1, d: 2 } });
  });

  it("knows nothing of a name that may stand in a vaulted file", () => {
    const { fleet } = workspaceOf({
      "hosts.ini": "[web]\nweb1\n[db]\ndb1\n",
      "group_vars/web/main.yml": "port: \"{{ web_port | default(80) }}\"\nplain: 1\n",
      "group_vars/web/vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n3132\n",
      "group_vars/db.yml": "port: \"{{ web_port | default(80) }}\"\n",
    });
    assert.ok(isUnknown(fleet.host("web1")!.variables.get("port")!.value));
    assert.equal(fleet.host("web1")!.variables.get("plain")!.value, 1);
    assert.equal(fleet.host("db1")!.variables.get("port")!.value, 80);
  });

  it("reads what tasks include, as far as it is decided", () => {
    const { fleet } = workspaceOf({
      "hosts.ini": "[web]\nweb1\n",
      "site.yml": "- hosts: web\n  roles: [app]\n",
      "roles/app/defaults/main.yml": "port: 1\nzone: none\nsize: 1\n",
      "roles/app/tasks/main.yml": "- include_vars: ports.yml\n- include_vars: {dir: extra, name: more}\n- include_vars: \"{{ ansible_os_family }}.yml\"\n- set_fact: {done: true}\n",
      "roles/app/vars/ports.yml": "port: 8443\n",
      "roles/app/vars/extra/a.yml": "x: 1\n",
      "roles/app/vars/extra/b.json": '{"y": 2}',
      "roles/app/vars/Debian.yml": "zone: deb\n",
    });
    const [play] = fleet.plays;
    const [role] = play!.ran;
    const at = (name: string): unknown => valueAtStanding(`{{ ${name} }}`, { host: fleet.host("web1")!, play: play!, role: role! });
    assert.equal(at("port"), 8443);
    assert.deepEqual(at("more"), { x: 1, y: 2 });
    assert.ok(isUnknown(at("zone")));
    assert.equal(at("size"), 1);
  });

  it("goes on where Ansible refuses a file, and says what is wrong", () => {
    const files = {
      "inventory/hosts": "[a:children]\nb\n[b:children]\nc\n[c:children]\na\n[c]\nh1\nh1\n",
      "inventory/group_vars/a.yml": "- just\n- a list\n",
      "inventory/group_vars/b": "a text alone\n",
      "inventory/group_vars/c.yml": "x: 1\nx: 2\ny: \"{{ y }}\"\n",
      "inventory/host_vars/h1.yml": `${Array.from({ length: 12 }, (_, level) => `l${level}: &l${level} [${level === 0 ? "1" : `*l${level - 1},`.repeat(9)}]`).join("\n")}\nz: 5\n`,
    };
    const workspace = workspaceOf(files);
    const h1 = workspace.fleet.host("h1")!;
    assert.deepEqual([...h1.groups].sort(), ["a", "all", "b", "c"]);
    assert.equal(h1.variables.get("x")!.value, 2);
    assert.equal(h1.variables.get("z")!.value, 5);
    assert.ok(isUnknown(h1.variables.get("y")!.value));
    const wrong = Object.keys(files).map((path) => faultsOfFile(workspace, path).faults.map(({ refused }) => refused));
    assert.deepEqual(wrong, [[true], [true], [true], [false], []]);
  });
});
