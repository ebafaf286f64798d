import assert from "node:assert/strict";
import fc from "fast-check";
import { loadWorkspace } from "../../../src/core.ts";
import { networkOfHost } from "../../../src/model/network/host-network.ts";

const TEXTS: Readonly<Record<string, string>> = {
  "hosts/a/etc/netplan/50.yaml": "network:\n  version: 2\n  ethernets:\n    eth0: {addresses: [192.0.2.7/24, {192.0.2.8/24: {label: x}}], mtu: 9000, routes: [{to: default, via: 192.0.2.1}]}\n  tunnels:\n    gre1: {mode: gre, local: 192.0.2.7, remote: 198.51.100.1, key: 7}\n  bridges: {br0: {interfaces: [eth0]}}\n  vrfs: {blue: {table: 7, interfaces: [br0]}}\n",
  "hosts/a/etc/systemd/network/a.network": "[Match]\nName=eth0 eth1\n[Link]\nMTUBytes=9K\n[Network]\nAddress=192.0.2.7/24\nGateway=192.0.2.1\nVLAN=v10\nBridge=br0\n[Route]\nDestination=10.0.0.0/8\nGateway=192.0.2.9\n",
  "hosts/a/etc/systemd/network/v10.netdev": "[NetDev]\nName=v10\nKind=vlan\n[VLAN]\nId=10\n[Tunnel]\nLocal=192.0.2.1\n[WireGuardPeer]\nEndpoint=[2001:db8::1]:5\n",
  "hosts/a/etc/network/interfaces": "auto eth0\niface eth0 inet static inherits b\n  address 192.0.2.7\n  netmask 255.255.255.0\n  bridge_ports eth1 eth2\n  up ip route add 10.0.0.0/8 via 192.0.2.1 dev $IFACE\n  up ip link add x type gre local 192.0.2.1 key 5\niface b inet manual inherits eth0\n  gateway 192.0.2.1\n",
  "hosts/a/etc/wireguard/wg0.conf": "[Interface]\nPrivateKey = a=\nAddress = 10.9.0.1/24, 2001:db8::1/64 # x\nMTU = 1380\nPostUp = ip route add 10.7.0.0/16 dev %i\n[Peer]\nEndpoint = [2001:db8::9]:51820\nAllowedIPs = 10.9.0.5/24, ::/0\n",
  "hosts/a/etc/NetworkManager/system-connections/a.nmconnection": "[connection]\ntype=ip-tunnel\ninterface-name=g\nmaster=br0\nslave-type=bridge\n[ip-tunnel]\nmode=2\nlocal=192.0.2.1\nmtu=1400\n[ipv4]\naddress1=192.0.2.7/24,192.0.2.1\nroute1=10.0.0.0/8,192.0.2.9,5\nroute1_options=table=100\nrouting-rule1=priority 5 from 192.0.2.7 table 100\n",
  "hosts/a/etc/rc.sh": "#!/bin/sh\nip tunnel add gre1 mode gre local 192.0.2.1 remote 192.0.2.9\nip link set gre1 mtu 1400 master br0\nip rule add from 10.0.0.0/8 lookup 5\nifconfig eth0 192.0.2.1 netmask 255.255.255.0\nroute add -net 10.0.0.0 netmask 255.0.0.0 gw 192.0.2.1\n",
  "host_vars/a.yml": "network_connections:\n  - {name: br0, type: bridge, ip: {address: [192.0.2.7/24], route: [{network: 10.0.0.0, prefix: 8}]}}\n  - {name: p, type: ethernet, controller: br0}\nnetworks: [{prefix: 192.0.2.0/24, gateway: 192.0.2.1, peers: [a, b]}]\ninterfaces: [{name: eth0, ip: 192.0.2.7/24, routes: [{to: 10.0.0.0/8}]}]\neth5_ip: 192.0.2.7\neth5_nm: 24\n",
  "hosts/a/etc/network-config.yaml": "network:\n  version: 1\n  config:\n    - {type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.7/24, routes: [{network: 10.0.0.0, netmask: 255.0.0.0}]}]}\n",
};
const PIECES = ["{", "}", "[", "]", ":", "- ", "/", "=", "\n", "\r\n", "{{ a }}", "{% if a %}", "<% x %>", "${a", "$IFACE", "&a ", "*a", "'", '"', "\\\n", "\0", "\uFEFF", "::", "/129", "999999999999", "0x", "!", "~"];

