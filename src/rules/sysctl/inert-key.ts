import type { Fix } from "../../engine/fix.ts";
import type { Related } from "../../engine/finding.ts";
import type { Report } from "../../engine/rule.ts";
import type { Futile } from "../../model/kernel/combination.ts";
import { futile } from "../../model/kernel/combination.ts";
import { beatenBy, unreadPlace } from "../../model/kernel/futile-lines.ts";
import { isGlob } from "../../model/kernel/key.ts";
import { inOwnNamespace } from "../../model/kernel/namespaces.ts";
import { shown } from "../../model/kernel/shown.ts";
import { unreadAtBoot } from "../../model/kernel/sysctl-conf.ts";
import type { SysctlSetting } from "../../model/kernel/sysctl.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "The setting stands where it has no effect.",
  why: "The line is read, and often even written, without an error, and the kernel goes on as before: most keys of net.ipv6.conf.all are never read, an interface's value may not count beside that of all, a pattern does not touch keys that have a line of their own, and some files are not read at boot at all.",
  instead: "Set the key where the kernel reads it: for every interface, net.ipv6.conf.*.KEY; for switches that all and the interface share, both.",
  lessons: [],
  reads: ["sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The line has no effect as it stands. The mends that are applied by themselves only stop redirects from being heeded or sent, or remove a line; one that gives an interface another way to its routes or addresses is left to you.",
  lifecycle: "stable",
  sources: ["kernel: net/ipv6/addrconf.c, which copies and reads few keys of conf.all", "kernel: include/linux/inetdevice.h, IN_DEV_ORCONF, IN_DEV_ANDCONF, IN_DEV_MAXCONF", "sysctl.d(5)", "runc: libcontainer/configs/validate, sysctl"],
  examples: {
    bad: [
      "⟦net.ipv6.conf.all.accept_redirects⟧ = 0\n",
      "# no redirects\n⟦net.ipv4.conf.all.send_redirects⟧ = 0\n",
      "net.ipv4.conf.all.rp_filter = 1\n⟦net.ipv4.conf.wan0.rp_filter⟧ = 0\n",
      "net.ipv4.neigh.bond0.gc_stale_time = 60\n⟦net.ipv4.neigh.*.gc_stale_time⟧ = 120\n",
      { "site.yml": "- hosts: all\n  tasks:\n    - copy:\n        src: net.sysctl\n        dest: /etc/sysctl.d/60-net\n", "hosts.ini": "[web]\nweb1\n", "files/net.sysctl": "⟦net.core.somaxconn⟧ = 8192\n" },
      {
        "hosts.ini": "[web]\nweb1 distribution_release=trixie\n",
        "site.yml": "- hosts: web\n  tasks:\n    - ansible.posix.sysctl:\n        name: ⟦vm.swappiness⟧\n        value: '10'\n",
      },
      { "hosts/web.nix": '{ lib, ... }:\n{\n  boot.kernel.sysctl = {\n    "net.ipv4.tcp_syncookies" = 1;\n    "⟦net.ipv6.conf.all.accept_redirects⟧" = lib.mkForce 0;\n  };\n}\n' },
      { "compose.yaml": "services:\n  search:\n    image: registry.example.org/search:2\n    sysctls:\n      ⟦vm.max_map_count⟧: 262144\n      ⟦net.core.rmem_max⟧: 8388608\n      net.core.somaxconn: 1024\n" },
    ],
    good: [
      "net.ipv6.conf.*.accept_redirects = 0\nnet.ipv6.conf.all.forwarding = 1\nnet.ipv6.conf.all.disable_ipv6 = 0\n",
      "net.ipv4.conf.all.send_redirects = 0\nnet.ipv4.conf.default.send_redirects = 0\n",
      "net.ipv4.conf.all.rp_filter = 0\nnet.ipv4.conf.default.rp_filter = 1\nnet.ipv4.conf.wan0.rp_filter = 0\n",
    ],
    lookalike: [
      "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\nnet.ipv4.conf.lo.rp_filter = 0\n",
      "net.ipv4.conf.all.log_martians = 1\nnet.ipv4.conf.all.accept_source_route = 0\nnet.ipv6.conf.all.accept_source_route = 0\n",
      "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.accept_redirects = 0\n",
      { "compose.yaml": "services:\n  web:\n    image: registry.example.org/web:2\n    sysctls:\n      - net.ipv4.ip_unprivileged_port_start=0\n      - kernel.shmmax=68719476736\n" },
    ],
  },
  check({ sysctl, path, workspace, report }) {
    let placeSaid = false;
    let globs = 0;
    for (const setting of sysctl.settings) {
      if (setting.source === "variable") continue;
      const unread = placeSaid ? undefined : ofPlace(workspace, path, setting);
      if (unread !== undefined) {
        placeSaid = true;
        report(unread);
      }
      const found = ofContainer(path, setting) ?? ofCombination(workspace, path, setting) ?? (isGlob(setting.key) && ++globs <= MOST_GLOBS ? ofGlob(workspace, path, setting) : undefined);
      if (found !== undefined) report(setting.conditional && found.severity === undefined ? { ...found, severity: "info", confidence: "possible" } : found);
    }
  },
});

