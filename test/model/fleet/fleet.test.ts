import assert from "node:assert/strict";
import type { Configuration } from "../../../src/engine/configuration.ts";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";
import type { Scope } from "../../../src/model/fleet/fleet.ts";
import { resolve } from "../../../src/model/fleet/lookup.ts";
import { Workspace } from "../../../src/model/workspace.ts";

const workspaceOf = (files: Record<string, string>, configuration: Partial<Configuration> = {}): Workspace =>
  new Workspace(new Map(Object.entries(files)), { ...DEFAULT_CONFIGURATION, ...configuration });
const namesIn = (scope: unknown): string[] => {
  assert.ok(!isUnknown(scope), JSON.stringify(scope));
  return (scope as Scope).hosts.map(({ name }) => name);
};

const INVENTORY = "[web]\nweb[1:3]\n[db]\ndb1 kernel=4.15.0\n[site:children]\nweb\ndb\n";
const PLAY = "- name: web servers\n  hosts: web:!web3\n  roles: [proxy]\n- hosts: db\n  tasks:\n    - copy: {src: pg.conf, dest: /etc/pg/}\n";

describe("fleet", () => {
  before(loadYaml);

  describe("inventories", () => {
    it("reads the same from INI and YAML", () => {
      const yaml = "all:\n  children:\n    site:\n      children:\n        web:\n          hosts:\n            web[1:3]:\n        db:\n          hosts:\n            db1: {kernel: 4.15.0}\n";
      for (const files of [{ "hosts.ini": INVENTORY }, { "hosts.yml": yaml }, { "inventory/main": INVENTORY }]) {
        const { fleet } = workspaceOf(files as unknown as Record<string, string>);
        assert.deepEqual(fleet.hosts.map(({ name }) => name), ["db1", "web1", "web2", "web3"]);
        assert.deepEqual(fleet.groups.get("site")!.hosts, ["db1", "web1", "web2", "web3"]);
        assert.deepEqual(fleet.host("db1")!.groups, ["db", "site", "all"]);
        assert.equal(fleet.host("db1")!.variables.get("kernel")!.value, "4.15.0");
      }
    });

    it("merges the files of a folder, but not environments", () => {
      const one = workspaceOf({ "inventory/a": "[web]\nweb1\n", "inventory/b": "[web]\nweb2\n[all:vars]\nzone=x\n" }).fleet;
      assert.deepEqual(one.groups.get("web")!.hosts, ["web1", "web2"]);
      assert.equal(one.host("web1")!.variables.get("zone")!.value, "x");
      const two = workspaceOf({
        "inventories/production/hosts": "[web]\nweb1\n",
        "inventories/production/group_vars/web.yml": "size: 3\n",
        "inventories/lab/hosts": "[web]\nlab1\n",
        "inventories/lab/group_vars/web.yml": "size: 1\n",
      }).fleet;
      assert.equal(two.host("web1")!.variables.get("size")!.value, 3);
      assert.equal(two.host("lab1")!.variables.get("size")!.value, 1);
      assert.deepEqual(two.groups.get("web")!.hosts, ["lab1", "web1"]);
      assert.deepEqual(namesIn(two.scopeOf("inventories/lab/group_vars/web.yml")), ["lab1"]);
      assert.ok(two.trait(two.host("lab1")!, "lab"));
      assert.ok(two.trait(two.host("web1")!, "production"));
    });

    it("lets ansible.cfg decide", () => {
      const { fleet } = workspaceOf({ "ansible.cfg": "[defaults]\ninventory = ./estate/list\n", "estate/list": "[web]\nweb1\n", "other/all.yml": "all:\n  hosts:\n    x1:\n" });
      assert.deepEqual(fleet.hosts.map(({ name }) => name), ["web1"]);
    });

    it("leaves out the edge that closes a circle of groups", () => {
      const { fleet } = workspaceOf({ "hosts.ini": "[a:children]\nb\n[b:children]\na\n[b]\nh1\n" });
      assert.deepEqual(fleet.groups.get("a")!.hosts, ["h1"]);
    });
  });

  describe("variables", () => {
    it("lets the deeper group, then the higher priority, then the host win", () => {
      const { fleet } = workspaceOf({
        "inventory/hosts": `${INVENTORY}[fast]\nweb1\n[fast:vars]\nansible_group_priority=10\n[all:vars]\na=inline\n`,
        "inventory/group_vars/all.yml": "a: all\nb: all\nc: all\nd: all\n",
        "inventory/group_vars/site/main.yml": "b: site\nc: site\n",
        "inventory/group_vars/web": "c: web\nd: web\n",
        "inventory/group_vars/fast.yml": "d: fast\n",
        "inventory/host_vars/web2.yml": "c: mine\n",
      });
      const value = (host: string, name: string): unknown => fleet.host(host)!.variables.get(name)?.value;
      assert.deepEqual(["a", "b", "c", "d"].map((name) => value("web1", name)), ["all", "site", "web", "web"]);
      assert.equal(value("web2", "c"), "mine");
      assert.equal(fleet.host("web2")!.variables.get("c")!.origin, "host_vars of web2");
    });

    it("resolves plain references on the host, and says why it cannot resolve others", () => {
      const workspace = workspaceOf({
        "hosts.ini": "[web]\nweb1 id=7\n",
        "group_vars/web.yml": "name: \"web-{{ id }}\"\nloop_a: \"{{ loop_b }}\"\nloop_b: \"{{ loop_a }}\"\nmem: \"{{ ansible_memtotal_mb // 2 }}\"\nnested: [{port: \"{{ id }}\"}]\n",
        "roles/fw/defaults/main.yml": "fw_port: \"{{ id }}\"\nfw_zone: a\n",
        "roles/fw/vars/main.yml": "fw_zone: b\n",
      });
      const host = workspace.fleet.host("web1")!;
      assert.equal(host.variables.get("name")!.value, "web-7");
      assert.equal(host.variables.get("name")!.raw, "web-{{ id }}");
      assert.deepEqual(host.variables.get("nested")!.value, [{ port: 7 }]);
      assert.ok(isUnknown(host.variables.get("loop_a")!.value));
      assert.ok(isUnknown(host.variables.get("mem")!.value));
      const role = workspace.fleet.roles.get("roles/fw")!;
      assert.equal(resolve(host, "{{ fw_port }}-{{ fw_zone }}", role), "7-b");
    });
  });

  describe("plays", () => {
    const files = {
      "inventory.ini": INVENTORY,
      "site.yml": PLAY,
      "files/pg.conf": "x\n",
      "roles/proxy/meta/main.yml": "dependencies: [common]\n",
      "roles/common/tasks/main.yml": "- command: /bin/true\n",
      "roles/proxy/tasks/main.yml":
        "- ansible.builtin.template: src=proxy.conf.j2 dest=/etc/proxy/proxy.conf mode=0644\n  notify: Restart proxy\n- include_tasks: more.yml\n  when: inventory_hostname != 'web2'\n- block:\n    - action: service name=proxy state=started\n  become: true\n",
      "roles/proxy/tasks/more.yml": "- copy:\n    src: \"{{ item.from }}\"\n    dest: \"/etc/{{ item.from }}\"\n  loop:\n    - {from: a.conf}\n    - {from: b.conf}\n",
      "roles/proxy/handlers/main.yml": "- name: Restart proxy\n  service:\n    name: proxy\n    state: restarted\n  listen: proxy changed\n",
      "roles/proxy/templates/proxy.conf.j2": "x\n",
      "roles/proxy/files/a.conf": "x\n",
      "roles/proxy/files/b.conf": "x\n",
      "roles/unused/templates/u.conf.j2": "x\n",
    };

    it("follows roles, dependencies, includes and blocks in their order", () => {
      const play = workspaceOf(files).fleet.plays[0]!;
      assert.deepEqual(namesIn(play.scope), ["web1", "web2"]);
      assert.deepEqual(play.tasks.map(({ module, role }) => `${role}:${module}`), ["common:command", "proxy:template", "proxy:copy", "proxy:service"]);
      assert.equal(play.tasks[1]!.args.get("mode")!.value, "0644");
      assert.equal(play.tasks[3]!.keywords.get("become")!.value, true);
      assert.equal(play.handlers[0]!.keywords.get("listen")!.value, "proxy changed");
    });

    it("says which files go where, to which hosts", () => {
      const { fleet } = workspaceOf(files);
      const deployed = fleet.deployments.map(({ source, destination, scope }) => [source, destination, namesIn(scope)]);
      assert.deepEqual(deployed, [
        ["roles/proxy/templates/proxy.conf.j2", "/etc/proxy/proxy.conf", ["web1", "web2"]],
        ["roles/proxy/files/a.conf", "/etc/a.conf", ["web1"]],
        ["roles/proxy/files/b.conf", "/etc/b.conf", ["web1"]],
        ["files/pg.conf", "/etc/pg/pg.conf", ["db1"]],
      ]);
      assert.deepEqual(namesIn(fleet.scopeOf("roles/proxy/files/a.conf")), ["web1"]);
      assert.deepEqual(namesIn(fleet.scopeOf("roles/common/tasks/main.yml")), ["web1", "web2"]);
      assert.ok(isUnknown(fleet.scopeOf("roles/unused/templates/u.conf.j2")));
    });

    it("leaves hosts that a condition spares, and takes the first file that is found", () => {
      const { fleet } = workspaceOf({
        "inventory.ini": "[web]\nweb1 nft=True\nweb2\n",
        "site.yml":
          "- hosts: web\n  tasks:\n    - template:\n        src: \"{{ item }}\"\n        dest: /etc/nftables.conf\n      with_first_found:\n        - \"rules.{{ inventory_hostname }}\"\n        - rules.common\n      when: nft | default(false)\n    - copy: src=plain.conf dest=/etc/plain.conf\n      when: not (nft | default(false))\n",
        "templates/rules.web1": "x\n",
        "templates/rules.common": "x\n",
        "files/plain.conf": "x\n",
      });
      assert.deepEqual(fleet.deployments.map(({ source, scope }) => [source, namesIn(scope)]), [["templates/rules.web1", ["web1"]], ["files/plain.conf", ["web2"]]]);
    });

    it("knows the hosts of an imported playbook from what the import gives, those of a default with its doubt, and those of a prompt not at all", () => {
      const { fleet } = workspaceOf({
        "inventory.ini": INVENTORY,
        "all.yml": "- import_playbook: one.yml\n  vars:\n    target: web\n",
        "one.yml": "- hosts: \"{{ target }}\"\n  tasks: []\n",
        "reboot.yml": "- hosts: \"{{ victim }}\"\n  vars_prompt:\n    - name: victim\n      prompt: which\n  tasks: []\n",
        "some.yml": "- hosts: \"{{ limit | default('all') }}\"\n  tasks: []\n",
      });
      assert.deepEqual(fleet.plays.map(({ path, scope }) => [path, isUnknown(scope) ? "unknown" : namesIn(scope).length]), [["one.yml", 3], ["reboot.yml", "unknown"], ["some.yml", 4]]);
      assert.deepEqual(fleet.plays.map(({ scope }) => (isUnknown(scope) ? undefined : scope.assumed)), [undefined, undefined, "{{ limit | default('all') }}"]);
    });

    it("takes patterns apart as Ansible does", () => {
      const { fleet } = workspaceOf({ "inventory.ini": INVENTORY });
      const cases: [string, string[]][] = [["web:&site:!web1", ["web2", "web3"]], ["web[0]", ["web1"]], ["web[1:2]", ["web2", "web3"]], ["~(web|db)1", ["web1", "db1"]], ["*1", ["web1", "db1"]], ["db,web2", ["db1", "web2"]], ["nobody", []]];
      for (const [pattern, names] of cases) {
        const found = fleet.matching(pattern);
        assert.ok(Array.isArray(found), pattern);
        assert.deepEqual(found.map(({ name }) => name).sort(), [...names].sort(), pattern);
      }
      assert.ok(isUnknown(workspaceOf({}).fleet.matching("all")));
    });
  });

  it("knows the hosts of trees that are named after hosts and groups", () => {
    const { fleet } = workspaceOf({ "inventory.ini": "[storage]\nsto1.example.net\nsto2.example.net\n", "hosts/sto1.example.net/etc/sysctl.conf": "", "groups/storage/etc/x": "", "sto2/etc/y": "", "docs/storage/readme": "" });
    assert.deepEqual(namesIn(fleet.scopeOf("hosts/sto1.example.net/etc/sysctl.conf")), ["sto1.example.net"]);
    assert.deepEqual(namesIn(fleet.scopeOf("groups/storage/etc/x")), ["sto1.example.net", "sto2.example.net"]);
    assert.deepEqual(namesIn(fleet.scopeOf("sto2/etc/y")), ["sto2.example.net"]);
    assert.ok(isUnknown(fleet.scopeOf("docs/storage/readme")));
  });

  describe("traits and facts", () => {
    it("believes premortem.yaml, then names, then what plays install", () => {
      const files = {
        "inventory.ini": "[ceph_osd]\no1\n[ceph_clients]\nc1\n[blue]\nb1\n[kvm_guests]\ng1\n",
        "site.yml": "- hosts: blue\n  tasks:\n    - apt: {name: [qemu-kvm, vim], state: present}\n",
      };
      const { fleet } = workspaceOf(files);
      const has = (name: string, trait: "storage" | "hypervisor"): boolean | undefined => fleet.trait(fleet.host(name)!, trait)?.certain;
      assert.equal(has("o1", "storage"), false);
      assert.equal(has("c1", "storage"), undefined);
      assert.equal(has("b1", "hypervisor"), false);
      assert.equal(has("g1", "hypervisor"), undefined);
      const told = workspaceOf(files, { groups: { storage: ["blue"] } }).fleet;
      assert.equal(told.trait(told.host("b1")!, "storage")?.certain, true);
      assert.equal(told.trait(told.host("o1")!, "storage"), undefined);
    });

    it("reads kernels, and says where they are not told", () => {
      const { fleet } = workspaceOf(
        { "inventory.ini": "[a]\nh1 kernel=\"4.15.0-20-generic\" memory_mb=1024\nh2 os_kernel=5.10.0\nh3 kernel=4.10\n", "host_vars/h1.yml": "vms: [{name: v}]\n" },
      );
      const kernel = fleet.kernel(fleet.host("h1")!);
      assert.ok(!isUnknown(kernel) && kernel.major === 4 && kernel.minor === 15);
      assert.ok(isUnknown(fleet.kernel(fleet.host("h2")!)));
      const numeric = fleet.kernel(fleet.host("h3")!);
      assert.ok(!isUnknown(numeric) && numeric.minor === 10);
    });
  });
});
