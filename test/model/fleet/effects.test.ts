import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";
import type { Effect } from "../../../src/model/fleet/change/effects.ts";
import { effectsOf } from "../../../src/model/fleet/change/effects.ts";
import { Workspace } from "../../../src/model/workspace.ts";

type Files = Readonly<Record<string, string>>;

const BASE: Files = {
  "hosts.ini": "[web]\nweb[01:04].example.net\n\n[db]\ndb[01:02].example.net\n\n[gate]\ngate1.example.net peer=db01.example.net\ngate2.example.net peer=db02.example.net\n",
  "group_vars/all.yml": "motd: welcome\nport: 80\ndomain: example.net\nurl: \"https://{{ domain }}/\"\nresolvers:\n  - 192.0.2.53\n",
  "group_vars/web.yml": "workers: 4\n",
  "site.yml": "- hosts: web\n  roles:\n    - front\n- hosts: gate\n  tasks:\n    - name: Peers\n      template:\n        src: peers.j2\n        dest: /etc/peers\n      notify: tunnels\n  handlers:\n    - name: tunnels\n      service: name=networking state=restarted\n",
  "templates/peers.j2": "{% for host in groups['web'] %}\npeer {{ host }} {{ hostvars[host]['workers'] | default(1) }}\n{% endfor %}\n",
  "roles/front/defaults/main.yml": "depth: 10\ntimeout: 5\n",
  "roles/front/tasks/main.yml":
    "- name: Configuration\n  template:\n    src: front.conf.j2\n    dest: /etc/front.conf\n  notify: front\n- name: Message\n  copy:\n    content: \"{{ motd }}\"\n    dest: /etc/motd\n  when: workers > 2\n",
  "roles/front/handlers/main.yml": "- name: front\n  service: name=front state=restarted\n",
  "roles/front/templates/front.conf.j2": "{# Kept short. #}\nlisten {{ port }}\nworkers {{ workers }}\n{% if port == 443 %}\ntls on\n{% endif %}\ndepth {{ depth }}\n",
};

function effects(edits: Readonly<Record<string, string | undefined>>, base: Files = BASE): readonly Effect[] {
  const before = new Workspace(new Map(Object.entries(base)), DEFAULT_CONFIGURATION);
  return effectsOf(before, before.with(new Map(Object.entries(edits))));
}

/** `cause @ place: hosts with another value or configuration, of them reached by plays; restarted services`. */
function said(edits: Readonly<Record<string, string | undefined>>, base: Files = BASE): string[] {
  return effects(edits, base).map(({ cause, location, hosts, reached, restarts }) => {
    const what = cause.kind === "file" ? "file" : `${cause.kind} ${cause.names.join()}`;
    const restarted = restarts.map((restart) => ` ${restart.service} ${restart.hosts.length}`).join();
    return `${what} @ ${location.path}: ${hosts.length}, ${reached.length}${restarted && `;${restarted}`}`;
  });
}

const edited = (path: string, from: string, to: string, base: Files = BASE): Record<string, string> => {
  assert.ok(base[path]!.includes(from), `${path} has ${from}`);
  return { [path]: base[path]!.replace(from, to) };
};

