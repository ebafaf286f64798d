import type { Json } from "../engine/finding.ts";
import type { Location, Range } from "../engine/location.ts";
import { LineIndex } from "../engine/location.ts";
import type { Outcome, Place, TraceStep } from "../model/firewall/evaluate/index.ts";
import { rangeOf } from "../model/firewall/evaluate/index.ts";
import { painter, printable } from "./text.ts";

/** Where what the rulesets say is written. */
export interface Sources {
  /** The file and span of a ruleset's range. */
  locate(path: string, range: Range): Location;
  text(path: string): string;
}

/** One packet's outcome, said as text or JSON; keeps what it knows of the lines of files. */
export class VerdictReport {
  readonly #sources: Sources;
  readonly #lines = new Map<string, LineIndex>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The answer as one object: `verdict`, `rule`, `chain`, `table`, `reason`, `trace`. */
  json(outcome: Outcome, trace: readonly TraceStep[]): Json {
    const { verdict, chain, table, rule } = outcome;
    return {
      verdict,
      rule: rule === undefined ? null : this.at(outcome as Place),
      chain: chain?.name ?? null,
      table: table === undefined ? null : `${table.family} ${table.name}`,
      reason: outcome.reason,
      ...(verdict === "unknown" && { possible: [...outcome.possible].sort() }),
      trace: trace.map((step) => this.#step(step)),
    };
  }

  #step(step: TraceStep): Json {
    return {
      ...this.at(step),
      hook: step.hook,
      table: `${step.table.family} ${step.table.name}`,
      chain: step.chain.name,
      rule: step.rule === undefined ? null : this.written(step),
      matched: step.matched,
      effects: step.effects,
      ...(step.decision !== undefined && { decision: step.decision }),
      ...(step.reason !== undefined && { reason: step.reason }),
    };
  }

  /** The verdict, the rule that decides, and every rule on the way. */
  text(outcome: Outcome, trace: readonly TraceStep[], colour: boolean): string {
    const paint = painter(colour);
    const { verdict, reason } = outcome;
    const lines = [`${paint(verdict === "accept" ? "info" : verdict === "unknown" ? "warning" : "error", verdict)}: ${printable(reason)}`];
    if (verdict === "unknown") {
      const ends = outcome.possible.filter((one) => one !== "unknown").sort();
      lines.push(ends.length > 1 ? `It may end in ${ends.join(" or ")}.` : "What the text does not tell decides.");
    }
    for (const [decision, place] of verdict === "unknown" ? outcome.places : outcome.chain === undefined ? [] : [[verdict, outcome as Place] as const]) {
      lines.push(`${paint("bold", printable(this.#where(place)))} ${printable(this.written(place))}${verdict === "unknown" && decision !== "unknown" ? paint("dim", ` (${decision})`) : ""}`);
    }
    let header = "";
    for (const step of trace) {
      const base = `${step.hook}, table ${step.table.family} ${step.table.name}:`;
      if (base !== header) lines.push("", paint("bold", printable(base)));
      header = base;
      const line = printable(this.#traceLine(step));
      lines.push(step.matched === "no" ? paint("dim", line) : line);
    }
    return `${lines.join("\n")}\n`;
  }

  #traceLine(step: TraceStep): string {
    const sign = step.matched === "no" ? " " : step.matched === "maybe" || step.decision === "unknown" ? "?" : step.decision === undefined ? "*" : step.decision === "accept" ? "+" : "-";
    const what = step.matched === "no" ? `no: ${step.reason ?? ""}` : `${step.effects.join(", ") || "nothing"}${step.reason === undefined ? "" : ` (perhaps: ${step.reason})`}`;
    const rule = step.rule === undefined ? "" : `${this.written(step)}  `;
    return `  ${sign} ${"  ".repeat(step.depth)}${this.#where(step)} ${step.chain.name}: ${rule}-> ${what}`;
  }

  #where(place: Place): string {
    const { path, line } = this.at(place);
    return `${path}:${line}`;
  }

  /** The file and line of a place. */
  at(place: Place): { path: string; line: number } {
    const { path, range } = this.#sources.locate(place.path, rangeOf(place));
    let index = this.#lines.get(path);
    if (index === undefined) this.#lines.set(path, (index = new LineIndex(this.#sources.text(path))));
    return { path, line: index.positionAt(range.start).line };
  }

  /** A rule's own text on one line, without the runs of blanks in it. */
  written(place: Place): string {
    if (place.rule === undefined) return `policy of chain ${place.chain.name}`;
    const { path, range } = this.#sources.locate(place.path, place.rule.range);
    const text = this.#sources.text(path).slice(range.start, range.end).replace(/\s+/g, " ").trim();
    return text.length > 160 ? `${text.slice(0, 159)}…` : text;
  }
}
