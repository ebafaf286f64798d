import type { Confidence, Severity } from "../../engine/finding.ts";
import type { Location } from "../../engine/location.ts";
import type { Report } from "../../engine/rule.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { rulesetChanges } from "../../model/firewall/reload/change.ts";
import type { Lost } from "../../model/firewall/reload/losses.ts";
import { LOST_IN_WORDS, era, losses } from "../../model/firewall/reload/losses.ts";
import { hostsText, kernelsText, worstOf } from "../../model/firewall/reload/words.ts";
import type { Ruleset } from "../../model/firewall/ruleset.ts";
import { isStateful, statefulPlace } from "../../model/firewall/tracking/index.ts";
import { longLived } from "../../model/firewall/tracking/evidence.ts";
import type { LongLived } from "../../model/firewall/tracking/evidence.ts";
import type { Exposed } from "../../model/firewall/tracking/exposure.ts";
import { exposure } from "../../model/firewall/tracking/exposure.ts";
import { setLiberal } from "../../model/firewall/tracking/fix.ts";
import { passesUntracked } from "../../model/firewall/tracking/survives.ts";
import { LIBERAL, LOOSE } from "../../model/firewall/tracking/switches.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const RULES = `flush ruleset
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    iif lo accept
    ⟦ct state established,related⟧ accept
    tcp dport { 22, 6789, 6800-7300 } accept
  }
}
`;

const repository = (state: string, rules: string): Record<string, string> => ({
  "hosts.ini": "[ceph_osd]\nstore[01:06].example.net kernel=4.15.0-45-generic\n",
  "site.yml": `- hosts: ceph_osd
  serial: 1
  tasks:
    - copy:
        src: nftables.conf
        dest: /etc/nftables.conf
      notify: rules
    - copy:
        src: 60-net.conf
        dest: /etc/sysctl.d/60-net.conf
    - copy:
        src: modules-load.d/net.conf
        dest: /etc/modules-load.d/net.conf
  handlers:
    - name: rules
      service:
        name: nftables
        state: ${state}
