import type { TraceStep } from "../../../src/model/firewall/evaluate/index.ts";
import { evaluate } from "../../../src/model/firewall/evaluate/index.ts";
import type { Chain, FirewallRule, Packet, Ruleset } from "../../../src/model/firewall/ruleset.ts";
import type { Answer, Followed, KernelDecision, Loaded } from "./oracle.ts";
import { marksConnections, told, withoutOne } from "./told.ts";

/** What one host loads, as the kernel is to load it, and as Premortem reads it. */
export interface Subject {
  readonly name: string;
  readonly loaded: readonly [Loaded, ...Loaded[]];
  readonly rulesets: readonly [Ruleset, ...Ruleset[]];
}

/** All that a host loads as if it were one ruleset. */
export function whole({ rulesets }: Subject): Ruleset {
  return { ...rulesets[0], tables: rulesets.flatMap(({ tables }) => tables) };
}

/** One packet of which the kernel and Premortem do not say the same. */
export interface Difference {
  readonly ruleset: string;
  readonly packet: Packet;
  readonly kernel: string;
  readonly ours: string;
}

/** What came of the comparisons so far. */
export class Tally {
  readonly rulesets = new Set<string>();
  readonly refused = new Set<string>();
  /** Verdict and every deciding rule or policy compared. */
  rules = 0;
  /** The verdict alone: the text leaves rules on the way open, or the kernel holds other rules than lines. */
  verdicts = 0;
  unknown = 0;
  /** How often something was left untold besides, and the kernel's end had to be among those that are possible. */
  untold = 0;
  lost = 0;
  /** The kernel routed it elsewhere after a translation, so that it is another packet than the one described. */
  elsewhere = 0;
  readonly reasons = new Map<string, number>();
  readonly differences: Difference[] = [];

  get compared(): number {
    return this.rules + this.verdicts + this.unknown;
  }

  add(subject: Subject, packets: readonly Packet[], answer: Answer): void {
    if ("refused" in answer) {
      this.refused.add(subject.name);
      return;
    }
    this.rulesets.add(subject.name);
    const numbers = new RuleNumbers(whole(subject), answer.rules);
    const marked = marksConnections(subject.rulesets);
    for (const [i, packet] of packets.entries()) {
      const kernel = answer.packets[i];
      if (kernel === undefined) this.lost++;
      else if (kernel.route !== undefined && kernel.route !== packet.hook) this.elsewhere++;
      else if (packet.iif === "lo" && !passesOutputUntouched(subject, packet)) this.elsewhere++;
      else {
        const full = told(packet, marked);
        this.#compare(subject, full, kernel, numbers);
        const part = withoutOne(full, i);
        if (part !== undefined) this.#compareUntold(subject, part, kernel);
      }
    }
  }

