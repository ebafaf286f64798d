import assert from "node:assert/strict";
import { loadWorkspace } from "../../../../src/core.ts";
import { reloadsOf } from "../../../../src/model/firewall/reload/index.ts";

const NFT = "flush ruleset\ntable inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    ct state established accept\n  }\n}\n";
const SAVE = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\nCOMMIT\n";
const INVENTORY = { "hosts.ini": "[stor]\nstor[1:3].example.net\n" };

/** A play that installs a ruleset and calls the handler `loaded`. */
const play = (source: string, destination: string, handlers: string, tasks = ""): Record<string, string> => ({
  ...INVENTORY,
  "site.yml": `- hosts: stor\n  tasks:\n    - copy:\n        src: ${source}\n        dest: ${destination}\n      notify: loaded\n${tasks}  handlers:\n${handlers}`,
});
const service = (name: string, state: string): string => `    - name: loaded\n      service:\n        name: ${name}\n        state: ${state}\n`;
const command = (line: string, module = "command"): string => `    - name: loaded\n      ${module}: ${line}\n`;
const nft = (handlers: string, more: Record<string, string> = {}): Record<string, string> => ({ ...play("nftables.conf", "/etc/nftables.conf", handlers), "files/nftables.conf": NFT, ...more });
const ipt = (handlers: string, more: Record<string, string> = {}, destination = "/etc/iptables/rules.v4"): Record<string, string> => ({ ...play("rules.v4", destination, handlers), "files/rules.v4": SAVE, ...more });

const CASES: readonly (readonly [string, Record<string, string>, string | undefined, string | undefined])[] = [
  ["Debian's nftables.service restarted", nft(service("nftables", "restarted")), "two-step", "restarted"],
  ["and reloaded", nft(service("nftables", "reloaded")), "atomic", "reloaded"],
  ["with its suffix", nft(service("nftables.service", "restarted")), "two-step", "restarted"],
  ["nft -f", nft(command("nft -f /etc/nftables.conf")), "atomic", undefined],
  ["flush && nft -f", nft(command("nft flush ruleset && nft -f /etc/nftables.conf", "shell")), "two-step", "nft flush ruleset"],
  ["systemctl restart in a command", nft(command("systemctl restart nftables")), "two-step", undefined],
  ["a drop-in takes ExecStop away", nft(service("nftables", "restarted"), { "files/nftables.service.d/keep.conf": "[Service]\nExecStop=\n" }), "atomic", undefined],
  ["a unit of our own", nft(service("packetfilter", "restarted"), { "files/packetfilter.service": "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/sbin/nft -f /etc/nftables.conf\nExecStop=/usr/sbin/nft flush ruleset\n" }), "two-step", undefined],
  ["a unit of our own that starts an init script of its own name", nft(service("nftables", "reloaded"), { "files/nftables.service": "[Service]\nExecStart=/etc/init.d/nftables start\nExecReload=/etc/init.d/nftables reload\nExecStop=/etc/init.d/nftables stop\n" }), "atomic", undefined],
  ["a unit of our own that can reload", nft(service("packetfilter", "reloaded"), { "files/packetfilter.service": "[Service]\nExecStart=/usr/sbin/nft -f /etc/nftables.conf\nExecReload=/usr/sbin/nft -f /etc/nftables.conf\nExecStop=/usr/sbin/nft flush ruleset\n" }), "atomic", undefined],
  ["a service that nobody knows", nft(service("edgewall", "restarted")), "unknown", undefined],
  ["a script of the repository", nft(command("/usr/local/sbin/fw"), { "files/fw": "#!/bin/sh\nnft flush ruleset\nnft -f /etc/nftables.conf\n" }), "two-step", "nft flush ruleset"],
  ["the right arm of its case", nft(command("/usr/local/sbin/fw reload"), { "files/fw": "#!/bin/sh\ncase $1 in\nstop) nft flush ruleset ;;\nreload) nft -f /etc/nftables.conf ;;\nesac\n" }), "atomic", undefined],
  ["netfilter-persistent restarted", ipt(service("netfilter-persistent", "restarted")), "atomic", undefined],
  ["RHEL's iptables restarted", ipt(service("iptables", "restarted"), {}, "/etc/sysconfig/iptables"), "two-step", "restarted"],
  ["RHEL's iptables reloaded", ipt(service("iptables", "reloaded"), {}, "/etc/sysconfig/iptables"), "atomic", undefined],
  ["iptables-restore", ipt(command("iptables-restore /etc/iptables/rules.v4")), "atomic", undefined],
  ["iptables -F keeps the policy of drop", ipt(command("iptables -F && iptables-restore < /etc/iptables/rules.v4", "shell")), "drop-gap", "iptables -F"],
  ["conntrack -F after it", ipt(command("iptables-restore /etc/iptables/rules.v4; conntrack -F", "shell")), "conntrack-flush", "conntrack -F"],
  ["nothing reloads it", { ...play("nftables.conf", "/etc/nftables.conf", "    - name: other\n      command: /bin/true\n"), "files/nftables.conf": NFT }, undefined, undefined],
  ["started at boot only", nft(service("nftables", "started")), undefined, undefined],
  ["a script beside a plain file", { "nftables.conf": NFT, "deploy.sh": "#!/bin/sh\nscp nftables.conf stor1:/etc/nftables.conf\nssh stor1 true\nnft flush ruleset\nnft -f /etc/nftables.conf\n" }, "two-step", "nft flush ruleset"],
  ["a script that loads another file", { "nftables.conf": NFT, "other.sh": "#!/bin/sh\nnft flush ruleset\nnft -f /srv/other.nft\n" }, undefined, undefined],
  ["a script of another place, which does not name its file", { "nftables.conf": NFT, "b/nftables.conf": NFT, "c/nftables.conf": NFT, "d/load.sh": "#!/bin/sh\nnft flush ruleset\nnft -f \"$1\"\n" }, undefined, undefined],
  ["a script of the same place, which does not name its file", { "nftables.conf": NFT, "b/nftables.conf": NFT, "c/nftables.conf": NFT, "load.sh": "#!/bin/sh\nnft flush ruleset\nnft -f \"$1\"\n" }, "two-step", "nft flush ruleset"],
  ["the only script beside the only ruleset", { "nftables.conf": NFT, "d/load.sh": "#!/bin/sh\nnft flush ruleset\nnft -f \"$1\"\n" }, "two-step", "nft flush ruleset"],
  ["a script of rules", { "rules.sh": "#!/bin/sh\niptables -P INPUT ACCEPT\niptables -F\niptables -A INPUT -m state --state ESTABLISHED -j ACCEPT\niptables -P INPUT DROP\n" }, "two-step", "iptables -F"],
];

