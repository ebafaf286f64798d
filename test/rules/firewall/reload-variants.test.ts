import assert from "node:assert/strict";
import { lintFiles, loadWorkspace, reviewChange } from "../../../src/core.ts";
import type { Finding } from "../../../src/engine/finding.ts";

type Files = Readonly<Record<string, string>>;

const ONLY = new Set(["firewall/reload-breaks-established", "sysctl/conntrack-strict"]);

async function found(before: Files, change: Files): Promise<Finding[]> {
  const base = await loadWorkspace(new Map(Object.entries(before)));
  const head = await loadWorkspace(new Map(Object.entries({ ...before, ...change })));
  const { findings, failures } = reviewChange(base, head, { only: ONLY });
  assert.deepEqual(failures, []);
  return findings;
}

const short = (findings: readonly Finding[]): string[] => findings.map(({ rule, severity, location }) => `${severity} ${rule} @ ${location.path}`).sort();

/** iptables-save text with one rule that a change may edit. */
const save = (limit: string): string =>
  `*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n-A INPUT -p icmp -m limit --limit ${limit} -j ACCEPT\n-A INPUT -p tcp -m multiport --dports 22,6789,6800:7300 -j ACCEPT\nCOMMIT\n`;
const nft = (limit: string): string =>
  `flush ruleset\ntable inet filter {\n  chain input {\n    type filter hook input priority filter; policy drop;\n    iif lo accept\n    ct state vmap { established : accept, related : accept, invalid : drop }\n    icmp type echo-request limit rate ${limit} accept\n    tcp dport { 22, 6789, 6800-7300 } accept\n  }\n}\n`;

const INI = "[nodes:children]\nosd_nvme\nosd_sata\n\n[osd_nvme]\nn[1:4].example.net\n[osd_nvme:vars]\nkernel_version=4.15.0-54-generic\n\n[osd_sata]\ns[1:9].example.net\n[osd_sata:vars]\nkernel_version=4.4.0-21-generic\n";
const CONFIG = "groups:\n  storage: [osd_nvme, osd_sata]\nvariables:\n  kernel: kernel_version\n";
const ROLE = (handler: string): Files => ({
  "premortem.yaml": CONFIG,
  hosts: INI,
  "storage.yml": "---\n- hosts: nodes\n  serial: 1\n  roles: [edge]\n",
  "roles/edge/tasks/main.yaml": "---\n- name: rules\n  ansible.builtin.copy: src=iptables dest=/etc/sysconfig/iptables mode=0600\n  notify:\n    - activate\n",
  "roles/edge/handlers/main.yaml": `---\n- name: activate\n  ${handler}\n`,
});
const BOTH = ["warning firewall/reload-breaks-established @ roles/edge/files/iptables", "warning sysctl/conntrack-strict @ roles/edge/files/iptables"];