/** No file has so many; each is tried on all lines before it. */
const MOST_GLOBS = 200;

/** A file that nobody reads; said once a file. */
function ofPlace(workspace: Workspace, path: string, setting: SysctlSetting): Report | undefined {
  const location = { path, range: setting.keyRange };
  const place = unreadPlace(path, setting);
  if (place !== undefined) {
    const why = place.hidden ? "systemd-sysctl leaves out files whose name starts with a dot, and only procps reads it" : "only names that end in .conf, directly in the folder, are read";
    return { location, message: `This goes to ${place.destination}: ${why}, so nothing here is set at boot. Name the file NAME.conf.`, ...(place.byTree ? { severity: "info", confidence: "possible" } : {}) };
  }
  const unread = unreadAtBoot(workspace, setting);
  if (unread === undefined) return undefined;
  const which = unread.hosts === 0 ? "which this repository is for as well," : `which ${unread.hosts} of its hosts ${unread.hosts === 1 ? "has" : "have"},`;
  return {
    location,
    message: `This goes to /etc/sysctl.conf. Debian 13, ${which} reads neither that file at boot nor has it the link 99-sysctl.conf to it: the value is lost at the next boot. Write to a file in /etc/sysctl.d${setting.source === "task" ? " (sysctl_file)" : ""}.`,
    related: [{ location: unread.location, message: "The system." }],
    ...(unread.hosts === 0 ? { severity: "info", confidence: "possible" } : { confidence: "likely", data: { hosts: unread.hosts } }),
  };
}

function ofContainer(path: string, setting: SysctlSetting): Report | undefined {
  if (setting.source !== "container" || inOwnNamespace(setting.key)) return undefined;
  return {
    location: { path, range: setting.keyRange },
    message: `${shown(setting.rawKey)} is one value for the whole host, which no container has of its own: a container that sets it does not start. Set it on the hosts, in sysctl.d.`,
  };
}

function ofGlob(workspace: Workspace, path: string, setting: SysctlSetting): Report | undefined {
  const beaten = beatenBy(workspace, path, setting);
  if (beaten === undefined) return undefined;
  return {
    location: { path, range: setting.keyRange },
    confidence: "likely",
    message: `${shown(setting.rawKey)} = ${shown(setting.valueText)} does not reach ${shown(beaten.setting.rawKey)}: a key with a line of its own is left out of patterns, wherever that line stands, so it stays ${shown(beaten.setting.valueText)}. Change that line, or remove it.`,
    related: [{ location: { path: beaten.path, range: beaten.setting.range }, message: `The key's own line: ${shown(beaten.setting.valueText)}.` }],
  };
}

