import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { networkOf } from "./shown.ts";

const interfaces = (text: string): Promise<string[]> => networkOf({ "etc/network/interfaces": text });

describe("network: ifupdown", () => {
  it("reads addresses with their masks, gateways and aliases", async () => {
    assert.deepEqual(
      await interfaces(`auto lo eth0
iface lo inet loopback
iface eth0 inet static
  address 192.0.2.7
  netmask 255.255.255.0
  gateway 192.0.2.1
  metric 10
  mtu 9000
iface eth0 inet6 static
  address 2001:db8::7/64
  gateway 2001:db8::1
iface eth0:1 inet static
  address 192.0.2.8/24
iface eth1 inet static
  address 10.0.0.1
iface eth2 inet dhcp
`),
      ["lo loopback", "eth0 ethernet 192.0.2.7/24,2001:db8::7/64,192.0.2.8/24 gw 192.0.2.1,2001:db8::1 mtu 9000", "eth1 ethernet 10.0.0.1/8", "eth2 ethernet dynamic"],
    );
  });

  it("reads bridges, bonds and VLANs, by option and by name", async () => {
    assert.deepEqual(
      await interfaces(`iface br0 inet manual
  bridge_ports eth0 eth1.20
  bridge_stp off
iface br1 inet manual
  bridge-ports none
iface br2 inet manual
  bridge_ports regex eth.*
iface br3 inet manual
  bridge-ports glob swp3-9 vni10
iface bond0 inet manual
  bond-slaves eth2 eth3
iface eth4 inet manual
  bond-master bond0
iface eth0.10 inet static
  address 192.0.2.1/24
iface vlan30 inet manual
  vlan-raw-device eth5
iface lan inet manual
  vlan-raw-device eth5
  vlan-id 31
iface swp1
  vrf blue
`),
      [
        "br0 bridge has eth0,eth1.20",
        "br1 bridge",
        "br2 bridge",
        "br3 bridge has vni10",
        "bond0 bond has eth2,eth3,eth4",
        "eth4 ethernet",
        "eth0.10 vlan 192.0.2.1/24 vlan 10 on eth0",
        "vlan30 vlan vlan 30 on eth5",
        "lan vlan vlan 31 on eth5",
        "swp1 other in blue",
      ],
    );
  });

  it("reads tunnels of the method, of ifupdown2, and of commands", async () => {
    assert.deepEqual(
      await interfaces(`iface gre1 inet tunnel
  mode gre
  address 10.0.0.1
  netmask 255.255.255.252
  local 192.0.2.1
  endpoint 198.51.100.1
  mtu 1400
iface six inet6 v4tunnel
  address 2001:db8::2/64
  endpoint 198.51.100.2
iface vx inet manual
  vxlan-id 42
  vxlan-local-tunnelip 192.0.2.1
  vxlan-remoteip 192.0.2.2
  vxlan-remoteip 192.0.2.3
iface gre2 inet static
  address 10.0.0.5/30
  pre-up ip tunnel add $IFACE mode gre local 192.0.2.1 remote 198.51.100.3 ttl 255 key 9 dev eth0
  up ip link set $IFACE mtu 1476
  post-down ip tunnel del $IFACE
iface t6 inet6 manual
  pre-up ip -6 tunnel add t6 mode ip6gre local 2001:db8::1 remote 2001:db8::2 || true
iface wg0 inet static
  address 10.9.0.1/24
  pre-up ip link add dev wg0 type wireguard \\
    && wg set wg0 peer abc endpoint 198.51.100.9:51820
`),
      [
        "gre1 tunnel 10.0.0.1/30 mtu 1400 gre over 4 from 192.0.2.1 to 198.51.100.1",
        "six tunnel 2001:db8::2/64 sit over 4 from  to 198.51.100.2",
        "vx tunnel vxlan over 4 from 192.0.2.1 to 192.0.2.2,192.0.2.3 key 42",
        'gre2 tunnel 10.0.0.5/30 mtu 1476 gre over 4 from 192.0.2.1 to 198.51.100.3 key 9 on eth0 {"key":true}',
        "t6 tunnel ip6gre over 6 from 2001:db8::1 to 2001:db8::2",
        "wg0 tunnel 10.9.0.1/24 wireguard over 4 from  to 198.51.100.9",
      ],
    );
  });

  it("reads routes and rules of commands that run on the way up", async () => {
    assert.deepEqual(
      await interfaces(`iface eth0 inet static
  address 192.0.2.7/24
  up ip route add 10.0.0.0/8 via 192.0.2.1 dev $IFACE
  up ip route replace default via 192.0.2.1 table 100 metric 5 onlink
  post-up ip rule add from 192.0.2.7/32 lookup 100 pref 900
  post-up ip -6 route add default via fe80::1 dev eth0
  up route add -net 172.16.0.0 netmask 255.240.0.0 gw 192.0.2.9
  up [ -e /x ] && ip route add 10.9.0.0/16 via 192.0.2.1 || true
  pre-down ip route del 10.0.0.0/8
  up ip netns exec blue ip route add default via 192.0.2.3
`),
      [
        "eth0 ethernet 192.0.2.7/24",
        "route 10.0.0.0/8 v4 via 192.0.2.1 dev eth0 table main",
        "route default v4 via 192.0.2.1 table 100 metric 5 onlink",
        "route default v6 via fe80::1 dev eth0 table main",
        "route 172.16.0.0/12 v4 via 192.0.2.9 table main",
        "route 10.9.0.0/16 v4 via 192.0.2.1 table main",
        "rule from 192.0.2.7/32 table 100 pref 900",
      ],
    );
  });

  it("lets a stanza inherit another's options, in a circle too", async () => {
    assert.deepEqual(await interfaces("iface base inet static\n  netmask 255.255.255.0\n  gateway 192.0.2.1\niface eth0 inet static inherits base\n  address 192.0.2.7\niface a inet manual inherits b\n  mtu 1400\niface b inet manual inherits a\n"), [
      "base other gw 192.0.2.1",
      "eth0 ethernet 192.0.2.7/24 gw 192.0.2.1",
      "a other mtu 1400",
      "b other mtu 1400",
    ]);
  });

  it("takes what templates hide for unknown, and what they decide for conditional", async () => {
    assert.deepEqual(await networkOf({ "templates/interfaces.j2": "auto {{ lan }}\niface {{ lan }} inet static\n  address {{ ip }}\n  netmask 255.255.255.0\n{% for t in tunnels %}\niface gre{{ t.n }} inet tunnel\n  mode gre\n  endpoint {{ t.peer }}\n{% endfor %}\n{% if v6 %}\niface eth1 inet6 static\n  address 2001:db8::1/64\n{% endif %}\n" }), [
      "? other ?",
      "? tunnel gre over 4 from  to ? conditional",
      "eth1 ethernet 2001:db8::1/64 conditional",
    ]);
  });

  it("holds an interface certain as soon as one stanza of it is", async () => {
    assert.deepEqual(await networkOf({ "templates/interfaces.j2": "{% if a %}\niface eth0 inet6 auto\n{% endif %}\niface eth0 inet static\n  address 192.0.2.7/24\n{% if b %}\niface eth0 inet6 static\n  address 2001:db8::7/64\n{% endif %}\n" }), ["eth0 ethernet 192.0.2.7/24,2001:db8::7/64 dynamic"]);
  });

  it("gives places that hold what is read", async () => {
    const text = "iface br0 inet static\r\n\taddress 192.0.2.7/24\r\n\tbridge_ports eth0   eth1\r\n\tup ip route add 10.0.0.0/8 via 192.0.2.1\r\n";
    const workspace = await loadWorkspace(new Map([["etc/network/interfaces", text]]));
    const file = workspace.subject("network", "etc/network/interfaces")!;
    assert.deepEqual([...file.interfaces[0]!.addresses, ...file.interfaces[0]!.members, file.routes[0]!.via!, file.routes[0]!, file.interfaces[0]!].map(({ location }) => workspace.textAt(location)), ["192.0.2.7/24", "eth0", "eth1", "192.0.2.1", "10.0.0.0/8", "br0"]);
  });
});
