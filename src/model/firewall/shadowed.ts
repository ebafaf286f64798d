import { isUnknown } from "../../engine/unknown.ts";
import { overlaps } from "../../engine/location.ts";
import type { Workspace } from "../workspace.ts";
import { ruleCovers } from "./cover.ts";
import type { PlacedRule, Shadowed } from "./flows/shadowing.ts";
import { shadows } from "./flows/shadowing.ts";
import type { FirewallRule, Ruleset } from "./ruleset.ts";
import { coveredBySingle } from "./single-cover.ts";

/** The rules that no packet reaches, and those that a later rule makes needless; each is one line of the text. */
export interface Needless {
  readonly unreachable: readonly Shadowed[];
  readonly redundant: readonly (PlacedRule & { readonly by: PlacedRule })[];
  readonly notComputed: readonly string[];
}

/** What of a ruleset has no effect, as far as its own text tells; both rules about it ask for the same. */
export function needless(workspace: Workspace, ruleset: Ruleset): Needless {
  return workspace.subject("firewall", ruleset.path) === ruleset ? workspace.derive(needlessIn, ruleset.path) : find(workspace, ruleset);
}

function needlessIn(workspace: Workspace, path: string): Needless {
  return find(workspace, workspace.subject("firewall", path)!);
}

function find(workspace: Workspace, ruleset: Ruleset): Needless {
  const { shadowed, notComputed } = all(ruleset);
  if (shadowed.length === 0) return { unreachable: [], redundant: [], notComputed };
  const lines = linesOf(ruleset);
  // What is not understood as it is written says nothing.
  const errors = workspace.document(ruleset.path)?.errors ?? [];
  const kinds = new Map(shadowed.map((one) => [one.rule, one.kind]));
  // A line that makes several rules has an effect where one of them does.
  const whole = (rule: FirewallRule, wanted: (kind: Shadowed["kind"]) => boolean): boolean =>
    lines.get(keyOf(rule))!.every((other) => {
      const kind = kinds.get(other);
      return kind !== undefined && wanted(kind);
    });
  const unreachable: Shadowed[] = [];
  const redundant: (PlacedRule & { by: PlacedRule })[] = [];
  const seen = new Set<string>();
  for (const one of shadowed) {
    const { rule, chain, table, kind } = one;
    const key = keyOf(rule);
    // Chains without a table are parts that another file includes, for a family that it tells.
    if (table.name === "" || rule.range.included === true || seen.has(key) || !isSure(one) || errors.some(({ range }) => overlaps(range, rule.range))) continue;
    if (kind !== "redundant") {
      if (!whole(rule, (other) => other !== "redundant")) continue;
      seen.add(key);
      unreachable.push(one);
    } else if (lines.get(key)!.length === 1 && rule.comment === undefined && !rule.statements.some((statement) => statement.kind === "other")) {
      const by = coveringBehind(chain.rules, chain.rules.indexOf(rule));
      if (by) redundant.push({ table, chain, rule, by: { table, chain, rule: by } });
    }
  }
  return { unreachable, redundant, notComputed };
}

/**
 * Fields that the account of all packets simplifies: extension headers and IPsec are left out of it, and kinds of
 * addresses are guessed. What it says about rules that ask for them is not certain.
 */
const SIMPLIFIED = /^((ip|ip6) (frag-off|hdrlength|version|length)|rt|frag|hbh|dst|mh|srh|exthdr|ipsec|fib|socket|osf|physdev|meta (ipsec|secpath|protocol|pkttype|length|skuid|skgid|cgroup|rtclassid|cpu|day|hour|time)|ether|vlan|arp|ct (?!state))\b/;

function isSure({ rule, by }: Shadowed): boolean {
  // A translation by a map ends the rule where the map has nothing for the packet.
  const translates = by.some((one) => one.rule.statements.some((statement) => statement.kind === "nat" && /^[sd]nat$/.test(statement.nat) && (statement.to === undefined || isUnknown(statement.to))));
  return !translates && [rule, ...by.map((one) => one.rule)].every(({ statements }) =>
    statements.every((statement) => {
      const fields = statement.kind === "match" ? [statement.field] : statement.kind === "match-tuple" || statement.kind === "vmap" ? statement.fields : [];
      return !fields.some((field) => SIMPLIFIED.test(field));
    }),
  );
}

/** Of larger rulesets only what one earlier rule covers is looked for: what several cover together takes too long while one types. */
const MOST_RULES = 1000;
/** About 40 bytes each. */
const NODES = 250_000;

function all(ruleset: Ruleset): { readonly shadowed: readonly Shadowed[]; readonly notComputed: readonly string[] } {
  const rules = ruleset.tables.reduce((sum, { chains }) => sum + chains.reduce((more, chain) => more + chain.rules.length, 0), 0);
  const exact = rules > MOST_RULES ? undefined : shadows(ruleset, NODES, suspectsOf(ruleset));
  if (exact && exact.notComputed.length === 0) return exact;
  return { shadowed: coveredBySingle(ruleset), notComputed: ["which rules several earlier ones cover together: there are too many to compare them all"] };
}

/** The rules that a later one covers by its words: only of these it is told that they are redundant. */
function suspectsOf({ tables }: Ruleset): ReadonlySet<FirewallRule> {
  const suspects = new Set<FirewallRule>();
  for (const { chains } of tables) {
    for (const { rules } of chains) {
      for (const [i, rule] of rules.entries()) if (coveringBehind(rules, i)) suspects.add(rule);
    }
  }
  return suspects;
}

/** That the policy, or a last rule for all the rest, decides the same is how many end a chain. */
function coveringBehind(rules: readonly FirewallRule[], position: number): FirewallRule | undefined {
  const rule = rules[position]!;
  for (let i = position + 1; i < rules.length; i++) {
    const later = rules[i]!;
    if (later.statements.some(({ kind }) => kind === "match" || kind === "match-tuple") && ruleCovers(later, rule)) return later;
  }
  return undefined;
}

/** The rules that each line makes. */
function linesOf({ tables }: Ruleset): Map<string, FirewallRule[]> {
  const lines = new Map<string, FirewallRule[]>();
  for (const { chains } of tables) {
    for (const { rules } of chains) {
      for (const rule of rules) {
        const list = lines.get(keyOf(rule));
        if (list) list.push(rule);
        else lines.set(keyOf(rule), [rule]);
      }
    }
  }
  return lines;
}

function keyOf({ range }: FirewallRule): string {
  return `${range.start} ${range.end}`;
}