describe("fleet: effects of a change", () => {
  before(loadYaml);

  const cases: readonly (readonly [string, Readonly<Record<string, string | undefined>>, readonly string[]])[] = [
    ["a value that a template prints", edited("group_vars/all.yml", "port: 80", "port: 8080"), ["variables port @ group_vars/all.yml: 8, 4; front 4"]],
    ["a value that only a condition reads", edited("group_vars/web.yml", "workers: 4", "workers: 2"), ["variables workers @ group_vars/web.yml: 6, 6; front 4, networking 2"]],
    ["a value that a condition keeps from a task", edited("group_vars/all.yml", "welcome", "hello"), ["variables motd @ group_vars/all.yml: 8, 4"]],
    ["another type, the same text", edited("group_vars/all.yml", "port: 80", "port: '80'"), []],
    ["what follows from another variable is no cause", edited("group_vars/all.yml", "domain: example.net", "domain: example.org"), ["variables domain @ group_vars/all.yml: 8, 0"]],
    ["comments, order and quotes", { "group_vars/all.yml": "# All.\nresolvers: [192.0.2.53]\nurl: 'https://{{ domain }}/'\ndomain: \"example.net\"\nport: 80\nmotd: welcome\n" }, []],
    ["a value that another level sets to the same", { "host_vars/web01.example.net.yml": "workers: 4\n" }, []],
    ["a role's default", edited("roles/front/defaults/main.yml", "depth: 10", "depth: 20"), ["variables depth @ roles/front/defaults/main.yml: 4, 4; front 4"]],
    ["a role's default that nothing reads", edited("roles/front/defaults/main.yml", "timeout: 5", "timeout: 6"), []],
    ["a template's comment", edited("roles/front/templates/front.conf.j2", "Kept short.", "Kept very short."), []],
    ["a template's branch that no host takes", edited("roles/front/templates/front.conf.j2", "tls on", "tls strict"), []],
    ["a template's white space that Jinja removes", edited("roles/front/templates/front.conf.j2", "{% if port == 443 %}\n", "{% if port == 443 -%}\n\n\n"), []],
    ["a template's line", edited("roles/front/templates/front.conf.j2", "depth", "depth:"), ["file @ roles/front/templates/front.conf.j2: 4, 4; front 4"]],
    ["a task's argument", edited("roles/front/tasks/main.yml", "/etc/front.conf", "/etc/front/front.conf"), ["file @ roles/front/tasks/main.yml: 4, 4; front 4"]],
    ["a task that is written in another way", edited("roles/front/tasks/main.yml", "  template:\n    src: front.conf.j2\n    dest: /etc/front.conf\n", "  ansible.builtin.template: src=front.conf.j2 dest=/etc/front.conf\n"), []],
    ["a play that reaches more hosts", edited("site.yml", "- hosts: web\n", "- hosts: web:db\n"), ["file @ site.yml: 2, 2; front 2"]],
    ["a new host shows in every list of its group", edited("hosts.ini", "web[01:04]", "web[01:05]"), ["hosts web05.example.net @ hosts.ini: 2, 2; networking 2"]],
    ["a host that is gone", edited("hosts.ini", "web[01:04]", "web[01:03]"), ["hosts web04.example.net @ hosts.ini: 2, 2; networking 2"]],
    ["a host that moves takes on the group's values", edited("hosts.ini", "\n[db]\ndb[01:02].example.net\n", "db02.example.net\n\n[db]\ndb01.example.net\n"), ["hosts db02.example.net @ hosts.ini: 3, 3; front 1, networking 2"]],
  ];
  for (const [title, edits, expected] of cases) it(title, () => assert.deepEqual(said(edits), expected));

  it("what is included once for each item of a list", () => {
    const base: Files = {
      "hosts.ini": "[web]\nweb[01:04].example.net\n[db]\ndb[01:02].example.net\n",
      "group_vars/all.yml": "domains:\n  - {id: 10, net: 192.0.2.0/25}\n  - {id: 11, net: 192.0.2.128/25}\nlinks: [{name: eth0}]\n",
      "host_vars/web04.example.net.yml": "domains: []\n",
      "site.yml": "- hosts: web\n  tasks:\n    - include_tasks: domain.yml\n      with_items: \"{{ domains }}\"\n      loop_control: {loop_var: domain}\n    - template: src=link.j2 dest=/etc/{{ item.1.name }}\n      with_indexed_items: \"{{ links }}\"\n",
      "domain.yml": "- template: src=domain.j2 dest=/etc/domain-{{ domain.id }}\n",
      "templates/domain.j2": "network {{ domain.net }}\n",
      "templates/link.j2": "link {{ item.1.name }}\n",
    };
    const lines = (path: string, from: string, to: string): string[] => said(edited(path, from, to, base), base);
    assert.deepEqual(lines("group_vars/all.yml", "  - {id: 11", "  - {id: 12, net: 198.51.100.0/24}\n  - {id: 11"), ["variables domains @ group_vars/all.yml: 5, 3"]);
    assert.deepEqual(lines("templates/domain.j2", "network", "prefix"), ["file @ templates/domain.j2: 3, 3"]);
    assert.deepEqual(lines("templates/link.j2", "link", "interface"), ["file @ templates/link.j2: 4, 4"]);
  });

  it("arguments that say the same", () => {
    const tasks = (text: string): Record<string, string> => ({ ...BASE, "roles/front/tasks/main.yml": text });
    const base = tasks("- apt: {name: [a, b], force: true}\n- user: {name: x, groups: [a, b]}\n- uri: {body: {a: 1, b: [1, 2]}, url: /x}\n- copy: {content: {a: 1, b: 2}, dest: /x}\n- command: {argv: [a, b]}\n");
    assert.deepEqual(said({ "roles/front/tasks/main.yml": "- apt: name=b,a force=yes\n- user: {name: x, groups: 'b, a'}\n- uri: {url: /x, body: {b: [1, 2], a: 1}}\n- copy: {dest: /x, content: {a: 1, b: 2}}\n- command: {argv: [a, b]}\n" }, base), []);
    assert.deepEqual(said({ "roles/front/tasks/main.yml": base["roles/front/tasks/main.yml"]!.replace("argv: [a, b]", "argv: [b, a]") }, base), ["file @ roles/front/tasks/main.yml: 4, 4"]);
    assert.deepEqual(said({ "roles/front/tasks/main.yml": base["roles/front/tasks/main.yml"]!.replace("[1, 2]", "[2, 1]") }, base), ["file @ roles/front/tasks/main.yml: 4, 4"]);
    // A file gets the keys in the order in which they are written.
    assert.deepEqual(said({ "roles/front/tasks/main.yml": base["roles/front/tasks/main.yml"]!.replace("{a: 1, b: 2}", "{b: 2, a: 1}") }, base), ["file @ roles/front/tasks/main.yml: 4, 4"]);
  });

  it("a file that include_vars reads, a role that is renamed, line breaks of a template", () => {
    const base = { ...BASE, "roles/front/tasks/main.yml": `- include_vars: tuning.yml\n${BASE["roles/front/tasks/main.yml"]!}`, "roles/front/vars/tuning.yml": "depth: 30\nother: 1\n" };
    assert.deepEqual(said({ "roles/front/vars/tuning.yml": "depth: 40\nother: 2\n" }, base), ["variables depth @ roles/front/vars/tuning.yml: 4, 4; front 4"]);
    const moved = Object.keys(BASE).filter((path) => path.startsWith("roles/front/"));
    const renamed = Object.fromEntries(moved.flatMap((path) => [[path, undefined], [path.replace("/front/", "/entrance/"), BASE[path]!]] as [string, string | undefined][]));
    assert.deepEqual(said({ ...renamed, ...edited("site.yml", "    - front\n", "    - entrance\n") }), []);
    assert.deepEqual(said({ "roles/front/templates/front.conf.j2": BASE["roles/front/templates/front.conf.j2"]!.replaceAll("\n", "\r\n") }), []);
  });

  it("a file that an argument takes in by a lookup", () => {
    const base = { ...BASE, "files/admins.pub": "ssh-ed25519 AAAA one\n", "site.yml": `${BASE["site.yml"]!}- hosts: db\n  tasks:\n    - authorized_key:\n        user: root\n        key: "{{ lookup('file', 'admins.pub') }}"\n` };
    assert.deepEqual(said({ "files/admins.pub": "ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n" }, base), ["file @ files/admins.pub: 2, 2"]);
  });

  it("a variable that is renamed with its uses changes no host", () => {
    const base = { ...BASE, "roles/front/templates/front.conf.j2": "listen {{ port }}\nnet {{ resolvers | ipaddr('net') }}\n" };
    const found = effects(
      {
        ...edited("group_vars/all.yml", "port: 80", "front_port: 80", base),
        "roles/front/templates/front.conf.j2": "listen {{ front_port }}\nnet {{ resolvers | ansible.utils.ipaddr('net') }}\n",
      },
      base,
    );
    assert.deepEqual(found, []);
  });

  it("many files, one cause", () => {
    const found = effects({ "host_vars/web01.example.net.yml": "port: 81\n", "host_vars/web02.example.net.yml": "port: 82\n", "group_vars/db.yml": "port: 83\n" });
    assert.equal(found.length, 1);
    assert.equal(found[0]!.also.length, 2);
    assert.deepEqual([found[0]!.hosts.length, found[0]!.reached.length], [4, 2]);
  });

  it("a line that is gone and that another level still sets otherwise is shown where it was", () => {
    const base = { ...BASE, "host_vars/web01.example.net.yml": "name: first\nworkers: 9\nnote: last\n" };
    const [effect] = effects({ "host_vars/web01.example.net.yml": "name: first\nnote: last\n" }, base);
    assert.equal(effect!.location.path, "host_vars/web01.example.net.yml");
    assert.deepEqual(effect!.hosts.map((host) => host.name), ["gate1.example.net", "gate2.example.net", "web01.example.net"]);
  });
});
