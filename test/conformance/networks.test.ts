import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";
import { loadWorkspace } from "../../src/core.ts";
import type { Workspace } from "../../src/model/workspace.ts";
import { isUnknown } from "../../src/engine/unknown.ts";
import { join } from "../../src/model/network/machines.ts";
import type { Interface, NetworkFile } from "../../src/model/network/network.ts";
import { lengthFrom } from "../../src/model/network/address.ts";
import { shown } from "../model/network/shown.ts";
import { needsRecord, recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";

/** What the generator makes of one file: the files of networkd by their names; undefined where it refuses. */
function generate(text: string): Map<string, string> | undefined {
  const root = mkdtempSync(pathOf(tmpdir(), "netplan-"));
  try {
    mkdirSync(pathOf(root, "etc/netplan"), { recursive: true });
    writeFileSync(pathOf(root, "etc/netplan/50-test.yaml"), text, { mode: 0o600 });
    const { status } = spawnSync("/usr/libexec/netplan/generate", ["--root-dir", root], { encoding: "utf8", timeout: 20_000 });
    if (status !== 0) return undefined;
    const folder = pathOf(root, "run/systemd/network");
    return new Map((existsSync(folder) ? readdirSync(folder) : []).map((name) => [`etc/systemd/network/${name}`, readFileSync(pathOf(folder, name), "utf8")]));
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function read(files: ReadonlyMap<string, string>): Promise<{ workspace: Workspace; files: NetworkFile[] }> {
  const workspace = await loadWorkspace(files);
  return { workspace, files: workspace.subjects("network").map(({ subject }) => subject) };
}

/** One interface a line, without what the other side has no word for. */
function lines(files: readonly NetworkFile[], only?: ReadonlySet<string>): string[] {
  const { interfaces, routes, policyRules } = join(files);
  const plain = [...interfaces.values()].map((one): Interface => ({ ...one, kind: one.kind === "ethernet" ? "other" : one.kind, gateways: [], members: [...one.members].sort((a, b) => (String(a.value) < String(b.value) ? -1 : 1)), conditional: false }));
  // A gateway is one more default route.
  const all = [...routes, ...plain.flatMap(({ name }) => interfaces.get(String(name))!.gateways)];
  const known = (name: unknown): boolean => only === undefined || only.has(String(name));
  return shown({ interfaces: plain.filter(({ name }) => known(name)), routes: all.filter(({ device }) => known(device)), policyRules, networks: [], references: [] }).sort();
}

const OWN = `network:
  version: 2
  ethernets:
    eth0: {addresses: [192.0.2.7/24, "2001:db8::7/64"], mtu: 9000, routes: [{to: 10.0.0.0/8, via: 192.0.2.2, table: 100, metric: 5, mtu: 1400}, {to: default, via: "2001:db8::1", on-link: true}], routing-policy: [{from: 192.0.2.7, table: 100, priority: 900}]}
    lan: {match: {macaddress: "02:00:00:00:00:01"}, set-name: eth9, mtu: 1400, gateway4: 192.0.2.1}
    eth1: {dhcp4: true}
    eth2: {}
  bonds: {bond0: {interfaces: [lan]}}
  bridges: {br0: {interfaces: [bond0], mtu: 9000}}
  vlans: {v10: {id: 10, link: br0, addresses: [198.51.100.1/28]}}
  tunnels:
    gre1: {mode: gre, local: 192.0.2.7, remote: 198.51.100.1, key: 7, mtu: 1472, addresses: [10.9.0.1/30]}
    six: {mode: sit, local: 192.0.2.7, remote: 198.51.100.2}
    g6: {mode: ip6gre, local: "2001:db8::7", remote: "2001:db8::9"}
    t46: {mode: ipip6, local: "2001:db8::7", remote: "2001:db8::9"}
    vx: {mode: vxlan, id: 42, link: eth0, remote: 192.0.2.9}
    wg0: {mode: wireguard, key: 4GgaQCy68nzNsUE5aJ9fuLzHhB65tAlwbmA72MWnOm8=, peers: [{endpoint: "198.51.100.3:51820", allowed-ips: [0.0.0.0/0], keys: {public: M9nt4YujIOmNrRmpIRTmYSfMdrpvE7u6WkG8FY8WjG4=}}]}
  vrfs: {blue: {table: 77, interfaces: [eth2]}}
`;

describe("conformance: netplan", function () {
  this.timeout(120_000);
  before(function () {
    if (!existsSync("/usr/libexec/netplan/generate")) skip(this, "netplan is not installed");
  });

  const same = async (text: string, what: string): Promise<boolean> => {
    const made = generate(text);
    if (made === undefined) return false;
    const ours = await read(new Map([["etc/netplan/50-test.yaml", text]]));
    assert.deepEqual(ours.workspace.document("etc/netplan/50-test.yaml")?.errors, [], what);
    const theirs = await read(made);
    const names = new Set(join(theirs.files).interfaces.keys());
    assert.deepEqual(lines(ours.files, names), lines(theirs.files), what);
    return true;
  };

  it("means what the generator makes of it", async () => {
    assert.ok(await same(OWN, "own"));
  });

  it("means what the generator makes of it, in files of other people", async function () {
    const corpus = recorded("corpus/inventory/netplan");
    needsRecord(this, corpus);
    const files = (readdirSync(corpus, { recursive: true }) as string[]).filter((name) => name.endsWith(".yaml"));
    let accepted = 0;
    for (const name of files) if (await same(readFileSync(pathOf(corpus, name), "utf8"), name)) accepted++;
    assert.ok(accepted > files.length / 2, `the generator took ${accepted} of ${files.length}`);
  });
});

describe("conformance: ifquery", function () {
  this.timeout(120_000);
  before(function () {
    if (spawnSync("ifquery", ["--version"]).error !== undefined) skip(this, "ifupdown is not installed");
  });

  /** `key: value` lines of ifquery; a value that is repeated stands on lines of its own. */
  const query = (file: string, name: string): Map<string, string[]> => {
    const { stdout } = spawnSync("ifquery", ["-i", file, name], { encoding: "utf8", timeout: 20_000 });
    const found = new Map<string, string[]>();
    let key = "";
    for (const line of stdout.split("\n").filter((one) => one !== "")) {
      const match = /^([\w-]+): (.*)$/.exec(line);
      if (match !== null) key = match[1]!;
      found.set(key, [...(found.get(key) ?? []), match?.[2] ?? line]);
    }
    return found;
  };

  const same = async (text: string, what: string): Promise<number> => {
    const file = pathOf(mkdtempSync(pathOf(tmpdir(), "interfaces-")), "interfaces");
    writeFileSync(file, text);
    const { files, workspace } = await read(new Map([["etc/network/interfaces", text]]));
    assert.deepEqual(workspace.document("etc/network/interfaces")?.errors, [], what);
    let compared = 0;
    for (const one of files.flatMap(({ interfaces }) => interfaces)) {
      if (isUnknown(one.name) || !new RegExp(`^\\s*iface\\s+${one.name.replace(/\./g, "\\.")}\\s`, "m").test(text)) continue;
      const said = query(file, one.name);
      const masks = said.get("netmask") ?? [];
      const addresses = (said.get("address") ?? []).map((address, index) => (address.includes("/") ? address : `${address}/${lengthFrom(masks[index] ?? masks[0] ?? "", address.includes(":") ? 6 : 4) ?? "?"}`));
      assert.deepEqual(one.addresses.map(({ value }) => (isUnknown(value) ? "?" : `${value.address}/${value.length}`)), addresses, `${what}: addresses of ${one.name}`);
      assert.deepEqual(one.gateways.map(({ via }) => String(via?.value)), said.get("gateway") ?? [], `${what}: gateways of ${one.name}`);
      const mtu = said.get("mtu");
      if (mtu !== undefined) assert.equal(String(one.mtu?.value), mtu[0], `${what}: MTU of ${one.name}`);
      compared++;
    }
    rmSync(pathOf(file, ".."), { recursive: true });
    return compared;
  };

  it("reads the same of its own stanzas", async () => {
    const text = "auto lo eth0\niface lo inet loopback\niface eth0 inet static\n  address 192.0.2.7\n  netmask 255.255.255.0\n  gateway 192.0.2.1\n  mtu 1400\niface base inet static\n  netmask 255.255.0.0\n  gateway 10.0.0.1\niface eth1 inet static inherits base\n  address \\\n 10.0.0.7\niface eth2 inet6 static\n  address 2001:db8::7/64\n  gateway 2001:db8::1\niface gre1 inet tunnel\n  mode gre\n  address 10.9.0.1\n  netmask 255.255.255.252\n  endpoint 198.51.100.1\n  local 192.0.2.7\n  mtu 1472\n";
    assert.ok((await same(text, "own")) >= 5);
  });

  it("reads the same of stanzas of other people", async function () {
    const corpus = recorded("corpus/inventory/ifupdown");
    needsRecord(this, corpus);
    let compared = 0;
    for (const name of readdirSync(corpus)) compared += await same(readFileSync(pathOf(corpus, name), "utf8"), name);
    assert.ok(compared >= 10, `${compared}`);
  });

  it("refuses what it refuses", async () => {
    for (const text of ["address 192.0.2.7\nauto eth0\n", "iface eth0 inte static\n  address 192.0.2.7/24\n", "iface eth0 inet static\n  address\n", "iface\n"]) {
      const file = pathOf(mkdtempSync(pathOf(tmpdir(), "interfaces-")), "interfaces");
      writeFileSync(file, text);
      assert.notEqual(spawnSync("ifquery", ["--list", "-a", "-i", file]).status, 0, text);
      const { workspace } = await read(new Map([["etc/network/interfaces", text]]));
      assert.equal(workspace.document("etc/network/interfaces")?.errors.length, 1, text);
      rmSync(pathOf(file, ".."), { recursive: true });
    }
  });
});
