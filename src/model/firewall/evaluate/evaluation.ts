import { isUnknown } from "../../../engine/unknown.ts";
import type { Chain, Field, FirewallRule, Packet, Ruleset, Statement, Verdict } from "../ruleset.ts";
import { afterAssignment, afterNat, afterNotrack, afterOther, manipulation } from "./effects.ts";
import { rulesFor } from "./guards.ts";
import type { BaseChain } from "./hooks.ts";
import { baseChains } from "./hooks.ts";
import type { Outcome } from "./index.ts";
import { matches, selected } from "./match.ts";
import { hasConnection } from "./host.ts";
import { PacketView } from "./packet.ts";
import type { Reading } from "./reading.ts";
import { notKnown } from "./reading.ts";
import type { State } from "./state.ts";
import { UNTOUCHED, join, write } from "./state.ts";
import type { Decision, Place, TraceStep } from "./trace.ts";
import { Tracer } from "./tracer.ts";
import type { Truth } from "./truth.ts";
import { and } from "./truth.ts";

/** A base chain and this many chains below it may stand on one another (NFT_JUMP_STACK_SIZE); more is refused. */
const DEEPEST = 16;
/** Rules that are looked at for one packet before the answer is "unknown". */
const MOST_RULES = 200_000;

/** What a chain that is being walked has let go by `return` so far. */
interface Frame {
  readonly chain: Chain;
  readonly depth: number;
  left: State | undefined;
}

/** The walk of one packet through the base chains on its way. All ways that it may take are walked at once. */
export class Evaluation {
  readonly #rulesets: readonly Ruleset[];
  readonly #view: PacketView;
  readonly #tracer: Tracer | undefined;
  readonly #ends = new Map<Decision, Place | undefined>();
  #base!: BaseChain;
  #state: State = UNTOUCHED;
  /** What was read at this base chain in the state `#cached`. */
  readonly #readings = new Map<Field, Reading>();
  #cached: State = UNTOUCHED;
  /** Decisions of the base chain that is being walked. */
  #local = new Map<Decision, Place>();
  /** How the packet may leave the base chain towards the next one. */
  #exit: State | undefined;
  #reason: string | undefined;
  /** The first place where the text leaves something open. */
  #doubt: Place | undefined;
  #budget = MOST_RULES;
  #accepted: Place | undefined;
  #acceptedRank = -1;
  /** The first place of that rank. */
  #firstAccepted: Place | undefined;

  constructor(rulesets: readonly Ruleset[], packet: Packet, trace: TraceStep[] | undefined) {
    this.#rulesets = rulesets;
    this.#view = new PacketView(packet);
    this.#tracer = trace && new Tracer(trace);
  }

