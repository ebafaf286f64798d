import type { Fix } from "../../engine/fix.ts";
import type { Report } from "../../engine/rule.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { machinesFor } from "../../model/network/host-machines.ts";
import type { Machine } from "../../model/network/machines.ts";
import { defaultOf, mtuOf, underlayOf } from "../../model/network/mtu.ts";
import type { KnownMtu } from "../../model/network/mtu.ts";
import type { Interface, Tunnel } from "../../model/network/network.ts";
import { overheadOfTunnel } from "../../model/network/overhead.ts";
import { givenOn, onHost, renderingsOf } from "../../model/network/rendered/on-hosts.ts";
import { otherEnds } from "../../model/network/tunnel-ends.ts";
import { setMtu } from "../../model/network/set-mtu.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const ETHERNET = 1500;
const NETPLAN = (underlay: string, tunnel: string): string => `network:
  version: 2
  ethernets:
    eno1:
      addresses: [192.0.2.10/24]
${underlay}  tunnels:
    gre1:
      mode: gre
      local: 192.0.2.10
      remote: 198.51.100.7
${tunnel}      addresses: [10.9.0.1/30]
`;
const ENI = (mtu: string): string => `auto eth0
iface eth0 inet static
    address 192.0.2.10/24
    gateway 192.0.2.1

auto gre1
iface gre1 inet tunnel
    address 10.9.0.1/30
    mode gre
    local 192.0.2.10
    endpoint 198.51.100.7
${mtu}`;
const END = (address: string, other: string, inner: string, mtu: string): string => `network:
  version: 2
  ethernets:
    eno1:
      addresses: [${address}/24]
  tunnels:
    site:
      mode: gre
      local: ${address}
      remote: ${other}
      mtu: ${mtu}
      addresses: [${inner}/30]
`;

const PEERS = (second: string): Record<string, string> => ({
  "hosts.ini": "gw01 ansible_host=192.0.2.10\ngw02 ansible_host=198.51.100.7\n",
  "site.yml": "- hosts: all\n  tasks:\n    - template: src=tunnels.j2 dest=/etc/network/interfaces.d/tunnels\n",
  "host_vars/gw01.yml": "tunnels:\n  - {name: gre1, inner: 10.9.0.1, peer: gw02, mtu: 1476}\n",
  "host_vars/gw02.yml": `tunnels:\n  - {name: gre1, inner: 10.9.0.2, peer: gw01, mtu: ${second}}\n`,
});
const LOOP = (mtu: string): string => `# {{ ansible_managed }}\n{% for tunnel in tunnels %}\nauto {{ tunnel.name }}\niface {{ tunnel.name }} inet tunnel\n    address {{ tunnel.inner }}/30\n    mode gre\n    local {{ ansible_host }}\n    endpoint {{ hostvars[tunnel.peer].ansible_host }}\n    mtu ${mtu}\n{% endfor %}\n`;

