import type { Fix } from "../../engine/fix.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { keyFacts } from "../../model/kernel/keys.ts";
import { loadedModules, loadsAtBoot, satisfies } from "../../model/kernel/modules.ts";
import { shown } from "../../model/kernel/shown.ts";
import type { SysctlSetting } from "../../model/kernel/sysctl.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

/** Modules that are loaded, or compiled in, long before sysctls are set, or whose users load them and set the key themselves. */
const THERE = new Set(["ipv6", "xfs", "scsi_mod", "cdrom", "md_mod", "fuse", "binfmt_misc", "sg", "hv_vmbus", "mac_hid", "vsock", "cachefiles", "fscache", "ipmi_poweroff", "iw_cm", "rdma_ucm", "coda", "ntfs"]);

export default rule({
  what: "The key does not exist yet when sysctls are set at boot.",
  why: "systemd-sysctl runs once, early. A key of a module that is loaded later, as conntrack's are when the firewall loads its rules, is skipped without an error, and the default holds until somebody sets it by hand.",
  instead: "Load the module with a file in /etc/modules-load.d: those are read first.",
  lessons: ["2019-ceph-firewall-reload", "stackhpc-2024-conntrack-on-ceph"],
  reads: ["sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "It loads a module at boot that the host loads a little later anyway.",
  lifecycle: "stable",
  sources: ["sysctl.d(5)", "modules-load.d(5)", "systemd: units/systemd-sysctl.service.in, After=systemd-modules-load.service"],
  data: { hosts: "hosts where nothing loads the module, where they are known" },
  examples: {
    bad: "net.core.somaxconn = 4096\n⟦net.netfilter.nf_conntrack_tcp_be_liberal⟧ = 1\nnet.netfilter.nf_conntrack_max = 1048576\n",
    good: {
      "etc/sysctl.d/60-conntrack.conf": "net.netfilter.nf_conntrack_tcp_be_liberal = 1\n",
      "etc/modules-load.d/conntrack.conf": "nf_conntrack\n",
    },
    lookalike: [{ "hosts/a.nix": '{\n  boot.kernelModules = [ "nf_conntrack" ];\n  boot.kernel.sysctl."net.netfilter.nf_conntrack_max" = 1048576;\n}\n' }, { "tuned/node/tuned.conf": "[sysctl]\nnet.netfilter.nf_conntrack_max=1048576\n" }, "net.ipv6.conf.all.forwarding = 1\nnet.core.rmem_max = 16777216\n", "-net.bridge.bridge-nf-call-iptables = 0\n"],
  },
  check({ sysctl, path, workspace, report }) {
    // tuned applies its profiles long after the start.
    if (workspace.language(path) === "tuned") return;
    const said = new Set<string>();
    for (const setting of sysctl.settings) {
      const module = keyFacts(setting.key)?.module;
      if (module === undefined || THERE.has(module) || said.has(module)) continue;
      if (setting.source === "variable" || setting.source === "container" || setting.ignoreErrors || !setting.persistent || setting.value === undefined) continue;
      const missing = missingOn(workspace, setting, module);
      if (missing === undefined) continue;
      said.add(module);
      const fix = mend(workspace, path, module);
      const others = sysctl.settings.filter((other) => keyFacts(other.key)?.module === module).length - 1;
      report({
        location: { path, range: setting.keyRange },
        message: `${shown(setting.rawKey)} exists only once ${module} is loaded, and nothing ${missing === "anywhere" ? "here" : `on ${missing} ${missing === 1 ? "host" : "hosts"}`} loads it before sysctls are set: after a reboot ${others > 0 ? `this and ${others} more of its keys are` : "the line is"} skipped. Load ${module} with a file in /etc/modules-load.d.`,
        ...(missing === "anywhere" || setting.conditional ? { severity: "info" as const, confidence: "possible" as const } : { confidence: "likely" as const, data: { hosts: missing } }),
        ...(fix ? { fixes: [fix] } : {}),
      });
    }
  },
});

/** On how many hosts nothing loads the module; `anywhere`: the hosts are not known, but no file loads it; undefined: all is well. */
function missingOn(workspace: Workspace, { scope }: SysctlSetting, module: string): number | "anywhere" | undefined {
  if (isUnknown(scope) || scope.hosts.length === 0) {
    return loadedModules(workspace).some(({ name }) => satisfies(name, module)) ? undefined : "anywhere";
  }
  const missing = scope.hosts.filter((host) => loadsAtBoot(workspace, host, module) === undefined).length;
  return missing === 0 ? undefined : missing;
}

/** A file beside the sysctl file, in a tree that mirrors a host's. */
function mend(workspace: Workspace, path: string, module: string): Fix | undefined {
  const match = /^(.*(?:^|\/)etc)\/(?:sysctl\.d\/[^/]+|sysctl\.conf)$/.exec(path);
  if (match === null) return undefined;
  const target = `${match[1]!}/modules-load.d/${module}.conf`;
  const text = workspace.text(target) ?? "";
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  const edits = [{ path: target, range: { start: text.length, end: text.length }, newText: `${separator}${module}\n` }];
  return { title: `Load ${module} at boot in ${target}`, safety: "safe", edits };
}
