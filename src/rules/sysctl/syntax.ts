import { isGlob } from "../../model/kernel/key.ts";
import { shown } from "../../model/kernel/shown.ts";
import { misspelt } from "../../model/kernel/spelling.ts";
import type { SysctlSetting } from "../../model/kernel/sysctl.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "The loaders skip this line, or look for the key in the wrong place.",
  why: "procps and systemd-sysctl leave out what they cannot read and go on: the host boots with the kernel's default, and systemd-sysctl.service is failed.",
  instead: "Write key = value, one a line. Where an interface's name has a dot, write the key with slashes: net/ipv4/conf/eth0.100/rp_filter.",
  lessons: [],
  reads: ["syntax", "sysctl"],
  severity: "error",
  fix: "safe",
  fixSafety: "The line has no effect as it stands; the mend gives it the one that it was written for.",
  lifecycle: "stable",
  sources: ["sysctl.d(5)", "sysctl.conf(5)", "systemd: src/basic/sysctl-util.c, sysctl_normalize"],
  examples: {
    bad: [
      { "etc/sysctl.d/60-net.conf": "net.core.somaxconn = 4096\n⟦net.ipv4.tcp_syncookies 1⟧\n" },
      { "etc/sysctl.d/60-net.conf": "⟦net.ipv4.conf.bond0.120.rp_filter⟧ = 2\n" },
      { "etc/sysctl.d/60-net.conf": "⟦/proc/sys/vm/swappiness⟧ = 10\n⟦net.ipv4.conf/all/rp_filter⟧ = 2\n" },
      { "etc/sysctl.d/60-net.conf": "⟦- vm.swappiness⟧ = 10\n" },
      { "etc/sysctl.d/60-net.conf": "vm.swappiness = 10\n⟦vm.swap\u0007piness⟧ = 10\n" },
      { "etc/sysctl.d/60-net.conf": "net.ipv4.conf.*.rp_filter = 2\n-⟦net.ipv4.conf.eth*.rp_filter⟧\n" },
    ],
    good: { "etc/sysctl.d/60-net.conf": "# forwarding\nnet.ipv4.ip_forward=1\n-net/ipv4/conf/bond0.120/rp_filter = 2\n; none\n" },
    lookalike: { "sysctl.d/90-limits.conf.in": "# made by configure\n@LIMITS@\nnet.core.somaxconn = @BACKLOG@\n", "etc/sysctl.d/50-default.conf": "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\nnet.ipv4.conf.bond0/120.rp_filter = 2\n" },
  },
  check(context) {
    const { path, report } = context;
    if (context.reads === "syntax") {
      if (context.syntax.language !== "sysctl") return;
      for (const { range, message, certain, edits } of context.syntax.errors) {
        report({
          location: { path, range },
          message,
          ...(certain ? {} : { severity: "warning" as const, confidence: "possible" as const }),
          ...(edits ? { fixes: [{ title: "Write key = value", safety: "safe" as const, edits: edits.map((edit) => ({ path, ...edit })) }] } : {}),
        });
      }
      return;
    }
    const text = context.workspace.text(path)!;
    for (const setting of context.sysctl.settings) {
      const found = misspelt(setting, text) ?? pattern(setting);
      if (found === undefined) continue;
      const { reason, instead, differs } = found;
      const range = differs && instead !== undefined ? { start: setting.range.start, end: setting.keyRange.end } : setting.keyRange;
      const written = differs ? `-${instead ?? ""}` : (instead ?? "");
      report({
        location: { path, range },
        message: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}. ${instead === undefined ? differs ? "Name each key." : "Correct the key." : `Write ${shown(written)}.`}`,
        ...(differs ? { severity: "warning" as const } : {}),
        ...(instead === undefined ? {} : { fixes: [{ title: `Write ${shown(written)}`, safety: "safe" as const, edits: [{ path, range, newText: written }] }] }),
      });
    }
  },
});

/** `-key` with a pattern takes keys out of other patterns in newer releases of procps, and nowhere else. */
function pattern({ key, value, source }: SysctlSetting): { readonly reason: string; readonly instead?: string; readonly differs: boolean } | undefined {
  if (value !== undefined || source !== "file" || !isGlob(key)) return undefined;
  return { reason: `systemd-sysctl takes -${shown(key)} for the name of one key and leaves nothing out; only newer procps takes it for a pattern`, differs: true };
}
