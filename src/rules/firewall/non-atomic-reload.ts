import type { Fix } from "../../engine/fix.ts";
import type { Location } from "../../engine/location.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { firstEnabled } from "../../model/firewall/reload/first.ts";
import { nonAtomicReloads } from "../../model/firewall/reload/faults.ts";
import { losses } from "../../model/firewall/reload/losses.ts";
import type { ReloadFault } from "../../model/firewall/reload/faults.ts";
import { hostsText } from "../../model/firewall/reload/words.ts";
import { trackedCeph } from "../../model/firewall/tracking/ceph.ts";
import { passesUntracked } from "../../model/firewall/tracking/survives.ts";
import { LOOSE, switchesOf } from "../../model/firewall/tracking/switches.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const RULES = "flush ruleset\n\ntable inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tiif lo accept\n\t\tct state established,related accept\n\t\ttcp dport 22 accept\n\t}\n}\n";

const role = (state: string): Record<string, string> => ({
  "site.yml": "- hosts: all\n  roles:\n    - packetfilter\n",
  "roles/packetfilter/tasks/main.yml": "- copy:\n    src: nftables.conf\n    dest: /etc/nftables.conf\n  notify: new rules\n",
  "roles/packetfilter/handlers/main.yml": `- name: new rules\n  service:\n    name: nftables\n    state: ${state}\n`,
  "roles/packetfilter/files/nftables.conf": RULES,
});

export default rule({
  what: "The firewall is reloaded in more than one transaction.",
  why: "Between the flush and the load the host is open, or with a policy of drop it is shut; and connection tracking stops, so that packets of running connections are INVALID when the rules come back. Kernels 4.14 to 4.18 lose every busy connection that way, newer ones those that are half closed, and with a policy of drop those on which the host sends.",
  instead: "Load everything in one transaction: `flush ruleset` at the top of the file and `nft -f` or `systemctl reload nftables`; or `iptables-restore` with nothing flushed before.",
  lessons: ["2019-ceph-firewall-reload"],
  reads: ["syntax"],
  severity: "warning",
  fix: "safe",
  fixSafety: "It is offered only where the ruleset flushes itself, so that the reload leaves the same rules as the restart.",
  lifecycle: "stable",
  sources: [
    "nft(8): a file given to -f is one transaction",
    "Debian nftables.service, ufw 0.36 ufw-init-functions, ferm 2.5 ferm.service; RHEL iptables-services iptables.init: what stop and restart do",
    "Linux commits 4d3a57f23dec (4.14), f94e63801ab2 (4.19)",
  ],
  data: { method: "two-step, drop-gap, conntrack-flush or first-enabled", hosts: "hosts that load a stateful ruleset for the first time", lost: "which of their connections are lost" },
  examples: {
    bad: [
      { ...role("⟦restarted⟧") },
      { "reload.sh": "#!/bin/sh\nset -e\nnft -c -f /etc/nftables.conf\n⟦nft flush ruleset⟧\nnft -f /etc/nftables.conf\n", "nftables.conf": RULES },
      { "site.yml": "- hosts: all\n  tasks:\n    - name: Load the rules\n      shell: ⟦iptables -F⟧ && iptables-restore < /etc/iptables/rules.v4\n" },
    ],
    good: [role("reloaded"), { "reload.sh": "#!/bin/sh\nset -e\nnft -c -f /etc/nftables.conf\nnft -f /etc/nftables.conf\n", "nftables.conf": RULES }],
    lookalike: [
      // One back end gives way to the other for good.
      {
        "site.yml": "- hosts: all\n  tasks:\n    - service: name=iptables state=stopped enabled=false\n      when: modern\n    - service: name=iptables state=started enabled=true\n      when: not modern\n",
        "files/rules.v4": "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\nCOMMIT\n",
      },
      // netfilter-persistent does not flush when it is stopped
      { "site.yml": "- hosts: all\n  handlers:\n    - name: new rules\n      service:\n        name: netfilter-persistent\n        state: restarted\n" },
      { "firewall.sh": "#!/bin/sh\nstop() {\n  nft flush ruleset\n}\nstart() {\n  nft -f /etc/nftables.conf\n}\ncase \"$1\" in\nstart) start ;;\nstop) stop ;;\nesac\n", "nftables.conf": RULES },
    ],
  },
  check({ path, workspace, report }) {
    for (const fault of nonAtomicReloads(workspace, path)) {
      report({
        location: fault.location,
        severity: fault.stateful === undefined ? "info" : "warning",
        confidence: fault.stateful === undefined ? "possible" : "likely",
        message: `${capital(fault.how)}, so the rules are not replaced in one transaction. ${EFFECTS[fault.method]} ${fault.method === "conntrack-flush" ? "Leave the table alone and replace the rules only." : "Load them in one transaction."}`,
        related: fault.stateful === undefined ? [] : [{ location: fault.stateful, message: "This ruleset needs connection tracking." }],
        data: { method: fault.method },
        key: `${fault.method} ${fault.how}`,
        fixes: mend(workspace, fault),
      });
    }
  },
  compare({ before, after, report }) {
    for (const { ruleset, location, hosts } of firstEnabled(before, after)) {
      const storage = hosts.filter((host) => after.fleet.trait(host, "storage") !== undefined);
      const tracked = trackedCeph(after, ruleset.path);
      if (storage.length === 0 || tracked.unknown || tracked.ports.length === 0 || passesUntracked(ruleset)) continue;
      const tight = storage.find((host) => !switchesOf(after, host).loose.on);
      const { lost } = losses("first-enabled", unknown("every kernel does so"), { liberal: false, loose: tight === undefined });
      report({
        location,
        confidence: "likely",
        key: "first-enabled",
        message: `This change loads a stateful ruleset for the first time on ${hostsText(storage, "storage")} with running connections. They have no entry yet: ${tight ? `${LOOSE} = 0 makes all their packets INVALID` : "their packets are NEW without SYN, and those that no rule accepts are dropped"}. ${tight ? "Set it to 1 first, and exempt" : "Exempt"} the storage ports with notrack, or load the rules first with policy accept until tracking has picked the connections up.`,
        data: { method: "first-enabled", hosts: storage.length, lost },
      });
    }
  },
});

const EFFECTS: Record<ReloadFault["method"], string> = {
  "two-step": "Nothing filters in between, and running connections are lost when the rules come back (all busy ones on kernels 4.14 to 4.18, half-closed ones later).",
  "drop-gap": "The policy still drops in between, and running connections on which the host sends do not recover.",
  "conntrack-flush": "Every running connection loses its entry, and those that no rule accepts without a SYN are dropped.",
};

function capital(text: string): string {
  return text[0] === "`" ? text : text[0]!.toUpperCase() + text.slice(1);
}

/** `restart` becomes `reload` where the unit's reload is one transaction and leaves the same rules. */
function mend(workspace: Workspace, { location, reloadable }: ReloadFault): Fix[] {
  if (!reloadable || isUnknown(location)) return [];
  const edit = replaceWord(workspace, location);
  return edit === undefined ? [] : [{ title: "Reload instead of restarting", safety: "safe", edits: [edit] }];
}

function replaceWord(workspace: Workspace, location: Location): Fix["edits"][number] | undefined {
  const match = /\brestart(ed)?\b/.exec(workspace.textAt(location));
  if (match === null) return undefined;
  const start = location.range.start + match.index;
  return { path: location.path, range: { start, end: start + match[0].length }, newText: match[1] === undefined ? "reload" : "reloaded" };
}