  run(): Outcome {
    let goesOn = true;
    for (const base of baseChains(this.#rulesets, this.#view.packet, this.#view.family)) {
      const sees = this.#sees(base);
      if (sees === "no") continue;
      goesOn = this.#walk(base, sees);
      if (!goesOn) break;
    }
    if (goesOn) this.#ends.set("accept", this.#accepted);
    return this.#outcome();
  }

  #outcome(): Outcome {
    const possible = [...this.#ends.keys()];
    const places = new Map<Decision, Place>();
    for (const [decision, place] of this.#ends) if (place) places.set(decision, decision === "accept" && possible.length > 1 ? this.#firstAccepted! : place);
    const verdict: Decision = possible.length === 1 ? possible[0]! : "unknown";
    const place = possible.length === 1 ? this.#ends.get(verdict) : (this.#doubt ?? this.#ends.get("unknown") ?? [...places.values()][0]);
    const reason = verdict === "unknown" ? (this.#reason ?? "not all of the rules are understood") : place ? describe(place, verdict) : this.#nothing();
    return { verdict, possible, places, ...place, reason };
  }

  /** Why the packet comes through where no chain has seen it. */
  #nothing(): string {
    const { family, packet } = this.#view;
    return `the text has no chain that the kernel calls for ${family === "ip" ? "IPv4" : "IPv6"} packets of hook ${packet.hook}`;
  }

  /** Chains that translate see the first packet of a connection only; those of devices only what passes these. */
  #sees({ chain, translates, table, hook }: BaseChain): Truth {
    if (table.family === "netdev" || hook === "ingress" || hook === "egress") {
      if (chain.devices === undefined) return "yes";
      const { packet } = this.#view;
      const name = hook === "egress" ? packet.oif : packet.iif;
      if (name === undefined && !isUnknown(chain.devices) && chain.devices.every((device) => device === "lo")) return "no";
      if (isUnknown(chain.devices)) return { maybe: chain.devices.unknown };
      if (name === undefined) return { maybe: `the ${hook === "egress" ? "outgoing" : "incoming"} interface is not told` };
      return chain.devices.includes(name) ? "yes" : "no";
    }
    const { state, protocol } = this.#view;
    if (!translates) return "yes";
    // What the host sends to itself was translated at its output, or not at all.
    if (this.#view.looped) return "no";
    // One translation of each end is all that a connection gets.
    const done = this.#state.written.get(`nat ${manipulation(chain.hook)}`);
    if (done?.kind === "name" || this.#state.untracked === "yes") return "no";
    if (state === "related" && protocol === undefined) return { maybe: "the packet's protocol is not told" };
    return state === "new" || (state === "related" && protocol !== 1 && protocol !== 58) ? "yes" : "no";
  }

  /** Walks a base chain; true where the packet may go on after it. `sees`: whether it comes to the chain at all. */
  #walk(base: BaseChain, sees: Truth): boolean {
    this.#base = base;
    this.#readings.clear();
    this.#local = new Map();
    this.#exit = undefined;
    this.#tracer?.enter(base);
    const fallen = this.#chain(base.chain, 0, this.#state);
    if (fallen !== undefined) {
      const policy = base.chain.policy ?? "accept";
      const place: Place = { path: base.ruleset.path, table: base.table, chain: base.chain };
      this.#tracer?.policy(place, policy);
      if (isUnknown(policy)) {
        this.#doubts(policy.unknown, place);
        this.#decide("drop", place);
        this.#decide("accept", place);
      } else this.#decide(policy, place);
      if (policy !== "drop") this.#exit = this.#join(this.#exit, fallen);
    }
    // Where some of the ways skip a chain that translates, they come out as they went in.
    if (base.translates && (this.#state.untracked === "maybe" || this.#state.written.has(`nat ${manipulation(base.hook)}`))) this.#exit = this.#join(this.#exit, this.#state);
    if (typeof sees === "object") {
      this.#exit = this.#join(this.#exit, this.#state);
      if ([...this.#local.keys()].some((decision) => decision !== "accept")) this.#note(sees, { path: base.ruleset.path, table: base.table, chain: base.chain });
    }
    for (const [decision, place] of this.#local) if (decision !== "accept" && !this.#ends.has(decision)) this.#ends.set(decision, place);
    if (this.#exit === undefined) return false;
    this.#state = this.#exit;
    return true;
  }

  #decide(decision: Decision, place: Place): void {
    if (!this.#local.has(decision)) this.#local.set(decision, place);
    if (decision !== "accept") return;
    // What a user wants to see is what accepts at the packet's own hook, there rather a rule than a policy, and rather what filters.
    const rank = (this.#base.hook === this.#view.packet.hook ? 4 : 0) + (place.rule === undefined ? 0 : 2) + (this.#base.translates ? 0 : 1);
    if (rank < this.#acceptedRank) return;
    if (rank > this.#acceptedRank) this.#firstAccepted = place;
    this.#accepted = place;
    this.#acceptedRank = rank;
  }

  #read = (field: Field): Reading => {
    let reading = this.#readings.get(field);
    if (reading === undefined) {
      const { hook, priority, ruleset } = this.#base;
      reading = this.#view.read(field, { hook, priority, dialect: ruleset.dialect }, this.#cached);
      this.#readings.set(field, reading);
    }
    return reading;
  };

  #connected(state: State): Truth {
    const { hook, priority, ruleset } = this.#base;
    return hasConnection(this.#view, { hook, priority, dialect: ruleset.dialect }, state);
  }

  /** Reads from here on what fields hold in that state. */
  #look(state: State): void {
    if (state === this.#cached) return;
    this.#cached = state;
    this.#readings.clear();
  }

  #join(a: State | undefined, b: State | undefined): State | undefined {
    if (a === undefined || a === b) return b;
    if (b === undefined) return a;
    const { hook, priority, ruleset } = this.#base;
    return join(a, b, (field) => this.#view.told(field, { hook, priority, dialect: ruleset.dialect }, UNTOUCHED));
  }

  /** Walks a chain; gives how the packet may leave it at its end or by return. */
  #chain(chain: Chain, depth: number, state: State): State | undefined {
    const frame: Frame = { chain, depth, left: undefined };
    let current: State | undefined = state;
    this.#look(state);
    // A trace tells of every rule.
    let asked = this.#tracer ? undefined : rulesFor(chain, this.#read);
    for (let at = 0; at < (asked ?? chain.rules).length; at++) {
      const rule = chain.rules[asked?.[at] ?? at]!;
      if (--this.#budget < 0) {
        const place: Place = { path: this.#base.ruleset.path, table: this.#base.table, chain };
        this.#doubts("there are too many rules to follow them all", place);
        this.#decide("unknown", place);
        break;
      }
      this.#look(current);
      const before: State = current;
      current = this.#rule(frame, rule, before);
      if (current === undefined) break;
      // The field that told the rules apart may have been written.
      if (asked && current !== before) {
        at = asked[at]!;
        asked = undefined;
      }
    }
    return this.#join(frame.left, current);
  }

  /** Gives how the packet may come to the next rule. */
  #rule(frame: Frame, rule: FirewallRule, before: State): State | undefined {
    const tracer = this.#tracer;
    tracer?.rule(frame, rule);
    let sure: Truth = rule.conditional ? { maybe: "a template or a condition decides whether a rule is there" } : "yes";
    /** How it may leave the rule where a match fails. */
    let failed: State | undefined = rule.conditional ? before : undefined;
    let state = before;
    for (const statement of rule.statements) {
      let truth: Truth = "yes";
      switch (statement.kind) {
        case "match":
        case "match-tuple":
          truth = matches(statement, this.#read, this.#base.table);
          break;
        case "limit":
          truth = { maybe: `a limit (${statement.text}) decides` };
          break;
        case "unknown": {
          const place = this.#place(frame, rule, statement);
          truth = { maybe: statement.reason };
          this.#note(truth, place);
          this.#decide("unknown", place);
          break;
        }
        case "verdict": {
          const place = this.#place(frame, rule, statement);
          this.#note(sure, place);
          tracer?.verdict(statement.verdict, sure);
          return this.#join(failed, this.#verdict(statement.verdict, frame, place, state));
        }
        case "vmap":
          tracer?.tried(sure);
          return this.#join(failed, this.#vmap(statement, frame, rule, state, sure));
        case "notrack":
          tracer?.effect("notrack");
          state = afterNotrack(state, this.#base, this.#view);
          break;
        case "nat": {
          const place = this.#place(frame, rule, statement);
          if (statement.nat === "tproxy") {
            truth = { maybe: "whether a program listens for tproxy is not in the text" };
            // iptables drops what no program wants, nft ends the rule.
            if (this.#base.ruleset.dialect === "iptables") {
              this.#note(truth, place);
              this.#decide("drop", place);
            }
            tracer?.effect("tproxy");
            break;
          }
          this.#note(sure, place);
          tracer?.nat(statement, sure);
          this.#decide("accept", place);
          this.#exit = this.#join(this.#exit, afterNat(state, statement, this.#view));
          return failed;
        }
        case "assign": {
          const source = this.#read(statement.from ?? statement.field);
          // A field that the packet lacks ends the rule when it is read, and stays when it is written.
          if (statement.from !== undefined) truth = source.kind === "absent" ? "no" : statement.from.startsWith("ct ") && source.kind === "unknown" ? this.#connected(state) : "yes";
          if (truth !== "no" && this.#read(statement.field).kind !== "absent") {
            const connected = statement.field.startsWith("ct ") ? this.#connected(state) : "yes";
            state = typeof connected === "object" ? write(state, statement.field, notKnown(connected.maybe)) : afterAssignment(state, statement, source);
          }
          tracer?.effect(`set ${statement.field}`);
          break;
        }
        case "other":
          state = afterOther(state, statement.name);
          tracer?.effect(statement.name);
          break;
        case "mss-clamp":
          tracer?.effect("set tcp option maxseg size");
      }
      if (truth === "no") {
        tracer?.failed(statement, this.#read);
        return this.#join(failed, state);
      }
      if (truth !== "yes") {
        failed = this.#join(failed, state);
        sure = and(sure, truth);
      }
      this.#look(state);
    }
    tracer?.tried(sure);
    return this.#join(failed, state);
  }

  #place(frame: Frame, rule: FirewallRule, { range }: Pick<Statement, "range">): Place {
    return { path: this.#base.ruleset.path, table: this.#base.table, chain: frame.chain, rule, range };
  }

  #note(sure: Truth, place: Place): void {
    if (typeof sure === "object") this.#doubts(sure.maybe, place);
  }

  #doubts(reason: string, place: Place): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#doubt = place;
  }

  /** Gives how the packet may come to the next rule after a verdict that is reached. */
  #verdict(verdict: Verdict, frame: Frame, place: Place, state: State): State | undefined {
    switch (verdict.kind) {
      case "accept":
        this.#exit = this.#join(this.#exit, state);
        this.#decide("accept", place);
        return undefined;
      case "drop":
      case "reject":
        this.#decide(verdict.kind, place);
        return undefined;
      case "queue":
        this.#doubts("a program in user space decides (queue)", place);
        this.#decide("unknown", place);
        this.#exit = this.#join(this.#exit, state);
        return undefined;
      case "return":
        frame.left = this.#join(frame.left, state);
        return undefined;
      case "continue":
        return state;
      case "jump":
      case "goto": {
        const { target } = verdict;
        const chain = isUnknown(target) ? undefined : chainOf(this.#base, target);
        let after: State | undefined = state;
        if (chain === undefined || frame.depth + 1 >= DEEPEST) {
          this.#doubts(isUnknown(target) ? target.unknown : chain ? "chains nest deeper than the kernel allows" : `the chain ${target} is not in the text`, place);
          this.#decide("unknown", place);
        } else {
          const step = this.#tracer?.step;
          after = this.#chain(chain, frame.depth + 1, state);
          if (this.#tracer !== undefined) this.#tracer.step = step;
        }
        if (verdict.kind === "jump") return after;
        frame.left = this.#join(frame.left, after);
        return undefined;
      }
    }
  }

  #vmap(statement: Statement & { kind: "vmap" }, frame: Frame, rule: FirewallRule, state: State, sure: Truth): State | undefined {
    const { elements, reason } = selected(statement, this.#read, this.#base.table);
    if (reason !== undefined) {
      const place = this.#place(frame, rule, statement);
      this.#tracer?.tried({ maybe: reason });
      this.#doubts(reason, place);
      this.#decide("unknown", place);
      return state;
    }
    if (elements.length === 0) this.#tracer?.failed(statement, this.#read);
    let after: State | undefined;
    for (const { element, truth } of elements) {
      if (element.verdict === undefined) continue;
      const both = and(sure, truth);
      const place = this.#place(frame, rule, element);
      this.#note(both, place);
      this.#tracer?.verdict(element.verdict, both);
      this.#look(state);
      after = this.#join(after, this.#verdict(element.verdict, frame, place, state));
      if (truth === "yes") return after;
    }
    return this.#join(after, state);
  }
}

const CHAINS = new WeakMap<readonly Chain[], Map<string, Chain>>();

function chainOf({ table }: BaseChain, name: string): Chain | undefined {
  let chains = CHAINS.get(table.chains);
  if (chains === undefined) CHAINS.set(table.chains, (chains = new Map(table.chains.map((chain) => [chain.name, chain]))));
  return chains.get(name);
}

function describe({ table, chain, rule }: Place, verdict: Decision): string {
  const where = `chain ${chain.name} of table ${table.family} ${table.name}`;
  return rule === undefined ? `the policy of ${where} is ${verdict}` : `a rule of ${where} says ${verdict}`;
}
