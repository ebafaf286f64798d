import assert from "node:assert/strict";
import { networkOf } from "./shown.ts";

const folder = "etc/systemd/network";

describe("network: networkd", () => {
  const files = {
    [`${folder}/10-eth0.network`]: "[Match]\nName=eth0\n[Link]\nMTUBytes=9K\n[Network]\nAddress=192.0.2.2/24\nAddress=2001:db8::2/64\nGateway=192.0.2.1\nDHCP=no\nVLAN=vlan10\nTunnel=gre1\nBridge=br0\n[Address]\nAddress=192.0.2.3/24\n[Route]\nDestination=198.51.100.0/24\nGateway=192.0.2.9\nTable=100\nMetric=5\n[Route]\nGateway=_dhcp4\n[RoutingPolicyRule]\nFrom=192.0.2.2\nTable=100\nPriority=900\n",
    [`${folder}/20-gre1.netdev`]: "[NetDev]\nName=gre1\nKind=gre\nMTUBytes=1476\n[Tunnel]\nLocal=192.0.2.2\nRemote=203.0.113.9\nKey=5\n",
    [`${folder}/20-gre1.network`]: "[Match]\nName=gre1\n[Link]\nMTUBytes=1472\n[Network]\nAddress=10.9.0.1/30\n",
    [`${folder}/20-vlan10.netdev`]: "[NetDev]\nName=vlan10\nKind=vlan\n[VLAN]\nId=10\n",
    [`${folder}/10-eth0.network.d/more.conf`]: "[Network]\nAddress=198.51.100.7/28\n",
    [`${folder}/30-wg.netdev`]: "[NetDev]\nName=wg0\nKind=wireguard\n[WireGuard]\nListenPort=51820\n[WireGuardPeer]\nEndpoint=[2001:db8::9]:51820\n[WireGuardPeer]\nEndpoint=[2001:db8::a]:51820\n",
    [`${folder}/40.network`]: "[Match]\nName=en* !en9\n[Network]\nDHCP=yes\n",
    [`${folder}/45.network`]: "[Match]\nName=vb-*\n[Network]\nAddress=0.0.0.0/28\nAddress=::/64\nAddress=192.0.2.65/28\n",
    [`${folder}/50.network`]: "[Match]\nMACAddress=02:00:00:00:00:01\n[Network]\nAddress=192.0.2.50/24\n",
    [`${folder}/60-vx.netdev`]: "[NetDev]\nName=vx0\nKind=vxlan\n[VXLAN]\nVNI=7\nRemote=192.0.2.60\n",
    [`${folder}/70-t.netdev`]: "[NetDev]\nName=t0\nKind=ip6tnl\n[Tunnel]\nLocal=any\nRemote=2001:db8::5\nEncapsulationLimit=none\n",
    [`${folder}/80.link`]: "[Match]\nOriginalName=eth7\n[Link]\nName=lan0\nMTUBytes=4000\n",
  };
  const read = (name: string): Promise<string[]> => networkOf(files, `${folder}/${name}`);

  it("reads links with repeated sections and settings", async () => {
    assert.deepEqual(await read("10-eth0.network"), [
      "eth0 ethernet 192.0.2.2/24,2001:db8::2/64,192.0.2.3/24 gw 192.0.2.1 mtu 9216",
      "br0 bridge has eth0",
      "route 198.51.100.0/24 v4 via 192.0.2.9 dev eth0 table 100 metric 5",
      "rule from 192.0.2.2 table 100 pref 900",
    ]);
    assert.deepEqual(await read("40.network"), ["en* other pattern dynamic", "!en9 other pattern dynamic"]);
    assert.deepEqual(await read("45.network"), ["vb-* other pattern 192.0.2.65/28 dynamic"], "an unspecified address stands for any free network");
    assert.deepEqual(await read("50.network"), ["? other pattern 192.0.2.50/24"]);
    assert.deepEqual(await read("80.link"), ["lan0 ethernet mtu 4000"]);
  });

  it("gives a device the MTU and the link that the files beside it tell", async () => {
    assert.deepEqual(await read("20-gre1.netdev"), ['gre1 tunnel mtu 1472 gre over 4 from 192.0.2.2 to 203.0.113.9 key 5 on eth0 {"key":true}']);
    assert.deepEqual(await read("20-vlan10.netdev"), ["vlan10 vlan vlan 10 on eth0"]);
    assert.deepEqual(await read("30-wg.netdev"), ["wg0 tunnel wireguard over 6 from  to 2001:db8::9,2001:db8::a"]);
    assert.deepEqual(await read("60-vx.netdev"), ["vx0 tunnel vxlan over 4 from  to 192.0.2.60 key 7"]);
    assert.deepEqual(await read("70-t.netdev"), ['t0 tunnel ip6tnl over 6 from  to 2001:db8::5 {"encapsulationLimit":false}']);
  });

  it("knows whose drop-in a file is, and that an empty setting takes back those before it", async () => {
    assert.deepEqual(await read("10-eth0.network.d/more.conf"), ["eth0 ethernet 198.51.100.7/28"]);
    assert.deepEqual(await networkOf({ "a.network": "[Match]\nName=a0\n[Network]\nAddress=192.0.2.1/24\nAddress=\nAddress=192.0.2.2/24\n" }), ["a0 other 192.0.2.2/24"]);
  });

  it("takes what templates hide for unknown, and what they decide for conditional", async () => {
    assert.deepEqual(await networkOf({ "templates/lan.network.j2": "{% if lan %}\n[Match]\nName={{ lan }}\n[Network]\nAddress={{ ip }}/24\nGateway=192.0.2.1\n{% endif %}\n" }), ["? other ? gw 192.0.2.1 conditional"]);
  });
});
