import { normaliseKey } from "../../model/kernel/key.ts";
import { keyFacts } from "../../model/kernel/keys.ts";
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
    ],
    good: { "etc/sysctl.d/60-net.conf": "# forwarding\nnet.ipv4.ip_forward=1\n-net/ipv4/conf/bond0.120/rp_filter = 2\n; none\n" },
    lookalike: { "etc/sysctl.d/50-default.conf": "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\nnet.ipv4.conf.bond0/120.rp_filter = 2\n" },
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
    for (const setting of context.sysctl.settings) {
      const dotted = setting.source === "variable" ? undefined : dottedInterface(setting.key);
      if (dotted === undefined) continue;
      report({
        location: { path, range: setting.keyRange },
        message: `Every dot separates here, so no key ${setting.rawKey} is found and the setting of ${dotted.name} is skipped. Write ${dotted.slashed}.`,
        fixes: [{ title: `Write ${dotted.slashed}`, safety: "safe", edits: [{ path, range: setting.keyRange, newText: dotted.slashed }] }],
      });
    }
  },
});

/** A key of one interface that has more parts than such keys have, of which the last is one. */
function dottedInterface(key: string): { name: string; slashed: string } | undefined {
  const match = /^net\.(ipv4|ipv6)\.(conf|neigh)\.([^.]+(?:\.[^.]+)+)\.([^.]+)$/.exec(key);
  if (match === null || keyFacts(`net.${match[1]!}.${match[2]!}.all.${match[4]!}`) === undefined) return undefined;
  const slashed = `net/${match[1]!}/${match[2]!}/${match[3]!}/${match[4]!}`;
  return normaliseKey(slashed) === key ? undefined : { name: match[3]!, slashed };
}