`,
  "files/nftables.conf": rules,
  "files/modules-load.d/net.conf": "nf_conntrack\n",
});

export default rule({
  what: "Connection tracking is strict about TCP windows where a reload of the firewall would lose long-lived connections.",
  why: "When tracking pauses during a reload, the windows that it remembers grow old, and every later packet of a running connection is INVALID. With nf_conntrack_tcp_be_liberal = 1 only resets are judged by the window; with nf_conntrack_tcp_loose = 0 a connection that lost its entry can never be picked up again.",
  instead: "Set net.netfilter.nf_conntrack_tcp_be_liberal = 1 in sysctl.d, leave nf_conntrack_tcp_loose at 1, and load nf_conntrack in modules-load.d: without the module the keys do not exist when sysctls are applied at boot.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["firewall", "sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "Packets outside the remembered window are still matched to their connection by addresses and ports; nothing that was accepted is refused.",
  lifecycle: "stable",
  sources: ["Linux Documentation/networking/nf_conntrack-sysctl.rst", "Linux net/netfilter/nf_conntrack_proto_tcp.c, tcp_in_window", "sysctl.d(5), systemd-sysctl.service(8)"],
  data: { hosts: "hosts on which the setting is missing and connections would be lost" },
  examples: {
    bad: { ...repository("restarted", RULES), "files/60-net.conf": "net.core.somaxconn = 4096\n" },
    good: { ...repository("restarted", RULES.replace(/[⟦⟧]/g, "")), "files/60-net.conf": `net.core.somaxconn = 4096\n${LIBERAL} = 1\n` },
    lookalike: { ...repository("reloaded", RULES.replace(/[⟦⟧]/g, "")), "files/60-net.conf": "net.core.somaxconn = 4096\n" },
  },
  check(context) {
    const { path, workspace, report } = context;
    if (context.reads === "firewall") {
      for (const one of reportsOf(workspace, context.firewall)) if (one.location.path === path && !saidOfModule(workspace, one)) report(one);
      return;
    }
    if (!context.sysctl.settings.some(({ key }) => key === LIBERAL || key === LOOSE)) return;
    const heard = new Set<string>();
    for (const { subject } of workspace.subjects("firewall")) {
      for (const one of reportsOf(workspace, subject)) {
        if (one.location.path !== path || subject.path === path || heard.has(one.key!) || saidOfModule(workspace, one)) continue;
        heard.add(one.key!);
        report(one);
      }
    }
  },
  /** A change that reloads the rules is what sets the fault off, so it is heard again as part of the change. */
  compare({ before, after, changed, report }) {
    const heard = new Set<string>();
    for (const { ruleset } of rulesetChanges(before, after)) {
      for (const one of reportsOf(after, ruleset)) {
        const name = `${one.location.path}\0${one.key}`;
        if (heard.has(name) || (changed.includes(one.location.path) && saidOfModule(after, one))) continue;
        heard.add(name);
        report(one);
      }
    }
  },
});

/** Whether sysctl/key-needs-module says of the same line that the module comes too late: one finding is enough. */
function saidOfModule(workspace: Workspace, { location, key }: Report): boolean {
  const setting = workspace.subject("sysctl", location.path)?.settings.find((one) => one.key === key && one.valueRange.start === location.range.start);
  return setting !== undefined && setting.source !== "variable" && !setting.ignoreErrors && setting.persistent && setting.value !== undefined && Number(setting.value) !== 0 && key === LIBERAL;
}

/** What is wrong with the switches of the hosts behind one ruleset. */
function reportsOf(workspace: Workspace, ruleset: Ruleset): Report[] {
  if (!isStateful(ruleset)) return [];
  const evidence = longLived(workspace, ruleset);
  if (evidence === undefined) return [];
  const { hosts } = exposure(workspace, ruleset.path);
  const strict = hosts.filter(({ switches }) => !switches.liberal.on && switches.liberal.state !== "hidden");
  const reports = [...strictReports(workspace, ruleset, strict, evidence), ...looseReports(workspace, hosts, evidence)];
  return reports.length > 0 && passesUntracked(ruleset) ? [] : reports;
}

function strictReports(workspace: Workspace, ruleset: Ruleset, strict: readonly Exposed[], evidence: LongLived): Report[] {
  const cured = strict.filter(({ reload }) => reload !== undefined && reload.method !== "conntrack-flush" && reload.method !== "first-enabled");
  const known = worstOf(cured);
  // A reload that nobody can judge is taken for the worst where the kernel is of those that forget.
  const guessed = strict.filter(({ reload, kernel }) => (reload === undefined || reload.method === "unknown") && !isUnknown(kernel) && era(kernel) === "forgets");
  const losing = known.length > 0 ? known : evidence.kind === "storage" ? guessed : [];
  if (losing.length === 0) return [];
  const lost = known.length > 0 ? known[0]!.losses! : losses("two-step", losing[0]!.kernel, { liberal: false, loose: true });
  const [severity, confidence] = grade(losing, lost.lost, evidence, known.length > 0 && lost.certain);
  const edits = setLiberal(workspace, losing.flatMap(({ host }) => host ?? []), ruleset.path);
  return byPlace(losing, (one) => one.switches.liberal.location).map(([location, group]) => {
    const state = group[0]!.switches.liberal.state;
    const place = location ?? { path: ruleset.path, range: statefulPlace(ruleset)! };
    const zero = state === "set" && location !== undefined ? [{ path: location.path, range: location.range, newText: "1" }] : undefined;
    const mend = zero ?? (state === "default" ? edits : undefined);
    return {
      location: place,
      severity,
      confidence,
      key: LIBERAL,
      message: `${STATES[state]} ${effect(group, lost.lost, known.length > 0)} ${REMEDIES[state]}`,
      related: group[0]!.reload === undefined ? [] : [{ location: group[0]!.reload.location, message: `This is how the rules are reloaded: ${group[0]!.reload.how}.` }],
      data: { hosts: group.filter(({ host }) => host !== undefined).length },
      fixes: mend === undefined ? [] : [{ title: `Set ${LIBERAL} = 1`, safety: "safe", edits: mend }],
    };
  });
}

const STATES = {
  default: `${LIBERAL} is not set (the kernel's default is 0).`,
  set: `${LIBERAL} is 0.`,
  "runtime-only": `${LIBERAL} = 1 is set by a command that does not outlast a boot.`,
  "module-late": `${LIBERAL} = 1 is lost at boot: nothing loads nf_conntrack before the sysctls are applied, so the key does not exist yet.`,
  hidden: "",
} as const;

