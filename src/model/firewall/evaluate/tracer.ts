import type { Maybe } from "../../../engine/unknown.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Chain, FirewallRule, Statement, Verdict } from "../ruleset.ts";
import type { BaseChain } from "./hooks.ts";
import type { Reader } from "./match.ts";
import { readingText } from "./reading-text.ts";
import type { Decision, Place, TraceStep } from "./trace.ts";
import type { Truth } from "./truth.ts";

type Growing = { -readonly [K in keyof TraceStep]: TraceStep[K] } & { effects: string[] };

/** Writes down what the evaluation does, rule by rule. */
export class Tracer {
  readonly #steps: TraceStep[];
  #base!: BaseChain;
  /** The rule that is being tried; a jump puts it aside. */
  step: Growing | undefined;

  constructor(steps: TraceStep[]) {
    this.#steps = steps;
  }

  enter(base: BaseChain): void {
    this.#base = base;
  }

  rule({ chain, depth }: { readonly chain: Chain; readonly depth: number }, rule: FirewallRule): void {
    const { ruleset, table, hook } = this.#base;
    this.step = { path: ruleset.path, dialect: ruleset.dialect, hook, table, chain, rule, depth, matched: "yes", effects: [] };
    this.#steps.push(this.step);
  }

  policy(place: Place, policy: Maybe<"accept" | "drop">): void {
    const { ruleset, hook } = this.#base;
    const told = isUnknown(policy) ? undefined : policy;
    this.#steps.push({ ...place, dialect: ruleset.dialect, hook, depth: 0, matched: "yes", effects: [`policy ${told ?? "unknown"}`], decision: told ?? "unknown", ...(isUnknown(policy) && { reason: policy.unknown }) });
  }

  effect(name: string): void {
    this.step?.effects.push(name);
  }

  /** The rule has matched, as far as its matches tell. */
  tried(sure: Truth): void {
    const step = this.step;
    if (step === undefined || typeof sure !== "object") return;
    step.matched = "maybe";
    step.reason ??= sure.maybe;
  }

  verdict(verdict: Verdict, sure: Truth): void {
    this.tried(sure);
    this.effect(verdict.kind === "jump" || verdict.kind === "goto" ? `${verdict.kind} ${isUnknown(verdict.target) ? "?" : verdict.target}` : verdict.kind);
    if (verdict.kind === "accept" || verdict.kind === "drop" || verdict.kind === "reject") this.#decide(verdict.kind);
    if (verdict.kind === "queue") this.#decide("unknown");
  }

  nat({ nat }: Statement & { kind: "nat" }, sure: Truth): void {
    this.tried(sure);
    this.effect(nat);
    this.#decide("accept");
  }

  failed(statement: Statement, read: Reader): void {
    const step = this.step;
    if (step === undefined) return;
    step.matched = "no";
    step.reason = whyNot(statement, read);
  }

  #decide(decision: Decision): void {
    if (this.step !== undefined) this.step.decision ??= decision;
  }
}

function whyNot(statement: Statement, read: Reader): string {
  switch (statement.kind) {
    case "match":
      return `${statement.field} is ${readingText(statement.field, read(statement.field))}`;
    case "match-tuple":
    case "vmap":
      return statement.fields.map((field) => `${field} is ${readingText(field, read(field))}`).join(", ");
    case "assign":
      return `the packet has no ${statement.from ?? statement.field}`;
    default:
      return "it does not match";
  }
}
