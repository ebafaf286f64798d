import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { agreeForEsp, agreeForIke, agreeOnGroups, libreswanAlgorithms, racoonAlgorithms, strongswanAlgorithms } from "../../../src/model/ipsec/algorithms.ts";
import { disagreements } from "../../../src/model/ipsec/disagreement.ts";
import { pairsOf } from "../../../src/model/ipsec/peerings.ts";

async function between(files: Record<string, string>): Promise<string[]> {
  const workspace = await loadWorkspace(new Map(Object.entries(files)));
  return workspace.paths.flatMap((path) => pairsOf(workspace, path)).flatMap((pair) => disagreements(pair).map(({ about }) => about));
}

describe("ipsec: two ends", () => {
  it("offer the same under other names", () => {
    const swan = strongswanAlgorithms("aes256-sha256-modp2048")!;
    assert.ok(agreeForIke(swan, libreswanAlgorithms("aes256-sha2_256;dh14")!));
    assert.ok(agreeForIke(swan, racoonAlgorithms(["aes 256"], ["sha256"], "14")!));
    assert.ok(!agreeForIke(swan, racoonAlgorithms(["aes 128"], ["sha256"], "14")!));
    assert.ok(!agreeForIke(swan, strongswanAlgorithms("aes256gcm16-prfsha256-modp2048")!));
    assert.ok(agreeForEsp(strongswanAlgorithms("aes256gcm128")!, libreswanAlgorithms("aes_gcm256")!));
    assert.ok(!agreeOnGroups([strongswanAlgorithms("aes256-sha256")!], [strongswanAlgorithms("aes256-sha256-x25519")!]));
    assert.equal(strongswanAlgorithms("default"), undefined);
    assert.equal(libreswanAlgorithms("aes-sha2"), undefined);
    assert.equal(racoonAlgorithms(["aes"], ["sha256"], "14"), undefined);
  });
  it("are found across languages where each file is of one host", async () => {
    const files = {
      "inventory.ini": "[gateways]\ngw1.example.net\ngw2.example.net\n",
      "hosts/gw1.example.net/etc/swanctl/swanctl.conf": "connections { b { version = 2\n local_addrs = 192.0.2.1\n remote_addrs = 198.51.100.1\n local { auth = psk }\n children { x { local_ts = 10.1.0.0/16\n remote_ts = 10.2.0.0/16 } } } }",
      "hosts/gw2.example.net/etc/ipsec.conf": "# Libreswan\nconn a\n  left=198.51.100.1\n  right=192.0.2.1\n  ikev2=no\n  authby=rsasig\n  leftsubnet=10.2.0.0/16\n  rightsubnet=10.9.0.0/16\n  auto=start\n",
    };
    assert.deepEqual(await between(files), ["IKE version", "authentication", "networks"]);
    assert.deepEqual(await between({ ...files, "hosts/gw2.example.net/etc/ipsec.conf": "# Libreswan\nconn a\n  left=198.51.100.1\n  right=192.0.2.1\n  ikev2=insist\n  authby=secret\n  leftsubnet=10.2.0.0/16\n  rightsubnet=10.1.4.0/24\n  auto=start\n" }), []);
  });
  it("have one another's identity swapped", async () => {
    const end = (local: string, remote: string): string => `connections { b { local_addrs = ${local}\n remote_addrs = ${remote}\n local { id = a.example.net }\n remote { id = b.example.net }\n children { x { } } } }`;
    assert.deepEqual(await between({ "gw1/swanctl.conf": end("192.0.2.1", "192.0.2.2"), "gw2/swanctl.conf": end("192.0.2.2", "192.0.2.1") }), ["identity"]);
  });
  it("are not guessed among several", async () => {
    const end = (version: number): string => `connections { b { version = ${version}\n local_addrs = 192.0.2.${version}\n remote_addrs = 192.0.2.${3 - version}\n children { x { } } } }`;
    assert.deepEqual(await between({ "gw1/swanctl.conf": end(1), "gw2/swanctl.conf": end(2) }), ["IKE version"]);
    assert.deepEqual(await between({ "gw1/swanctl.conf": end(1), "gw2/swanctl.conf": end(2), "gw3/swanctl.conf": end(2) }), []);
  });
});
