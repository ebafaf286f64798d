import { isUnknown } from "../../engine/unknown.ts";
import { beside } from "../../model/kernel/beside.ts";
import { isGlob } from "../../model/kernel/key.ts";
import { keyFacts } from "../../model/kernel/keys.ts";
import { memoryOf } from "../../model/kernel/memory.ts";
import { shown } from "../../model/kernel/shown.ts";
import type { SysctlSetting } from "../../model/kernel/sysctl.ts";
import type { Surroundings } from "../../model/kernel/units.ts";
import { unitBySize, writtenUnit } from "../../model/kernel/units.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "The value is written in another unit than the kernel reads.",
  why: "The kernel takes plain numbers, each key in its own unit: pages of memory for tcp_mem, udp_mem and shmall, KiB for min_free_kbytes. A limit in bytes is then 4096 times too large and none at all; a leading 0 makes a number octal; a unit or a comment behind the value has it refused, or becomes part of it.",
  instead: "Give a decimal number in the key's unit, and put comments on lines of their own.",
  lessons: [],
  reads: ["sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "Where the kernel refuses the value, the mend gives the line the effect that its words say. Where it takes the value, the mend changes a limit that hosts have, and is left to you.",
  lifecycle: "stable",
  sources: ["tcp(7), udp(7), proc_sys_vm(5)", "kernel: lib/kstrtox.c, simple_strtoul: a leading 0 is octal", "sysctl.d(5)"],
  examples: {
    bad: [
      "net.core.rmem_max = 16777216\nnet.ipv4.tcp_mem = ⟦16777216 16777216 16777216⟧\n",
      "net.ipv4.udp_mem = ⟦4096 87380 33554432⟧\n",
      { "tuned/proxy/tuned.conf": '[main]\nsummary=Proxies\ninclude=throughput-performance\n\n[sysctl]\nnet.ipv4.tcp_rmem="4096 131072 33554432"\nnet.ipv4.tcp_mem="⟦4096 131072 33554432⟧"\n' },
      "kernel.shmmax = 17179869184\nkernel.shmall = ⟦2097152⟧\n",
      "vm.swappiness = ⟦010⟧\n",
      "net.core.rmem_max = ⟦16M⟧\nnet.ipv4.tcp_keepalive_time = ⟦2h⟧\n",
      "net.ipv4.tcp_congestion_control = ⟦htcp  # or bbr⟧\n",
      {
        "hosts.ini": "[db]\ndb1 memory_gb=64\n",
        "site.yml": "- hosts: db\n  tasks:\n    - ansible.posix.sysctl:\n        name: vm.min_free_kbytes\n        value: ⟦67108864⟧\n        sysctl_file: /etc/sysctl.d/60-db.conf\n",
      },
    ],
    good: ["net.ipv4.tcp_rmem = 4096 131072 16777216\nnet.ipv4.tcp_mem = 786432 1048576 1572864\n", "kernel.shmmax = 17179869184\nkernel.shmall = 4194304\nvm.min_free_kbytes = 1048576\n"],
    lookalike: [
      "kernel.sysrq = 0x10\nvm.swappiness = 0\nnet.ipv4.conf.all.rp_filter = 2 # loose\nkernel.core_pattern = |/usr/lib/systemd/systemd-coredump %P\n",
      "net.ipv4.udp_mem = 4194304 8388608 16777216\nkernel.printk = 4 4 1 7\nkernel.shmall = 18446744073692774399\n",
    ],
  },
  check({ sysctl, path, workspace, report }) {
    for (const setting of sysctl.settings) {
      const { value } = setting;
      if (value === undefined || isUnknown(value) || isGlob(setting.key) || value.includes("$")) continue;
      const facts = keyFacts(setting.key);
      if (facts === undefined || facts.removed !== undefined || facts.readOnly) continue;
      const written = writtenUnit(facts, value);
      const problem = written ?? unitBySize(facts, value, surroundings(workspace, path, setting));
      if (problem === undefined) continue;
      const { instead } = problem;
      report({
        location: { path, range: setting.valueRange },
        message: `${shown(setting.rawKey)} = ${shown(value)}: ${problem.reason}. ${instead === undefined ? "Correct the value." : `Write ${shown(instead)}${written === undefined ? " if bytes were meant" : ""}.`}`,
        confidence: written === undefined ? "likely" : "certain",
        ...(setting.conditional ? { severity: "info" as const, confidence: "possible" as const } : {}),
        ...(instead === undefined ? {} : { fixes: [{ title: `Write ${shown(instead)}`, safety: problem.refused ? "safe" as const : "unsafe" as const, edits: [{ path, range: setting.valueRange, newText: instead }] }] }),
      });
    }
  },
});

/** What else the hosts have; for a value that a variable gives, nothing is near. */
function surroundings(workspace: Workspace, path: string, setting: SysctlSetting): Surroundings {
  const hosts = isUnknown(setting.scope) ? [] : setting.scope.hosts;
  const sizes = hosts.flatMap((host) => memoryOf(workspace, host)?.bytes ?? []);
  return {
    valueOf: (key) => {
      const found = beside(workspace, path, setting, key);
      return found === undefined || isUnknown(found) ? undefined : found.value;
    },
    ...(sizes.length > 0 && sizes.length === hosts.length ? { memory: Math.max(...sizes) } : {}),
  };
}
