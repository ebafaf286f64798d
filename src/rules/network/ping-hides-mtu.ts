import type { Fix } from "../../engine/fix.ts";
import type { ReachabilityCheck } from "../../model/network/checks.ts";
import { reachabilityChecks } from "../../model/network/checks.ts";
import { familyOf } from "../../model/network/address.ts";
import { pingPayload } from "../../model/network/overhead.ts";
import { pingedTunnel } from "../../model/network/pinged-tunnel.ts";
import { rule } from "../rule.ts";

/** With so much payload a check is meant to be large, and it fails where the path has lost its MTU. */
const LARGE = 1000;
const NETPLAN = `network:
  version: 2
  ethernets:
    eno1:
      addresses: [192.0.2.10/24]
  tunnels:
    gre1:
      mode: gre
      local: 192.0.2.10
      remote: 198.51.100.7
      mtu: 1476
      addresses: [10.9.0.1/30]
`;

export default rule({
  what: "A check pings through a tunnel with packets of the default size, which pass when large ones are lost.",
  why: "A ping of 84 bytes says that the tunnel is up. When its path MTU falls or is set wrongly, those packets still pass while every full one is dropped: connections open and hang, and the monitoring stays green.",
  instead: "Ping with the largest packet that has to pass, and forbid fragments: `ping -M do -s N`, with N the tunnel's MTU less 28 (48 for IPv6).",
  lessons: ["2015-tunnel-pmtu-collapse"],
  reads: ["syntax"],
  severity: "info",
  fix: "safe",
  fixSafety: "Only the probe gets larger. Where it fails then, the tunnel loses full packets already.",
  lifecycle: "stable",
  sources: ["ping(8), -M and -s", "fping(8), -b and -M", "RFC 2923, section 2.1", "RFC 791 and RFC 792, header lengths"],
  data: { mtu: "the tunnel's MTU in bytes", payload: "the payload that fills it" },
  examples: {
    bad: [
      { "hosts/gw01/etc/netplan/10-tunnel.yaml": NETPLAN, "hosts/gw01/usr/local/sbin/link-check.sh": "#!/bin/sh\n⟦ping -c 3 -W 2 10.9.0.2⟧ >/dev/null || logger -t link 'peer is gone'\n" },
      { "check.sh": "#!/bin/sh\nif ! ⟦ping -q -c1 -I wg0 fd00:9::2⟧; then systemctl restart wg-quick@wg0; fi\n" },
      // Large, but it may be sent in fragments, and small although it may not.
      { "hosts/gw01/etc/netplan/10-tunnel.yaml": NETPLAN, "hosts/gw01/usr/local/sbin/link-check.sh": "#!/bin/sh\n⟦ping -c 3 -M do -s 64 10.9.0.2⟧\n⟦fping -c 3 10.9.0.2⟧\n" },
      { "site.yml": "- hosts: gateways\n  tasks:\n    - name: The GRE tunnel's other end answers\n      ansible.builtin.command: ⟦ping -c 3 {{ tunnel_peer }}⟧\n" },
      { "etc/systemd/system/tunnel-watch.service": "[Unit]\nDescription=Watch the IPIP tunnel to the second site\n[Service]\nExecStart=-⟦/bin/ping -i 10 -I tun0 10.9.0.2⟧\n" },
      { "etc/network/interfaces": "auto eth0\niface eth0 inet static\n    address 192.0.2.10/24\nauto gre1\niface gre1 inet tunnel\n    address 10.9.0.1/30\n    mode gre\n    local 192.0.2.10\n    endpoint 192.0.2.20\n    post-up ⟦ping -c 3 10.9.0.2⟧\n" },
      { "group_vars/gateways.yml": "nrpe_commands:\n  check_vxlan_peer: ⟦/usr/lib/nagios/plugins/check_ping -H 10.9.0.2 -w 100,20% -c 500,60%⟧\n" },
    ],
    good: { "hosts/gw01/etc/netplan/10-tunnel.yaml": NETPLAN, "hosts/gw01/usr/local/sbin/link-check.sh": "#!/bin/sh\nping -c 3 -M do -s 1448 10.9.0.2 >/dev/null || logger -t link 'full packets are lost'\n" },
    lookalike: [
      // The other end's outer address is not reached through the tunnel.
      { "hosts/gw01/etc/netplan/10-tunnel.yaml": NETPLAN, "hosts/gw01/usr/local/sbin/link-check.sh": "#!/bin/sh\nping -c 3 198.51.100.7\nping -c 3 192.0.2.1\n" },
      // Whether it is up, and then whether it carries full packets.
      { "tunnel-check.sh": "#!/bin/sh\nping -c 1 -I gre1 10.9.0.2 && ping -c 3 -M do -s 1448 -I gre1 10.9.0.2\n" },
      { "site.yml": "- hosts: gateways\n  tasks:\n    - name: ping the tunnel\n      ansible.builtin.ping:\n    - name: Wait for the VPN server to come back\n      command: ping -c 3 {{ vpn_server_public_address }}\n" },
      { "wait.sh": "#!/bin/sh\nuntil ping -c1 192.0.2.1; do sleep 1; done\n" },
    ],
  },
  check({ path, workspace, report }) {
    const checks = reachabilityChecks(workspace, path);
    // One full probe is enough, whichever of them decides whether the tunnel is up.
    const probed = new Set(checks.filter(({ ping }) => !isSmall(ping)).map(({ ping }) => ping.target?.text));
    for (const one of checks) {
      const { ping } = one;
      if (!isSmall(ping) || probed.has(ping.target?.text)) continue;
      const tunnel = pingedTunnel(workspace, path, one);
      if (tunnel === undefined) continue;
      const family = ping.family ?? familyOf(ping.target?.text ?? "") ?? 4;
      const payload = tunnel.mtu === undefined ? undefined : pingPayload(tunnel.mtu, family);
      const fix = payload === undefined ? undefined : fixOf(one, payload, workspace.text(path) ?? "");
      const advice = payload === undefined ? "with -M do and -s, the tunnel's MTU less " + (family === 6 ? "48" : "28") : `with -M do -s ${payload} (its MTU ${tunnel.mtu} less ${family === 6 ? 48 : 28})`;
      const plugin = /^check_/.test(ping.program);
      report({
        location: one.location,
        confidence: tunnel.certain ? "likely" : "possible",
        message: `This ping through ${tunnel.name} sends ${(ping.size?.value ?? 56) + (family === 6 ? 48 : 28)} bytes${ping.whole || ping.size === undefined ? "" : " and allows fragments"}: it goes on answering when full packets are lost. ${plugin ? `This plugin cannot forbid fragments; add a check that runs ping ${advice}` : `Ping ${advice}`}.`,
        related: tunnel.location === undefined ? [] : [{ location: tunnel.location, message: `This is ${tunnel.name}.` }],
        ...(payload === undefined ? {} : { data: { mtu: tunnel.mtu!, payload } }),
        fixes: fix === undefined ? [] : [fix],
      });
    }
  },
});

