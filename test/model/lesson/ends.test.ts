import assert from "node:assert/strict";
import { lintFiles, loadWorkspace } from "../../../src/core.ts";
import { judged, lessonText } from "./lesson.ts";

const SYSCTL = "vm.swappiness = 10\n";

describe("what lessons say", () => {
  it("names in its message what is not known and what is not there", async () => {
    const [hit] = (await judged("sysctl-entry", 'sysctl.key == "vm.swappiness"', "etc/sysctl.d/60-tried.conf.j2", "vm.swappiness = {{ swappiness }}\n", 'message: "{sysctl.key} is {sysctl.value}."\n')).hits;
    assert.equal(hit!.message, "vm.swappiness is unknown.");
    const [other] = (await judged("sysctl-entry", 'sysctl.key == "kernel.core_pattern"', "etc/sysctl.d/60-tried.conf", "kernel.core_pattern = core\n", 'message: "{sysctl.key} is {sysctl.number}."\n')).hits;
    assert.equal(other!.message, "kernel.core_pattern is not set.");
  });

  it("offers a fix where it fits, and none elsewhere or where that is not known", async () => {
    const fix = 'message: found\nfix: { replace: "60", when: sysctl.number < 20, why: To see. }\n';
    const fixes = async (text: string): Promise<(string | undefined)[]> => (await judged("sysctl-entry", 'sysctl.key == "vm.swappiness"', "etc/sysctl.d/60-tried.conf.j2", text, fix)).hits.map((hit) => hit.fix?.edits[0]!.newText);
    assert.deepEqual(await fixes("vm.swappiness = 10\n"), ["60"]);
    assert.deepEqual(await fixes("vm.swappiness = 30\n"), [undefined]);
    assert.deepEqual(await fixes("vm.swappiness = {{ swappiness }}\n"), [undefined]);
  });

  it("does not take a comment that an example quotes for one of its own file", async () => {
    const example = (comment: string): string => lessonText("sysctl-entry", "sysctl.number < 60", 'message: "Found."\n').replace("examples: { bad: [a], good: [b] }", `examples:\n  bad:\n    - |\n      # ${comment}\n      vm.swappiness = 10\n  good:\n    - vm.swappiness = 60`);
    const { findings, suppressed } = lintFiles(await loadWorkspace(new Map([["a.lesson.yaml", example("premortem-ignore sysctl/unknown-key -- quoted")]])));
    assert.deepEqual([findings.map(({ message }) => message), suppressed], [[], 0]);
    // One of the file itself still counts.
    const own = lintFiles(await loadWorkspace(new Map([["a.lesson.yaml", `# premortem-ignore sysctl/unknown-key -- of the file\n${example("nothing")}`]])));
    assert.deepEqual(own.findings.map(({ rule }) => rule), ["premortem/suppression"]);
  });

  it("tells in the lesson's file too that a condition takes too many steps elsewhere", async () => {
    let when = "true";
    for (let depth = 0; depth < 12; depth++) when = `[0,1,2,3,4,5,6,7,8,9].all(v${depth}, ${when})`;
    const workspace = await loadWorkspace(new Map([["etc/sysctl.d/a.conf", SYSCTL], ["a.lesson.yaml", lessonText("sysctl-entry", when)]]));
    const { notComputed, findings } = lintFiles(workspace, ["etc/sysctl.d/a.conf"], { only: new Set(["lesson/tried"]) });
    assert.deepEqual(notComputed, [{ rule: "lesson/tried", path: "a.lesson.yaml", reason: "its condition takes too many steps in etc/sysctl.d/a.conf" }]);
    assert.deepEqual(findings[0]!.related?.map(({ location }) => location.path), ["a.lesson.yaml"]);
  });
});

