import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { branchesOf } from "../../../src/model/rollout/branches.ts";
import { timersIn } from "../../../src/model/rollout/soak.ts";

const HOST = "hosts/a.example.net/etc/";

async function branches(files: Record<string, string>, inventory = "[all]\na.example.net\nb.example.net\n"): Promise<string[]> {
  const workspace = await loadWorkspace(new Map(Object.entries({ "hosts.ini": inventory, ...files })));
  return branchesOf(workspace).map(({ purpose, target, hosts }) => `${purpose} ${target} ${hosts.map(({ name }) => name.replace(".example.net", "")).join()}`);
}

describe("rollout: what hosts need while they are worked on", () => {
  it("is in the files of log, name and package services", async () => {
    const cases: readonly (readonly [string, string, readonly string[]])[] = [
      ["rsyslog.d/central.conf", "# *.* @old\n*.* @@(o)logs.example.net:6514\nauth.* @192.0.2.9\n", ["logging logs.example.net a", "logging 192.0.2.9 a"]],
      ["rsyslog.conf", 'action(type="omfwd" target="logs.example.net" port="514")\n', ["logging logs.example.net a"]],
      ["syslog-ng/syslog-ng.conf", 'destination d { network("10.0.0.9" port(514)); };\n', ["logging 10.0.0.9 a"]],
      ["systemd/journal-upload.conf", "[Upload]\nURL=https://logs.example.net:19532\n", ["logging logs.example.net a"]],
      ["resolv.conf", "nameserver 2001:db8::53\nnameserver 192.0.2.53\n", ["names 2001:db8::53 a", "names 192.0.2.53 a"]],
      ["apt/sources.list", "# deb http://old.example.net x\ndeb [signed-by=/x] http://mirror.example.net/debian bookworm main\n", ["packages mirror.example.net a"]],
      ["apt/sources.list.d/x.sources", "Types: deb\nURIs: https://mirror.example.net/debian\n", ["packages mirror.example.net a"]],
      ["yum.repos.d/x.repo", "[x]\nbaseurl=http://mirror.example.net/el9\n", ["packages mirror.example.net a"]],
      ["salt/minion", "master: salt.example.net\n", ["control salt.example.net a"]],
      ["puppet/puppet.conf", "[main]\nserver = puppet.example.net\n", ["control puppet.example.net a"]],
    ];
    for (const [path, text, expected] of cases) assert.deepEqual(await branches({ [HOST + path]: text }), expected, path);
  });

  it("is in what Ansible itself uses, and in tasks and variables", async () => {
    assert.deepEqual(await branches({}, "[all]\na.example.net ansible_host=10.8.0.1\n"), ["management 10.8.0.1 a"]);
    assert.deepEqual(await branches({}, "[all]\na.example.net ansible_ssh_common_args='-o ProxyJump=me@jump.example.net:2222'\n"), ["management jump.example.net a"]);
    assert.deepEqual(await branches({}, "[all]\na.example.net ansible_ssh_common_args='-J jump.example.net'\n"), ["management jump.example.net a"]);
    assert.deepEqual(await branches({}, "[all]\na.example.net syslog_server=10.0.0.9\nb.example.net\n"), ["logging 10.0.0.9 a"]);
    assert.deepEqual(await branches({}, "[all]\na.example.net\nctl.example.net ansible_connection=local\n"), ["control ctl.example.net a"]);
    assert.deepEqual(await branches({ "site.yml": "- hosts: all\n  vars: {mirror: mirror.example.net}\n  tasks:\n    - apt_repository: repo='deb http://{{ mirror }}/x ./'\n" }), ["packages mirror.example.net a,b"]);
  });
});

describe("rollout: timers of what is rolled out", () => {
  it("are renewals of associations and leases", async () => {
    const seconds = async (path: string, text: string): Promise<number[]> => timersIn(await loadWorkspace(new Map([[path, text]])), path).map((timer) => timer.seconds);
    assert.deepEqual(await seconds("racoon.conf", "remote anonymous\n{\n\tlifetime time 10 hour;\n}\nsainfo anonymous\n{\n\tlifetime time 5 hour;\n}\n"), [28800, 14400]);
    assert.deepEqual(await seconds("dhcp/dhcpd.conf", "default-lease-time 600;\nmax-lease-time 7200;\n"), [600, 7200]);
    assert.deepEqual(await seconds("dnsmasq.conf", "dhcp-range=192.0.2.50,192.0.2.150,12h\ndhcp-range=192.0.3.50,192.0.3.150\n"), [43200]);
    assert.deepEqual(await seconds("kea-dhcp4.conf", '{\n"valid-lifetime": 4000\n}\n'), [4000]);
    assert.deepEqual(await seconds("x.conf", "default-lease-time 600;\n"), []);
  });
});
