import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Chain, FirewallRule, NamedSet, Statement, Table } from "../ruleset.ts";
import { readTogether } from "./files.ts";
import { namesOf } from "./names.ts";

/** A table as one file has it. */
export interface PlacedTable {
  readonly path: string;
  readonly table: Table;
}

/** A rule that leads to a chain. */
export interface Call {
  readonly path: string;
  readonly chain: Chain;
  readonly rule: FirewallRule;
  /** `map`: a verdict map decides. */
  readonly kind: "jump" | "goto" | "map";
}

/** How packets get to a chain. */
export interface Reach {
  readonly calls: readonly Call[];
  /** The base chains from which rules lead here, itself where it is one. */
  readonly bases: readonly { readonly path: string; readonly table: Table; readonly chain: Chain }[];
  /** A jump of the table leads where only a template or a variable knows: perhaps here. */
  readonly open: boolean;
}

/** The table of that family and name in every file that is read together with `path`; parts that are included count as its own. */
export function tableParts(workspace: Workspace, path: string, table: Pick<Table, "family" | "name">): PlacedTable[] {
  return readTogether(workspace, path).flatMap((other) =>
    (workspace.subject("firewall", other)?.tables ?? []).flatMap((one) => ((one.family === table.family && one.name === table.name) || one.name === "" || table.name === "" ? [{ path: other, table: one }] : [])),
  );
}

/** How packets get to the chain `name` of a table. */
export function reachOf(workspace: Workspace, path: string, table: Table, name: string): Reach {
  const graph = workspace.derive(graphOf, [path, table.family, table.name].join("\0"));
  const seen = new Set([name]);
  for (const one of seen) for (const { chain } of graph.calls.get(one) ?? []) seen.add(chain.name);
  const bases = graph.bases.filter(({ chain }) => seen.has(chain.name));
  return { calls: graph.calls.get(name) ?? [], bases, open: graph.open };
}

interface Graph {
  readonly calls: Map<string, Call[]>;
  readonly bases: { path: string; table: Table; chain: Chain }[];
  open: boolean;
}

/** Of the table that `key` names by a path, its family and its name. */
function graphOf(workspace: Workspace, key: string): Graph {
  const [path, family, name] = key.split("\0") as [string, Table["family"], string];
  const graph: Graph = { calls: new Map(), bases: [], open: false };
  for (const part of tableParts(workspace, path, { family, name })) {
    for (const chain of part.table.chains) {
      if (isElsewhere(chain.nameRange)) continue;
      if (chain.hook !== undefined) graph.bases.push({ ...part, chain });
      // What stands in a part of a file is run by the chain that includes it, which is another one's to tell.
      if (chain.name === "") graph.open = true;
      for (const rule of chain.rules) if (!isElsewhere(rule.range)) addCalls(workspace, part, chain, rule, graph);
    }
  }
  return graph;
}

function addCalls(workspace: Workspace, { path, table }: PlacedTable, chain: Chain, rule: FirewallRule, graph: Graph): void {
  const add = (target: string, kind: Call["kind"]): void => {
    let calls = graph.calls.get(target);
    if (!calls) graph.calls.set(target, (calls = []));
    // A loop of a script, and alternatives in one line, are several rules of one place.
    const last = calls.at(-1);
    if (last?.rule.range.start !== rule.range.start || last.path !== path || last.chain !== chain) calls.push({ path, chain, rule, kind });
  };
  for (const statement of rule.statements) {
    if (statement.kind === "unknown") graph.open = true;
    for (const { verdict, kind } of verdictsOf(statement)) {
      if (verdict.kind !== "jump" && verdict.kind !== "goto") continue;
      if (isUnknown(verdict.target)) graph.open = true;
      else add(verdict.target, kind ?? verdict.kind);
    }
    if (statement.kind !== "vmap" || !isUnknown(statement.elements)) continue;
    const map = table.sets.find(({ name }) => name === statement.set);
    if (map === undefined) graph.open = true;
    else for (const target of writtenTargets(workspace, path, map)) add(target, "map");
  }
}

function verdictsOf(statement: Statement): { verdict: Extract<Statement, { kind: "verdict" }>["verdict"]; kind?: "map" }[] {
  if (statement.kind === "verdict") return [{ verdict: statement.verdict }];
  if (statement.kind !== "vmap" || isUnknown(statement.elements)) return [];
  return statement.elements.flatMap(({ verdict }) => (verdict ? [{ verdict, kind: "map" as const }] : []));
}

/** The chains that the text of a map names, though rules may add more while it is in use. */
function writtenTargets(workspace: Workspace, path: string, { range }: NamedSet): string[] {
  const document = workspace.document(path);
  if (document === undefined) return [];
  return namesOf(document).filter((name) => name.kind === "chain" && within(name.range, range)).map(({ name }) => name);
}

/** True where the include of a file stands for what is in that file, which has it at its own place. */
export function isElsewhere(range: Range): boolean {
  return "included" in range;
}

/** True where one span lies in another. */
export function within(inner: Range, outer: Range): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