const REMEDIES = {
  default: `Set ${LIBERAL} = 1 in sysctl.d, with nf_conntrack in modules-load.d.`,
  set: "Set it to 1.",
  "runtime-only": "Write it to sysctl.d, with nf_conntrack in modules-load.d.",
  "module-late": "Add nf_conntrack to modules-load.d.",
  hidden: "",
} as const;

function effect(group: readonly Exposed[], lost: Lost, known: boolean): string {
  const where = group[0]!.host === undefined ? "the hosts of this ruleset" : hostsText(group);
  const kernels = group.some(({ kernel }) => !isUnknown(kernel)) ? ` with ${kernelsText(group)}` : "";
  return known
    ? `The rules are not reloaded in one transaction, so each reload drops ${LOST_IN_WORDS[lost]} of ${where}${kernels}.`
    : `How the rules are reloaded is not known; if it is not in one transaction, each reload drops ${LOST_IN_WORDS[lost]} of ${where}${kernels}.`;
}

function grade(losing: readonly Exposed[], lost: Lost, evidence: LongLived, known: boolean): [Severity, Confidence] {
  if (losing[0]!.host === undefined || isUnknown(losing[0]!.kernel)) return ["info", "possible"];
  if (evidence.kind !== "storage" || lost === "half-closed") return ["info", "likely"];
  // How it is reloaded decides: without that, nothing is known to be lost.
  return known ? ["warning", "certain"] : ["info", "possible"];
}

/** tcp_loose = 0, written by someone: every connection without an entry is lost, whatever be_liberal says. */
function looseReports(workspace: Workspace, hosts: readonly Exposed[], evidence: LongLived): Report[] {
  const tight = hosts.filter(({ switches }) => switches.loose.state === "set" && !switches.loose.on);
  return byPlace(tight, (one) => one.switches.loose.location).flatMap(([location, group]): Report[] =>
    location === undefined
      ? []
      : [
          {
            location,
            severity: evidence.kind === "storage" && group[0]!.host !== undefined ? "warning" : "info",
            confidence: "likely",
            key: LOOSE,
            message: `${LOOSE} is 0. When the table of connections is emptied or the stateful rules are first loaded, no running connection of ${group[0]!.host === undefined ? "the hosts" : hostsText(group)} is picked up again: all are dropped. Leave it at 1.`,
            data: { hosts: group.filter(({ host }) => host !== undefined).length },
            fixes: [{ title: `Set ${LOOSE} = 1`, safety: "unsafe", edits: [{ path: location.path, range: location.range, newText: "1" }] }],
          },
        ],
  );
}

function byPlace(hosts: readonly Exposed[], place: (one: Exposed) => Location | undefined): [Location | undefined, Exposed[]][] {
  const groups = new Map<string, [Location | undefined, Exposed[]]>();
  for (const one of hosts) {
    const location = place(one);
    const name = location === undefined ? "" : `${location.path}\0${location.range.start}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [location, [one]]);
    else group[1].push(one);
  }
  return [...groups.values()];
}
