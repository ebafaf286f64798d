import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Packet } from "../../../src/model/firewall/ruleset.ts";

export type Tool = "nft" | "iptables" | "ip6tables";
export type KernelVerdict = "accept" | "drop" | "reject" | "lost";

/** Loads a ruleset into a namespace of its own and sends the packets through it. Throws where the kernel refuses it. */
export function askKernel(ruleset: string, tool: Tool, packets: readonly Packet[]): { verdicts: KernelVerdict[]; orderDependent: boolean } {
  const job = {
    ruleset,
    tool,
    mode: "fast",
    packets: packets.map(({ saddr, daddr, ct, flags, ...rest }) => ({ ...rest, src: saddr, dst: daddr, state: ct ?? "new", ...(flags && { flags: flags.join(",") }) })),
  };
  const run = spawnSync("python3", [join(import.meta.dirname, "oracle.py"), "-"], { input: JSON.stringify(job), encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } });
  if (run.status !== 0) throw new Error(run.stderr.trim().split("\n").slice(-2).join(" "));
  const answer = JSON.parse(run.stdout) as { results: { verdict: KernelVerdict }[]; order_dependent: string[] };
  return { verdicts: answer.results.map(({ verdict }) => verdict), orderDependent: answer.order_dependent.length > 0 };
}
