import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import fc from "fast-check";
import { CONFIGURATION_FILE, lintFiles, loadWorkspace, readConfiguration, reviewChange } from "../../src/core.ts";
import { TRAITS } from "../../src/engine/configuration.ts";
import { effectsOf } from "../../src/model/fleet/change/effects.ts";
import { changedVariables } from "../../src/model/fleet/change/variables.ts";
import type { Workspace } from "../../src/model/workspace.ts";

type State = ReadonlyMap<string, string>;

/** Texts that each file may have; undefined: it is not there. The first are those at the start. */
const FILES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  "ansible.cfg": [undefined, "[defaults]\ninventory = inventory/hosts\n", "[defaults]\nroles_path = more\n"],
  "premortem.yaml": [undefined, "groups:\n  storage: [db]\n", "groups:\n  lab: [web]\nvariables:\n  kernel: release\n"],
  "inventory/hosts": [
    "[web]\nweb[1:3].example.net ansible_host=192.0.2.1\n[db]\ndb1.example.net rack=a\ndb2.example.net\n[prod:children]\nweb\ndb\n",
    "[web]\nweb[1:4].example.net\n[db]\ndb1.example.net rack=b\ndb2.example.net\n[prod:children]\nweb\ndb\n",
    "# moved\n[web]\nweb[1:3].example.net ansible_host=192.0.2.1\n[db]\ndb1.example.net rack=a\ndb2.example.net\n[kvm]\ndb2.example.net\n[prod:children]\nweb\n[web:vars]\nport=9\n",
    undefined,
  ],
  "inventory/more.yml": [undefined, "lab:\n  hosts:\n    lab1.example.net:\n      kernel: 4.4.0\n    web1.example.net:\n"],
  "inventory/group_vars/all.yml": ["domain: example.net\nport: 80\nserver: \"{{ prefix }}.{{ domain }}\"\nkernel: 4.19.0\n", "# note\ndomain: example.net\nport: 80\nserver: \"{{ prefix }}.{{ domain }}\"\n", "domain: example.com\nport: 81\n", undefined],
  "inventory/group_vars/web.yml": ["prefix: www\nlimit: 4096\n", "prefix: www\nlimit: 8192\n", "prefix: shop\nlimit: 4096\nport: 80\n", "- a list\n", undefined],
  "inventory/group_vars/db/main.yml": ["prefix: db\nrelease: 5.10.0\n", "prefix: data\n", undefined],
  "inventory/group_vars/db/secret.yml": [undefined, "$ANSIBLE_VAULT;1.1;AES256\n6162\n", "password: \"{{ lookup('env', 'X') }}\"\nlimit: 1\n"],
  "inventory/host_vars/web1.example.net.yml": ["limit: 16\nname: \"{{ inventory_hostname_short }}\"\n", "limit: 16\nprefix: first\n", undefined],
  "group_vars/web.yml": [undefined, "limit: 2\nextra: true\n"],
  "site.yml": [
    "- hosts: web\n  serial: 1\n  roles:\n    - front\n- hosts: db:!db2.example.net\n  tasks:\n    - ansible.posix.sysctl:\n        name: net.core.somaxconn\n        value: \"{{ limit }}\"\n",
    "- hosts: all\n  roles:\n    - front\n",
    "- hosts: prod\n  vars:\n    port: 7\n  roles:\n    - role: front\n      when: port == 80\n- import_playbook: other.yml\n",
    undefined,
  ],
  "other.yml": [undefined, "- hosts: \"{{ target }}\"\n  roles: [front]\n", "- hosts: db\n  tasks:\n    - include_tasks: roles/front/tasks/extra.yml\n"],
  "roles/front/tasks/main.yml": [
    "- template:\n    src: app.conf.j2\n    dest: /etc/app.conf\n  notify: Restart\n- include_tasks: extra.yml\n",
    "- template:\n    src: \"{{ prefix }}.j2\"\n    dest: \"/etc/{{ prefix }}.conf\"\n  when: limit is defined\n  notify: Restart\n",
    undefined,
  ],
  "roles/front/tasks/extra.yml": [undefined, "- copy:\n    src: 60-net.conf\n    dest: /etc/sysctl.d/60-net.conf\n"],
  "roles/front/handlers/main.yml": ["- name: Restart\n  service:\n    name: networking\n    state: restarted\n", "- name: Restart\n  service:\n    name: app\n    state: reloaded\n", undefined],
  "roles/front/defaults/main.yml": ["limit: 1\n", "limit: 1\nprefix: none\n", undefined],
  "roles/front/templates/app.conf.j2": ["listen {{ port }}\nserver {{ server }}\n", "listen {{ port }}\n", undefined],
  "roles/front/templates/www.j2": [undefined, "server {{ server }}\n"],
  "roles/front/files/60-net.conf": ["net.ipv4.ip_forward = 1\nnet.core.somaxconn = 128\n", "net.ipv4.ip_forward = 0\n", undefined],
};
/** Files of the kinds whose findings rest on other files; the same names as above, other texts. */
const OTHERS: typeof FILES = {
  "premortem.yaml": [undefined, "migration:\n  bandwidth: 1Gbit\n  dirtyRate: 10M\nmaintenance:\n  window: 600\n"],
  "inventory/hosts": [
    "[osds]\nosd[1:3].example.net ansible_host=192.0.2.1 mtu=9000\n[mons]\nmon1.example.net\n[lab]\nlab1.example.net kernel=4.4.0\n",
    "[osds]\nosd[1:4].example.net\n[mons]\nmon1.example.net\n[hypervisors]\nosd1.example.net\n",
    undefined,
  ],
  "inventory/group_vars/osds.yml": ["file_max: 100000\nosd_nofile: 1048576\nsysctls:\n  net.ipv4.tcp_tw_recycle: 1\n  net.netfilter.nf_conntrack_max: 65536\nceph_release: nautilus\nversion: 1.2.3\n", "file_max: 26000000\nosd_nofile: 1024\nsysctls: {}\n", undefined],
  "inventory/group_vars/all.yml": ["kernel: 5.4.0\nfirewall_port: 6800\nbonds:\n  - name: bond0\n    mtu: 9000\n    address: 192.0.2.7/24\n", "kernel: 4.14.0\nfirewall_port: 22\n", undefined],
  "site.yml": [
    "- hosts: osds\n  roles: [storage]\n- hosts: mons:osds\n  serial: 1\n  tasks:\n    - name: Restart\n      service: {name: ceph-osd.target, state: restarted}\n",
    "- hosts: all\n  roles: [storage]\n",
    "- hosts: osds\n  roles:\n    - storage\n  tasks:\n    - shell: sysctl -w net.ipv4.ip_forward=0\n    - apt: {name: ceph-osd, state: latest}\n",
    undefined,
  ],
  "roles/storage/tasks/main.yml": [
    "- template: {src: nftables.conf.j2, dest: /etc/nftables.conf}\n  notify: Reload\n- template: {src: ceph.conf.j2, dest: /etc/ceph/ceph.conf}\n- copy: {src: 90-ceph.conf, dest: /etc/sysctl.d/90-ceph.conf}\n- copy: {src: limits.conf, dest: /etc/systemd/system/ceph-osd@.service.d/limits.conf}\n- sysctl: {name: \"{{ item.key }}\", value: \"{{ item.value }}\"}\n  with_dict: \"{{ sysctls }}\"\n",
    "- template: {src: interfaces.j2, dest: /etc/network/interfaces}\n- copy: {src: 90-ceph.conf, dest: /etc/sysctl.d/10-ceph.conf}\n- template: {src: nftables.conf.j2, dest: /etc/nftables.conf}\n  notify: Reload\n",
    undefined,
  ],
  "roles/storage/handlers/main.yml": ["- name: Reload\n  service: {name: nftables, state: restarted}\n", "- name: Reload\n  command: nft -f /etc/nftables.conf\n", undefined],
  "roles/storage/templates/nftables.conf.j2": [
    "flush ruleset\ninclude \"/etc/nftables.d/more.nft\"\ntable inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    ct state established,related accept\n    tcp dport {{ firewall_port }} accept\n    tcp dport 6800-7300 accept\n    tcp dport 6800 accept\n  }\n}\n",
    "table inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    jump gone\n    tcp dport 3300 accept # premortem-ignore firewall/unreachable-rule -- for later\n  }\n}\n",
    undefined,
  ],
  "etc/nftables.d/more.nft": [undefined, "define clients = { 192.0.2.0/24 }\ntable inet filter {\n  chain gone {\n    ip saddr $clients accept\n  }\n}\n"],
  "roles/storage/templates/ceph.conf.j2": ["[global]\npublic_network = 192.0.2.0/24\ncluster_network = 198.51.100.0/24\nosd_max_backfills = 64\nmon_host = 192.0.2.1\n", "[osd]\nosd_op_queue = mclock_scheduler\nosd_max_backfills = 64\nbogus option\n", undefined],
  "roles/storage/templates/interfaces.j2": ["{% for bond in bonds | default([]) %}\nauto {{ bond.name }}\niface {{ bond.name }} inet static\n  address {{ bond.address }}\n  mtu {{ mtu | default(1500) }}\n{% endfor %}\n{% include 'tunnel.j2' %}\n", undefined],
  "roles/storage/templates/tunnel.j2": ["auto gre1\niface gre1 inet tunnel\n  mode gre\n  local 192.0.2.7\n  endpoint {{ remote | default('198.51.100.7') }}\n  mtu 9000\n", "# none\n", undefined],
  "roles/storage/files/90-ceph.conf": ["fs.file-max = 100000\nnet.netfilter.nf_conntrack_max = 65536\nnet.ipv4.tcp_tw_recycle = 1\n", "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.ip_forward = 0\n", undefined],
  "roles/storage/files/limits.conf": ["[Service]\nLimitNOFILE={{ osd_nofile }}\n", "[Service]\nLimitNOFILE=1024\n", undefined],
  "etc/sysctl.d/99-local.conf": [undefined, "net.ipv4.ip_forward = 1\nnet.core.somaxconn = 4096\n"],
  "etc/systemd/network/10-bond0.netdev": [undefined, "[NetDev]\nName=bond0\nKind=bond\nMTUBytes=1500\n", "[NetDev]\nName=vx1\nKind=vxlan\n[VXLAN]\nVNI=7\nRemote=198.51.100.7\n"],
  "etc/systemd/network/10-bond0.network": [undefined, "[Match]\nName=bond0\n[Link]\nMTUBytes=9000\n[Network]\nAddress=192.0.2.8/24\nVXLAN=vx1\n"],
  "etc/swanctl/swanctl.conf": [undefined, "connections {\n  a {\n    remote_addrs = 198.51.100.9\n    children {\n      net {\n        remote_ts = 203.0.113.0/24\n        esp_proposals = 3des-md5\n      }\n    }\n  }\n}\n"],
  "docker-compose.yml": [undefined, "services:\n  web:\n    image: registry.example.net/web:latest\n    ports: [\"8080:80\"]\n"],
};
const START = startOf(FILES);

