import assert from "node:assert/strict";
import { lintFiles, loadWorkspace } from "../../../src/core.ts";

/** What the loaders and the kernel do where one would guess otherwise, each with the rule that says so. */
const TRAPS: readonly (readonly [string, string, Record<string, string>])[] = [
  ["a later -key erases an earlier value under systemd", "sysctl/overridden", { "hosts/a/etc/sysctl.d/10-a.conf": "net.ipv4.conf.all.rp_filter = 1\n", "hosts/a/usr/lib/sysctl.d/50-default.conf": "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n" }],
  ["100- sorts before 99-", "sysctl/overridden", { "hosts/a/etc/sysctl.d/99-a.conf": "vm.swappiness = 1\n", "hosts/a/etc/sysctl.d/100-b.conf": "vm.swappiness = 10\n" }],
  ["procps reads /etc/sysctl.conf last", "sysctl/overridden", { "hosts/a/etc/sysctl.conf": "vm.swappiness = 1\n", "hosts/a/etc/sysctl.d/zz.conf": "vm.swappiness = 10\n" }],
  ["a file of /etc hides one of /run by its name", "sysctl/overridden", { "hosts/a/etc/sysctl.d/60-a.conf": "vm.swappiness = 1\n", "hosts/a/run/sysctl.d/60-a.conf": "vm.swappiness = 10\n" }],
  ["/etc/sysctl.conf is not read at boot where the link is gone", "sysctl/inert-key", { "hosts.ini": "[a]\nh1 debian_release=trixie\n", "site.yml": "- hosts: a\n  tasks:\n    - ansible.posix.sysctl:\n        name: vm.swappiness\n        value: '10'\n" }],
  ["net.ipv6.conf.all.accept_ra is never read", "sysctl/inert-key", { "etc/sysctl.d/60-a.conf": "net.ipv6.conf.all.accept_ra = 0\n" }],
  ["a key's own line beats a later pattern", "sysctl/inert-key", { "etc/sysctl.d/60-a.conf": "net.ipv4.neigh.eth0.gc_stale_time = 60\nnet.ipv4.neigh.*.gc_stale_time = 120\n" }],
  ["send_redirects is on while either has it", "sysctl/inert-key", { "etc/sysctl.d/60-a.conf": "net.ipv4.conf.all.send_redirects = 0\n" }],
  ["the greater rp_filter counts", "sysctl/inert-key", { "etc/sysctl.d/60-a.conf": "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.wan0.rp_filter = 0\n" }],
  ["a file without .conf is not read", "sysctl/inert-key", { "hosts/a/etc/sysctl.d/60-net": "vm.swappiness = 10\n" }],
  ["octal", "sysctl/wrong-unit", { "etc/sysctl.d/60-a.conf": "vm.swappiness = 010\n" }],
  ["bytes where pages are meant", "sysctl/wrong-unit", { "etc/sysctl.d/60-a.conf": "net.ipv4.tcp_rmem = 4096 87380 16777216\nnet.ipv4.tcp_mem = 4096 87380 16777216\n" }],
  ["a comment behind a string", "sysctl/wrong-unit", { "etc/sysctl.d/60-a.conf": "net.core.default_qdisc = fq # fair\n" }],
  ["interface names with dots", "sysctl/syntax", { "etc/sysctl.d/60-a.conf": "net.ipv6.conf.eth0.100.accept_ra = 0\n" }],
  ["a blank behind the dash", "sysctl/syntax", { "etc/sysctl.d/60-a.conf": "- vm.swappiness = 10\n" }],
  ["an excluded pattern", "sysctl/syntax", { "etc/sysctl.d/60-a.conf": "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.veth*.rp_filter\n" }],
  ["a line without =", "sysctl/syntax", { "etc/sysctl.d/60-a.conf": "vm.dirty_ratio = 10\nvm.swappiness 10\n" }],
  ["a comment glued to a number", "sysctl/invalid-value", { "etc/sysctl.d/60-a.conf": "vm.swappiness = 7#x\n" }],
  ["words and nothing for numbers", "sysctl/invalid-value", { "etc/sysctl.d/60-a.conf": "net.ipv4.tcp_syncookies = true\n" }],
  ["an empty value", "sysctl/invalid-value", { "etc/sysctl.d/60-a.conf": "vm.swappiness =\n" }],
  ["a range that falls", "sysctl/invalid-value", { "etc/sysctl.d/60-a.conf": "net.ipv4.ip_local_port_range = 65000 1024\n" }],
  ["dirty_bytes puts dirty_ratio to 0", "sysctl/overridden", { "etc/sysctl.d/60-a.conf": "vm.dirty_ratio = 20\nvm.dirty_bytes = 268435456\n" }],
  ["modules that are loaded later", "sysctl/key-needs-module", { "etc/sysctl.d/60-a.conf": "net.bridge.bridge-nf-call-iptables = 0\n" }],
  ["keys of 2.6 and what became of them", "sysctl/removed-key", { "etc/sysctl.d/60-a.conf": "net.ipv4.netfilter.ip_conntrack_tcp_timeout_established = 3600\n" }],
  ["keys that do nothing any more", "sysctl/removed-key", { "etc/sysctl.d/60-a.conf": "net.ipv4.route.max_size = 8388608\n" }],
];

describe("sysctl: traps", () => {
  for (const [trap, rule, files] of TRAPS) {
    it(trap, async () => {
      const { findings } = lintFiles(await loadWorkspace(new Map(Object.entries(files))));
      assert.ok(findings.some((one) => one.rule === rule), JSON.stringify(findings.map((one) => `${one.rule}: ${one.message}`), undefined, 1));
    });
  }
});
