import { isUnknown } from "../../src/engine/unknown.ts";
import type { FirewallRule, NamedSet, Ruleset, SetElement, Statement, Table, Values, Verdict } from "../../src/model/firewall/ruleset.ts";

/** A table in the form in which our model and the kernel's listing are compared. */
export interface CanonicalTable {
  readonly family: string;
  readonly name: string;
  readonly chains: Map<string, { readonly base: string; readonly rules: string[] }>;
  /** Elements by the set's name; undefined where they are not told. */
  readonly sets: Map<string, string | undefined>;
}

/** A statement of a rule; neighbouring matches have no order. */
export interface Part {
  readonly text: string;
  readonly match: boolean;
}

/** An element of a set or map. */
export interface CanonicalElement {
  readonly key: readonly Values[];
  readonly value?: string;
}

/** Matches between two other statements are a set: the listing puts those on protocols where they are not written. */
export function canonicalRule(written: readonly Part[]): string {
  // The listing of this version leaves out what elements carry.
  const parts = written.filter(({ text }, i) => !(/^(limit |\(counter\))/.test(text) && filled(written, i)));
  const seen = new Set<string>();
  const out: string[] = [];
  let matches: string[] = [];
  const flush = (): void => {
    out.push(...matches.sort());
    matches = [];
  };
  for (const { text, match } of parts) {
    if (!match) {
      flush();
      out.push(text);
    } else if (!seen.has(text)) {
      seen.add(text);
      matches.push(text);
    }
  }
  flush();
  return out.join("; ");
}

/** A match in words. */
export function showMatch(field: string, negated: boolean, values: Values | string): string {
  return `${field}${negated ? "!=" : "="}${typeof values === "string" ? values : showValues(values)}`;
}

/** A match on a concatenation in words. */
export function showTuple(fields: readonly string[], negated: boolean, elements: string | readonly CanonicalElement[]): string {
  return `(${fields.join(", ")})${negated ? "!=" : "="}${typeof elements === "string" ? elements : canonicalElements(false, elements)}`;
}

/** Values in words; `?` where they are not told. */
export function showValues(values: Values): string {
  if (isUnknown(values)) return "?";
  if (values.kind === "names") return [...new Set(values.names)].sort().join("|");
  if (values.kind === "masked") return `${[...values.values].sort((a, b) => Number(a - b)).join("|")}/0x${values.mask.toString(16)}`;
  return values.intervals.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join("|");
}

/** What a map gives, in words. */
export function showDatum(values: Values | undefined): string {
  return values === undefined || isUnknown(values) ? "…" : showValues(values);
}

/** Elements in words and in order; those of plain sets of one part are joined, as auto-merge does. */
export function canonicalElements(isMap: boolean, elements: readonly CanonicalElement[]): string {
  if (!isMap && elements.every(({ key }) => key.length === 1 && "kind" in key[0]! && key[0].kind === "intervals")) {
    const spans = elements.flatMap(({ key }) => ("kind" in key[0]! && key[0].kind === "intervals" ? key[0].intervals : []));
    const merged: [bigint, bigint][] = [];
    for (const [first, last] of [...spans].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
      const top = merged.at(-1);
      if (top && first <= top[1] + 1n) top[1] = last > top[1] ? last : top[1];
      else merged.push([first, last]);
    }
    return showValues({ kind: "intervals", intervals: merged });
  }
  return [...new Set(elements.map(({ key, value }) => key.map(showValues).join(" . ") + (isMap ? `: ${value ?? "…"}` : "")))].sort().join(", ");
}