/** Reads everything, on its own and on the host. */
async function read(files: Readonly<Record<string, string>>): Promise<number> {
  const workspace = await loadWorkspace(new Map([["inventory/hosts", "[g]\na\n"], ...Object.entries(files)]));
  let count = 0;
  for (const { path, subject } of workspace.subjects("network")) {
    const open: unknown[] = [subject];
    const seen = new Set<unknown>();
    while (open.length > 0) {
      const node = open.pop();
      if (typeof node !== "object" || node === null || seen.has(node)) continue;
      seen.add(node);
      count++;
      const { range, path: at } = node as { range?: { start: number; end: number }; path?: string };
      if (range !== undefined && at !== undefined) assert.ok(range.start >= 0 && range.start <= range.end && range.end <= (workspace.text(at)?.length ?? -1), `${path}: ${JSON.stringify(node)}`);
      for (const part of Object.values(node)) open.push(part);
    }
  }
  for (const host of workspace.fleet.hosts) networkOfHost(workspace, host);
  return count;
}

describe("network: hostile texts", function () {
  this.timeout(60_000);

  it("are read where they end anywhere, with other line ends, and with pieces exchanged", async () => {
    const spot = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...Object.keys(TEXTS)), spot, spot, fc.constantFrom(...PIECES)), { minLength: 1, maxLength: 12 }), async (cuts) => {
        const files = { ...TEXTS };
        for (const [path, at, length, piece] of cuts) {
          const text = files[path]!;
          const start = Math.round(at * text.length);
          files[path] = text.slice(0, start) + piece + text.slice(start + Math.round(length * 30));
        }
        await read(files);
      }),
      { numRuns: 150 },
    );
    for (let tenth = 0; tenth <= 10; tenth++) await read(Object.fromEntries(Object.entries(TEXTS).map(([path, text]) => [path, text.slice(0, Math.round((text.length * tenth) / 10)).replaceAll("\n", "\r\n")])));
  });

  it("are read where they are large", async () => {
    const many = (line: (index: number) => string, times = 20_000): string => Array.from({ length: times }, (_, index) => line(index)).join("");
    const files = {
      "hosts/a/etc/network/interfaces": many((index) => `iface eth${index} inet static inherits eth${index + 1}\n  address 192.0.2.7/24\n  up ip link add g${index} type gre\n`, 5000),
      "hosts/a/etc/systemd/network/a.network": `[Match]\nName=${many((index) => `e${index} `)}\n[Network]\n${many((index) => `VLAN=v${index}\n`, 5000)}${many(() => "[Route]\nGateway=192.0.2.1\n", 2000)}`,
      ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`hosts/a/etc/systemd/network/v${index}.netdev`, `[NetDev]\nName=v${index}\nKind=vlan\n[VLAN]\nId=${index}\n`])),
      "hosts/a/etc/netplan/50.yaml": `network:\n  version: 2\n  ethernets:\n${many((index) => `    e${index}: {mtu: 1500}\n`, 5000)}`,
      "host_vars/a.yml": `network_connections:\n${many((index) => `  - {name: e${index}, type: ethernet, controller: e${index + 1}}\n`, 3000)}bomb: &a [x, x]\n${many((index) => `bomb${index}: &b${index} [*a, *a, *a, *a]\n`, 200)}`,
      "hosts/a/etc/up.sh": `#!/bin/sh\n${many((index) => `wg set wg0 peer x endpoint 192.0.2.1:${index}\nip link set e${index} master br0\n`, 3000)}`,
    };
    assert.ok((await read(files)) > 10_000);
  });

  it("nested ten thousand deep are left", async () => {
    await read({ "host_vars/a.yml": `a: ${"{interfaces: [".repeat(10_000)}`, "hosts/a/etc/netplan/50.yaml": `network: ${"{ethernets: ".repeat(10_000)}`, "hosts/a/etc/network/interfaces": `iface ${"inherits ".repeat(10_000)}\n${"up $(".repeat(10_000)}` });
  });
});
