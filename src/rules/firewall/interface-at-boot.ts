import { isUnknown } from "../../engine/unknown.ts";
import { neededInterfaces, matchByName } from "../../model/firewall/loading/interfaces.ts";
import { loadsAfterNetwork } from "../../model/firewall/loading/order.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const gateway = (match: string, rest = ""): string => `flush ruleset

table inet filter {
${rest}	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		${match} accept
	}
}
`;

export default rule({
  what: "The ruleset is refused while an interface that it names is missing.",
  why: "`iif` and `oif` compare an interface's index, which nft looks up while it loads the file. If one interface is not there yet, the whole file is refused. The firewall's service starts before the network, where bridges, VLANs, bonds, tunnels and slow drivers' ports do not exist: the host boots without any rule.",
  instead: "Match by name: `iifname` and `oifname` need no interface to exist. Keep `iif lo`, which is always there. A flowtable has to be added after its devices, or the service ordered after the network.",
  lessons: [],
  reads: ["firewall"],
  severity: "warning",
  fix: "safe",
  fixSafety: "`iifname` matches the same packets of the same interface; it is compared by name, also after the interface was made anew.",
  lifecycle: "stable",
  sources: ["nft(8), meta expressions: iif is faster, iifname works with interfaces that come and go", "Debian and Fedora nftables.service: Before=network-pre.target", "Linux net/netfilter/nf_tables_api.c: devices of chains and flowtables have to exist until 6.16"],
  data: { interfaces: "the names that have to exist" },
  examples: {
    bad: [
      gateway('⟦iif "wg0"⟧ tcp dport 22'),
      gateway("⟦iif . tcp dport { br0 . 22, br0 . 53 }⟧"),
      gateway("⟦oif != vlan12⟧ ct state new iif vlan12"),
      gateway("tcp dport 22", "\tflowtable fast {\n\t\thook ingress priority filter\n\t\t⟦devices = { lan0, wan0 }⟧\n\t}\n\n"),
      `define wan = "ppp0"\n${gateway("⟦iif $wan⟧ tcp dport 22")}`,
    ],
    good: [gateway('iifname "wg0" tcp dport 22'), gateway("iifname . tcp dport { br0 . 22, br0 . 53 }")],
    lookalike: [
      gateway('iif "lo" ip saddr 127.0.0.0/8'),
      gateway("iif {{ wan_interface }} tcp dport 22"),
      // Here the service waits for the network.
      { "nftables.conf": gateway('iif "wg0" tcp dport 22'), "nftables.service.d/order.conf": "[Unit]\nAfter=network-online.target\nWants=network-online.target\n" },
      // A script adds rules to a running host, one at a time.
      { "allow.sh": "#!/bin/sh\nnft add rule inet filter input iif wg0 tcp dport 22 accept\n" },
    ],
  },
  check({ firewall, path, workspace, report }) {
    if (firewall.dialect !== "nftables" || workspace.language(path) !== "nftables") return;
    const text = workspace.text(path) ?? "";
    const needed = neededInterfaces(firewall, text);
    if (needed.length === 0 || loadsAfterNetwork(workspace, path)) return;
    const mend = matchByName(firewall, text);
    for (const { by, names, range } of needed) {
      if (by === "device" && toleratesMissing(workspace, path)) continue;
      const list = names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
      report({
        location: { path, range },
        message:
          by === "index"
            ? `This needs the interface${names.length === 1 ? "" : "s"} ${list} to exist while the rules load. The firewall is loaded before the network is set up; if ${names.length === 1 ? "it is" : "one is"} missing then, nft refuses the whole file and the host boots without rules. Match by name: iifname, oifname.`
            : `The device${names.length === 1 ? "" : "s"} ${list} must exist while the rules load: kernels before 6.16 refuse the whole file otherwise, and the host boots without rules. Order the service that loads it after the network, or add this part once the devices are there.`,
        data: { interfaces: list },
        confidence: names.some((name) => /^(eth|en[opsxP]|wlan|wlp|ens)/.test(name)) ? "possible" : "likely",
        fixes: by === "device" || mend === undefined ? [] : [{ title: "Match interfaces by name in this file", safety: "safe", edits: mend }],
      });
    }
  },
});

/** Whether every host of the file runs a kernel that takes chains and flowtables without their devices. */
function toleratesMissing(workspace: Workspace, path: string): boolean {
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope) || scope.hosts.length === 0) return false;
  return scope.hosts.every((host) => {
    const kernel = workspace.fleet.kernel(host);
    return !isUnknown(kernel) && (kernel.major > 6 || (kernel.major === 6 && kernel.minor >= 16));
  });
}
