import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { effectiveSysctl } from "../../../src/model/kernel/effective.ts";
import { globMatches, normaliseKey } from "../../../src/model/kernel/key.ts";
import { keyFacts, knownKeys } from "../../../src/model/kernel/keys.ts";
import { loadsAtBoot } from "../../../src/model/kernel/modules.ts";
import { parseInteger } from "../../../src/model/kernel/number.ts";
import { valueProblem } from "../../../src/model/kernel/value.ts";

const KEY = "net.ipv4.conf.all.rp_filter";

/** The effective value on the only host of a tree `hosts/h1/…`; "unknown" or undefined where there is none. */
async function effective(files: Record<string, string>, key = KEY): Promise<string | undefined> {
  const texts = new Map([["hosts.ini", "[all]\nh1\n"], ...Object.entries(files).map(([path, text]) => [`hosts/h1${path}`, text] as const)]);
  const workspace = await loadWorkspace(texts);
  const value = effectiveSysctl(workspace, workspace.fleet.host("h1")!, key);
  return value === undefined ? undefined : isUnknown(value) ? "unknown" : value.value;
}

describe("model/kernel", () => {
  it("normalises keys as the loaders do", () => {
    for (const [raw, expected] of [
      ["net.ipv4.conf.eth0/100.rp_filter", "net.ipv4.conf.eth0/100.rp_filter"],
      ["net/ipv4/conf/eth0.100/rp_filter", "net.ipv4.conf.eth0/100.rp_filter"],
      [" kernel/random/boot_id ", "kernel.random.boot_id"],
      ["/proc/sys/vm/swappiness", "vm.swappiness"],
    ] as const) {
      assert.equal(normaliseKey(raw), expected);
    }
    assert.ok(globMatches("net.ipv4.conf.*.rp_filter", "net.ipv4.conf.eth0/100.rp_filter"));
    assert.ok(!globMatches("net.ipv4.*.rp_filter", KEY));
  });

  it("takes the last file by name, whatever its folder", async () => {
    assert.equal(await effective({ "/etc/sysctl.d/10-a.conf": `${KEY}=1\n`, "/usr/lib/sysctl.d/50-b.conf": `${KEY} = 2\n` }), "2");
    assert.equal(await effective({ "/etc/sysctl.d/99-a.conf": `${KEY}=1\n`, "/etc/sysctl.d/100-b.conf": `${KEY}=2\n` }), "1");
  });

  it("lets a file of /etc hide one of /usr/lib of the same name", async () => {
    assert.equal(await effective({ "/etc/sysctl.d/50-a.conf": `${KEY}=1\n`, "/usr/lib/sysctl.d/50-a.conf": `${KEY}=2\n` }), "1");
  });

  it("lets an explicit line beat a glob", async () => {
    assert.equal(await effective({ "/etc/sysctl.d/10-a.conf": `${KEY}=1\n`, "/etc/sysctl.d/90-b.conf": "net.ipv4.conf.*.rp_filter=2\n" }), "1");
    assert.equal(await effective({ "/etc/sysctl.d/90-b.conf": "net.ipv4.conf.*.rp_filter=2\n" }), "2");
    assert.equal(await effective({ "/etc/sysctl.d/90-b.conf": `net.ipv4.conf.*.rp_filter=2\n-${KEY}\n` }), undefined);
  });

  it("does not know where the two loaders differ", async () => {
    assert.equal(await effective({ "/etc/sysctl.conf": `${KEY}=1\n`, "/etc/sysctl.d/zz.conf": `${KEY}=2\n` }), "unknown");
    assert.equal(await effective({ "/etc/sysctl.conf": `${KEY}=1\n`, "/etc/sysctl.d/50-a.conf": `${KEY}=2\n` }), "1");
    assert.equal(await effective({ "/etc/sysctl.d/10-a.conf": `${KEY}=1\n`, "/etc/sysctl.d/50-default.conf": `-${KEY}\n` }), "unknown");
  });

  const PLAY = `- hosts: web
  tasks:
    - ansible.posix.sysctl:
        name: "{{ item.name }}"
        value: "{{ item.value }}"
        sysctl_file: /etc/sysctl.d/80-app.conf
      loop: "{{ settings }}"
    - sysctl: name=vm.swappiness value=10
      when: "'db' in group_names"
    - modprobe:
        name: br_netfilter
        persistent: present
`;
  it("follows tasks, loops, variables and conditions to each host", async () => {
    const workspace = await loadWorkspace(
      new Map([
        ["hosts.ini", "[web]\nh1\nh2\n[db]\nh2\n"],
        ["group_vars/web.yml", "settings:\n  - name: net.core.somaxconn\n    value: '{{ backlog }}'\n"],
        ["host_vars/h1.yml", "backlog: 1024\n"],
        ["host_vars/h2.yml", "backlog: 4096\n"],
        ["site.yml", PLAY.replace("sysctl: name=vm.swappiness value=10", "sysctl:\n        name: vm.swappiness\n        value: 10")],
      ]),
    );
    const values = workspace.fleet.hosts.map((host) =>
      ["net.core.somaxconn", "vm.swappiness"].map((key) => {
        const value = effectiveSysctl(workspace, host, key);
        return value === undefined || isUnknown(value) ? value : value.value;
      }),
    );
    assert.deepEqual(values, [["1024", undefined], ["4096", "10"]]);
    assert.equal(loadsAtBoot(workspace, workspace.fleet.host("h1")!, "br-netfilter")?.sure, true);
    const ofVariables = workspace.subject("sysctl", "host_vars/h2.yml")!.settings;
    assert.deepEqual(ofVariables.map(({ key, value, source }) => [key, value, source]), [["net.core.somaxconn", "4096", "variable"]]);
  });

  it("reads numbers as proc handlers do", () => {
    const cases: [string, number | undefined][] = [["0x10", 16], ["010", 8], ["31 # foo", 31], ["-1", -1], ["0", 0], ["7#x", undefined], ["60s", undefined], ["", undefined], ["08", undefined]];
    for (const [text, value] of cases) assert.equal(parseInteger(text), value, text);
  });

  it("knows the keys and what they take", () => {
    assert.ok([...knownKeys()].length > 1200);
    assert.equal(keyFacts("net/ipv4/conf/eth0.100/rp_filter")?.combination, "max");
    assert.equal(keyFacts("net.ipv4.tcp_tw_recycle")?.removed, "4.12");
    assert.equal(keyFacts("net.netfilter.nf_conntrack_tcp_be_liberal")?.module, "nf_conntrack");
    assert.equal(keyFacts("net.ipv4.constructor"), undefined);
    assert.equal(valueProblem(keyFacts("net.ipv4.tcp_rmem")!, "4096 131072 16777216"), undefined);
    assert.equal(valueProblem(keyFacts("fs.file-max")!, "9223372036854775807"), undefined);
    assert.equal(valueProblem(keyFacts("net.ipv4.ip_no_pmtu_disc")!, "9"), undefined);
    assert.equal(valueProblem(keyFacts("net.ipv4.ip_forward")!, "yes")?.instead, "1");
  });
});

