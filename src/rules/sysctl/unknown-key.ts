import { nearest } from "../../engine/similar.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { isGlob } from "../../model/kernel/key.ts";
import { keyFacts, knownKeys } from "../../model/kernel/keys.ts";
import { shown } from "../../model/kernel/shown.ts";
import type { SysctlFile, SysctlSetting } from "../../model/kernel/sysctl.ts";
import type { KernelVersion } from "../../model/kernel/version.ts";
import { compareVersions, parseVersion } from "../../model/kernel/version.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

/** Keys of patched kernels and of modules that are not in the kernel's tree. */
const ELSEWHERE = /^(kernel\.(grsecurity|pax|hardened|bore|sched_(?!latency_ns$)\w+|yama\.|panic_on_\w+)|dev\.|debug\.|crypto\.|lnet\.|lustre\.|fs\.(lustre|xfs|nfs|afs|quota|verity|ocfs2|binfmt_misc|epoll)|net\.(openvswitch|mptcp|tux|ddp|can|bridge\.bridge-nf|vrf|smc)|vm\.(lru_gen|ksm)|user\.|sunrpc\.|abi\.|xen\.)/;
/** Top folders that other systems have. */
const OTHER_SYSTEM = /^(kern|hw|machdep|security|vfs|net\.(inet6?|link|local|route|pf|key|bpf)|p1003_1b|compat|ddb|proc)\./;

/** Nobody reads more of one file, and each is compared with every known key. */
const MOST = 100;

