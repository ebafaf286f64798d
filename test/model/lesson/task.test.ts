import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { judgeChange, judgeFile } from "../../../src/model/lesson/judge.ts";
import { lessonOf } from "./lesson.ts";

const FILES = new Map([
  ["inventory/hosts.ini", "[docker]\nnode1\nnode2\n[web]\nweb1\n"],
  ["inventory/group_vars/docker.yml", "runtime: docker\n"],
  ["site.yml", `- hosts: docker
  vars:
    release: stable
  roles: [base]
  tasks:
    - ansible.builtin.copy:
        src: 50unattended-upgrades
        dest: /etc/apt/apt.conf.d/50unattended-upgrades
      notify: Daemon
    - ansible.builtin.service:
        name: "{{ runtime }}.service"
        state: restarted
    - ansible.builtin.shell: |
        systemctl reload nginx && service iptables stop
    - ansible.builtin.service: { name: "{{ hidden }}", state: restarted }
  handlers:
    - name: Daemon
      ansible.builtin.command: systemctl restart containerd
- hosts: web
  roles: [base]
- hosts: "{{ chosen }}"
  tasks:
    - ansible.builtin.reboot:
`],
  ["files/50unattended-upgrades", "Unattended-Upgrade::Package-Blacklist { \"containerd\"; };\n"],
  ["roles/base/tasks/main.yml", "- ansible.builtin.apt: { name: [curl, docker-ce=5:27.1], state: present }\n- ansible.builtin.lineinfile: { path: /etc/rc.local, line: ip route add 192.0.2.0/24 dev eth1 }\n"],
  ["roles/left/tasks/main.yml", "- ansible.builtin.apt: { name: ntp }\n"],
]);

/** What the condition says of each task of a file: the numbers of those for which it holds, and how many stay open. */
async function told(when: string, path = "site.yml", reads = "task"): Promise<string> {
  const workspace = await loadWorkspace(FILES);
  const lesson = await lessonOf(reads, when);
  const all = lesson.element.find(workspace, path);
  const { hits, notComputed } = judgeFile(lesson, workspace, path);
  return `${hits.map(({ range }) => all.findIndex((one) => one.range.start === range.start)).join()} open ${notComputed.length}`;
}

describe("tasks and changes in lessons", () => {
  it("know the services that they restart, reload, stop and start, where templates are resolved, and stay open where one hides them", async () => {
    assert.equal(await told('"docker" in task.restarts'), "1 open 1");
    assert.equal(await told('"containerd" in task.restarts'), "4 open 1");
    assert.equal(await told('"nginx" in task.reloads && "iptables" in task.stops'), "2 open 0");
    assert.equal(await told("size(task.starts) > 0"), " open 0");
  });

  it("know packages, destinations and what is written there", async () => {
    assert.equal(await told('"docker-ce" in task.installs', "roles/base/tasks/main.yml"), "0 open 0");
    assert.equal(await told('task.destination == "/etc/rc.local" && task.content.startsWith("ip route")', "roles/base/tasks/main.yml"), "1 open 0");
    assert.equal(await told('task.content.contains("containerd")'), "0 open 0");
  });

  it("know what runs before and after them, what they notify, and the hosts of all plays that run them", async () => {
    assert.equal(await told('task.earlier.exists(t, t.content.contains("containerd"))'), "1,2,3,4 open 0");
    assert.equal(await told('task.later.exists(t, "docker" in t.restarts)'), "0 open 1");
    assert.equal(await told('task.handlers.exists(t, "containerd" in t.restarts)'), "0 open 0");
    assert.equal(await told('task.hosts == ["node1", "node2", "web1"] && "container" in task.traits && task.machines.exists(h, h.name == "web1")', "roles/base/tasks/main.yml"), "0,1 open 0");
    assert.equal(await told("size(task.hosts) > 0", "roles/left/tasks/main.yml"), " open 1");
    assert.equal(await told('"container" in task.traits'), "0,1,2,3,4 open 1");
  });

  it("plays know their variables, traits and machines", async () => {
    assert.equal(await told('play.variables.release == "stable" && "container" in play.traits && size(play.machines) == 2', "site.yml", "play"), "0 open 1");
  });

  it("a change knows its lines, and a line that moves is in neither list", async () => {
    const said = async (when: string): Promise<number> => {
      const [before, after] = await Promise.all([loadWorkspace(new Map([["frr.conf", "a\n b\nc\nc\n"], ["group_vars/all.yml", "x: 1\n"]])), loadWorkspace(new Map([["frr.conf", "c\n  b\nd\n"], ["group_vars/all.yml", "x: 2\n"]]))]);
      return judgeChange(await lessonOf("change", when), before, after, ["frr.conf", "group_vars/all.yml"]).hits.length;
    };
    assert.equal(await said('change.removed == ["a", "c"] && change.added == ["d"]'), 1);
    assert.equal(await said("change.before.variables.exists(v, v.value == 1) && change.after.variables.exists(v, v.value == 2)"), 1);
    assert.equal(await said('size(change.before.resources) + size(change.before.peers) > 0 || change.removed == ["b"]'), 0);
  });
});