/** Our model of a file in that form. */
export function canonical(ruleset: Ruleset): CanonicalTable[] {
  return ruleset.tables.map((table) => ({
    family: table.family,
    name: table.name,
    chains: new Map(
      table.chains
        .filter(({ name }) => !name.startsWith("__chain"))
        .map(({ name, hook, type, priority, policy, rules }) => [name, { base: hook === undefined ? "" : `${type} ${hook} ${isUnknown(priority) ? "?" : priority} ${isUnknown(policy) ? "?" : (policy ?? "accept")}`, rules: rules.map((rule) => canonicalRule(partsOf(rule, table))) }]),
    ),
    sets: new Map(table.sets.map((set) => [set.name, setOf(set)])),
  }));
}

function setOf({ kind, elements }: NamedSet): string | undefined {
  return isUnknown(elements) ? undefined : canonicalElements(kind === "map", elements.map(element));
}

function element({ key, verdict, data }: SetElement): CanonicalElement {
  const value = verdict ? showVerdict(verdict) : data ? showDatum(data) : undefined;
  return { key, ...(value !== undefined && { value }) };
}

function partsOf({ statements }: FirewallRule, table: Table): Part[] {
  return statements.flatMap((statement) => part(statement, table));
}

function filled(parts: readonly Part[], i: number): boolean {
  for (let at = i - 1; at >= 0; at--) {
    if (/^(add|update|meter) @/.test(parts[at]!.text)) return true;
    if (!/^(limit |\(counter\))/.test(parts[at]!.text)) return false;
  }
  return false;
}

function part(statement: Statement, table: Table): Part[] {
  const act = (text: string): Part[] => [{ text, match: false }];
  switch (statement.kind) {
    case "match": {
      const { field, negated, set, values } = statement;
      if (field === "set") return [];
      if (set !== undefined) return [{ text: isMap(table, set) ? `lookup @${set}` : showMatch(field, negated, `@${set}`), match: true }];
      return [{ text: /calculated/.test(field) ? "calculated" : showMatch(field, negated, values), match: true }];
    }
    case "match-tuple": {
      const { fields, negated, set, elements } = statement;
      if (set !== undefined && isMap(table, set)) return [{ text: `lookup @${set}`, match: true }];
      return [{ text: showTuple(fields, negated, set !== undefined ? `@${set}` : isUnknown(elements) ? "?" : elements.map(element)), match: true }];
    }
    case "verdict":
      return act(showVerdict(statement.verdict));
    case "vmap":
      return act(`vmap (${statement.fields.join(", ")}) ${statement.set !== undefined ? `@${statement.set}` : isUnknown(statement.elements) ? "?" : canonicalElements(true, statement.elements.map(element))}`);
    case "limit":
      return act(`limit ${statement.what}${!/^(limit|quota) name/.test(statement.text) && statement.over ? " over" : ""}`);
    case "mss-clamp":
      return act(`mss ${isUnknown(statement.size) ? "?" : statement.size}`);
    case "nat": {
      const { nat, to } = statement;
      if (to === undefined) return act(nat);
      return act(isUnknown(to) ? `${nat} ?` : `${nat} ${to.address ?? ""}${to.port === undefined ? "" : `:${to.port}`}`);
    }
    case "assign": {
      const { field, from, value } = statement;
      return act(isUnknown(value) ? `${field} := ?` : `${field} := ${value.and === 0n ? "" : (from ?? field)} & ${value.and} ^ ${value.xor}`);
    }
    case "other":
      return act(/^(add|update|delete|meter) @|^synproxy|^fwd/.test(statement.name) ? statement.name : `(${statement.name})`);
    case "notrack":
      return act("notrack");
    case "unknown":
      return act(`?${statement.reason}`);
    default:
      return act((statement as { kind: string }).kind);
  }
}

function isMap(table: Table, name: string): boolean {
  return table.sets.some((set) => set.name === name && set.kind === "map");
}

function showVerdict(verdict: Verdict): string {
  if (verdict.kind === "jump" || verdict.kind === "goto") return `${verdict.kind} ${isUnknown(verdict.target) ? "?" : verdict.target.replace(/^__chain\d+$/, "{")}`;
  return verdict.kind;
}
