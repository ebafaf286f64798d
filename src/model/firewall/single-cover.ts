import { isUnknown } from "../../engine/unknown.ts";
import { statementKey } from "./change/same.ts";
import type { PlacedRule, Shadowed } from "./flows/shadowing.ts";
import type { Chain, FirewallRule, Ruleset, Statement, Table, Values } from "./ruleset.ts";

/** What a rule asks of one field: a network, or anything that can only be compared as a whole. */
interface Atom {
  readonly field: string;
  readonly exact: string;
  readonly network?: { readonly address: bigint; readonly length: number; readonly bits: number };
}

/** Fields, and of addresses the length of the prefix, that some rules ask for; with those rules by what they ask. */
interface Shape {
  readonly parts: readonly { readonly field: string; readonly length: number | undefined }[];
  readonly rules: Map<string, { readonly rule: FirewallRule; readonly verdict: string }>;
}

/** A chain with rules of more shapes than this is compared by the first ones. */
const MOST_SHAPES = 24;

/**
 * The rules that one earlier rule of their chain covers for certain, in linear time: rules are looked up by the fields and
 * prefixes that they ask for (tuple space search, Srinivasan, Suri and Varghese 1999). For rulesets that are too large to
 * work out what several rules cover together.
 */
export function coveredBySingle(ruleset: Ruleset): Shadowed[] {
  return ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => inChain(table, chain)));
}

function inChain(table: Table, chain: Chain): Shadowed[] {
  const found: Shadowed[] = [];
  const shapes = new Map<string, Shape>();
  let all: { rule: FirewallRule; verdict: string } | undefined;
  for (const rule of chain.rules) {
    const atoms = atomsOf(rule);
    const verdict = verdictOf(rule);
    const by = all ?? lookUp(shapes, atoms);
    if (by) {
      const placed: PlacedRule = { table, chain, rule: by.rule };
      found.push({ table, chain, rule, kind: "covered", by: [placed], differs: by.verdict !== verdict });
    } else if (verdict !== undefined && takesAll(rule)) {
      if (atoms.size === 0) all = { rule, verdict };
      else if (atoms.size > 0) remember(shapes, atoms, { rule, verdict });
    }
  }
  return found;
}

function lookUp(shapes: ReadonlyMap<string, Shape>, atoms: ReadonlyMap<string, Atom>): { rule: FirewallRule; verdict: string } | undefined {
  for (const { parts, rules } of shapes.values()) {
    let key = "";
    for (const { field, length } of parts) {
      const atom = atoms.get(field);
      if (atom === undefined) {
        key = "-";
        break;
      }
      if (length === undefined) key += `${atom.exact};`;
      else if (atom.network && atom.network.length >= length) key += prefixOf(atom, atom.network, length);
      else {
        key = "-";
        break;
      }
    }
    const by = key === "-" ? undefined : rules.get(key);
    if (by) return by;
  }
  return undefined;
}

function remember(shapes: Map<string, Shape>, atoms: ReadonlyMap<string, Atom>, by: { rule: FirewallRule; verdict: string }): void {
  let name = "";
  let key = "";
  for (const { field, exact, network } of atoms.values()) {
    name += `${field}/${network?.length ?? ""};`;
    key += network ? prefixOf({ exact }, network, network.length) : `${exact};`;
  }
  let shape = shapes.get(name);
  if (!shape) {
    if (shapes.size >= MOST_SHAPES) return;
    shapes.set(name, (shape = { parts: [...atoms.values()].map(({ field, network }) => ({ field, length: network?.length })), rules: new Map() }));
  }
  if (!shape.rules.has(key)) shape.rules.set(key, by);
}

/** The first bits of a network; a single address is its own text. */
function prefixOf({ exact }: Pick<Atom, "exact">, { address, bits }: NonNullable<Atom["network"]>, length: number): string {
  return length === bits ? `${exact};` : `${address >> BigInt(bits - length)};`;
}

/** What the rule's matches ask, by field; two matches of one field are one thing that is compared as a whole. */
function atomsOf({ statements }: FirewallRule): Map<string, Atom> {
  const atoms = new Map<string, Atom>();
  for (const statement of statements) {
    if (statement.kind !== "match" && statement.kind !== "match-tuple") continue;
    const field = statement.kind === "match" ? statement.field : statement.fields.join(" . ");
    const known = atoms.get(field);
    const atom = atomOf(statement, field);
    atoms.set(field, known ? { field, exact: `${known.exact}&${atom.exact}` } : atom);
  }
  return atoms;
}

function atomOf(statement: Extract<Statement, { kind: "match" | "match-tuple" }>, field: string): Atom {
  if (statement.kind === "match" && !isUnknown(statement.values)) {
    const { values, negated } = statement;
    if (values.kind !== "masked") {
      const exact = `${negated ? "!" : ""}${textOf(values)}`;
      const bits = field === "ip saddr" || field === "ip daddr" ? 32 : field === "ip6 saddr" || field === "ip6 daddr" ? 128 : 0;
      if (bits === 0 || negated || values.kind === "names" || values.intervals.length !== 1) return { field, exact };
      const [low, high] = values.intervals[0]!;
      if (low === high) return { field, exact, network: { address: low, length: bits, bits } };
      const wild = low ^ high;
      if ((wild & (wild + 1n)) !== 0n || (low & wild) !== 0n) return { field, exact };
      return { field, exact, network: { address: low, length: bits - wild.toString(2).length, bits } };
    }
  }
  return { field, exact: statementKey(statement) };
}

/** Rules share their values, and to write them down takes longer than to look the text up. */
const TEXTS = new WeakMap<Values & object, string>();

function textOf(values: Extract<Values, { kind: "names" | "intervals" }>): string {
  let text = TEXTS.get(values);
  if (text === undefined) TEXTS.set(values, (text = values.kind === "names" ? JSON.stringify(values.names) : values.intervals.map(([low, high]) => `${low}-${high}`).join()));
  return text;
}

/** Whether the rule certainly decides about all that its matches let through. */
function takesAll({ statements, conditional }: FirewallRule): boolean {
  return (
    !conditional &&
    statements.every((statement) => {
      if (statement.kind === "match") return !isUnknown(statement.values);
      if (statement.kind === "match-tuple") return !isUnknown(statement.elements);
      return statement.kind === "verdict" || (statement.kind === "other" && !/^(add|update|delete|recent|set)\b/.test(statement.name));
    })
  );
}

function verdictOf({ statements }: FirewallRule): string | undefined {
  const last = statements.at(-1);
  return last?.kind === "verdict" && /^(accept|drop|reject|return)$/.test(last.verdict.kind) ? last.verdict.kind : undefined;
}