function startOf(files: typeof FILES): ReadonlyMap<string, string> {
  return new Map(Object.entries(files).flatMap(([path, [text]]): [string, string][] => (text === undefined ? [] : [[path, text]])));
}

/** Several files at once, as a checkout changes them. */
function editsOf(files: typeof FILES): fc.Arbitrary<{ readonly path: string; readonly text: string | undefined }[]> {
  const one = fc.constantFrom(...Object.keys(files)).chain((path) => fc.constantFrom(...files[path]!).map((text) => ({ path, text })));
  return fc.array(one, { minLength: 1, maxLength: 3 });
}

async function edited(workspace: Workspace, changes: ReadonlyMap<string, string | undefined>, state: State): Promise<Workspace> {
  return workspace.with(changes, await readConfiguration(state.get(CONFIGURATION_FILE)));
}

/** Everything that a workspace tells, as plain data. */
function told(workspace: Workspace): unknown {
  const { fleet } = workspace;
  return plain({
    hosts: fleet.hosts.map((host) => ({ ...host, name: host.name, variables: new Map(host.variables), traits: TRAITS.map((trait) => fleet.trait(host, trait)), kernel: fleet.kernel(host), memory: fleet.fact(host, "memory"), same: fleet.host(host.name) === host })),
    groups: fleet.groups,
    roles: fleet.roles,
    plays: fleet.plays,
    deployments: fleet.deployments,
    scopes: workspace.paths.map((path) => fleet.scopeOf(path)),
    matching: ["all", "web", "web*:&prod", "db[0]"].map((pattern) => fleet.matching(pattern)),
    lint: lintFiles(workspace),
  });
}

