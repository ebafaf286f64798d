import type { Range } from "../../../engine/location.ts";
import type { FirewallRule, Ruleset } from "../ruleset.ts";

/** A match of a field of bits with a set of single flags: nft looks the whole value up in the set. */
export interface ExactFlagSet {
  readonly field: "tcp flags" | "ct status";
  readonly flags: readonly string[];
  readonly negated: boolean;
  readonly range: Range;
  /** The match as a test of bits; only where it makes the rule accept, not drop, more. */
  readonly mend?: string;
}

/** Sets of which an element joins several flags, or is a number, are meant as they are; nft makes a set of one a plain value. */
const WRITTEN = /^(tcp[ \t]+flags|ct[ \t]+status)[ \t]+(==[ \t]*|!=[ \t]*)?\{([\w\s,-]*)\}$/;

/** Every such match of a ruleset; `text` is the text of its file. */
export function exactFlagSets(ruleset: Ruleset, text: string): ExactFlagSet[] {
  if (ruleset.dialect !== "nftables" || !/(flags|status)[ \t]+[!=]*[ \t]*\{/.test(text)) return [];
  const found = new Map<number, ExactFlagSet>();
  for (const rule of ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules))) {
    for (const statement of rule.statements) {
      if (statement.kind !== "match" || (statement.field !== "tcp flags" && statement.field !== "ct status")) continue;
      const { start, end } = statement.range;
      const match = WRITTEN.exec(text.slice(start, end));
      const flags = match?.[3]!.split(",").flatMap((flag) => flag.trim() || []);
      if (match === null || flags === undefined || flags.length < 2 || flags.some((flag) => !/^[a-z-]+$/.test(flag))) continue;
      const negated = match[2]?.startsWith("!") === true;
      const mend = !negated && !refuses(rule) ? `${match[1]!} ${flags.join(",")}` : undefined;
      found.set(start, { field: statement.field, flags, negated, range: { start, end }, ...(mend === undefined ? {} : { mend }) });
    }
  }
  return [...found.values()];
}

function refuses({ statements }: FirewallRule): boolean {
  return statements.some((statement) => statement.kind === "verdict" && statement.verdict.kind !== "accept" && statement.verdict.kind !== "continue" && statement.verdict.kind !== "return");
}
