import type { Confidence, Related, Severity } from "../../engine/finding.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { LOST_IN_WORDS } from "../../model/firewall/reload/losses.ts";
import { reloadsOf } from "../../model/firewall/reload/index.ts";
import { rulesetChanges } from "../../model/firewall/reload/change.ts";
import { endedExemption } from "../../model/firewall/reload/exemptions.ts";
import { hostsText, kernelsText, placeText, worstOf } from "../../model/firewall/reload/words.ts";
import { longLived } from "../../model/firewall/tracking/evidence.ts";
import type { LongLived } from "../../model/firewall/tracking/evidence.ts";
import { exposure } from "../../model/firewall/tracking/exposure.ts";
import type { Exposed } from "../../model/firewall/tracking/exposure.ts";
import { setLiberal } from "../../model/firewall/tracking/fix.ts";
import { portsText } from "../../model/firewall/tracking/ports.ts";
import { passesUntracked } from "../../model/firewall/tracking/survives.ts";
import { rule } from "../rule.ts";

const RULES = `flush ruleset

table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    iif lo accept
    ct state established,related accept
    ip protocol icmp limit rate 10/second accept
    tcp dport { 22, 6800-7300 } accept
  }
}
`;

const repository = (state: string, rules: string): Record<string, string> => ({
  "inventory.ini": "[ceph_osd]\nstore[01:06].example.net kernel=4.15.0-45-generic\n",
  "site.yml": "- hosts: ceph_osd\n  serial: 1\n  roles:\n    - packetfilter\n",
  "roles/packetfilter/tasks/main.yml":
    "- copy:\n    src: modules-load.d/net.conf\n    dest: /etc/modules-load.d/net.conf\n- copy:\n    src: 60-net.conf\n    dest: /etc/sysctl.d/60-net.conf\n- name: Install the rules\n  copy:\n    src: nftables.conf\n    dest: /etc/nftables.conf\n  notify: new rules\n",
  "roles/packetfilter/files/60-net.conf": "net.core.somaxconn = 4096\n",
  "roles/packetfilter/files/modules-load.d/net.conf": "br_netfilter\n",
  "roles/packetfilter/handlers/main.yml": `- name: new rules\n  service:\n    name: nftables\n    state: ${state}\n`,
  "roles/packetfilter/files/nftables.conf": rules,
});

export default rule({
  what: "The change makes hosts reload a stateful ruleset in a way that drops their established connections.",
  why: "Between flush and load nothing needs connection tracking, so the kernel stops it and keeps entries that grow old. When the rules come back, packets of running connections do not fit those entries, are INVALID and are dropped, for as long as the connection is tried. It does not matter how small the edit is: the reload does the damage. Storage that waits for such a connection stops its clients' I/O.",
  instead: "Load the rules in one transaction (`systemctl reload nftables`, `nft -f` of a file that flushes itself, `iptables-restore`), or first set net.netfilter.nf_conntrack_tcp_be_liberal = 1 for good, with nf_conntrack in modules-load.d.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["firewall"],
  severity: "warning",
  fix: "unsafe",
  fixSafety: "It makes conntrack accept segments outside the window that it remembers, on every host that gets the file.",
  lifecycle: "stable",
  sources: [
    "Linux net/netfilter/nf_conntrack_proto.c (hooks per namespace, since 4.10), commits 4d3a57f23dec (4.14) and f94e63801ab2 (4.19)",
    "Debian nftables.service: ExecStop=nft flush ruleset",
    "Linux Documentation/networking/nf_conntrack-sysctl.rst",
  ],
  data: { hosts: "hosts that reload the ruleset and lose connections", method: "how it is reloaded", lost: "which connections are lost" },
  examples: {
    bad: { before: repository("restarted", RULES), after: repository("restarted", RULES.replace("ip protocol icmp limit rate 10/second accept", "⟦ip protocol icmp limit rate 50/second accept⟧")) },
    good: { before: repository("reloaded", RULES), after: repository("reloaded", RULES.replace("10/second", "50/second")) },
    lookalike: { before: repository("restarted", RULES), after: repository("restarted", RULES.replace("table", "# What is not named here is dropped.\ntable")) },
  },
  compare({ before, after, report, notComputed }) {
    for (const change of rulesetChanges(before, after)) {
      const { path } = change.ruleset;
      const evidence = longLived(after, change.ruleset);
      if (evidence === undefined || passesUntracked(change.ruleset)) continue;
      const staying = change.hosts && new Set(change.hosts.map(({ name }) => name));
      const ended = endedExemption(before, after, change.ruleset);
      const toggled = ended === undefined ? [] : [{ method: "notrack-toggled" as const, location: change.location, how: "a notrack rule goes" }];
      const hosts = exposure(after, path, [...toggled, ...reloadsOf(after, path)]).hosts.filter(({ host }) => host === undefined || staying === undefined || staying.has(host.name));
      if (hosts.length > 0 && hosts.every(({ reload }) => reload === undefined)) {
        notComputed(path, "nothing in the repository tells how this ruleset is reloaded");
        continue;
      }
      const losing = worstOf(hosts);
      if (losing.length === 0) continue;
      const { reload, losses } = losing[0]!;
      const [severity, confidence] = grade(losing, evidence.kind);
      const tracked = reload!.method === "notrack-toggled" ? ended : undefined;
      const related: Related[] = [tracked ? { location: tracked.was, message: "This exempted the ports until now." } : { location: reload!.location, message: `This is how the rules are reloaded: ${reload!.how}.` }];
      if (change.variable !== undefined) related.push({ location: { path, range: { start: 0, end: 0 } }, message: `The template takes ${change.variable}.` });
      const edits = setLiberal(after, losing.flatMap(({ host }) => host ?? []), path);
      report({
        location: change.location,
        severity,
        confidence,
        key: path,
        message: tracked
          ? `This change puts TCP ports ${portsText(tracked.ports)} under connection tracking again. ${effect(losing, evidence)} Entries from before the exemption live for 5 days. Set net.netfilter.nf_conntrack_tcp_be_liberal = 1 there before the notrack rule goes.`
          : `${change.variable === undefined ? "This change" : `The new value of ${change.variable}`} makes the hosts reload a stateful ruleset, and ${reload!.how} (${placeText(after, reload!.location)}). ${effect(losing, evidence)} ${remedy(losing)}`,
        related,
        data: { hosts: losing.filter(({ host }) => host !== undefined).length, method: reload!.method, lost: losses!.lost },
        fixes: edits === undefined ? [] : [{ title: "Make conntrack liberal on these hosts, for good", safety: "unsafe", edits }],
      });
    }
  },
});

