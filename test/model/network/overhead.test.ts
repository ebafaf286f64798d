import assert from "node:assert/strict";
import type { Encapsulation, EncapsulationOptions, Tunnel } from "../../../src/model/network/network.ts";
import { defaultMtu, overheadOf, overheadOfTunnel, pingPayload, segmentSize } from "../../../src/model/network/overhead.ts";
import { unknown } from "../../../src/engine/unknown.ts";

const exact = (encapsulation: Encapsulation, family: 4 | 6, options?: EncapsulationOptions): number => {
  const { least, most } = overheadOf(encapsulation, family, options);
  assert.equal(least, most, `${encapsulation} is not exact`);
  return least;
};

describe("network: overhead", () => {
  it("is what the headers of the standards add", () => {
    const both = (encapsulation: Encapsulation, options?: EncapsulationOptions): number[] => [exact(encapsulation, 4, options), exact(encapsulation, 6, { encapsulationLimit: false, ...options })];
    assert.deepEqual(both("gre"), [24, 44]);
    assert.deepEqual(both("gre", { key: true }), [28, 48]);
    assert.deepEqual(both("gre", { key: true, checksum: true, sequence: true }), [36, 56]);
    assert.deepEqual(both("gretap"), [38, 58]);
    assert.deepEqual(both("ipip"), [20, 40]);
    assert.deepEqual(both("sit"), [20, 40]);
    assert.deepEqual(both("vxlan"), [50, 70]);
    assert.deepEqual(both("vxlan", { innerTag: true }), [54, 74]);
    assert.deepEqual(both("geneve"), [50, 70]);
    assert.deepEqual(both("geneve", { optionBytes: 8 }), [58, 78]);
    assert.deepEqual(both("wireguard"), [60, 80]);
    assert.deepEqual(both("fou"), [28, 48]);
    assert.deepEqual(both("gue"), [32, 52]);
    assert.deepEqual(both("gre", { udp: "fou" }), [32, 52]);
    assert.deepEqual(both("ip6tnl"), [20, 40]);
    assert.equal(exact("ip6tnl", 6), 48);
    assert.equal(exact("ip6gre", 6), 52);
    assert.equal(exact("ip6gretap", 6), 66);
  });

  it("of ESP is that of the proposal, with the padding that the underlay's MTU asks for", () => {
    const esp = (proposal: string, family: 4 | 6 = 4, options: EncapsulationOptions = {}, underlay = 1500): number => {
      const { least, most } = overheadOf("ipsec", family, { proposal, ...options }, underlay);
      assert.equal(least, most, proposal);
      return underlay - least;
    };
    assert.equal(esp("aes256gcm16-ecp256"), 1446);
    assert.equal(esp("aes128gcm128"), 1446);
    assert.equal(esp("aes_gcm256-null"), 1446);
    assert.equal(esp("chacha20poly1305-curve25519"), 1446);
    assert.equal(esp("aes128-sha1-modp2048"), 1438);
    assert.equal(esp("aes256-sha256"), 1438);
    assert.equal(esp("aes256-sha512!"), 1422);
    assert.equal(esp("3des-md5"), 1446);
    assert.equal(esp("aes256-sha256", 6), 1406);
    assert.equal(esp("aes256gcm16", 4, { udp: "natt" }), 1438);
    assert.equal(esp("aes256-sha256", 4, {}, 1400), 1326);
    assert.deepEqual(overheadOf("ipsec", 4), { least: 46, most: 78 });
    assert.deepEqual(overheadOf("ipsec", 4, { proposal: "aes128-sha1, aes256-sha512" }), { least: 62, most: 78 });
    assert.deepEqual(overheadOf("ipsec", 4, { proposal: "rot13-sha1" }), { least: 46, most: 78 });
    assert.deepEqual(overheadOf("ipsec", 4, { proposal: "aes256" }), { least: 46, most: 78 });
  });

  it("covers every size of packet: what fits the formula's MTU fits the underlay, and one more byte does not", () => {
    const length = (payload: number, block: number, around: number): number => around + Math.ceil((payload + 2) / block) * block;
    for (let underlay = 576; underlay <= 9216; underlay++) {
      for (const [proposal, block, around] of [["aes256-sha256", 16, 20 + 8 + 16 + 16], ["aes256gcm16", 4, 20 + 8 + 8 + 16]] as const) {
        const mtu = underlay - overheadOf("ipsec", 4, { proposal }, underlay).most;
        assert.ok(length(mtu, block, around) <= underlay && length(mtu + 1, block, around) > underlay, `${proposal} over ${underlay}`);
      }
    }
  });

  it("gives the worked figures of a GRE tunnel over Ethernet", () => {
    const mtu = 1500 - exact("gre", 4);
    assert.equal(mtu, 1476);
    assert.equal(segmentSize(mtu, 4), 1436);
    assert.equal(segmentSize(1500, 6), 1440);
    assert.equal(pingPayload(mtu, 4), 1448);
    assert.equal(pingPayload(1280, 6), 1232);
  });

  it("of a tunnel over an unknown family is a range", () => {
    const tunnel: Tunnel = { mode: "vxlan", remotes: [], outer: unknown("nothing tells") };
    assert.deepEqual(overheadOfTunnel(tunnel), { least: 50, most: 70 });
    assert.equal(overheadOfTunnel({ ...tunnel, mode: unknown("a variable") }), undefined);
    assert.equal(defaultMtu(tunnel, 1500), 1500);
    assert.equal(defaultMtu({ ...tunnel, mode: "wireguard" }, 9000), 1420);
    assert.equal(defaultMtu({ ...tunnel, mode: "gre", outer: 4 }, 9000), 1476);
    assert.equal(defaultMtu({ ...tunnel, mode: "gre", outer: 4, remotes: [{ value: unknown("a variable"), location: { path: "a", range: { start: 0, end: 0 } } }] }, 9000), undefined);
  });
});