export default rule({
  what: "A tunnel's MTU leaves no room for its own headers, or its two ends have different ones.",
  why: "Packets as large as the tunnel's MTU do not fit into the link below once they are wrapped. They are cut into fragments or dropped, and where the ICMP error gets lost, connections open and then hang; small packets, ping among them, pass.",
  instead: "Set the tunnel's MTU to that of the smallest link below it less the overhead (GRE 24, IPIP 20, VXLAN 50, WireGuard 60 over IPv4), the same at both ends.",
  lessons: ["2015-tunnel-pmtu-collapse", "hcloud-2026-overlay-mtu-arithmetic"],
  reads: ["network"],
  severity: "warning",
  fix: "safe",
  fixSafety: "A smaller MTU carries everything that the larger one did; packets that were lost get through.",
  lifecycle: "stable",
  sources: ["RFC 2784, RFC 2890 and RFC 7348, header lengths", "Linux: net/ipv4/ip_tunnel.c, ip_tunnel_bind_dev()", "Linux: drivers/net/vxlan, drivers/net/wireguard/device.c", "netplan(5), mtu", "wg-quick(8), MTU"],
  data: { mtu: "the tunnel's MTU in bytes", underlay: "the MTU of the link below, in bytes", overhead: "bytes that the tunnel adds", most: "the largest MTU that fits" },
  examples: {
    bad: [
      { "etc/netplan/10-all.yaml": NETPLAN("", "      mtu: ⟦1500⟧\n") },
      { "etc/netplan/10-all.yaml": NETPLAN("      mtu: 1400\n", "      mtu: ⟦1476⟧\n") },
      { "etc/network/interfaces": ENI("    mtu ⟦1480⟧\n") },
      { "etc/systemd/network/10-eno1.network": "[Match]\nName=eno1\n[Link]\nMTUBytes=1450\n[Network]\nAddress=192.0.2.10/24\nVXLAN=vx0\n", "etc/systemd/network/20-vx0.netdev": "[NetDev]\nName=vx0\nKind=vxlan\nMTUBytes=⟦1450⟧\n[VXLAN]\nVNI=7\nLocal=192.0.2.10\nRemote=198.51.100.7\n" },
      { "etc/systemd/network/10-ppp0.network": "[Match]\nName=ppp0\n[Link]\nMTUBytes=1492\n[Network]\nAddress=192.0.2.10/32\n[Route]\nGateway=203.0.113.1\nGatewayOnLink=yes\n", "etc/systemd/network/20-gre1.netdev": "[NetDev]\nName=gre1\nKind=gre\n[Tunnel]\nRemote=198.51.100.7\n", "etc/systemd/network/20-gre1.network": "[Match]\nName=gre1\n[Link]\nMTUBytes=⟦1476⟧\n[Network]\nAddress=10.9.0.1/30\n" },
      // None is set, and the default looks at no link.
      { "etc/netplan/10-all.yaml": "network:\n  version: 2\n  ethernets:\n    eno1:\n      addresses: [192.0.2.10/24]\n      mtu: 1400\n  tunnels:\n    ⟦wg0⟧:\n      mode: wireguard\n      key: /etc/wireguard/key\n      peers:\n        - keys: {public: rlbInAj0qV69CysWPQY7KEBnKxpYCpaWqOs/dLevdWc=}\n          endpoint: 192.0.2.20:51820\n          allowed-ips: [10.9.0.0/24]\n" },
      // The link and the tunnel stand in different files of one host, and the number in its variables.
      {
        "hosts.ini": "gw01.example.net tunnel_mtu=1476\n",
        "site.yml": "- hosts: all\n  tasks:\n    - template: src=gre1.j2 dest=/etc/network/interfaces.d/gre1\n    - copy: src=wan dest=/etc/network/interfaces.d/wan\n",
        "files/wan": "auto eth0\niface eth0 inet static\n    address 192.0.2.10/24\n    mtu 1400\n",
        "templates/gre1.j2": "auto gre1\niface gre1 inet tunnel\n    address 10.9.0.1/30\n    mode gre\n    local 192.0.2.10\n    endpoint 198.51.100.7\n    mtu ⟦{{ tunnel_mtu }}⟧\n",
      },
      // A loop over each host's tunnels: its two ends, and one that leaves no room.
      { ...PEERS("1400"), "templates/tunnels.j2": LOOP("⟦{{ tunnel.mtu }}⟧") },
      { ...PEERS("1476"), "templates/tunnels.j2": LOOP("⟦{{ tunnel.mtu + 24 }}⟧") },
      {
        "hosts.ini": "web01 own=10.9.0.2/24\n",
        "site.yml": "- hosts: all\n  tasks:\n    - template: src=wg.conf.j2 dest=/etc/wireguard/{{ item.name }}.conf\n      loop: \"{{ links }}\"\n    - template: src=wan.yaml.j2 dest=/etc/netplan/10-wan.yaml lstrip_blocks=yes\n",
        "group_vars/all.yml": "links:\n  - {name: wg-site, mtu: 1440}\nports:\n  eno1: 1450\n",
        "templates/wg.conf.j2": "[Interface]\nPrivateKey = {{ key }}\nAddress = {{ own }}\nMTU = ⟦{{ item.mtu }}⟧\n[Peer]\nPublicKey = rlbInAj0qV69CysWPQY7KEBnKxpYCpaWqOs/dLevdWc=\nEndpoint = 192.0.2.20:51820\nAllowedIPs = 10.9.0.0/24\n",
        "templates/wan.yaml.j2": "network:\n  version: 2\n  ethernets:\n    {% for name, mtu in ports.items() %}\n    {{ name }}:\n      addresses: [192.0.2.10/24]\n      mtu: {{ mtu }}\n    {% endfor %}\n",
      },
      // The two ends of one tunnel.
      {
        "hosts/a/etc/netplan/10.yaml": END("192.0.2.10", "198.51.100.7", "10.9.0.1", "⟦1476⟧"),
        "hosts/b/etc/netplan/10.yaml": END("198.51.100.7", "192.0.2.10", "10.9.0.2", "1400"),
      },
    ],
    good: [
      { ...PEERS("1476"), "templates/tunnels.j2": LOOP("{{ tunnel.mtu }}") },
      { "etc/netplan/10-all.yaml": NETPLAN("", "      mtu: 1476\n") },
      { "etc/network/interfaces": ENI("") },
    ],
    lookalike: [
      // The other end's number is known only when Ansible runs, and each host has a tunnel to somebody else.
      { ...PEERS('"{{ ansible_default_ipv4.mtu }}"'), "templates/tunnels.j2": LOOP("{{ tunnel.mtu }}") },
      { ...PEERS("1400"), "templates/tunnels.j2": LOOP("{{ tunnel.mtu }}").replace("hostvars[tunnel.peer].ansible_host", "tunnel.peer_address | default('203.0.113.9')") },
      // Larger frames below.
      { "etc/netplan/10-all.yaml": NETPLAN("      mtu: 9000\n", "      mtu: 8976\n") },
      // wg-quick works it out from the route; the kernel from the link that the text names.
      { "etc/wireguard/wg0.conf": "[Interface]\nPrivateKey = {{ key }}\nAddress = 10.9.0.1/24\n[Peer]\nPublicKey = rlbInAj0qV69CysWPQY7KEBnKxpYCpaWqOs/dLevdWc=\nEndpoint = 192.0.2.20:51820\nAllowedIPs = 10.9.0.0/24\n" },
      { "etc/netplan/10-all.yaml": NETPLAN("      mtu: 1400\n", "") },
      { "etc/NetworkManager/system-connections/gre1.nmconnection": "[connection]\nid=gre1\ntype=ip-tunnel\ninterface-name=gre1\n\n[ip-tunnel]\nmode=2\nlocal=192.0.2.10\nremote=198.51.100.7\nmtu=1476\n\n[ipv4]\nmethod=manual\naddress1=10.9.0.1/30\n\n[ipv6]\nmethod=disabled\n" },
      // Nothing tells what carries it.
      { "etc/netplan/10-tunnel.yaml": "network:\n  version: 2\n  tunnels:\n    gre1:\n      mode: gre\n      local: 192.0.2.10\n      remote: 198.51.100.7\n      mtu: 8976\n" },
      {
        "hosts/a/etc/netplan/10.yaml": END("192.0.2.10", "198.51.100.7", "10.9.0.1", "1400"),
        "hosts/b/etc/netplan/10.yaml": END("198.51.100.7", "192.0.2.10", "10.9.0.2", "1400"),
      },
    ],
  },
  check({ network, path, workspace, report }) {
    // systemd.network(5) may set the MTU of a tunnel that the .netdev beside it makes.
    if (!network.interfaces.some(({ tunnel, mtu }) => tunnel !== undefined || (mtu !== undefined && network.source === "networkd")) && renderingsOf(workspace, path).length === 0) return;
    const text = workspace.text(path) ?? "";
    const seen = new Set<number>();
    for (const machine of machinesFor(workspace, path)) {
      for (const one of machine.interfaces.values()) {
        const place = (one.mtu ?? one).location;
        if (one.tunnel === undefined || one.conditional === true || place.path !== path || seen.has(place.range.start)) continue;
        const found = tooLarge(workspace, machine, one, one.tunnel, text, network.source) ?? unequalEnds(workspace, machine, one, text, network.source);
        if (found === undefined) continue;
        seen.add(place.range.start);
        report(found);
      }
    }
  },
});

