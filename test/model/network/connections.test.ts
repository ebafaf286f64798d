import assert from "node:assert/strict";
import { networkOf } from "./shown.ts";

describe("network: connections of NetworkManager", () => {
  it("have addresses, gateways, routes and rules", async () => {
    assert.deepEqual(
      await networkOf({
        "etc/NetworkManager/system-connections/lan.nmconnection":
          "[connection]\nid=lan\ntype=ethernet\ninterface-name=eth0\n\n[ethernet]\nmtu=9000\n\n[ipv4]\nmethod=manual\naddress1=192.0.2.7/24,192.0.2.1\naddress2=192.0.2.8/24\nroute1=10.0.0.0/8,192.0.2.9,5\nroute1_options=table=100\nroute2=172.16.0.0/12,192.0.2.9\nrouting-rule1=priority 900 from 192.0.2.7 table 100\n\n[ipv6]\nmethod=manual\naddress1=2001:db8::7/64\ngateway=2001:db8::1\n",
      }),
      [
        "eth0 ethernet 192.0.2.7/24,192.0.2.8/24,2001:db8::7/64 gw 192.0.2.1,2001:db8::1 mtu 9000",
        "route 10.0.0.0/8 v4 via 192.0.2.9 dev eth0 table 100 metric 5",
        "route 172.16.0.0/12 v4 via 192.0.2.9 dev eth0 table main",
        "rule from 192.0.2.7 table 100 pref 900",
      ],
    );
  });
  it("have one gateway, and may write a length, an empty gateway and a metric as fields of their own", async () => {
    assert.deepEqual(
      await networkOf({
        "old.nmconnection":
          "[connection]\nid=old\ntype=802-3-ethernet\ninterface-name=eth0\n\n[ipv4]\nmethod=manual\naddresses1=192.0.2.7;24;192.0.2.1;\naddresses2=198.51.100.7;24;0.0.0.0;\naddresses3=203.0.113.7;28;203.0.113.1;\nroutes1=10.0.0.0;8;192.0.2.9;5;\nroute2=172.16.0.0/12,,7\n\n[ipv6]\nmethod=ignore\n",
      }),
      ["eth0 ethernet 192.0.2.7/24,198.51.100.7/24,203.0.113.7/28 gw 203.0.113.1", "route 10.0.0.0/8 v4 via 192.0.2.9 dev eth0 table main metric 5", "route 172.16.0.0/12 v4 dev eth0 table main metric 7"],
    );
  });
  it("are tunnels, VLANs and ports", async () => {
    const read = (text: string): Promise<string[]> => networkOf({ "a.nmconnection": `${text}\n[ipv4]\nmethod=disabled\n[ipv6]\nmethod=ignore\n` });
    assert.deepEqual(await read("[connection]\nid=g\ntype=ip-tunnel\ninterface-name=gre1\n[ip-tunnel]\nmode=2\nlocal=192.0.2.1\nremote=192.0.2.9\nmtu=1472\noutput-key=7\nparent=eth0"), [
      'gre1 tunnel mtu 1472 gre over 4 from 192.0.2.1 to 192.0.2.9 key 7 on eth0 {"key":true}',
    ]);
    assert.deepEqual(await read("[connection]\nid=v\ntype=vlan\ninterface-name=v10\n[vlan]\nid=10\nparent=eth0"), ["v10 vlan vlan 10 on eth0"]);
    assert.deepEqual(await read("[connection]\nid=p\ntype=ethernet\ninterface-name=eth1\nmaster=bond0\nslave-type=bond"), ["eth1 ethernet", "bond0 bond has eth1"]);
    assert.deepEqual(await read("[connection]\nid=p\ntype=ethernet\ncontroller=0ab3c4d5-1111-2222-3333-444455556666\nport-type=bridge"), ["? ethernet pattern"]);
    assert.deepEqual(await read("[connection]\nid=w\ntype=wireguard\ninterface-name=wg0\n[wireguard-peer.abc=]\nendpoint=[2001:db8::9]:51820"), ["wg0 tunnel wireguard over 6 from  to 2001:db8::9"]);
  });
});

describe("network: wg-quick", () => {
  it("reads the interface that is called like the file", async () => {
    assert.deepEqual(
      await networkOf({
        "etc/wireguard/wg7.conf":
          "[Interface]\nPrivateKey = abc=\nAddress = 10.9.0.1/24, 2001:db8:9::1/64 # inner\nMTU = 1380\nPostUp = ip route add 10.7.0.0/16 dev %i; iptables -A FORWARD -i %i -j ACCEPT\n\n[Peer]\nPublicKey = def=\nEndpoint = 192.0.2.9:51820\nAllowedIPs = 10.9.0.5/24, 10.8.0.0/16\n[Peer]\nPublicKey = ghi=\nAllowedIPs = 0.0.0.0/0, ::/0\n",
      }),
      [
        "wg7 tunnel 10.9.0.1/24,2001:db8:9::1/64 mtu 1380 wireguard over 4 from  to 192.0.2.9",
        "route 10.9.0.0/24 v4 dev wg7 table main",
        "route 10.8.0.0/16 v4 dev wg7 table main",
        "route 10.7.0.0/16 v4 dev wg7 table main",
      ],
    );
  });
  it("leaves the MTU to wg-quick where none is set, and the name to whoever puts the file there", async () => {
    assert.deepEqual(await networkOf({ "templates/wg.conf.j2": "[Interface]\nPrivateKey = {{ key }}\nAddress = {{ ip }}\n[Peer]\nEndpoint = {{ peer }}:51820\nAllowedIPs = {{ ips }}\n" }), ["? tunnel ? mtu ? wireguard over ? from  to ?", "route ? v? dev ? table main"]);
    assert.deepEqual(await networkOf({ "etc/wireguard/off.conf": "[Interface]\nTable = off\nPrivateKey = a\n[Peer]\nAllowedIPs = 10.0.0.0/8\n" }), ["off tunnel mtu ? wireguard over ? from  to "]);
  });
});
