import type { Range } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import type { Chain, FirewallRule, Table } from "../ruleset.ts";
import type { Shadowed } from "../flows/index.ts";
import { shadows } from "../flows/index.ts";
import { baseChainWords, hookWords } from "../words/chain.ts";
import { describeRule } from "../words/rule.ts";
import { readTogether, includedFiles } from "./files.ts";
import type { Piece, Section } from "./hover.ts";
import { enumerated, lineLink } from "./lines.ts";
import { namesOf } from "./names.ts";
import type { Call, Reach } from "./reach.ts";
import { isElsewhere, reachOf } from "./reach.ts";

/** Someone waits for a hover: in longer rulesets the search for what rules leave of each other may take seconds. */
const MOST_RULES = 2000;

/** A rule with where it stands. */
export interface PlacedRule {
  readonly table: Table;
  readonly chain: Chain;
  /** One, or several where one line means alternatives. */
  readonly rules: readonly FirewallRule[];
}

/** The innermost rule around a place of a file. */
export function ruleAt(workspace: Workspace, path: string, offset: number): PlacedRule | undefined {
  let best: { table: Table; chain: Chain; rules: FirewallRule[]; range: Range } | undefined;
  for (const table of workspace.subject("firewall", path)?.tables ?? []) {
    for (const chain of table.chains) {
      for (const rule of chain.rules) {
        const { range } = rule;
        if (range.start > offset || offset > range.end || isElsewhere(range)) continue;
        if (best?.chain === chain && best.range.start === range.start) best.rules.push(rule);
        else if (best === undefined || range.end - range.start < best.range.end - best.range.start) best = { table, chain, rules: [rule], range };
      }
    }
  }
  return best;
}

/** What a hover says of the rule at a place; undefined where there is none. */
export function describeRuleAt(workspace: Workspace, path: string, offset: number): { section: Section; range: Range } | undefined {
  const found = ruleAt(workspace, path, offset);
  if (found === undefined) return undefined;
  const { table, chain, rules } = found;
  const words = [...new Set(rules.map((rule) => describeRule(rule, table)))].join("; or ");
  const reach = reachOf(workspace, path, table, chain.name);
  const can = chance(workspace, path, found, reach);
  const lines = [place(workspace, path, found), ...way(workspace, path, table, chain, reach), ...(can ? [can] : [])];
  return { section: { heading: [`${words}.`], lines }, range: rules[0]!.range };
}

function place(workspace: Workspace, path: string, { table, chain, rules }: PlacedRule): Piece[] {
  if (chain.name === "") return includers(workspace, path);
  const starts = [...new Set(chain.rules.map(({ range }) => range.start))];
  const number = `Rule ${starts.indexOf(rules[0]!.range.start) + 1} of ${starts.length} of `;
  if (/^__chain\d+$/.test(chain.name)) return [number, "the rules in braces."];
  const where: Piece[] = [number, "chain ", { code: chain.name }, ` in table `, { code: `${table.family} ${table.name}` }];
  return chain.hook === undefined ? [...where, "."] : [...where, `: ${baseChainWords(chain, table.family)}.`];
}

/** The rules of a file of their own run where others include it. */
function includers(workspace: Workspace, path: string): Piece[] {
  const places = readTogether(workspace, path).flatMap((other) => {
    const document = workspace.document(other);
    if (document === undefined || other === path) return [];
    return namesOf(document).filter((name) => name.kind === "include" && includedFiles(workspace, other, name.name).includes(path)).map(({ range }) => [lineLink(workspace, { path: other, range }, path)]);
  });
  return places.length === 0 ? ["A rule without a chain: another file has to include this one."] : ["Included by ", ...enumerated(places), "."];
}