function change(from: Workspace, to: Workspace): unknown {
  return plain({ effects: effectsOf(from, to), variables: changedVariables(from, to) });
}

/** What `action` gives while other workspaces answer nothing: what is kept from them must not go back and ask. */
function without<T>(others: readonly Workspace[], action: () => T): T {
  const asked = ["paths", "configuration", "fleet", "has", "text", "textAt", "language", "document", "subject", "subjects", "comments", "memo", "derive", "data"];
  const refuse = (): never => {
    throw new Error("an earlier state is asked");
  };
  for (const other of others) for (const name of asked) Object.defineProperty(other, name, { get: refuse, configurable: true });
  try {
    return action();
  } finally {
    for (const other of others) for (const name of asked) delete (other as unknown as Record<string, unknown>)[name];
  }
}

/** Maps and sets as lists, hosts and plays below the top by their names. */
function plain(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map) return [...value].map(([key, part]) => [plain(key, depth + 1), plain(part, depth + 1)]);
  if (value instanceof Set) return [...value].map((part) => plain(part, depth + 1));
  if (Array.isArray(value)) return value.map((part) => plain(part, depth + 1));
  if (depth > 2 && "variables" in value && "groups" in value) return `host ${(value as unknown as { name: string }).name}`;
  if (depth > 2 && "hostsPattern" in value) return `play ${(value as unknown as { name: string }).name}`;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part, depth + 1)]));
}

