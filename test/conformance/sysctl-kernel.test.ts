import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { keyFacts, knownKeys } from "../../src/model/kernel/keys.ts";
import { parseInteger } from "../../src/model/kernel/number.ts";
import { writtenUnit } from "../../src/model/kernel/units.ts";
import { valueProblem } from "../../src/model/kernel/value.ts";
import { skip } from "../support/skip.ts";

/** Runs a script in a network namespace of its own; undefined where there is none to be had. */
function inNamespace(script: string, input: string): string[] | undefined {
  const { status, stdout } = spawnSync("unshare", ["-n", "bash", "-c", script], { input, encoding: "utf8" });
  return status === 0 ? stdout.trimEnd().split("\n") : undefined;
}

const available = (): boolean => inNamespace("echo 1 >/proc/sys/net/ipv4/ip_forward && cat /proc/sys/net/ipv4/ip_forward", "")?.[0] === "1";

/** Keys of a namespace's own, of each kind that the kernel reads in its own way. */
const KEYS = ["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_syncookies", "net.ipv4.ip_default_ttl", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_rmem", "net.ipv4.conf.lo.rp_filter"];
const number = fc.oneof(fc.integer({ min: -5, max: 70_000 }).map(String), fc.constantFrom("0", "1", "2", "010", "08", "0x10", "0xfg", "-1", "255", "256", "65535", "65536", "2147483647", "2147483648", "99999999999"));
const word = fc.oneof({ weight: 5, arbitrary: number }, { weight: 1, arbitrary: fc.constantFrom("yes", "true", "60s", "4k", "16M", "7#x", "1.5", "1e3", "+1", "--1", "0x", "#", "50%") });
const value = fc.oneof({ weight: 3, arbitrary: word }, { weight: 2, arbitrary: fc.tuple(word, word).map(([a, b]) => `${a} ${b}`) }, { weight: 2, arbitrary: fc.tuple(word, word, word).map((all) => all.join("\t")) }, { weight: 1, arbitrary: word.map((one) => `${one} # why`) });

describe("sysctl: as this machine's kernel has it", () => {
  it("takes what we take, and refuses what we refuse", function () {
    if (!available()) return skip(this, "this machine gives no network namespace of one's own");
    this.timeout(30_000);
    const cases = fc.sample(fc.tuple(fc.constantFrom(...KEYS), value), { numRuns: 600, seed: Number(process.env["PREMORTEM_SEED"] ?? 4) });
    const script = `while IFS='|' read -r path value; do if printf '%s\\n' "$value" 2>/dev/null >"/proc/sys/$path"; then echo "taken $(cat "/proc/sys/$path")"; else echo refused; fi; done 2>/dev/null`;
    const kernel = inNamespace(script, cases.map(([key, text]) => `${key.replaceAll(".", "/")}|${text}\n`).join(""))!;
    cases.forEach(([key, text], i) => {
      // Seconds are counted in ticks, of which this kernel has its own number; one end of a range is judged by the other.
      if (key.endsWith("_time") && (parseInteger(text) ?? 0) > 1_000_000) return;
      if (key.endsWith("_range") && parseInteger(text.split(/\s+/)[1] ?? "") === undefined) return;
      const facts = keyFacts(key)!;
      const problem = valueProblem(facts, text);
      const refused = (problem !== undefined && problem.accepted !== true) || writtenUnit(facts, text)?.refused === true;
      assert.equal(refused, kernel[i] === "refused", `${key} = ${text}: ${problem?.reason ?? "we take it"}; the kernel: ${kernel[i]!}`);
      if (!refused && facts.type !== "pair" && facts.type !== "triple") assert.equal(`taken ${parseInteger(text)!}`, kernel[i], `${key} = ${text}`);
    });
    return undefined;
  });

  it("copies of net.ipv6.conf.all what we say that it copies", function () {
    if (!available()) return skip(this, "this machine gives no network namespace of one's own");
    const leaves = [...knownKeys()].flatMap((key) => /^net\.ipv6\.conf\.\*\.(\w+)$/.exec(key)?.[1] ?? []);
    // The other of 0 and 1, so that a copy shows.
    const script = `cd /proc/sys/net/ipv6/conf && while read -r leaf; do if [ -w all/$leaf ] && old=$(cat default/$leaf 2>/dev/null) && { [ "$old" = 0 ] || [ "$old" = 1 ]; } && [ "$(cat lo/$leaf)" = "$old" ] && echo $((1 - old)) 2>/dev/null >all/$leaf && [ "$(cat all/$leaf)" = $((1 - old)) ]; then if [ "$(cat default/$leaf)$(cat lo/$leaf)" = "$old$old" ]; then echo kept; else echo copied; fi; else echo unknown; fi; done`;
    const kernel = inNamespace(script, `${leaves.join("\n")}\n`)!;
    let judged = 0;
    leaves.forEach((leaf, i) => {
      if (kernel[i] === "unknown") return;
      judged++;
      const copied = /^copied/.test(keyFacts(`net.ipv6.conf.all.${leaf}`)!.combination ?? "");
      assert.equal(kernel[i], copied ? "copied" : "kept", leaf);
    });
    assert.ok(judged > 20, String(judged));
    return undefined;
  });
});
