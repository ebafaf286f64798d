import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { networkOfHost } from "../../../src/model/network/host-network.ts";
import { networkOf, shown } from "./shown.ts";

const variables = (text: string): Promise<string[]> => networkOf({ "host_vars/a.example.net": text });

async function onHost(name: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  const workspace = await loadWorkspace(new Map(Object.entries(files)));
  const network = networkOfHost(workspace, workspace.fleet.host(name)!);
  return shown({ ...network, interfaces: [...network.interfaces.values()] });
}

describe("network: variables of Ansible", () => {
  it("of Linux System Roles", async () => {
    assert.deepEqual(
      await variables(`network_connections:
  - {name: br0, type: bridge, mtu: 1500, ip: {address: [192.0.2.7/24], gateway4: 192.0.2.1, dhcp4: no}}
  - {name: bond0, type: bond, interface_name: bond0, controller: br0, mtu: 9000}
  - {name: port1, type: ethernet, interface_name: eth0, controller: bond0}
  - {name: port2, type: ethernet, interface_name: eth1, master: bond0}
  - {name: v10, type: vlan, parent: port1, vlan: {id: 10}, ip: {dhcp4: yes, route: [{network: 10.0.0.0, prefix: 8, gateway: 192.0.2.9, metric: 3, table: 100}], routing_rule: [{from: 192.0.2.0/24, table: 100, priority: 9}]}}
  - {name: old, state: absent, persistent_state: absent}
`),
      [
        "br0 bridge 192.0.2.7/24 gw 192.0.2.1 mtu 1500 has bond0",
        "bond0 bond mtu 9000 has eth0,eth1",
        "eth0 ethernet",
        "eth1 ethernet",
        "v10 vlan vlan 10 on eth0 dynamic",
        "route 10.0.0.0/8 v4 via 192.0.2.9 dev v10 table 100 metric 3",
        "rule from 192.0.2.0/24 table 100 pref 9",
      ],
    );
  });

  it("of roles with lists of interfaces, and netplan's tree", async () => {
    assert.deepEqual(
      await variables(`interfaces_ether_interfaces:
  - {device: eth0, bootproto: static, address: 192.0.2.7, netmask: 255.255.255.0, gateway: 192.0.2.1, mtu: 9000, route: [{network: 10.0.0.0, netmask: 255.0.0.0, gateway: 192.0.2.9}]}
interfaces_bridge_interfaces:
  - {device: br0, ports: [eth1, eth2], address: 10.0.0.1, netmask: 255.255.255.0}
network_interfaces:
  - name: eth5
    ipv4: {address: 198.51.100.7/24, gateway: 198.51.100.1}
    ipv6: [{address: "2001:db8::7", prefix: 64}]
tunnels:
  - {name: gre1, mode: gre, local: 192.0.2.7, remote: 203.0.113.9, address: 10.9.0.1/30, mtu: 1472}
wireguard_interfaces:
  wg0: {address: 10.8.0.1/24, mtu: 1380}
vlans:
  - {name: lan, id: 10, parent: eth0, address: 172.16.0.1/24}
netplan_configuration:
  network: {version: 2, ethernets: {eth9: {addresses: [192.0.2.9/24]}}}
`),
      [
        "eth0 ethernet 192.0.2.7/24 gw 192.0.2.1 mtu 9000",
        "br0 bridge 10.0.0.1/24 has eth1,eth2",
        "eth5 ethernet 198.51.100.7/24,2001:db8::7/64 gw 198.51.100.1",
        "gre1 tunnel 10.9.0.1/30 mtu 1472 gre over 4 from 192.0.2.7 to 203.0.113.9",
        "wg0 other 10.8.0.1/24 mtu 1380",
        "lan vlan 172.16.0.1/24 vlan 10 on eth0",
        "eth9 ethernet 192.0.2.9/24",
        "route 10.0.0.0/8 v4 via 192.0.2.9 dev eth0 table main",
      ],
    );
  });

  it("of lists of networks with members, gateways and VLANs", async () => {
    assert.deepEqual(
      await variables(`wireguard_networks:
  - {ipv4: 10.87.0.2/31, peers: [a, b], port: 50001}
  - {ipv4: 10.87.0.4/31, ipv6: "2001:db8:7::/127", peers: [a, c]}
networks:
  lan: {prefix: 192.0.2.0/24, gateway: 192.0.2.1, vlan: 10, site: north}
tenants:
  - name: blue
    vrfs:
      - name: red
        svis:
          - {id: 11, name: web, ip_address_virtual: 10.10.11.1/24}
`),
      [
        "network 10.87.0.2/31 of a,b",
        "network 10.87.0.4/31 of a,c",
        "network 2001:db8:7::/127 of a,c",
        "network 192.0.2.0/24 lan gw 192.0.2.1 vlan 10 scope north",
        "network 10.10.11.0/24 web gw 10.10.11.1 vlan 11 scope blue red",
        ...["a", "b", "a", "c"].map((name) => `names host ${name}`),
      ],
    );
  });

  it("tell apart the lists that speak of networks", async () => {
    const path = "group_vars/all.yml";
    const workspace = await loadWorkspace(new Map([[path, "networks:\n  lan: {cidr: 10.1.0.0/16, vlan: 10}\nzones:\n  - {name: lan, network: 10.1.0.0/16, hosts: [a]}\n"]]));
    assert.deepEqual(workspace.subject("network", path)?.networks.map(({ list }) => list), ["networks", "zones"]);
  });

  it("say nothing where other things have names and addresses", async () => {
    assert.deepEqual(
      await variables(`containers: [{name: web, ip: 192.0.2.7}, {name: db, ip: 192.0.2.8}]
trusted: [{name: office, cidr: 192.0.2.0/24}, {name: home, cidr: 198.51.100.0/24}]
allowed_networks: [10.0.0.0/8, 192.0.2.0/24]
dns: {servers: [192.0.2.53]}
users: [{name: eth0, address: "Main Street 1"}]
listen_interfaces: [eth0, eth1]
ports: [{name: http, port: 80}]
wireguard_peers: [{name: laptop, ip: 10.9.0.2/32}]
interfaces: {public: eth0, private: eth1}
mtu: 1400
`),
      [],
    );
    assert.deepEqual(await networkOf({ "deployment.yaml": "spec:\n  interfaces: [{name: eth0, mtu: 1400}]\n" }), []);
  });

  it("for each part of an interface", async () => {
    assert.deepEqual(await variables("eth0_ipv4_ip: 192.0.2.7\neth0_ipv4_nm: 24\neth0_ipv4_gw: 192.0.2.1\neth0_mtu: 9000\nbr0_address: 198.51.100.7/28\neth1_ip: 192.0.2.8\ncloud_ip: 192.0.2.9\neth3_ipv4: \"{{ x }}\"\n"), [
      "eth0 ethernet 192.0.2.7/24 gw 192.0.2.1 mtu 9000 conditional",
      "br0 bridge 198.51.100.7/28 conditional",
      "eth1 ethernet ? conditional",
    ]);
    assert.deepEqual(await networkOf({ "group_vars/all": "eth1_ip: 10.0.0.10\neth1_nm: 24\n" }), []);
  });

  it("are resolved on a host, with what its groups say", async () => {
    const files = {
      "inventory/hosts": "[web]\na.example.net\nb.example.net\n",
      "inventory/group_vars/web": 'network_connections:\n  - {name: eth0, type: ethernet, ip: {address: ["{{ eth0_ip }}/{{ eth0_nm }}"], gateway4: "{{ gw }}"}}\neth0_nm: 24\n',
      "inventory/host_vars/a.example.net": "eth0_ip: 192.0.2.7\ngw: 192.0.2.1\n",
      "inventory/host_vars/b.example.net": "eth0_ip: 192.0.2.8\n",
    };
    assert.deepEqual(await onHost("a.example.net", files), ["eth0 ethernet 192.0.2.7/24 gw 192.0.2.1"]);
    assert.deepEqual(await onHost("b.example.net", files), ["eth0 ethernet 192.0.2.8/24 gw ?"]);
  });
});