/** The finding for a tunnel whose other end has a smaller MTU. */
function unequalEnds(workspace: Workspace, machine: Machine, one: Interface, text: string, source: string): Report | undefined {
  const [other] = otherEnds(workspace, machine, one);
  if (other === undefined) return undefined;
  const edit = setMtu(text, source, one, other.mtu.value);
  return {
    location: (one.mtu ?? one).location,
    key: `${String(one.name)} ends`,
    confidence: "likely",
    ...(other.certain ? {} : { severity: "info" as const }),
    message: `This end of the tunnel${onHost(machine)} has an MTU of ${other.own.value} bytes and the other end, in ${other.interface.location.path}${onHost(other.machine)}, ${other.mtu.value}: packets that leave here full do not come back so, and routing daemons that compare MTUs do not speak to each other. Use ${other.mtu.value} at both.`,
    related: [{ location: (other.interface.mtu ?? other.interface).location, message: `The other end, with ${other.mtu.value} bytes.` }, ...givenOn(workspace, (one.mtu ?? one).location, machine), ...givenOn(workspace, (other.interface.mtu ?? other.interface).location, other.machine)],
    data: { mtu: other.own.value, most: other.mtu.value },
    fixes: edit === undefined ? [] : [{ title: `Set the MTU to ${other.mtu.value}, as at the other end`, safety: "safe", edits: [edit] }],
  };
}

