import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import fc from "fast-check";
import { CONFIGURATION_FILE, lintFiles, loadWorkspace, readConfiguration } from "../../src/core.ts";
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
const PATHS = Object.keys(FILES);
const START = new Map(PATHS.flatMap((path): [string, string][] => (FILES[path]![0] === undefined ? [] : [[path, FILES[path]![0]]])));

/** Several files at once, as a checkout changes them. */
const edit = fc.array(
  fc.integer({ min: 0, max: PATHS.length - 1 }).chain((file) => fc.integer({ min: 0, max: FILES[PATHS[file]!]!.length - 1 }).map((variant) => ({ path: PATHS[file]!, text: FILES[PATHS[file]!]![variant] }))),
  { minLength: 1, maxLength: 3 },
);

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

  it("are those of a workspace that is built afresh, after any edits", async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.boolean(), async (edits, asked) => {
        const first = await loadWorkspace(START);
        told(first);
        let state: State = START;
        let workspace = first;
        for (const [index, changes] of edits.entries()) {
          const next = new Map(state);
          for (const { path, text } of changes) if (text === undefined) next.delete(path);
            else next.set(path, text);
          const earlier = workspace;
          workspace = await edited(workspace, new Map(changes.map(({ path }) => [path, next.get(path)])), next);
          const [from, to] = [await loadWorkspace(state), await loadWorkspace(next)];
          // Sometimes nobody asks in between, so that what is kept skips states.
          if (asked || index === edits.length - 1) {
            assert.deepEqual(change(earlier, workspace), change(from, to));
            assert.deepEqual(told(workspace), told(to));
          }
          state = next;
        }
        assert.deepEqual(change(first, workspace), change(await loadWorkspace(START), await loadWorkspace(state)));
        assert.deepEqual(told(first), told(await loadWorkspace(START)));
      }),
      { numRuns: 30 },
    );
  });

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