/** A probe that fits through nearly every path, or one that routers may cut into pieces that do. */
function isSmall({ size, whole }: ReachabilityCheck["ping"]): boolean {
  if (size === undefined) return true;
  if (size.value === undefined) return false;
  return size.value < LARGE && (!whole || size.value < LARGE);
}

/** `-M do -s N` behind the program's name, or N in place of the size that is there. */
function fixOf({ ping, location }: ReachabilityCheck, payload: number, text: string): Fix | undefined {
  const { path } = location;
  const title = `Probe with full packets of ${payload} bytes`;
  if (ping.program === "ping" || ping.program === "ping6" || ping.program === "ping4") {
    // Busybox and the BSDs know other options.
    if (/\bbusybox\b/.test(text)) return undefined;
    const forbid = ping.whole ? "" : " -M do";
    if (ping.size === undefined) return { title, safety: "safe", edits: [{ path, range: { start: ping.nameEnd, end: ping.nameEnd }, newText: `${forbid} -s ${payload}` }] };
    const edits = [{ path, range: ping.size.word.range, newText: String(payload) }];
    return { title, safety: "safe", edits: forbid === "" ? edits : [{ path, range: { start: ping.nameEnd, end: ping.nameEnd }, newText: forbid }, ...edits] };
  }
  if (ping.program !== "fping" || ping.size !== undefined) return undefined;
  return { title, safety: "safe", edits: [{ path, range: { start: ping.nameEnd, end: ping.nameEnd }, newText: ` -M -b ${payload}` }] };
}
