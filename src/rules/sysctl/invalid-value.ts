import { isUnknown } from "../../engine/unknown.ts";
import { keyFacts } from "../../model/kernel/keys.ts";
import { isGlob } from "../../model/kernel/key.ts";
import { shown } from "../../model/kernel/shown.ts";
import { writtenUnit } from "../../model/kernel/units.ts";
import { valueProblem } from "../../model/kernel/value.ts";
import { rule } from "../rule.ts";

/** What other template languages leave in a value. */
const TEMPLATED = /[$@%<>{}`\\]/;

export default rule({
  what: "The kernel refuses this value.",
  why: "A refused write changes nothing: the kernel's own value stays, the other lines are applied, and only a line in the log of systemd-sysctl tells.",
  instead: "Give a number as the kernel reads it: no unit, no word, no quotes, within the key's range.",
  lessons: [],
  reads: ["sysctl"],
  severity: "error",
  fix: "safe",
  fixSafety: "The line has no effect as it stands; the mend gives it the one that its words say. Numbers that the kernel takes although they do not rise are left to you.",
  lifecycle: "stable",
  sources: ["kernel: kernel/sysctl.c, proc_dointvec_minmax", "kernel: Documentation/admin-guide/sysctl"],
  examples: {
    bad: ["net.ipv4.ip_forward = ⟦yes⟧\n", 'vm.swappiness = ⟦"10"⟧\n', "net.ipv4.ip_local_port_range = ⟦61000 1024⟧\n", "net.ipv4.tcp_keepalive_time = ⟦soon⟧\n⟦net.netfilter.nf_conntrack_count⟧ = 65536\n", "net.ipv4.tcp_rmem = ⟦8192 4096 1024⟧\nnet.ipv4.tcp_congestion_control = ⟦cubik⟧\n"],
    good: "net.ipv4.ip_forward = 1\nvm.swappiness = 10\nnet.ipv4.tcp_rmem = 4096 131072 16777216\nkernel.core_pattern = |/usr/lib/systemd/systemd-coredump %P\n",
    lookalike: "kernel.nmi_watchdog = 0\nkernel.sysrq = 0x1f6\nnet.ipv4.conf.all.rp_filter = 2 # loose\nfs.file-max = 9223372036854775807\nnet.ipv4.tcp_keepalive_time = {{ keepalive }}\nkernel.acct = 4 2 30\nkernel.usermodehelper.bset = 4294967295 511\n",
  },
  check({ sysctl, path, report }) {
    for (const setting of sysctl.settings) {
      const { value } = setting;
      if (value === undefined || isUnknown(value) || isGlob(setting.key) || TEMPLATED.test(value)) continue;
      const facts = keyFacts(setting.key);
      if (facts === undefined || facts.writeOnly || facts.removed !== undefined) continue;
      if (facts.readOnly) {
        if (setting.source !== "variable" && !setting.ignoreErrors) report({ location: { path, range: setting.keyRange }, severity: "warning", confidence: "likely", message: `${shown(setting.rawKey)} can only be read: the write fails. Remove the line.` });
        continue;
      }
      const problem = valueProblem(facts, value);
      // A unit behind the number is wrong-unit's.
      if (problem === undefined || writtenUnit(facts, value) !== undefined) continue;
      const range = setting.valueRange.start === setting.valueRange.end ? setting.range : setting.valueRange;
      const certain = problem.certain && !setting.conditional;
      report({
        location: { path, range },
        message: `${shown(setting.rawKey)} = ${shown(value)}: ${problem.reason}.${problem.accepted === true ? "" : " The write fails and the old value stays."} ${problem.instead === undefined ? "Correct the value." : `Write ${shown(problem.instead)}.`}`,
        ...(certain ? {} : { severity: "warning" as const, confidence: "likely" as const }),
        ...(problem.instead === undefined ? {} : { fixes: [{ title: `Write ${shown(problem.instead)}`, safety: problem.accepted === true ? "unsafe" as const : "safe" as const, edits: [{ path, range, newText: problem.instead }] }] }),
      });
    }
  },
});