/** The finding for a tunnel whose full packets do not fit into the link below. */
function tooLarge(workspace: Workspace, machine: Machine, one: Interface, tunnel: Tunnel, text: string, source: string): Report | undefined {
  const own = mtuOf(machine, one);
  // Of what is computed when the tunnel comes up, only what is fixed can be wrong.
  const preset = one.mtu === undefined ? defaultOf(machine, one, tunnel) : undefined;
  if (own === undefined || (one.mtu === undefined && (preset?.fixed !== true || source === "wg-quick"))) return undefined;
  const carrier = underlayOf(machine, one, tunnel);
  const below = carrier?.mtu ?? assumed(one, own);
  if (below === undefined) return undefined;
  // A default of a link that nobody has measured is no proof against one.
  if (one.mtu === undefined && below.how === "assumed") return undefined;
  const overhead = overheadOfTunnel(tunnel, below.value);
  if (overhead === undefined) return undefined;
  const most = below.value - overhead.least;
  if (own.value <= most) return undefined;
  // Jumbo frames come from drivers and DHCP too: such an MTU is rather measured than forgotten.
  if (below.how === "assumed" && own.value > ETHERNET) return undefined;
  const fits = below.value - overhead.most;
  const edit = setMtu(text, source, one, fits);
  const fix: Fix[] = edit === undefined ? [] : [{ title: `Set the MTU to ${fits}`, safety: "safe", edits: [edit] }];
  const carrierName = carrier === undefined || isUnknown(carrier.interface.name) ? "an Ethernet link" : carrier.interface.name;
  const mode = isUnknown(tunnel.mode) ? "This tunnel" : tunnel.mode;
  return {
    location: (one.mtu ?? one).location,
    key: `${String(one.name)} room`,
    ...(below.how === "assumed" ? { confidence: "likely" as const } : {}),
    message: `${String(one.name)}${onHost(machine)} has an MTU of ${own.value} bytes${preset === undefined ? "" : ", its fixed default,"} and ${mode} adds ${overhead.least === overhead.most ? overhead.least : `${overhead.least} to ${overhead.most}`}, but ${carrierName} below it carries ${below.value}${below.how === "assumed" ? " as far as is written" : ""}: full packets are cut into fragments or lost. Set the MTU to ${fits} or less.`,
    related: [...(carrier === undefined ? [] : [{ location: (carrier.interface.mtu ?? carrier.interface).location, message: `${carrierName} carries the tunnel.` }]), ...givenOn(workspace, (one.mtu ?? one).location, machine)],
    data: { mtu: own.value, underlay: below.value, overhead: overhead.most, most: fits },
    fixes: fix,
  };
}

/** Without a link in the text, Ethernet's MTU is the most that most paths have. */
function assumed(one: Interface, own: KnownMtu): KnownMtu | undefined {
  return one.mtu !== undefined && own.value <= ETHERNET ? { value: ETHERNET, how: "assumed" } : undefined;
}