describe("model/kernel: sysctls of commands", () => {
  it("reads sysctl -w, echo and here-documents, but not comments", async () => {
    const text = `#!/bin/sh
# sysctl -w vm.swappiness=1
sysctl -w vm.swappiness=2 "net.core.somaxconn=3"
echo "fs.file-max = 4" >> /etc/sysctl.conf
echo 5 > /proc/sys/net/ipv4/ip_forward
cat > /etc/sysctl.d/90-x.conf <<EOF
net.ipv4.tcp_syncookies = 6
EOF
`;
    const workspace = await loadWorkspace(new Map([["setup.sh", text]]));
    const { settings } = workspace.subject("sysctl", "setup.sh")!;
    assert.deepEqual(
      settings.map(({ key, value, persistent }) => [key, value, persistent]),
      [
        ["vm.swappiness", "2", false],
        ["net.core.somaxconn", "3", false],
        ["fs.file-max", "4", true],
        ["net.ipv4.ip_forward", "5", false],
        ["net.ipv4.tcp_syncookies", "6", true],
      ],
    );
    for (const { valueRange, valueText, keyRange, rawKey } of settings) {
      assert.equal(text.slice(valueRange.start, valueRange.end), valueText);
      assert.equal(text.slice(keyRange.start, keyRange.end), rawKey);
    }
  });
});