function effect(losing: readonly Exposed[], { kind, hosts }: LongLived): string {
  const { losses, kernel } = losing[0]!;
  const where = losing[0]!.host === undefined ? "On the hosts" : `On ${hostsText(losing, hosts.length > 0 ? "storage" : "")}`;
  const what = LOST_IN_WORDS[losses!.lost];
  if (isUnknown(kernel)) {
    const worse = losing[0]!.reload!.method === "two-step" ? " (all that carry data on kernels 4.14 to 4.18)" : "";
    return `${where}, whose kernel is not known, ${what} are dropped${worse}${consequence(kind)}.`;
  }
  return `${where} with ${kernelsText(losing)}, ${what} are ${losses!.certain ? "" : "probably "}dropped${consequence(kind)}: ${losses!.because}.`;
}

function consequence(kind: "storage" | "database"): string {
  return kind === "storage" ? ", and I/O that waits for them stops" : ", and sessions that wait for them hang";
}

function remedy(losing: readonly Exposed[]): string {
  const switches = losing.map(({ switches }) => switches.liberal.state);
  if (switches.includes("runtime-only")) return "Load the rules in one transaction, and make nf_conntrack_tcp_be_liberal = 1 persistent: it is set by a command that the next boot forgets.";
  if (switches.includes("module-late")) return "Load the rules in one transaction, and load nf_conntrack through modules-load.d: nf_conntrack_tcp_be_liberal = 1 is lost at boot without it.";
  if (losing[0]!.losses!.lost === "unaccepted" || losing[0]!.losses!.lost === "all") return "Replace the rules only, and leave the table of connections alone; net.netfilter.nf_conntrack_tcp_be_liberal does not help here.";
  return "Load the rules in one transaction, or set net.netfilter.nf_conntrack_tcp_be_liberal = 1 there first.";
}

/** Warning only where busy connections are lost for certain, on hosts whose I/O hangs on them. */
function grade(losing: readonly Exposed[], kind: "storage" | "database"): [Severity, Confidence] {
  const { losses, kernel, switches, host } = losing[0]!;
  const busy = losses!.lost !== "half-closed" && losses!.lost !== "unaccepted";
  const guessed = isUnknown(kernel) || host === undefined || switches.liberal.state === "hidden";
  if (guessed) return ["info", "possible"];
  // it is in force until the next boot
  if (switches.liberal.state === "runtime-only" || switches.liberal.state === "module-late") return ["info", "possible"];
  if (!busy || !losses!.certain || kind !== "storage") return ["info", "likely"];
  return ["warning", "certain"];
}