describe("variants of a reload that drops connections", () => {
  it("RHEL's iptables service, k=v arguments, INI inventory: four of thirteen hosts", async () => {
    const files = { ...ROLE("ansible.builtin.service: name=iptables state=restarted"), "roles/edge/files/iptables": save("10/sec") };
    const findings = await found(files, { "roles/edge/files/iptables": save("50/sec") });
    assert.deepEqual(short(findings), BOTH);
    assert.ok(findings.every(({ data }) => data["hosts"] === 4));
  });

  it("a shell handler that flushes, sets accept and restores", async () => {
    const files = { ...ROLE("shell: iptables -P INPUT ACCEPT; iptables -F; iptables-restore < /etc/sysconfig/iptables"), "roles/edge/files/iptables": save("10/sec") };
    assert.deepEqual(short(await found(files, { "roles/edge/files/iptables": save("50/sec") })), BOTH);
  });

  it("one iptables-restore is silent", async () => {
    const files = { ...ROLE("command: iptables-restore /etc/sysconfig/iptables"), "roles/edge/files/iptables": save("10/sec") };
    assert.deepEqual(await found(files, { "roles/edge/files/iptables": save("50/sec") }), []);
  });

  it("counters and comments of iptables-save are no change", async () => {
    const files = { ...ROLE("service: name=iptables state=restarted"), "roles/edge/files/iptables": save("10/sec") };
    assert.deepEqual(await found(files, { "roles/edge/files/iptables": `# Generated\n${save("10/sec").replace("[0:0]", "[512:40960]")}` }), []);
  });

  it("be_liberal set by a persistent task, with the module: silent", async () => {
    const files = {
      ...ROLE("service: name=iptables state=restarted"),
      "roles/edge/tasks/main.yaml":
        "---\n- name: tracking at boot\n  community.general.modprobe:\n    name: nf_conntrack\n    persistent: present\n- name: lenient\n  ansible.posix.sysctl:\n    name: net.netfilter.nf_conntrack_tcp_be_liberal\n    value: '1'\n    sysctl_file: /etc/sysctl.d/90-conntrack.conf\n- name: rules\n  copy: src=iptables dest=/etc/sysconfig/iptables\n  notify: activate\n",
      "roles/edge/files/iptables": save("10/sec"),
    };
    assert.deepEqual(await found(files, { "roles/edge/files/iptables": save("50/sec") }), []);
  });

  it("be_liberal in a sysctl.d file, the module in a file of any name: silent; without the module: found", async () => {
    const tasks = "---\n- copy: src=mods dest=/etc/modules-load.d/net.conf\n- copy: src=90-net.conf dest=/etc/sysctl.d/90-net.conf\n- copy: src=iptables dest=/etc/sysconfig/iptables\n  notify: activate\n";
    const files = {
      ...ROLE("service: name=iptables state=restarted"),
      "roles/edge/tasks/main.yaml": tasks,
      "roles/edge/files/mods": "nf_conntrack\n",
      "roles/edge/files/90-net.conf": "net.netfilter.nf_conntrack_tcp_be_liberal=1\n",
      "roles/edge/files/iptables": save("10/sec"),
    };
    const change = { "roles/edge/files/iptables": save("50/sec") };
    assert.deepEqual(await found(files, change), []);
    assert.deepEqual(short(await found({ ...files, "roles/edge/files/mods": "br_netfilter\n" }, change)), [
      "info firewall/reload-breaks-established @ roles/edge/files/iptables",
      "warning sysctl/conntrack-strict @ roles/edge/files/90-net.conf",
    ]);
  });

  it("be_liberal set by a command that the next boot forgets: found", async () => {
    const files = {
      ...ROLE("service: name=iptables state=restarted"),
      "roles/edge/tasks/main.yaml": "---\n- name: lenient\n  command: sysctl -w net.netfilter.nf_conntrack_tcp_be_liberal=1\n- name: rules\n  copy: src=iptables dest=/etc/sysconfig/iptables\n  notify: activate\n",
      "roles/edge/files/iptables": save("10/sec"),
    };
    const findings = await found(files, { "roles/edge/files/iptables": save("50/sec") });
    assert.ok(findings.some(({ rule, severity }) => rule === "sysctl/conntrack-strict" && severity === "warning"), short(findings).join("\n"));
  });

  it("a variable that the template takes", async () => {
    const files = {
      ...ROLE("service: name=nftables state=restarted"),
      "roles/edge/tasks/main.yaml": "---\n- template:\n    src: nftables.conf.j2\n    dest: /etc/nftables.conf\n  notify: activate\n",
      "roles/edge/templates/nftables.conf.j2": nft("{{ ping_rate }}/second"),
      "group_vars/nodes.yml": "ping_rate: 10\n",
    };
    const findings = await found(files, { "group_vars/nodes.yml": "ping_rate: 50\n" });
    assert.deepEqual(short(findings), ["warning firewall/reload-breaks-established @ group_vars/nodes.yml", "warning sysctl/conntrack-strict @ roles/edge/templates/nftables.conf.j2"]);
  });

  it("a default of the role that the template takes", async () => {
    const files = {
      ...ROLE("service: name=nftables state=restarted"),
      "roles/edge/tasks/main.yaml": "---\n- template:\n    src: nftables.conf.j2\n    dest: /etc/nftables.conf\n  notify: activate\n",
      "roles/edge/templates/nftables.conf.j2": nft("{{ ping_rate }}/second"),
      "roles/edge/defaults/main.yml": "ping_rate: 10\n",
    };
    const findings = await found(files, { "roles/edge/defaults/main.yml": "ping_rate: 50\n" });
    assert.deepEqual(short(findings), ["warning firewall/reload-breaks-established @ roles/edge/defaults/main.yml", "warning sysctl/conntrack-strict @ roles/edge/templates/nftables.conf.j2"]);
  });

  it("a tree of hosts with a script, kernel not known: informs", async () => {
    const files = {
      "hosts/stor1/etc/nftables.conf": nft("10/second"),
      "hosts/stor2/etc/nftables.conf": nft("10/second"),
      "bin/apply.sh": "#!/bin/bash\nset -e\nnft flush ruleset\nnft -f /etc/nftables.conf\n",
    };
    assert.deepEqual(short(await found(files, { "hosts/stor1/etc/nftables.conf": nft("20/second") })), [
      "info firewall/reload-breaks-established @ hosts/stor1/etc/nftables.conf",
      "info sysctl/conntrack-strict @ hosts/stor1/etc/nftables.conf",
    ]);
  });

  it("hosts on newer kernels: informs of what is still lost", async () => {
    const files = { ...ROLE("service: name=iptables state=restarted"), hosts: INI.replaceAll("4.15.0-54", "5.15.0-91").replaceAll("4.4.0-21", "5.15.0-91"), "roles/edge/files/iptables": save("10/sec") };
    assert.deepEqual(short(await found(files, { "roles/edge/files/iptables": save("50/sec") })).map((line) => line.split(" ")[0]), ["info", "info"]);
  });

  it("and warns where the policy drops while the rules are away", async () => {
    const files = { ...ROLE("shell: iptables -F && iptables-restore /etc/sysconfig/iptables"), hosts: INI.replaceAll("4.15.0-54", "5.15.0-91"), "roles/edge/files/iptables": save("10/sec") };
    assert.deepEqual(short(await found(files, { "roles/edge/files/iptables": save("50/sec") })), BOTH);
  });

  it("web servers of the same kernel: silent", async () => {
    const web = (limit: string): string => save(limit).replace("22,6789,6800:7300", "22,80,443");
    const files = { ...ROLE("service: name=iptables state=restarted"), "premortem.yaml": "variables:\n  kernel: kernel_version\n", hosts: INI.replaceAll("osd_", "web_"), "roles/edge/files/iptables": web("10/sec") };
    assert.deepEqual(await found(files, { "roles/edge/files/iptables": web("50/sec") }), []);
  });

  it("a stateless ruleset: silent", async () => {
    const plain = (limit: string): string => `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p icmp -m limit --limit ${limit} -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 6800:7300 ! -s 10.0.0.0/8 -j DROP\nCOMMIT\n`;
    const files = { ...ROLE("service: name=iptables state=restarted"), "roles/edge/files/iptables": plain("10/sec") };
    assert.deepEqual(await found(files, { "roles/edge/files/iptables": plain("50/sec") }), []);
  });

  it("be_liberal without its module is said once in the state, by sysctl/key-needs-module", async () => {
    const files: Files = {
      ...ROLE("service: name=iptables state=restarted"),
      "roles/edge/tasks/main.yaml": "---\n- copy: src=90-net.conf dest=/etc/sysctl.d/90-net.conf\n- copy: src=iptables dest=/etc/sysconfig/iptables\n  notify: activate\n",
      "roles/edge/files/90-net.conf": "net.netfilter.nf_conntrack_tcp_be_liberal=1\n",
      "roles/edge/files/iptables": save("10/sec"),
    };
    const { findings } = lintFiles(await loadWorkspace(new Map(Object.entries(files))), undefined, { only: new Set(["sysctl/conntrack-strict", "sysctl/key-needs-module"]) });
    assert.deepEqual(short(findings), ["warning sysctl/key-needs-module @ roles/edge/files/90-net.conf"]);
  });

  it("a reload that nobody can judge is information, also on kernels that forget", async () => {
    const role = Object.fromEntries(Object.entries(ROLE("")).filter(([path]) => !path.includes("handlers")));
    const files: Files = { ...role, "roles/edge/tasks/main.yaml": "---\n- copy: src=iptables dest=/etc/sysconfig/iptables\n", "roles/edge/files/iptables": save("10/sec") };
    const { findings } = lintFiles(await loadWorkspace(new Map(Object.entries(files))), undefined, { only: new Set(["sysctl/conntrack-strict"]) });
    assert.deepEqual(short(findings), ["info sysctl/conntrack-strict @ roles/edge/files/iptables"]);
  });
});