export default rule({
  what: "No kernel has this key, or not those of the hosts that get it.",
  why: "Both loaders skip a key that is not there with a warning at most, and succeed. The host runs with the default of the key that was meant.",
  instead: "Correct the name; `sysctl -a` lists what a host has.",
  lessons: [],
  reads: ["sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The line has no effect as it stands; it is mended only where one known key is near.",
  lifecycle: "stable",
  sources: ["kernel: the sysctl tables of 4.4 to 7.1"],
  data: { hosts: "hosts whose kernel does not have the key yet" },
  examples: {
    bad: [
      { "hosts.ini": "[old]\nold1 kernel=4.4.0-210-generic\nnew1 kernel=6.1.0\n", "site.yml": "- hosts: old\n  tasks:\n    - copy:\n        src: 60-a.sysctl.conf\n        dest: /etc/sysctl.d/60-a.conf\n", "60-a.sysctl.conf": "⟦kernel.io_uring_disabled⟧ = 2\nvm.swappiness = 10\n" },
      "⟦net.ipv4.tcp_syncookie⟧ = 1\n", "⟦net.netfilter.nf_conntrack_be_liberal⟧ = 1\n"],
    good: "net.ipv4.tcp_syncookies = 1\nnet.ipv4.conf.eth0.rp_filter = 2\nnet.ipv4.conf.*.arp_ignore = 1\n",
    lookalike: "-net.ipv4.tcp_made_up = 1\nkernel.grsecurity.grsec_lock = 1\nnet.ipv4.conf.bond0/120.rp_filter = 2\n",
  },
  check({ sysctl, path, workspace, report }) {
    if (ofOtherSystem(sysctl)) return;
    let said = 0;
    for (const setting of sysctl.settings) {
      const early = tooEarly(workspace, setting);
      if (early === undefined || said >= MOST) continue;
      said++;
      report({
        location: { path, range: setting.keyRange },
        severity: setting.conditional ? "info" : "warning",
        confidence: "likely",
        message: `${shown(setting.rawKey)} came with kernel ${early.since}, and ${early.hosts} of the ${early.of} hosts that this reaches ${early.hosts === 1 ? "has" : "have"} an older one: there the line is skipped with a warning at most. Write -${shown(setting.rawKey)} where that is meant.`,
        data: { hosts: early.hosts },
      });
    }
    for (const { key, rawKey, keyRange, ignoreErrors, conditional, source } of sysctl.settings) {
      if (said >= MOST) break;
      if (source === "variable" || ignoreErrors || key.length > 256 || isGlob(key) || key.includes("{") || key.includes("$") || ELSEWHERE.test(key) || keyFacts(key) !== undefined) continue;
      // A dotted interface is the syntax rule's.
      if (/^net\.ipv[46]\.(conf|neigh)\.[^.]+\.[^.]+\.[^.]+/.test(key)) continue;
      if (!/^(net|vm|fs|kernel)\.[\w./-]+$/.test(key)) continue;
      said++;
      const meant = suggestion(key);
      report({
        location: { path, range: keyRange },
        message: `No kernel from 4.4 to 7.1 has ${shown(rawKey)}, so the line is skipped with a warning at most. ${meant === undefined ? "Correct the name, or remove the line." : `Did you mean ${meant}?`}`,
        severity: meant === undefined || conditional ? "info" : "warning",
        confidence: meant === undefined ? "likely" : "certain",
        ...(meant === undefined || source === "command" ? {} : { fixes: [{ title: `Write ${meant}`, safety: "safe" as const, edits: [{ path, range: keyRange, newText: meant }] }] }),
      });
    }
  },
});

/** How many hosts of a setting run a kernel that does not have the key yet, by the tree; distributions may have brought it back. */
function tooEarly(workspace: Workspace, setting: SysctlSetting): { readonly since: string; readonly hosts: number; readonly of: number } | undefined {
  if (setting.source === "variable" || setting.source === "container" || setting.ignoreErrors || isGlob(setting.key)) return undefined;
  const since = keyFacts(setting.key)?.since;
  if (since === undefined || isUnknown(setting.scope)) return undefined;
  // Of two, the first is the last kernel that is known to lack it.
  const lacks = typeof since === "string" ? undefined : parseVersion(since[0]);
  const first = typeof since === "string" ? parseVersion(since) : undefined;
  const older = (kernel: KernelVersion): boolean => (lacks !== undefined ? compareVersions(kernel, lacks) <= 0 : first !== undefined && compareVersions(kernel, first) < 0);
  let hosts = 0;
  for (const host of setting.scope.hosts) {
    const kernel = workspace.fleet.kernel(host);
    if (!isUnknown(kernel) && !BROUGHT_BACK.test(kernel.text) && older(kernel)) hosts++;
  }
  return hosts === 0 ? undefined : { since: typeof since === "string" ? since : since[1], hosts, of: setting.scope.hosts.length };
}

/** Kernels of Red Hat, SUSE and their kin have much of later ones. */
const BROUGHT_BACK = /\.el\d|\.fc\d|default|\.amzn|uek/;

/** The key that was meant: one with nearly the same letters, or the only one whose name has the same words in part. */
function suggestion(key: string): string | undefined {
  const perInterface = /^(net\.ipv[46]\.(?:conf|neigh))\.([^.]+)\.(.+)$/.exec(key);
  const wanted = perInterface ? `${perInterface[1]!}.*.${perInterface[3]!}` : key;
  const folder = wanted.slice(0, wanted.lastIndexOf(".") + 1);
  const candidates = [...knownKeys()].filter((known) => keyFacts(known)?.removed === undefined);
  const near = nearest(wanted, candidates.filter((known) => known.startsWith(folder.split(".")[0]!)), 2);
  const found = near ?? missingWords(wanted, candidates, folder);
  return found === undefined ? undefined : perInterface ? found.replace("*", perInterface[2]!) : found;
}

/** The only key of the folder that has all words of `key`, in order, and more. */
function missingWords(key: string, candidates: readonly string[], folder: string): string | undefined {
  const words = key.slice(folder.length).split(/[_-]/);
  if (words.length < 3) return undefined;
  const fits = candidates.filter((known) => {
    if (!known.startsWith(folder)) return false;
    let at = 0;
    for (const word of known.slice(folder.length).split(/[_-]/)) if (word === words[at]) at++;
    return at === words.length;
  });
  return fits.length === 1 ? fits[0] : undefined;
}

function ofOtherSystem({ settings }: SysctlFile): boolean {
  return settings.some(({ key }) => OTHER_SYSTEM.test(key));
}
