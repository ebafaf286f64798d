import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { Encapsulation, EncapsulationOptions, Tunnel } from "../../src/model/network/network.ts";
import { defaultMtu } from "../../src/model/network/overhead.ts";
import { skip } from "../support/skip.ts";
import { labMissing } from "./available.ts";

const LINK = { path: "a", range: { start: 0, end: 0 } };
const V4 = "local 192.0.2.1 remote 192.0.2.2";
const V6 = "local 2001:db8::1 remote 2001:db8::2";

interface Case {
  /** The words behind `ip link add over0 type`. */
  readonly words: string;
  readonly mode: Encapsulation;
  readonly outer: 4 | 6;
  readonly options?: EncapsulationOptions;
  readonly linked?: boolean;
  /** How many other ends are named; one where not given. */
  readonly ends?: 0;
}

const cases: readonly Case[] = [
  { words: `gre ${V4}`, mode: "gre", outer: 4 },
  { words: `gre ${V4} key 7`, mode: "gre", outer: 4, options: { key: true } },
  { words: `gre ${V4} key 7 csum seq`, mode: "gre", outer: 4, options: { key: true, checksum: true, sequence: true } },
  { words: "gre local 192.0.2.1", mode: "gre", outer: 4, ends: 0 },
  { words: "ip6gre local 2001:db8::1", mode: "ip6gre", outer: 6, ends: 0 },
  { words: `gretap ${V4}`, mode: "gretap", outer: 4 },
  { words: `ipip ${V4}`, mode: "ipip", outer: 4 },
  { words: `sit ${V4}`, mode: "sit", outer: 4 },
  { words: `ip6gre ${V6}`, mode: "ip6gre", outer: 6 },
  { words: `ip6gre ${V6} encaplimit none`, mode: "ip6gre", outer: 6, options: { encapsulationLimit: false } },
  { words: `ip6tnl ${V6}`, mode: "ip6tnl", outer: 6 },
  { words: `ip6tnl ${V6} encaplimit none`, mode: "ip6tnl", outer: 6, options: { encapsulationLimit: false } },
  { words: `vxlan id 7 dstport 4789 ${V4} dev u0`, mode: "vxlan", outer: 4, linked: true },
  { words: `vxlan id 7 dstport 4789 ${V6} dev u0`, mode: "vxlan", outer: 6, linked: true },
  { words: `vxlan id 7 dstport 4789 ${V4}`, mode: "vxlan", outer: 4 },
  { words: "geneve id 7 remote 192.0.2.2", mode: "geneve", outer: 4 },
  { words: "geneve id 7 remote 2001:db8::2", mode: "geneve", outer: 6 },
  { words: "wireguard", mode: "wireguard", outer: 4 },
];

/** The MTU that the kernel gives a tunnel over a link of `underlay` bytes; undefined where it has no such tunnels. */
function kernelMtu(words: string, underlay: number): number | undefined {
  const script = `ip link add u0 mtu ${underlay} type veth peer name u1 mtu ${underlay} && ip addr add 192.0.2.1/24 dev u0 && ip addr add 2001:db8::1/64 dev u0 nodad && ip link set u1 up && ip link set u0 up && ip link add over0 type ${words} && ip -o link show over0`;
  const { stdout } = spawnSync("unshare", ["--net", "sh", "-c", script], { encoding: "utf8", timeout: 20_000 });
  const mtu = /mtu (\d+)/.exec(stdout)?.[1];
  return mtu === undefined ? undefined : Number(mtu);
}

describe("lab: the MTU that the kernel gives a tunnel", function () {
  this.timeout(60_000);
  before(function () {
    const missing = labMissing(["unshare"]);
    if (missing !== undefined) skip(this, missing);
    if (kernelMtu("dummy", 1500) === undefined && kernelMtu(`vxlan id 7 dstport 4789 ${V4}`, 1500) === undefined) skip(this, "no links can be made here");
  });

  for (const { words, mode, outer, options, linked, ends } of cases) {
    it(`is what is computed for ${words}`, function () {
      const known: number[] = [];
      for (const underlay of [1500, 9000, 1400]) {
        const mtu = kernelMtu(words, underlay);
        if (mtu === undefined) skip(this, `this kernel has no ${mode}`);
        const location = LINK;
        const remotes = mode === "wireguard" || ends === 0 ? [] : [{ value: outer === 4 ? "192.0.2.2" : "2001:db8::2", location }];
        const tunnel: Tunnel = { mode, outer, remotes, ...(options && { options }), ...(linked === true && { underlay: { value: "u0", location } }) };
        assert.equal(mtu, defaultMtu(tunnel, underlay), `over ${underlay}`);
        known.push(mtu);
      }
      assert.equal(known.length, 3);
    });
  }
});