describe("how a ruleset is reloaded", () => {
  for (const [what, files, method, place] of CASES) {
    it(`${what}: ${method ?? "not known"}`, async () => {
      const workspace = await loadWorkspace(new Map(Object.entries(files)));
      const path = ["files/nftables.conf", "files/rules.v4", "nftables.conf", "rules.sh"].find((one) => files[one] !== undefined)!;
      const [worst] = reloadsOf(workspace, path);
      assert.equal(worst?.method, method);
      if (place !== undefined) assert.equal(workspace.text(worst!.location.path)!.slice(worst!.location.range.start, worst!.location.range.end), place);
    });
  }

  it("two tasks, stop and start", async () => {
    const files = { ...play("nftables.conf", "/etc/nftables.conf", service("chrony", "restarted"), "    - service: name=nftables state=stopped\n    - service: name=nftables state=started\n"), "files/nftables.conf": NFT };
    const [worst] = reloadsOf(await loadWorkspace(new Map(Object.entries(files))), "files/nftables.conf");
    assert.equal(worst?.method, "two-step");
  });

  it("a chain of handlers, by topic", async () => {
    const handlers = "    - name: check the rules\n      command: nft -c -f /etc/nftables.conf\n      listen: loaded\n      notify: put them in force\n    - name: put them in force\n      systemd:\n        name: nftables\n        state: restarted\n";
    const [worst] = reloadsOf(await loadWorkspace(new Map(Object.entries(nft(handlers)))), "files/nftables.conf");
    assert.equal(worst?.method, "two-step");
  });
});
