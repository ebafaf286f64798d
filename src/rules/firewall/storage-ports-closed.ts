import type { Fix } from "../../engine/fix.ts";
import { rangeOf } from "../../model/firewall/evaluate/index.ts";
import { insertRules } from "../../model/firewall/insert-rule.ts";
import { packetText } from "../../model/firewall/packet-text.ts";
import { hostsText } from "../../model/firewall/reload/words.ts";
import type { Ruleset } from "../../model/firewall/ruleset.ts";
import type { ClosedStorage } from "../../model/firewall/storage-ports.ts";
import { closedStorage } from "../../model/firewall/storage-ports.ts";
import { portsText } from "../../model/firewall/tracking/ports.ts";
import { closedIptables, closedNftables } from "../closed-firewall.ts";
import { rule } from "../rule.ts";

const repository = (ruleset: string, release = "reef"): Record<string, string> => ({
  "premortem.yaml": `cephRelease: ${release}\n`,
  "inventory.ini": "[osds]\nstore[01:04].example.net osds=72\n[mons]\nmon[01:03].example.net\n",
  "site.yml": "- hosts: osds\n  serial: 1\n  tasks:\n    - copy:\n        src: nftables.conf\n        dest: /etc/nftables.conf\n",
  "ceph.conf": "[global]\nfsid = 6f2f4a52-9a0e-4f4e-8a51-0f6f4c1f8d10\npublic network = 192.0.2.0/24\n",
  "files/nftables.conf": ruleset,
});
const SOURCE = "ip saddr 192.0.2.0/24";

export default rule({
  what: "Members of a Ceph cluster cannot reach ports of its monitors or OSDs.",
  why: "Monitors listen on 3300 (msgr2, since Nautilus) and 6789, OSDs in 6800-7300, up to 7568 since Quincy, with up to eight ports each. An OSD that cannot be reached is reported down by its peers while it calls itself up, and the cluster moves its data about; clients hang on the ports that are closed.",
  instead: "Accept 3300 and 6789 on monitors and the whole range of the OSDs on storage hosts, from every network of the cluster.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["firewall"],
  severity: "error",
  fix: "safe",
  fixSafety: "It opens Ceph's own ports to those whom the ruleset lets in to its other ones, or to the networks of ceph.conf.",
  lifecycle: "stable",
  sources: ["Ceph, Network Configuration Reference", "Ceph ms_bind_port_max: 7300 until Pacific, 7568 since Quincy"],
  data: { daemon: "monitor or OSD", ports: "TCP ports that are closed", hosts: "hosts that run it; 0 where only the ruleset speaks of Ceph", osds: "OSDs of one host; null where they are not known" },
  examples: {
    bad: [
      closedNftables("⟦ip saddr 192.0.2.0/24 tcp dport 6789 accept⟧", "ip saddr 192.0.2.0/24 tcp dport 6800-7300 accept"),
      { "rules.v4": closedIptables("⟦-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 6789 -j ACCEPT⟧") },
      { "rules.v4": closedIptables("⟦-A INPUT -s 192.0.2.0/24 -p tcp -m multiport --dports 6789,6800:7300 -j ACCEPT⟧") },
      // Reef, and 72 OSDs on each host: 501 ports are enough for 62.
      repository(closedNftables(`⟦${SOURCE} tcp dport { 3300, 6789, 6800-7300 } accept⟧`)),
      // Storage hosts behind rules that do not know of it.
      repository(closedNftables("tcp dport 9100 accept").replace("policy drop", "⟦policy drop⟧")),
    ],
    good: [repository(closedNftables(`${SOURCE} tcp dport 6800-7568 accept`)), closedNftables(`${SOURCE} tcp dport { 3300, 6789 } accept`)],
    lookalike: [
      // Before Quincy the range ends at 7300; before Nautilus there is no msgr2.
      repository(closedNftables(`${SOURCE} tcp dport { 3300, 6789, 6800-7300 } accept`), "pacific"),
      { "premortem.yaml": "cephRelease: luminous\n", "rules.v4": closedIptables("-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 6789 -j ACCEPT") },
      // Another rule has the other port.
      { "rules.v4": closedIptables("-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 6789 -j ACCEPT", "-A INPUT -s 192.0.2.0/24 -p tcp -m tcp --dport 3300 -j ACCEPT") },
      // Enough for the OSDs that there are.
      { ...repository(closedNftables(`${SOURCE} tcp dport { 3300, 6789, 6800-7300 } accept`)), "inventory.ini": "[osds]\nstore[01:04].example.net osds=12\n" },
      // A whole network is trusted.
      repository(closedNftables(`${SOURCE} accept`)),
    ],
  },
  check({ firewall, path, workspace, report }) {
    for (const closed of closedStorage(workspace, path, firewall)) {
      const { daemon, ports, hosts, place, beside, osds, release } = closed;
      const sure = hosts.length > 0 && (release !== undefined || beside === undefined);
      // Clusters that keep to msgr1, and small ones, do with less; which one this is cannot be seen.
      const info = beside !== undefined && (daemon === "OSD" ? osds === undefined : release === undefined);
      const fix = fixOf(workspace.text(path) ?? "", firewall, closed);
      report({
        location: { path, range: beside?.range ?? rangeOf(place) },
        message: message(closed),
        ...(info ? { severity: "info" as const, confidence: "possible" as const } : sure ? {} : { severity: "warning" as const, confidence: "likely" as const }),
        related: beside ? [{ location: { path, range: rangeOf(place) }, message: "This refuses the others." }] : [],
        data: { daemon, ports: portsText(ports), hosts: hosts.length, osds: osds ?? null },
        key: daemon,
        fixes: fix ? [fix] : [],
      });
    }
  },
});

