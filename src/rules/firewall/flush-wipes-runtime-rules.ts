import type { Writer } from "../../model/firewall/containers/writers.ts";
import { dockerLeavesRulesAlone, restartsWriter, ruleWriters } from "../../model/firewall/containers/writers.ts";
import { wipeOf } from "../../model/firewall/loading/wipes.ts";
import { hostsText } from "../../model/firewall/reload/words.ts";
import { rule } from "../rule.ts";

const RULES = `table inet guard {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport 22 accept
	}
}
`;

const repository = (rules: string, handlers = "[nftables]"): Record<string, string> => ({
  "inventory.ini": "[apps]\napp[01:03].example.net\n",
  "site.yml": `- hosts: apps
  tasks:
    - apt:
        name: [docker-ce, curl]
    - copy:
        src: nftables.conf
        dest: /etc/nftables.conf
      notify: ${handlers}
  handlers:
    - name: nftables
      service:
        name: nftables
        state: reloaded
    - name: docker
      service:
        name: docker
        state: restarted
`,
  "files/nftables.conf": rules,
});

export default rule({
  what: "Loading the ruleset removes the rules that another program writes on the same hosts.",
  why: "`flush ruleset` takes every table away, also those that Docker, Kubernetes, libvirt or fail2ban made since the boot. Nothing puts them back until that program is started anew: containers and guests lose their network, and bans are gone, at the next reload of the firewall.",
  instead: "Remove only the tables of this file: `table inet NAME`, `delete table inet NAME`, then its block. Or restart the other program after each load.",
  lessons: ["nft-flush-ruleset-wipes-runtime-rules"],
  reads: ["firewall"],
  severity: "warning",
  fix: "unsafe",
  fixSafety: "Tables that an earlier version of this file made under another name stay until the next boot.",
  lifecycle: "stable",
  sources: ["nft(8), flush ruleset", "Docker's manual, packet filtering and firewalls", "iptables(8), --flush"],
  data: { programs: "the programs whose rules are removed", hosts: "hosts where they run, where they are known" },
  examples: {
    bad: [
      repository(`⟦flush ruleset⟧\n\n${RULES}`),
      `⟦flush ruleset⟧\n\n${RULES}\ntable inet transit {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tct state established,related accept\n\t\tiifname "docker0" oifname "wan0" accept\n\t}\n}\n`,
      { "hosts/app01/etc/nftables.conf": `⟦flush ruleset⟧\n\n${RULES}`, "hosts/app01/etc/docker/daemon.json": '{ "log-driver": "journald" }\n' },
      {
        "inventory.ini": "[apps]\napp[01:03].example.net\n",
        "site.yml": "- hosts: apps\n  tasks:\n    - apt:\n        name: docker-ce\n    - copy:\n        src: rules.v4\n        dest: /etc/iptables/rules.v4\n",
        "files/rules.v4": "*⟦filter⟧\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nCOMMIT\n",
      },
      { "firewall.sh": "#!/bin/sh\n⟦iptables -F⟧\niptables -A INPUT -i lo -j ACCEPT\niptables -A INPUT -p tcp --dport 22 -j ACCEPT\niptables -A FORWARD -i docker0 -j ACCEPT\n" },
    ],
    good: [repository(`table inet guard\ndelete table inet guard\n${RULES}`), repository(`flush ruleset\n\n${RULES}`, "[nftables, docker]")],
    lookalike: [
      // Only adds to what is there.
      { "hosts/app01/etc/iptables/rules.v4": "*filter\n-A INPUT -p tcp -m tcp --dport 9100 -j ACCEPT\nCOMMIT\n", "hosts/app01/etc/docker/daemon.json": "{}\n" },
      // No other program is known on these hosts.
      `flush ruleset\n\n${RULES}`,
      // Docker leaves the rules to this file.
      { "hosts/app01/etc/nftables.conf": `flush ruleset\n\n${RULES}`, "hosts/app01/etc/docker/daemon.json": '{ "iptables": false }\n' },
      { "hosts/app02/etc/nftables.conf": `flush ruleset\n\n${RULES}`, "hosts/app01/etc/docker/daemon.json": "{}\n" },
      `flush ruleset inet\n\n${RULES}\ntable inet transit {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tiifname "docker0" accept\n\t}\n}\n`,
    ],
  },
  check({ firewall, path, workspace, report }) {
    const wipe = wipeOf(workspace, path);
    if (wipe === undefined) return;
    const writers = ruleWriters(workspace, firewall).filter(({ writer }) => !restartsWriter(workspace, path, writer) && !(writer === "Docker" && dockerLeavesRulesAlone(workspace)));
    const [first] = writers;
    if (first === undefined) return;
    const restored = workspace.language(path) === "iptables-save";
    // A dump that was taken while the program ran names what is its own: that does not tell how it is loaded.
    if (restored && first.hosts === undefined) return;
    const programs = writers.map(({ writer }) => writer);
    const known = writers.find(({ hosts }) => hosts !== undefined);
    const where = known?.hosts === undefined ? "on its hosts" : `on ${hostsText(Array<undefined>(known.hosts).fill(undefined))}`;
    report({
      location: { path, range: wipe.range },
      message: `${restored ? `iptables-restore replaces the whole table ${wipe.text.slice(1)}, and so` : `“${wipe.text}”`} also removes the rules that ${list(programs)} wrote ${where} (${first.why}): ${EFFECTS[first.writer]} after each load until ${first.writer} is started anew. ${restored ? "Load it with --noflush into chains of its own, or start the program anew after each load." : "Flush only the tables of this file."}`,
      related: writers.flatMap(({ location, why }) => (location === undefined ? [] : [{ location, message: `It is known by this: ${why}.` }])),
      data: { programs: programs.join(", "), ...(known?.hosts === undefined ? {} : { hosts: known.hosts }) },
      confidence: known === undefined ? "possible" : "likely",
      ...(known === undefined && workspace.language(path) === "shell" || (restored && programs.every((name) => name === "libvirt" || name === "fail2ban")) ? { severity: "info" as const } : {}),
      fixes: wipe.edit === undefined ? [] : [{ title: "Remove only the tables of this file", safety: "unsafe", edits: [wipe.edit] }],
    });
  },
});

const EFFECTS: Record<Writer, string> = {
  Docker: "containers lose their network",
  Kubernetes: "pods and services lose their network",
  libvirt: "guests on its networks are cut off",
  fail2ban: "nobody is banned",
  podman: "containers lose their network",
};

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
}