describe("elements of lessons for what hosts end up with", () => {
  const hosts = "[web]\nweb1.example.net\nweb2.example.net\n";
  const play = (value: string): string => `- hosts: web1.example.net\n  tasks:\n    - ansible.posix.sysctl: { name: vm.swappiness, value: "${value}", sysctl_file: /etc/sysctl.d/1.conf }\n- hosts: web\n  tasks:\n    - ansible.posix.sysctl: { name: vm.overcommit_memory, value: "1", sysctl_file: /etc/sysctl.d/1.conf }\n`;
  const found = async (when: string, files: Record<string, string>, reads = "sysctl-entry"): Promise<readonly [number, number]> => {
    const workspace = await loadWorkspace(new Map(Object.entries({ ...files, "a.lesson.yaml": lessonText(reads, when) })));
    const { findings, notComputed, failures } = lintFiles(workspace, workspace.paths, { only: new Set(["lesson/tried"]) });
    assert.deepEqual(failures, []);
    return [findings.length, notComputed.length];
  };

  it("a key that only some of the hosts have is not known beside another", async () => {
    const files = { "hosts.ini": hosts, "site.yml": play("10") };
    assert.deepEqual(await found('sysctl.key == "vm.overcommit_memory" && sysctl.beside["vm.swappiness"] == "10"', files), [0, 1]);
    assert.deepEqual(await found('sysctl.key == "vm.swappiness" && sysctl.beside["vm.overcommit_memory"] == "1"', files), [1, 0]);
    assert.deepEqual(await found('sysctl.key == "vm.swappiness" && !("vm.dirty_ratio" in sysctl.beside)', files), [1, 0]);
    assert.deepEqual(await found('"vm.swappiness" in host.sysctls && host.sysctls["vm.swappiness"] == "10"', files, "host"), [1, 0]);
    assert.deepEqual(await found('host.sysctls.exists(key, key == "vm.swappiness")', files, "host"), [1, 0]);
  });

  it("interfaces, groups and reasons of a host", async () => {
    const files = { "inventory/hosts.ini": "[kvm]\nvirt1\nvirt2\n", "host_vars/x.yml": "", "hosts/virt1/etc/netplan/1.yaml": "network:\n  version: 2\n  ethernets:\n    eno1: { addresses: [192.0.2.7/24] }\n" };
    assert.deepEqual(await found('host.interfaces.exists(i, i.addresses.exists(a, inNetwork(a, "192.0.2.0/24")))', files, "host"), [1, 0]);
    assert.deepEqual(await found("host.isFirstOfGroup && host.groupSize == 2", files, "host"), [1, 0]);
    assert.deepEqual(await found('host.reasons["hypervisor"].contains("kvm")', files, "host"), [2, 0]);
  });

  it("variables with what is in them, and what a template hides", async () => {
    const files = { "group_vars/web.yml": "servers:\n  - name: a\n    port: 1\n  - name: ''\nplain: text\nhidden: ['{{ x | default(1) }}']\n", "inventory/hosts.ini": hosts };
    assert.deepEqual(await found('variable.name == "servers" && variable.isList && variable.texts == ["a", "1", ""] && variable.owner == "web" && variable.kind == "group_vars"', files, "variable"), [1, 0]);
    assert.deepEqual(await found('variable.name == "servers" && variable.beside == ["plain", "hidden"] && size(variable.hosts) == 2 && variable.reach == 2', files, "variable"), [1, 0]);
    assert.deepEqual(await found('variable.name == "hidden" && variable.texts.exists(t, t == "1")', files, "variable"), [0, 1]);
  });

  it("resources with their fields, others of their kind, and none in what is no manifest", async () => {
    const one = (name: string, replicas: string): string => `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\n  labels: { tier: db }\nspec:\n  replicas: ${replicas}\n`;
    const files = { "a.yaml": `${one("a", "1")}---\n${one("b", "2")}`, "site.yml": "- hosts: all\n  tasks: []\n", "c.yaml": one("c", '"{{ n }}"') };
    assert.deepEqual(await found('resource.kind == "Deployment" && resource.labels.tier == "db" && resource.spec.replicas == 1 && size(resource.others) == 2', files, "resource"), [1, 1]);
    assert.deepEqual(await found("true", files, "resource"), [3, 0]);
  });

  it("peers with what a later one takes from them", async () => {
    const files = { "etc/wireguard/wg0.conf": "[Interface]\nAddress = 192.0.2.1/24\n[Peer]\nPublicKey = k1=\nAllowedIPs = 192.0.2.2/32\n[Peer]\nAllowedIPs = 192.0.2.3/32, 192.0.2.2\n" };
    assert.deepEqual(await found('peer.key == "k1=" && peer.position == 1 && peer.taken == ["192.0.2.2/32"] && peer.takenBy == [2] && peer.interface.name == "wg0"', files, "wireguard-peer"), [1, 0]);
    assert.deepEqual(await found("size(peer.taken) == 0 && size(peer.allowed) == 2", files, "wireguard-peer"), [1, 0]);
  });

  it("amounts of Ceph's options in their own unit", async () => {
    const amount = async (line: string): Promise<unknown> => found(`option.amount == 4294967296.0`, { "ceph.conf": `[osd]\n${line}\n` }, "ceph-option");
    assert.deepEqual(await amount("osd memory target = 4G"), [1, 0]);
    assert.deepEqual(await amount("osd memory target = 4294967296"), [1, 0]);
    assert.deepEqual(await amount("osd memory target = 5G"), [0, 0]);
  });
});