  #compareUntold({ name, rulesets }: Subject, packet: Packet, { through, decisions }: Followed): void {
    this.untold++;
    const { possible } = evaluate(rulesets, packet);
    const said = through ? ["accept"] : ["drop", "reject"];
    if (possible.includes("unknown") || possible.some((one) => said.includes(one))) return;
    this.differences.push({ ruleset: name, packet, kernel: `${said[0]} ${shown(decisions)}`, ours: `only ${possible.join()} is possible, whatever is not told` });
  }

  #compare(subject: Subject, packet: Packet, kernel: Followed, numbers: RuleNumbers): void {
    const trace: TraceStep[] = [];
    const outcome = evaluate(subject.rulesets, packet, trace);
    const said = kernel.through ? "accept" : "drop";
    const differs = (ours: string): void => void this.differences.push({ ruleset: subject.name, packet, kernel: `${said} ${shown(kernel.decisions)}`, ours });
    const possible = outcome.possible.map((one) => (one === "reject" ? "drop" : one));
    if (!possible.includes("unknown") && !possible.includes(said)) return differs(`${outcome.verdict} (${outcome.reason}) ${shown(decisionsOf(trace, numbers))}`);
    if (outcome.verdict === "unknown") {
      this.unknown++;
      const reason = outcome.reason.replace(/\(.*\)|“.*”|@?\b\w*\d\w*\b/g, "…");
      this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
      return;
    }
    if (trace.some(({ matched }) => matched === "maybe")) {
      this.verdicts++;
      return;
    }
    // The oracle does not see what chains at the loopback device do.
    const all = decisionsOf(packet.iif === "lo" ? trace.filter(({ hook }) => hook !== "ingress") : trace, numbers);
    // While no rule of the namespace asks conntrack, it is off and the chains that translate are not called.
    const translators = translatorsOf(whole(subject));
    const called = kernel.decisions.some(([family, table, chain]) => translators.has(`${family} ${table} ${chain}`));
    const ours = called ? all : all.filter(([family, table, chain, number, accepted]) => number !== -1 || !accepted || !translators.has(`${family} ${table} ${chain}`));
    // A chain of which the kernel holds other rules than there are lines is compared by its name alone.
    const plain = ([family, table, chain, number, accepted]: KernelDecision): string => `${family} ${table} ${chain.replace(/^__chain.*/, "__chain")} ${numbers.knows(family, table, chain) ? number : "?"} ${accepted}`;
    if (ours.map(plain).join(";") !== kernel.decisions.map(plain).join(";")) return differs(`${outcome.verdict} ${shown(ours)}`);
    this.rules++;
  }
}

/** What the host sends to itself passes its output first; if nothing is written there, its input is a thing of its own. */
function passesOutputUntouched({ rulesets }: Subject, packet: Packet): boolean {
  const trace: TraceStep[] = [];
  const sent: Packet = { ...packet, hook: "output", oif: "lo" };
  evaluate(rulesets, sent, trace);
  return trace.every(({ effects, matched }) => matched === "no" || effects.every((effect) => !/^(set |notrack|snat|dnat|masquerade|redirect|mark|connmark)/.test(effect)));
}

function decisionsOf(trace: readonly TraceStep[], numbers: RuleNumbers): KernelDecision[] {
  return trace
    .filter(({ decision }) => decision !== undefined)
    .map(({ table, chain, rule, decision }) => [table.family, table.name, chain.name, rule === undefined ? -1 : numbers.of(chain, rule), decision === "accept"]);
}

function shown(decisions: readonly KernelDecision[]): string {
  return decisions.map(([family, table, chain, number, accepted]) => `${family} ${table} ${chain} ${number === -1 ? "policy" : `#${number}`} ${accepted ? "accept" : "drop"}`).join("; ");
}

function translatorsOf(ruleset: Ruleset): Set<string> {
  return new Set(ruleset.tables.flatMap(({ family, name, chains }) => chains.flatMap((chain) => (chain.type === "nat" ? [`${family} ${name} ${chain.name}`] : []))));
}

/** Counts the rules of chains as the kernel does: one line of iptables is one rule there, if Premortem makes several of it. */
class RuleNumbers {
  readonly #numbers = new Map<Chain, Map<FirewallRule, number>>();
  readonly #known = new Set<string>();

  constructor(ruleset: Ruleset, kernels: Readonly<Record<string, number>>) {
    for (const table of ruleset.tables) {
      for (const chain of table.chains) {
        const numbers = new Map<FirewallRule, number>();
        let last: FirewallRule | undefined;
        let number = -1;
        for (const rule of chain.rules) {
          if (last === undefined || rule.range.start !== last.range.start) number++;
          numbers.set(rule, number);
          last = rule;
        }
        this.#numbers.set(chain, numbers);
        const key = `${table.family} ${table.name} ${chain.name}`;
        if ((kernels[key] ?? 0) === number + 1) this.#known.add(key);
      }
    }
  }

  of(chain: Chain, rule: FirewallRule): number {
    return this.#numbers.get(chain)?.get(rule) ?? -2;
  }

  knows(family: string, table: string, chain: string): boolean {
    return this.#known.has(`${family} ${table} ${chain}`);
  }
}
