import type { Fix } from "../../engine/fix.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { isGlob } from "../../model/kernel/key.ts";
import type { KeyFacts } from "../../model/kernel/keys.ts";
import { keyFacts } from "../../model/kernel/keys.ts";
import { shown } from "../../model/kernel/shown.ts";
import type { SysctlSetting } from "../../model/kernel/sysctl.ts";
import type { KernelVersion } from "../../model/kernel/version.ts";
import { OLDEST_MAINTAINED_KERNEL, compareVersions, parseVersion } from "../../model/kernel/version.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "The kernel no longer has this key, or no longer heeds it.",
  why: "The line is skipped, or written without effect, and no tool fails: what it was written for does not hold on newer kernels.",
  instead: "Remove the line, or set what took its place.",
  lessons: ["papertrail-tcp-tw-recycle"],
  reads: ["sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The line has no effect on these kernels.",
  lifecycle: "stable",
  sources: ["kernel: the sysctl tables of 4.4 to 7.1", "kernel: Documentation/networking/ip-sysctl.rst"],
  data: { hosts: "hosts whose kernel lacks the key, where kernels are known" },
  examples: {
    bad: ["⟦net.ipv4.tcp_tw_recycle⟧ = 1\nnet.ipv4.tcp_tw_reuse = 1\n", "⟦net.ipv4.netfilter.ip_conntrack_max⟧ = 262144\n", "⟦net.ipv4.tcp_low_latency⟧ = 1\n"],
    good: "net.ipv4.tcp_tw_reuse = 1\nnet.netfilter.nf_conntrack_max = 262144\n",
    lookalike: {
      "hosts.ini": "[old]\nold1 kernel=4.4.0 ansible_kernel=4.4.0-210-generic\n",
      "host_vars/old1.yml": "ansible_kernel: 4.4.0-210-generic\n",
      "site.yml": "- hosts: old\n  tasks:\n    - ansible.builtin.copy:\n        src: 60-old.conf\n        dest: /etc/sysctl.d/60-old.conf\n",
      "60-old.conf": "net.ipv4.tcp_fack = 1\nnet.ipv4.netfilter.ip_conntrack_max = 262144\n-kernel.maps_protect = 1\n",
    },
  },
  check({ sysctl, path, workspace, report }) {
    for (const setting of sysctl.settings) {
      if (setting.source === "variable" || setting.ignoreErrors || isGlob(setting.key)) continue;
      const facts = keyFacts(setting.key);
      if (facts === undefined || facts.distribution) continue;
      const gone = goneSince(facts);
      if (gone === undefined) continue;
      const concerned = hostsWithout(workspace, setting, gone.version);
      if (concerned === "none") continue;
      const certain = typeof concerned === "number" || compareVersions(gone.version, OLDEST_MAINTAINED_KERNEL) <= 0;
      const known = facts.renamedTo !== undefined && keyFacts(facts.renamedTo) !== undefined ? facts.renamedTo : undefined;
      const where = typeof concerned === "number" ? ` on ${concerned} ${concerned === 1 ? "host" : "hosts"}` : "";
      report({
        location: { path, range: setting.keyRange },
        message: `${shown(setting.rawKey)} ${gone.words}, so this line does nothing${where}. ${facts.renamedTo === undefined ? "Remove it." : known === undefined ? `It is now ${facts.renamedTo}: remove the line.` : `Set ${known} instead.`}`,
        ...(certain && !setting.conditional ? {} : { severity: "info" as const, confidence: "likely" as const }),
        ...(typeof concerned === "number" ? { data: { hosts: concerned } } : {}),
        fixes: certain ? mend(workspace, path, setting, known) : [],
      });
    }
  },
});

/** From which kernel on the key does nothing, and how to say it. */
function goneSince(facts: KeyFacts): { version: KernelVersion; words: string } | undefined {
  const { removed, noEffectSince } = facts;
  if (facts.never) return { version: { major: 2, minor: 6 }, words: "never was a key of the kernel" };
  if (noEffectSince !== undefined) {
    return { version: parseVersion(noEffectSince)!, words: `has had no effect since kernel ${noEffectSince}` };
  }
  if (removed === undefined) return undefined;
  if (typeof removed === "string") {
    const version = parseVersion(removed) ?? { major: 2, minor: 6 };
    return { version, words: removed === "" ? "is gone from the kernel" : `is gone since kernel ${removed}` };
  }
  return { version: parseVersion(removed[1])!, words: `is gone: kernel ${removed[0]} had it, ${removed[1]} has not` };
}

/** How many hosts of the file run a kernel without the key; `none`: all are older; undefined: not known. */
function hostsWithout(workspace: Workspace, { scope }: SysctlSetting, gone: KernelVersion): number | "none" | undefined {
  if (isUnknown(scope) || scope.hosts.length === 0) return undefined;
  let without = 0;
  for (const host of scope.hosts) {
    const kernel = workspace.fleet.kernel(host);
    if (isUnknown(kernel)) return undefined;
    if (compareVersions(kernel, gone) >= 0) without++;
  }
  return without === 0 ? "none" : without;
}

function mend(workspace: Workspace, path: string, setting: SysctlSetting, renamed: string | undefined): Fix[] {
  if (setting.source === "command") return [];
  if (renamed !== undefined) {
    return [{ title: `Set ${renamed} instead`, safety: "safe", edits: [{ path, range: setting.keyRange, newText: renamed }] }];
  }
  if (setting.source !== "file" || !["sysctl", "tuned"].includes(workspace.language(path) ?? "")) return [];
  const text = workspace.text(path)!;
  const end = /^[^\r\n]*(\r?\n)?/.exec(text.slice(setting.range.end))![0].length + setting.range.end;
  const start = text.lastIndexOf("\n", setting.range.start - 1) + 1;
  return [{ title: "Remove the line", safety: "safe", edits: [{ path, range: { start, end }, newText: "" }] }];
}