function ofCombination(workspace: Workspace, path: string, setting: SysctlSetting): Report | undefined {
  if (setting.source === "container") return undefined;
  const found = futile(workspace, path, setting);
  if (found === undefined) return undefined;
  const related: Related[] = "with" in found && found.with !== undefined ? [{ location: found.with.location, message: `The other value: ${found.with.value}.` }] : [];
  const fixes = mend(workspace, path, setting, found);
  const mild = (found.kind === "all-unread" && found.instead !== undefined) || (found.kind === "less-than-all" && found.key.name === "default");
  const reading = mild ? { severity: "info" as const } : found.kind === "other-still-on" && found.with === undefined ? { confidence: "likely" as const } : {};
  return { location: { path, range: setting.keyRange }, message: words(setting, found), ...reading, ...(related.length > 0 ? { related } : {}), ...(fixes.length > 0 ? { fixes } : {}) };
}

function words(setting: SysctlSetting, found: Futile): string {
  const { key } = found;
  const family = key.family === "ipv6" ? "IPv6" : "IPv4";
  switch (found.kind) {
    case "all-unread":
      return found.instead === undefined
        ? `${shown(setting.rawKey)} does nothing: the kernel never reads ${key.leaf} of all, and copies it to no interface. Every interface keeps its own value. Set net.${key.family}.conf.*.${key.leaf}.`
        : `${shown(setting.rawKey)} does nothing: the kernel never reads ${key.leaf} of all. Only default counts, for interfaces that are made later; net.${key.family}.conf.*.${key.leaf} reaches the others too.`;
    case "other-still-on": {
      const where = found.other === "all" ? "conf.all" : "each interface, which starts with conf.default";
      const standing = found.with === undefined ? "is 1 unless somebody sets it" : "is set to 1";
      return `${shown(setting.rawKey)} = 0 alone switches nothing off: ${family} uses ${key.leaf} where all or the interface has it, and that of ${where} ${standing}. Set net.ipv4.conf.${found.other}.${key.leaf} = 0 too.`;
    }
    case "other-still-off":
      return `${shown(setting.rawKey)} = 1 alone switches nothing on: ${family} uses ${key.leaf} only where both all and the interface have it, and conf.all has ${found.with?.value ?? "0"}. Set net.ipv4.conf.all.${key.leaf} too, or remove the line.`;
    case "less-than-all":
      return `${shown(setting.rawKey)} = ${shown(setting.valueText)} has no effect: the greater of it and net.ipv4.conf.all.${key.leaf} = ${found.with.value} counts. Lower all, and set the stricter value for the interfaces that need it.`;
  }
}

/** Keys for which hearing the line as it was meant cuts nobody off. */
const HARMLESS = new Set(["accept_redirects", "send_redirects", "secure_redirects"]);

function mend(workspace: Workspace, path: string, setting: SysctlSetting, found: Futile): Fix[] {
  if (setting.source !== "file" || setting.conditional || !["sysctl", "nix"].includes(workspace.language(path) ?? "")) return [];
  const text = workspace.text(path)!;
  const safety = HARMLESS.has(found.key.leaf) ? "safe" : "unsafe";
  if (found.kind === "all-unread" && found.instead === undefined) {
    const written = setting.rawKey.replace(/([./])all([./])/, "$1*$2");
    return [{ title: `Write ${shown(written)}`, safety, edits: [{ path, range: setting.keyRange, newText: written }] }];
  }
  if (found.kind !== "other-still-on" || found.with !== undefined || workspace.language(path) !== "sysctl") return [];
  const other = setting.rawKey.replace(/([./]conf[./])[^./]+/, `$1${found.other}`);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const line = text.slice(setting.range.start, setting.range.end).replace(setting.rawKey, () => other);
  return [{ title: `Set ${other} too`, safety, edits: [{ path, range: { start: setting.range.end, end: setting.range.end }, newText: `${eol}${line}` }] }];
}
