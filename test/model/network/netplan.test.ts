import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { networkOf } from "./shown.ts";

const netplan = (text: string): Promise<string[]> => networkOf({ "etc/netplan/50-site.yaml": text });

describe("network: netplan", () => {
  it("reads devices of every section", async () => {
    assert.deepEqual(
      await netplan(`network:
  version: 2
  renderer: networkd
  ethernets:
    lan: {match: {macaddress: "02:00:00:00:00:01"}, set-name: eth0, mtu: 9000}
    eth1: {addresses: ["192.0.2.7/24", {"192.0.2.8/24": {lifetime: 0}}], gateway4: 192.0.2.1, dhcp6: true}
    any: {match: {name: "en*"}, dhcp4: true}
    vf: {match: {driver: ixgbe}}
  bonds:
    bond0: {interfaces: [lan, eth1]}
  bridges:
    br0: {interfaces: [bond0], parameters: {stp: false}}
  vlans:
    vlan10: {id: 10, link: br0, addresses: [2001:db8::1/64]}
  vrfs:
    blue: {table: 100, interfaces: [vlan10], routes: [{to: default, via: 192.0.2.9}]}
  dummy-devices:
    d0: {addresses: [198.51.100.1/32]}
`),
      [
        "eth0 ethernet mtu 9000",
        "eth1 ethernet 192.0.2.7/24,192.0.2.8/24 gw 192.0.2.1 dynamic",
        "en* ethernet pattern dynamic",
        "vf ethernet pattern",
        "bond0 bond has eth0,eth1",
        "br0 bridge has bond0",
        "vlan10 vlan 2001:db8::1/64 vlan 10 on br0 in blue",
        "blue vrf",
        "d0 dummy 198.51.100.1/32",
        "route default v4 via 192.0.2.9 dev blue table 100",
      ],
    );
  });

  it("reads tunnels with their ends, keys and peers", async () => {
    assert.deepEqual(
      await netplan(`network:
  version: 2
  tunnels:
    gre1: {mode: gre, local: 192.0.2.1, remote: 198.51.100.1, key: 7, mtu: 1472}
    he6: {mode: sit, local: 192.0.2.1, remote: 198.51.100.2}
    v6: {mode: ip6gre, local: "2001:db8::1", remote: "2001:db8::2", keys: {input: 1, output: 2}}
    t4: {mode: ipip6, local: "2001:db8::1", remote: "2001:db8::2"}
    vx: {mode: vxlan, id: 42, link: eth0, remote: "2001:db8::2"}
    wg0: {mode: wireguard, key: secret, peers: [{endpoint: "198.51.100.3:51820", allowed-ips: [0.0.0.0/0]}, {endpoint: "198.51.100.4:51820"}]}
    odd: {mode: carrier-pigeon, local: 192.0.2.1, remote: 192.0.2.2}
`),
      [
        'gre1 tunnel mtu 1472 gre over 4 from 192.0.2.1 to 198.51.100.1 key 7 {"key":true}',
        "he6 tunnel sit over 4 from 192.0.2.1 to 198.51.100.2",
        'v6 tunnel ip6gre over 6 from 2001:db8::1 to 2001:db8::2 key 2 {"key":true}',
        "t4 tunnel ip6tnl over 6 from 2001:db8::1 to 2001:db8::2",
        "vx tunnel vxlan over 6 from  to 2001:db8::2 key 42 on eth0",
        "wg0 tunnel wireguard over 4 from  to 198.51.100.3,198.51.100.4",
        "odd tunnel ? over 4 from 192.0.2.1 to 192.0.2.2",
      ],
    );
  });

  it("reads routes and policy", async () => {
    assert.deepEqual(
      await netplan(`network:
  version: 2
  ethernets:
    eth0:
      routes:
        - {to: default, via: "2001:db8::1", metric: 50, on-link: true}
        - {to: 0.0.0.0/0, via: 192.0.2.1, table: 254}
        - {to: 10.0.0.0/8, type: blackhole}
        - {to: 10.1.0.0/16, via: 192.0.2.2, table: 100, mtu: 1400}
        - {to: "10.2.0.0/33", via: 192.0.2.2}
      routing-policy:
        - {from: 192.0.2.7, table: 100, priority: 900}
`),
      [
        "eth0 ethernet",
        "route default v6 via 2001:db8::1 dev eth0 table main metric 50 onlink",
        "route default v4 via 192.0.2.1 dev eth0 table main",
        "route 10.0.0.0/8 v4 blackhole dev eth0 table main",
        "route 10.1.0.0/16 v4 via 192.0.2.2 dev eth0 table 100 mtu 1400",
        "route ? v4 via 192.0.2.2 dev eth0 table main",
        "rule from 192.0.2.7 table 100 pref 900",
      ],
    );
  });

  it("knows netplan by its form, and leaves other YAML alone", async () => {
    assert.deepEqual(await networkOf({ "a/b.yaml": "network:\n  ethernets:\n    eth0: {mtu: 1400}\n" }), ["eth0 ethernet mtu 1400"]);
    assert.deepEqual(await networkOf({ "compose.yaml": "network:\n  driver: bridge\n  ethernets: [a]\n" }), []);
    assert.deepEqual(await networkOf({ "values.yaml": "network:\n  bridges: {a: {b: 1}}\n  policy: deny\n" }), []);
    assert.deepEqual(await networkOf({ "values.yaml": "network: 3\n" }), []);
  });

  it("takes what templates hide for unknown", async () => {
    assert.deepEqual(await networkOf({ "templates/netplan.yaml.j2": 'network:\n  version: 2\n  ethernets:\n    eth0:\n      addresses: ["{{ ip }}/24"]\n      mtu: {{ mtu }}\n{% if v6 %}\n      gateway6: 2001:db8::1\n{% endif %}\n' }), ["eth0 ethernet ? gw 2001:db8::1 mtu ?"]);
    const either = "network:\n  version: 2\n  ethernets:\n    eth0:\n      routes:\n{% if a %}\n        - {to: default, via: 192.0.2.1}\n{% else %}\n        - {to: default, via: 192.0.2.2}\n{% endif %}\n";
    assert.deepEqual(await networkOf({ "templates/netplan.yaml.j2": either }), ["eth0 ethernet", "route default v4 via 192.0.2.1 dev eth0 table main conditional", "route default v4 via 192.0.2.2 dev eth0 table main conditional"]);
  });

  it("gives places that hold what is read", async () => {
    const text = 'network:\r\n  version: 2\r\n  ethernets:\r\n    "eth0":\r\n      addresses:\r\n        - 192.0.2.7/24\r\n      mtu: 1400\r\n';
    const workspace = await loadWorkspace(new Map([["etc/netplan/a.yaml", text]]));
    const [one] = workspace.subject("network", "etc/netplan/a.yaml")!.interfaces;
    assert.equal(workspace.textAt(one!.addresses[0]!.location), "192.0.2.7/24");
    assert.equal(workspace.textAt(one!.mtu!.location), "1400");
    assert.match(workspace.textAt(one!.location), /eth0/);
  });

  it("reads cloud-init's versions 1 and 2", async () => {
    assert.deepEqual(await networkOf({ "cloud/network-config": "" }), []);
    assert.deepEqual(
      await networkOf({
        "cloud/network-config.yaml": `version: 1
config:
  - type: physical
    name: eth0
    mtu: 1450
    subnets:
      - {type: static, address: 192.0.2.7, netmask: 255.255.255.0, gateway: 192.0.2.1, routes: [{network: 10.0.0.0, netmask: 255.0.0.0, gateway: 192.0.2.2}]}
      - {type: dhcp6}
  - {type: bond, name: bond0, bond_interfaces: [eth1, eth2]}
  - {type: vlan, name: eth0.7, vlan_link: eth0, vlan_id: 7}
  - {type: route, destination: 203.0.113.0/24, gateway: 192.0.2.3, metric: 3}
  - {type: nameserver, address: 192.0.2.53}
`,
      }),
      [
        "eth0 ethernet 192.0.2.7/24 gw 192.0.2.1 mtu 1450 dynamic",
        "bond0 bond has eth1,eth2",
        "eth0.7 vlan vlan 7 on eth0",
        "route 10.0.0.0/8 v4 via 192.0.2.2 dev eth0 table main",
        "route 203.0.113.0/24 v4 via 192.0.2.3 table main metric 3",
      ],
    );
    assert.deepEqual(await networkOf({ "user/network-config.yml": "version: 2\nethernets:\n  eth0: {mtu: 1450}\n" }), ["eth0 ethernet mtu 1450"]);
  });

  it("adds up sections that stand twice", async () => {
    const text = "network:\n  version: 2\n  ethernets:\n    eno1: {mtu: 9000}\n  bridges:\n    br0: {interfaces: [eno1]}\n  ethernets:\n    eno2: {mtu: 1500}\n";
    assert.deepEqual(await networkOf({ "etc/netplan/10.yaml": text }), ["eno1 ethernet mtu 9000", "eno2 ethernet mtu 1500", "br0 bridge has eno1"]);
  });
});
