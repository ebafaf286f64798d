import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Packet } from "../../../src/model/firewall/ruleset.ts";

export type Tool = "nft" | "iptables" | "ip6tables";

/** A text and what loads it. Only the first of several may be nft's. */
export interface Loaded {
  readonly text: string;
  readonly tool: Tool;
}

/** A rule or (-1) policy that has ended a base chain: family, table, chain, how many rules of the chain stand before it, accepted. */
export type KernelDecision = readonly [family: string, table: string, chain: string, number: number, accepted: boolean];

/** What the kernel says of one packet: where it was routed, what decided on its way, and whether it came through. */
export interface Followed {
  readonly route: "input" | "forward" | undefined;
  readonly decisions: readonly KernelDecision[];
  readonly through: boolean;
}

/** What the kernel says of a ruleset; `lost` are packets of which it did not say. */
export type Answer = { readonly refused: string } | { readonly packets: readonly (Followed | undefined)[]; readonly rules: Readonly<Record<string, number>> };

interface Raw {
  readonly refused?: string;
  readonly decisions?: readonly ((KernelDecision | "input" | "forward" | "end")[] | null)[];
  readonly rules?: Readonly<Record<string, number>>;
}

/** A process that loads rulesets into network namespaces of its own, one after another, and sends packets through them. */
export class Kernel {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #errors = "";

  constructor() {
    this.#child = spawn("python3", [join(import.meta.dirname, "oracle.py"), "--serve"], { env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    this.#child.stdin.on("error", () => {});
    this.#answers = createInterface({ input: this.#child.stdout, crlfDelay: Infinity })[Symbol.asyncIterator]();
  }

  /** Loads the texts in their order. `local`: addresses of the host whatever the packets are; translations lead to them. */
  async ask([first, ...beside]: readonly [Loaded, ...Loaded[]], packets: readonly Packet[], local: readonly string[] = []): Promise<Answer> {
    const job = { ruleset: first.text, tool: first.tool, beside: beside.map(({ tool, text }) => [tool, text]), local, packets: packets.map(({ saddr, daddr, ct, flags, ...rest }) => ({ ...rest, src: saddr, dst: daddr, state: ct ?? "new", ...(flags && { flags: flags.join(",") || "none" }) })) };
    this.#child.stdin.write(`${JSON.stringify(job)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`the oracle has ended: ${this.#errors.slice(-2000)}`);
    const raw = JSON.parse(value) as Raw;
    if (raw.refused !== undefined) return { refused: raw.refused };
    return { packets: raw.decisions!.map((list) => (list === null ? undefined : followed(list))), rules: raw.rules! };
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.on("close", () => resolve());
      this.#child.stdin.end();
    });
  }
}

function followed(list: readonly (KernelDecision | "input" | "forward" | "end")[]): Followed {
  return {
    route: list.find((one) => one === "input" || one === "forward") as Followed["route"],
    decisions: list.filter((one) => typeof one !== "string"),
    through: list.includes("end"),
  };
}
