import assert from "node:assert/strict";
import { networkOf } from "./shown.ts";

const script = (text: string): Promise<string[]> => networkOf({ "up.sh": `#!/bin/sh\n${text}` });

describe("network: commands of shell scripts", () => {
  it("make links, tunnels, bridges and VLANs", async () => {
    assert.deepEqual(
      await script(`DEV=eth0
ip link add gre1 type gre local 192.0.2.1 remote 192.0.2.9 ttl 64 key 7
ip link set dev gre1 mtu 1472 up
ip a add 10.0.0.1/30 dev gre1
ip tunnel add sit1 mode sit remote 198.51.100.1 local 192.0.2.1 ttl 255
ip link add vx42 type vxlan id 42 dev $DEV dstport 4789 remote 203.0.113.4
ip link set vx42 master br0
ip link set up dev vx42
ip link add link eth0 name eth0.10 type vlan id 10
for p in eth1 eth2; do ip link set $p master br0; done
brctl addbr br7; brctl addif br7 eth5 eth6
vconfig add eth0 20
ip link add wg0 type wireguard
wg set wg0 private-key /etc/wg.key peer abc endpoint [2001:db8::7]:51820
ip link add veth0 type veth peer name veth1
ip link add mv0 link eth0 type macvlan mode bridge
ip link add t6 type ip6gre local 2001:db8::1 remote 2001:db8::2 encaplimit none
ip link add g type gre local 192.0.2.1 remote 192.0.2.9 encap fou encap-dport 5555
ifconfig eth3 192.0.2.77 netmask 255.255.255.0 mtu 9000 up
`),
      [
        'gre1 tunnel 10.0.0.1/30 mtu 1472 gre over 4 from 192.0.2.1 to 192.0.2.9 key 7 {"key":true}',
        "sit1 tunnel sit over 4 from 192.0.2.1 to 198.51.100.1",
        "vx42 tunnel vxlan over 4 from  to 203.0.113.4 key 42 on eth0",
        "br0 bridge has vx42,eth1,eth2",
        "eth0.10 vlan vlan 10 on eth0",
        "eth1 ethernet",
        "eth2 ethernet",
        "br7 bridge has eth5,eth6",
        "eth0.20 vlan vlan 20 on eth0",
        "wg0 tunnel wireguard over 6 from  to 2001:db8::7",
        "veth0 other",
        "mv0 other",
        't6 tunnel ip6gre over 6 from 2001:db8::1 to 2001:db8::2 {"encapsulationLimit":false}',
        'g tunnel gre over 4 from 192.0.2.1 to 192.0.2.9 {"udp":"fou"}',
        "eth3 ethernet 192.0.2.77/24 mtu 9000",
      ],
    );
  });

  it("add routes and rules; what they delete, and what is done in other namespaces, is left out", async () => {
    assert.deepEqual(
      await script(`ip -6 route add default via fe80::1 dev eth0
ip route add 10.1.0.0/16 via 10.0.0.2 table 100 metric 5 mtu lock 1400
ip ro add blackhole 10.0.0.0/8
ip route add default nexthop via 192.0.2.1 weight 1 nexthop via 192.0.2.2 weight 1
ip route add $NET via $GW
ip rule add from 10.0.0.0/8 lookup 100 pref 900
if [ -n "$X" ]; then ip route add default via 192.0.2.254; fi
route -A inet6 add default gw 2001:db8::1
route add default gw 192.0.2.3 eth0
ip netns exec blue ip addr add 192.0.2.4/24 dev eth0
ip -n blue addr add 192.0.2.5/24 dev eth0
ip route del default
ip rule del from 10.0.0.0/8
ip route show; ip addr; ip; ip link set; ip route add; ip tunnel add; ifconfig; route
`),
      [
        "route default v6 via fe80::1 dev eth0 table main",
        "route 10.1.0.0/16 v4 via 10.0.0.2 table 100 metric 5 mtu 1400",
        "route 10.0.0.0/8 v4 blackhole table main",
        "route default v4 via 192.0.2.1 table main",
        "route ? v? via ? table main",
        "route default v4 via 192.0.2.254 table main conditional",
        "route default v6 via 2001:db8::1 table main",
        "route default v4 via 192.0.2.3 table main",
        "rule from 10.0.0.0/8 table 100 pref 900",
      ],
    );
  });

  it("are read of units too", async () => {
    const unit = "[Service]\nType=oneshot\nExecStartPre=-/sbin/ip link del gre1\nExecStart=-/sbin/ip tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.9\nExecStart=/sbin/ip link set gre1 mtu 1400 \\\n  up\nExecStop=/sbin/ip tunnel add gre2 mode gre\n";
    assert.deepEqual(await networkOf({ "gre1.service": unit }), ["gre1 tunnel mtu 1400 gre over 4 from 192.0.2.1 to 192.0.2.9"]);
  });

  it("are looked for in scripts only where there are any", async () => {
    assert.deepEqual(await script("echo ip link add\niptables -A INPUT -j ACCEPT\n"), []);
  });
});
