import assert from "node:assert/strict";
import { applyFixes } from "../../src/engine/fix.ts";
import { lintFiles, loadWorkspace } from "../../src/core.ts";
import { skip } from "../support/skip.ts";
import { labMissing, runLab } from "./available.ts";

interface Case {
  readonly underlay: number;
  readonly kind: "gre" | "ipip" | "gretap" | "vxlan";
  readonly mtu: number | null;
  readonly commands: readonly string[];
}
type Result = { readonly mtu: number; readonly passed: readonly boolean[] } | { readonly error: string };

const SCRIPT = "hosts/a/usr/local/sbin/check.sh";
const NETPLAN = "hosts/a/etc/netplan/10.yaml";
const PING = "ping -c 1 -W 1 10.9.0.2";

/** The host's files, with its tunnel over a link of `underlay` bytes. */
const files = (underlay: number, kind: string, mtu: number): Map<string, string> =>
  new Map([
    [NETPLAN, `network:\n  version: 2\n  ethernets:\n    u0:\n      addresses: [192.0.2.1/24]\n      mtu: ${underlay}\n  tunnels:\n    t0:\n      mode: ${kind}\n      local: 192.0.2.1\n      remote: 192.0.2.2\n${kind === "vxlan" ? "      id: 7\n      port: 4789\n" : ""}      mtu: ${mtu}\n      addresses: [10.9.0.1/30]\n`],
    [SCRIPT, `#!/bin/sh\n${PING}\n`],
  ]);

/** The texts after the fixes of one rule, and how many of its findings there were. */
async function mended(texts: Map<string, string>, rule: string): Promise<{ texts: Map<string, string>; findings: number }> {
  const { findings } = lintFiles(await loadWorkspace(texts), undefined, { only: new Set([rule]) });
  const fixed = applyFixes((path) => texts.get(path), findings.flatMap(({ fixes }) => fixes.slice(0, 1))).files;
  return { texts: new Map([...texts, ...fixed]), findings: findings.length };
}

/** A probe that fills a tunnel of `mtu` bytes. */
const full = (mtu: number): string => `ping -c 1 -W 1 -M do -s ${mtu - 28} 10.9.0.2`;
const mtuIn = (texts: Map<string, string>): number => Number(/mtu: (\d+)\n {6}addresses/.exec(texts.get(NETPLAN)!)![1]);
const commandIn = (texts: Map<string, string>): string => texts.get(SCRIPT)!.split("\n")[1]!;

describe("lab: full packets through tunnels", function () {
  this.timeout(90_000);
  before(function () {
    const missing = labMissing([]);
    if (missing !== undefined) skip(this, missing);
  });

  /** What the cases gave; skips where the kernel has not the device. */
  const run = (context: Mocha.Context, cases: readonly Case[]): { mtu: number; passed: readonly boolean[] }[] =>
    (runLab("tunnel_mtu.py", cases) as Result[]).map((result) => ("error" in result ? skip(context, `no such device here: ${result.error}`) : result));

  for (const { kind, underlay, wrong } of [{ kind: "gre", underlay: 1400, wrong: 1476 }, { kind: "gre", underlay: 1500, wrong: 1500 }, { kind: "ipip", underlay: 1400, wrong: 1480 }, { kind: "vxlan", underlay: 1500, wrong: 1500 }] as const) {
    it(`tunnel-mtu and ping-hides-mtu: ${kind} with ${wrong} bytes over a link of ${underlay}`, async function () {
      const bad = files(underlay, kind, wrong);
      const probed = await mended(bad, "network/ping-hides-mtu");
      const sized = await mended(bad, "network/tunnel-mtu");
      assert.deepEqual([probed.findings, sized.findings], [1, 1]);
      const both = await mended(sized.texts, "network/ping-hides-mtu");
      // The probe's size is that of the mended tunnel, whichever fix comes first.
      assert.equal(commandIn(probed.texts), commandIn(both.texts));
      const [before, after] = run(this, [
        { underlay, kind, mtu: wrong, commands: [PING, full(wrong)] },
        { underlay, kind, mtu: mtuIn(sized.texts), commands: [PING, commandIn(both.texts)] },
      ]);
      // A small packet shows nothing; a full one does, and passes once the MTU is right.
      assert.deepEqual(before!.passed, [true, false]);
      assert.deepEqual(after!.passed, [true, true], commandIn(both.texts));
    });

    it(`tunnel-mtu: one byte above the computed MTU of ${kind} over ${underlay} is too many`, async function () {
      const sized = await mended(files(underlay, kind, wrong), "network/tunnel-mtu");
      const fits = mtuIn(sized.texts);
      const [exact, above] = run(this, [
        { underlay, kind, mtu: fits, commands: [full(fits)] },
        { underlay, kind, mtu: fits + 1, commands: [full(fits + 1)] },
      ]);
      assert.deepEqual([exact!.passed, above!.passed], [[true], [false]]);
    });
  }

  it("tunnel-mtu: the default that looks at no link is the one that the rule knows", async function () {
    const [result] = run(this, [{ underlay: 1500, kind: "vxlan", mtu: null, commands: [] }]);
    const unset = files(1500, "vxlan", 0);
    const { findings } = lintFiles(await loadWorkspace(new Map([[NETPLAN, unset.get(NETPLAN)!.replace(/ {6}mtu: 0\n/, "")]])), undefined, { only: new Set(["network/tunnel-mtu"]) });
    assert.deepEqual(findings.map(({ data }) => [data["mtu"], data["most"]]), [[result!.mtu, 1450]]);
  });

  it("tunnel-mtu: what the kernel derives from the link is what the rule holds right", async function () {
    for (const { kind, underlay } of [{ kind: "gre", underlay: 1400 }, { kind: "ipip", underlay: 1500 }] as const) {
      const [result] = run(this, [{ underlay, kind, mtu: null, commands: [] }]);
      assert.equal((await mended(files(underlay, kind, result!.mtu), "network/tunnel-mtu")).findings, 0, `${kind} over ${underlay}: ${result!.mtu}`);
      assert.equal((await mended(files(underlay, kind, result!.mtu + 1), "network/tunnel-mtu")).findings, 1, `${kind} over ${underlay}: ${result!.mtu + 1}`);
    }
  });
});
