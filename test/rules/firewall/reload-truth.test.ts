import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadWorkspace, reviewChange } from "../../../src/core.ts";
import type { Finding } from "../../../src/engine/finding.ts";

type Files = Record<string, string>;

/** One measurement: how often connections stalled that ran while the rules were reloaded. */
interface Row {
  readonly method: string;
  readonly kernel: string;
  readonly liberal: boolean;
  readonly loose: boolean;
  readonly connections: string;
  readonly stalled: number;
}

const rows: Row[] = readFileSync(join(import.meta.dirname, "reload-truth.tsv"), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [method, kernel, liberal, loose, connections, stalled] = line.split("\t") as [string, string, string, string, string, string];
    return { method, kernel, liberal: liberal === "1", loose: loose === "1", connections, stalled: Number(stalled) };
  });

/** Which of a finding's losses take in the connections of a measurement. */
const COVERED: Readonly<Record<string, readonly string[]>> = {
  streaming: ["streaming", "all"],
  "half-closed": ["half-closed", "streaming", "all"],
  "host sends": ["senders", "streaming", "all"],
  "host receives": ["streaming", "all"],
  "peer speaks first, NEW needs SYN": ["unaccepted", "all"],
  "host speaks first": ["all"],
  "accepted both ways ahead of every ct rule": ["half-closed", "senders", "unaccepted", "streaming", "all"],
};

/** What the finding calls the method. */
const CALLED: Readonly<Record<string, string>> = { restart: "two-step", "one-by-one": "two-step" };

const nft = (limit: string, ahead = "", raw = ""): string => `flush ruleset
table inet filter {
${raw}  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
${ahead}    ct state established,related accept
    ct state invalid drop
    icmp type echo-request limit rate ${limit} accept
    tcp dport 6800-7300 tcp flags & (fin | syn | rst | ack) == syn ct state new accept
  }
}
`;
const RAW = "  chain early {\n    type filter hook prerouting priority raw; policy accept;\n    tcp dport 6800-7300 notrack\n    tcp sport 6800-7300 notrack\n  }\n  chain early_out {\n    type filter hook output priority raw; policy accept;\n    tcp dport 6800-7300 notrack\n    tcp sport 6800-7300 notrack\n  }\n";
const AHEAD = "    tcp dport 6800-7300 accept\n    tcp sport 6800-7300 accept\n";
const script = (policy: string, limit: string): string => `#!/bin/sh
iptables -P INPUT ${policy}
iptables -F
iptables -A INPUT -i lo -j ACCEPT
iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
iptables -A INPUT -m conntrack --ctstate INVALID -j DROP
iptables -A INPUT -p icmp -m limit --limit ${limit} -j ACCEPT
iptables -A INPUT -p tcp --dport 6800:7300 --syn -m conntrack --ctstate NEW -j ACCEPT
${policy === "ACCEPT" ? "iptables -A INPUT -j DROP\n" : ""}`;

const HANDLERS: Readonly<Record<string, string>> = {
  atomic: "service: name=nftables state=reloaded",
  "notrack-toggled": "service: name=nftables state=reloaded",
  "first-enabled": "service: name=nftables state=reloaded",
  restart: "service: name=nftables state=restarted",
  "two-step": "shell: nft flush ruleset; sleep 1; nft -f /etc/nftables.conf",
  "drop-gap": "shell: nft flush chain inet filter input; sleep 1; nft -f /etc/nftables.conf",
  "conntrack-flush": "shell: nft -f /etc/nftables.conf && conntrack -F",
  "one-by-one": "command: /usr/local/sbin/rules.sh",
};

/** A small repository of storage servers that reload so, with the rules before and after a change. */
function repositories({ method, kernel, liberal, loose, connections }: Row): [Files, Files] {
  const shell = method === "one-by-one";
  const source = shell ? "rules.sh" : "nftables.conf";
  const destination = shell ? "/usr/local/sbin/rules.sh" : "/etc/nftables.conf";
  const common: Files = {
    "inventory.ini": `[ceph_osd]\nstore[01:04].example.net kernel=${kernel}.0\n`,
    "site.yml": `- hosts: ceph_osd
  serial: 1
  tasks:
    - copy: src=60-net.conf dest=/etc/sysctl.d/60-net.conf
    - copy: src=modules.conf dest=/etc/modules-load.d/net.conf
    - copy: src=${source} dest=${destination}
      notify: rules
  handlers:
    - name: rules
      ${HANDLERS[method]}
`,
    "files/60-net.conf": `net.netfilter.nf_conntrack_tcp_be_liberal = ${Number(liberal)}\nnet.netfilter.nf_conntrack_tcp_loose = ${Number(loose)}\n`,
    "files/modules.conf": "nf_conntrack\n",
  };
  const ahead = connections.startsWith("accepted both ways") ? AHEAD : "";
  const rules = (limit: string, raw = ""): string => (shell ? script("ACCEPT", limit) : nft(limit, ahead, raw));
  const after = { ...common, [`files/${source}`]: rules("50/second") };
  if (method === "first-enabled") return [{ ...common, "site.yml": "- hosts: ceph_osd\n  tasks: []\n" }, after];
  if (method === "notrack-toggled") return [{ ...common, [`files/${source}`]: rules("50/second", RAW) }, after];
  return [{ ...common, [`files/${source}`]: rules("10/second") }, after];
}

async function review(before: Files, after: Files, id: string): Promise<readonly Finding[]> {
  const [base, head] = [await loadWorkspace(new Map(Object.entries(before))), await loadWorkspace(new Map(Object.entries(after)))];
  const { findings, failures } = reviewChange(base, head, { only: new Set([id]) });
  assert.deepEqual(failures, []);
  return findings;
}

describe("reloads and running connections, as they were measured", () => {
  for (const row of rows) {
    const { method, kernel, liberal, loose, connections, stalled } = row;
    it(`${method} on ${kernel}, be_liberal ${Number(liberal)}, loose ${Number(loose)}; ${connections}: ${stalled > 0 ? "said" : "not said"}`, async () => {
      const id = method === "first-enabled" ? "firewall/non-atomic-reload" : "firewall/reload-breaks-established";
      const findings = (await review(...repositories(row), id)).filter(({ data }) => data["lost"] !== undefined);
      const covering = findings.filter(({ data }) => COVERED[connections]!.includes(String(data["lost"])));
      assert.equal(covering.length > 0, stalled > 0, findings.map(({ message }) => message).join("\n"));
      if (stalled === 0) return;
      const [{ data, message }] = covering as [Finding];
      assert.equal(data["method"], CALLED[method] ?? method);
      if (method === "first-enabled") return;
      assert.ok(message.includes(`kernel ${kernel}`), "it names the kernel");
      assert.ok(message.includes("be_liberal") || message.includes("tcp_loose"), "it names the sysctl");
      assert.equal(data["hosts"], 4);
    });
  }

  it("a script whose policy drops while the rules are away", async () => {
    const row: Row = { method: "one-by-one", kernel: "6.1", liberal: false, loose: true, connections: "host sends", stalled: 1 };
    const [before, after] = repositories(row);
    const [finding] = await review({ ...before, "files/rules.sh": script("DROP", "10/second") }, { ...after, "files/rules.sh": script("DROP", "50/second") }, "firewall/reload-breaks-established");
    assert.deepEqual([finding?.data["method"], finding?.data["lost"]], ["drop-gap", "senders"]);
  });
});