describe("network: of a host", () => {
  it("is joined from all that reaches it, netplan's files in the order of their names", async () => {
    const files = {
      "inventory/hosts": "[web]\na.example.net\nb.example.net\n",
      "hosts/a.example.net/etc/netplan/60-more.yaml": "network:\n  version: 2\n  ethernets:\n    eth0: {mtu: 1400, addresses: [198.51.100.7/24]}\n",
      "hosts/a.example.net/etc/netplan/50-base.yaml": "network:\n  version: 2\n  ethernets:\n    eth0: {mtu: 9000, addresses: [192.0.2.7/24]}\n",
      "hosts/b.example.net/etc/network/interfaces": "iface eth0 inet static\n  address 192.0.2.8/24\n",
    };
    assert.deepEqual(await onHost("a.example.net", files), ["eth0 ethernet 192.0.2.7/24,198.51.100.7/24 mtu 1400"]);
    assert.deepEqual(await onHost("b.example.net", files), ["eth0 ethernet 192.0.2.8/24"]);
  });

  it("follows edits of its files", async () => {
    const path = "inventory/host_vars/a.example.net";
    const text = "interfaces:\n  - {name: eth0, mtu: 1400}\n";
    const before = await loadWorkspace(new Map([["inventory/hosts", "[web]\na.example.net\nb.example.net\n"], [path, text], ["inventory/host_vars/b.example.net", text]]));
    const mtuOf = (workspace: typeof before): string => {
      const { mtu } = networkOfHost(workspace, workspace.fleet.host("a.example.net")!).interfaces.get("eth0")!;
      return `${String(mtu!.value)} ${workspace.textAt(mtu!.location)}`;
    };
    assert.equal(mtuOf(before), "1400 1400");
    const moved = before.with(new Map([[path, `# moved\n${text}`]]));
    assert.equal(mtuOf(moved), "1400 1400");
    assert.equal(mtuOf(moved.with(new Map([[path, text.replace("1400", "1300")]]))), "1300 1300");
    assert.equal(mtuOf(moved.with(new Map([["inventory/host_vars/b.example.net", "x: 1\n"]]))), "1400 1400");
  });

  it("has the values of its variables in templates", async () => {
    const files = {
      "inventory/hosts": "[web]\na.example.net lan_ip=192.0.2.7\n",
      "site.yml": "- hosts: web\n  roles: [net]\n",
      "roles/net/tasks/main.yml": "- template: {src: interfaces.j2, dest: /etc/network/interfaces}\n",
      "roles/net/defaults/main.yml": "lan_mtu: 1400\n",
      "roles/net/templates/interfaces.j2": "auto eth0\niface eth0 inet static\n  address {{ lan_ip }}/24\n  mtu {{ lan_mtu }}\n",
    };
    assert.deepEqual(await onHost("a.example.net", files), ["eth0 ethernet 192.0.2.7/24 mtu 1400"]);
  });
});