function message({ daemon, ports, hosts, packet, network, enough, osds, release, beside }: ClosedStorage): string {
  const where = hosts.length > 0 ? ` on ${hostsText(hosts, "storage")}` : "";
  const closed = `${portsText(ports)} ${ports.length === 1 && ports[0]![0] === ports[0]![1] ? "is" : "are"} closed${where}${network === undefined ? "" : ` to ${network}`} (${packetText(packet)}, is refused)`;
  if (daemon === "monitor") {
    const effect = beside ? "Ceph's members speak msgr2 on 3300 first, and those that know no other way cannot join" : "clients and OSDs cannot find the cluster";
    return `Ceph's monitor port${ports.length === 1 ? "" : "s"} ${closed}: ${effect}. Accept ${portsText(ports)} ${beside ? "beside 6789" : "from the cluster's networks"}.`;
  }
  if (enough === undefined) return `Ceph's OSD ports ${closed}: peers report the OSDs down, and their data is moved away. Accept the range from the cluster's networks.`;
  const need = osds === undefined ? "more OSDs on one host than that cannot be reached" : `a host has ${osds}, and those beyond cannot be reached`;
  return `Ceph's OSD ports ${closed}. The open ones are enough for ${enough} OSD${enough === 1 ? "" : "s"}: ${need}. Accept the range up to ${portsText([ports[0]!].map(([, last]) => [last, last] as const))}${release === undefined ? "" : `, which Ceph ${release} uses`}.`;
}

function fixOf(text: string, ruleset: Ruleset, { daemon, ports, network, place, beside }: ClosedStorage): Fix | undefined {
  const title = `Accept ${daemon === "monitor" ? "the monitors'" : "the OSDs'"} ports`;
  if (beside === undefined) {
    const source = network === undefined ? undefined : network;
    if (source === undefined) return undefined;
    const family = source.includes(":") ? "ip6" : "ip";
    const edit = insertRules(text, ruleset, place.table, place.chain, place.rule, [
      { nft: `${family} saddr ${source} tcp dport { ${portsText(ports)} } accept`.replace(/\{ ([\d-]+) \}/, "$1"), iptables: `-s ${source} -p tcp -m multiport --dports ${portsText(ports, ":", ",")} -j ACCEPT` },
    ]);
    return edit && { title, safety: "safe", edits: [edit] };
  }
  const { start, end } = beside.range;
  const written = text.slice(start, end);
  const [pattern, nft, list, single] =
    daemon === "monitor"
      ? [/(?<![\w.:-])6789(?![\w.:-])/, "3300, 6789", "3300,6789", undefined]
      : [/(?<=\d)([-:])7\d{3}(?![\w.])/, `$1${ports[0]![1]}`, `$1${ports[0]![1]}`, `$1${ports[0]![1]}`];
  const found = pattern.exec(written);
  if (!found || written.includes("\n")) return undefined;
  const inSet = ruleset.dialect === "nftables" ? /\{[^}]*$/.test(written.slice(0, found.index)) : /--(dports|destination-ports)\s+\S*$/.test(written.slice(0, found.index));
  const replacement = ruleset.dialect === "nftables" ? (inSet || single !== undefined ? nft : `{ ${nft} }`) : inSet ? list : single;
  if (replacement !== undefined) {
    const newText = found[0].replace(pattern.source.startsWith("(?<=") ? /([-:])7\d{3}/ : /6789/, replacement);
    return { title, safety: "safe", edits: [{ path: ruleset.path, range: { start: start + found.index, end: start + found.index + found[0].length }, newText }] };
  }
  const body = /^(?:-A|--append)\s+\S+\s+(.*)$/.exec(written)?.[1];
  const owner = ruleset.tables.flatMap((table) => table.chains.map((chain) => ({ table, chain }))).find(({ chain }) => chain.rules.includes(beside));
  const edit = body === undefined || !owner ? undefined : insertRules(text, ruleset, owner.table, owner.chain, beside, [{ nft: "", iptables: body.replace(pattern, "3300") }]);
  return edit && { title, safety: "safe", edits: [edit] };
}
