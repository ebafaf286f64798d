import type { Related } from "../../engine/finding.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { parseInteger } from "../../model/kernel/number.ts";
import type { SysctlSetting } from "../../model/kernel/sysctl.ts";
import { tunnelsOf } from "../../model/kernel/tunnels.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

/** Folders from which images and templates of machines are made: what is wrong there is wrong on every copy. */
const IMAGE = /(^|[/_-])(images?|image[-_]build(er)?|packer|disk-?image(-builder)?|dib|elements|kickstart|preseed|autoinstall|mkosi|cloud-init|golden|vm[-_]?templates?|rootfs|chroot|overlay)([/_.-]|$)/i;

const MODES: Record<number, string> = {
  1: "packets leave without DF, and a reported MTU is not learned beyond 552 bytes",
  2: "packets leave without DF, and ICMP fragmentation needed is thrown away",
  3: "packets leave without DF, and ICMP fragmentation needed counts only where TCP or SCTP can check it",
};

export default rule({
  what: "Path MTU discovery is switched off.",
  why: "Large packets then depend on fragmentation by routers in between. Behind a tunnel, or where fragments or oversized packets are dropped, connections hang as soon as they carry data, while ping works.",
  instead: "Leave net.ipv4.ip_no_pmtu_disc at 0, accept ICMP fragmentation needed, and set net.ipv4.tcp_mtu_probing = 1 behind tunnels.",
  lessons: ["2015-tunnel-pmtu-collapse"],
  reads: ["sysctl"],
  severity: "error",
  fix: "safe",
  fixSafety: "It restores the kernel's default, or what recovers from a black hole; connections that work go on.",
  lifecycle: "stable",
  sources: ["kernel: Documentation/networking/ip-sysctl.rst, ip_no_pmtu_disc, tcp_mtu_probing", "RFC 1191", "RFC 4821"],
  data: { value: "what the key is set to" },
  examples: {
    bad: [
      "net.ipv4.tcp_sack = 1\nnet.ipv4.ip_no_pmtu_disc = ⟦1⟧\n",
      { "images/base/etc/sysctl.d/90-network.conf": "# image for virtual machines\nnet/ipv4/ip_no_pmtu_disc=⟦2⟧\n" },
    ],
    good: "net.ipv4.ip_no_pmtu_disc = 0\nnet.ipv4.tcp_mtu_probing = 1\n",
    lookalike: ["# net.ipv4.ip_no_pmtu_disc = 1\nnet.ipv4.ip_forward_use_pmtu = 1\n", "net.ipv4.tcp_mtu_probing = 0\n"],
  },
  check({ sysctl, path, workspace, report }) {
    for (const setting of sysctl.settings) {
      if (typeof setting.value !== "string") continue;
      const value = parseInteger(setting.value);
      if (value === undefined) continue;
      const location = { path, range: setting.valueRange };
      const mend = (newText: string): { title: string; safety: "safe"; edits: { path: string; range: typeof setting.valueRange; newText: string }[] }[] => [
        { title: `Set ${setting.rawKey} to ${newText}`, safety: "safe", edits: [{ path, range: setting.valueRange, newText }] },
      ];
      if (setting.key === "net.ipv4.ip_no_pmtu_disc" && value !== 0) {
        const image = IMAGE.test(path);
        report({
          location,
          severity: image && !setting.conditional ? "error" : "warning",
          confidence: setting.conditional ? "possible" : "certain",
          message: `ip_no_pmtu_disc = ${value} switches path MTU discovery off${image ? " on every machine made from this image" : ""}: ${MODES[value] ?? MODES[3]!}. Behind a tunnel or a filter that drops fragments, connections hang once they carry data. Set it to 0.`,
          data: { value },
          fixes: mend("0"),
        });
      }
      if (setting.key === "net.ipv4.tcp_mtu_probing" && value === 0) {
        const tunnels = tunnelsReached(workspace, setting);
        if (tunnels.length === 0) continue;
        report({
          location,
          severity: "warning",
          confidence: "likely",
          message: `tcp_mtu_probing = 0 on hosts with a tunnel (${tunnels[0]!.message}): where ICMP fragmentation needed is lost on the way, their TCP connections hang for good. Set it to 1: TCP then finds a smaller size by itself after some seconds.`,
          related: tunnels,
          data: { value },
          fixes: mend("1"),
        });
      }
    }
  },
});

/** The tunnels of the hosts that the setting reaches; at most three. */
function tunnelsReached(workspace: Workspace, { scope }: SysctlSetting): Related[] {
  if (isUnknown(scope)) return [];
  const found = new Map<string, Related>();
  for (const host of scope.hosts) {
    for (const tunnel of tunnelsOf(workspace, host)) found.set(`${tunnel.location.path} ${tunnel.location.range.start}`, { location: tunnel.location, message: tunnel.what });
  }
  return [...found.values()].slice(0, 3);
}