describe("incremental answers", () => {
  before(() => loadWorkspace(START));

  for (const [name, files] of [["of a fleet", FILES], ["of files that concern each other", OTHERS]] as const) {
    it(`are those of a workspace that is built afresh, after any edits ${name}`, async function () {
      this.timeout(240_000);
      const start = startOf(files);
      await fc.assert(
        fc.asyncProperty(fc.array(editsOf(files), { minLength: 1, maxLength: 4 }), fc.boolean(), async (edits, asked) => {
          const first = await loadWorkspace(start);
          told(first);
          let state: State = start;
          let workspace = first;
          const earlier = [first];
          for (const [index, changes] of edits.entries()) {
            const next = new Map(state);
            for (const { path, text } of changes) if (text === undefined) next.delete(path);
              else next.set(path, text);
            const last = workspace;
            workspace = await edited(workspace, new Map(changes.map(({ path }) => [path, next.get(path)])), next);
            const [from, to] = [await loadWorkspace(state), await loadWorkspace(next)];
            // Sometimes nobody asks in between, so that what is kept skips states.
            if (asked || index === edits.length - 1) {
              const others = earlier.filter((other) => other !== workspace);
              assert.deepEqual(without(others, () => told(workspace)), told(to));
              assert.deepEqual(change(last, workspace), change(from, to));
            }
            earlier.push(workspace);
            state = next;
          }
          assert.deepEqual(change(first, workspace), change(await loadWorkspace(start), await loadWorkspace(state)));
          assert.deepEqual(plain(reviewChange(first, workspace)), plain(reviewChange(await loadWorkspace(start), await loadWorkspace(state))));
          const others = earlier.filter((other) => other !== first);
          assert.deepEqual(without(others, () => told(first)), told(await loadWorkspace(start)));
        }),
        { numRuns: 30 },
      );
    });
  }

  it("keep what an edit of one group's variables does not reach", async () => {
    const first = await loadWorkspace(START);
    const edited = first.with(new Map([["inventory/group_vars/web.yml", "prefix: www\nlimit: 5\n"]]));
    assert.notEqual(edited.fleet.host("web2.example.net"), first.fleet.host("web2.example.net"));
    assert.equal(edited.fleet.host("db1.example.net"), first.fleet.host("db1.example.net"));
    assert.equal(edited.fleet.groups, first.fleet.groups);
    assert.equal(edited.fleet.plays[1], first.fleet.plays[1]);
    assert.equal(first.with(new Map([["inventory/group_vars/web.yml", first.text("inventory/group_vars/web.yml")]])), first);
  });

  it("keep the fleet's hosts when a template changes", async () => {
    const first = await loadWorkspace(START);
    const edited = first.with(new Map([["roles/front/templates/app.conf.j2", "listen 1\n"]]));
    assert.equal(edited.fleet.hosts, first.fleet.hosts);
    assert.equal(edited.fleet.plays, first.fleet.plays);
  });
});