/** How packets come to a chain: which packets a hook sees, or which rules lead to it. */
export function way(workspace: Workspace, path: string, table: Table, chain: Chain, reach: Reach): Piece[][] {
  if (chain.name === "") return [];
  const lines: Piece[][] = [];
  if (chain.hook !== undefined) {
    const { hook } = chain;
    lines.push([`The chain sees ${hookWords(hook)}${chain.type === "nat" ? "; of each connection only the first one" : ""}.`]);
  }
  if (reach.calls.length > 0) lines.push(["Called by ", ...enumerated(reach.calls.map((call) => caller(workspace, path, call))), "."]);
  const direct = new Set(reach.calls.map((call) => call.chain.name));
  if (chain.hook === undefined && reach.bases.length > 0 && !(reach.bases.length === direct.size && reach.bases.every((base) => direct.has(base.chain.name)))) {
    const bases = reach.bases.map(({ chain: base }): Piece[] => [{ code: base.name }, base.name === base.hook || base.hook?.toUpperCase() === base.name ? "" : ` (${base.hook} hook)`]);
    lines.push(["Packets come here from ", ...enumerated(bases), "."]);
  }
  return lines;
}

function caller(workspace: Workspace, path: string, { chain, rule, kind, path: from }: Call): Piece[] {
  const link = lineLink(workspace, { path: from, range: rule.range }, path);
  const how = kind === "jump" ? "" : kind === "goto" ? ", goto" : ", by a map";
  const name: Piece = chain.name === "" ? "a part that is included" : /^__chain\d+$/.test(chain.name) ? "rules in braces" : { code: chain.name };
  return [name, " (", link, `${how})`];
}

/** Whether the rule can match at all: what reaches its chain, and what earlier rules leave of it. */
function chance(workspace: Workspace, path: string, { table, chain, rules }: PlacedRule, reach: Reach): Piece[] | undefined {
  const unreached = unreachedWords(table, chain, reach);
  if (unreached) return unreached;
  const ruleset = workspace.subject("firewall", path);
  // The search looks from the hooks of this file down; of what is called from elsewhere it knows nothing.
  if (ruleset === undefined || reach.open || !["ip", "ip6", "inet"].includes(table.family) || reach.bases.some((base) => base.path !== path)) return undefined;
  const size = ruleset.tables.reduce((sum, one) => sum + one.chains.reduce((more, { rules: all }) => more + all.length, 0), 0);
  if (size > MOST_RULES) return [`Whether it can match is not computed in files of more than ${MOST_RULES} rules.`];
  const { shadowed, notComputed } = shadows(ruleset);
  if (notComputed.length > 0) return [`Whether it can match is not computed: ${notComputed.join("; ")}.`];
  const found = rules.flatMap((rule) => shadowed.filter((one) => one.rule === rule));
  if (found.length < rules.length) return ["It can match: earlier rules leave some of its packets."];
  return found.map((one) => shadowWords(workspace, path, one))[0];
}

function shadowWords(workspace: Workspace, path: string, { kind, by, differs, rule: own }: Shadowed): Piece[] {
  const decides = own.statements.at(-1)?.kind === "verdict";
  const takers = enumerated(by.map(({ rule }) => [lineLink(workspace, { path, range: rule.range }, path)]));
  switch (kind) {
    case "empty":
      return ["Never matches: its conditions contradict each other."];
    case "elsewhere":
      return ["Never matches: no packet that it is for comes to its chain."];
    case "covered":
      return takers.length === 0 ? ["Never matches: earlier rules take all of its packets."] : ["Never matches: ", ...takers, ` before it take${by.length === 1 ? "s" : ""} all of its packets${!decides ? "" : differs ? ", some with another verdict" : ", with the same verdict"}.`];
    case "redundant":
      return ["Changes nothing: without it the rules behind decide the same."];
  }
}

/** Says of a chain that no rule leads to it; undefined where one does, or may. */
export function unreachedWords(table: Table, chain: Chain, reach: Reach): Piece[] | undefined {
  if (chain.name === "" || table.name === "" || chain.hook !== undefined || reach.bases.length > 0) return undefined;
  if (reach.open) return ["No rule leads to this chain, as far as the text tells: what templates and other files add is not known here."];
  return reach.calls.length === 0 ? ["No packet comes here: no rule leads to this chain."] : ["No packet comes here: the rules that lead to this chain are never reached themselves."];
}
