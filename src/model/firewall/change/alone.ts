import type { Workspace } from "../../workspace.ts";
import type { Chain, Ruleset, Table } from "../ruleset.ts";
import type { FlowChanges } from "./flows.ts";
import { flowChanges } from "./flows.ts";
import type { RulesetPair } from "./pairs.ts";

/** Where filtering says what reaches a host, goes through it and leaves it. */
const HOOKS = new Set(["input", "forward", "output"]);

/**
 * The flows that a ruleset lets through, as those that open where the same base chains refuse everything: for files that
 * only one side of a change has. Ways that it does not filter are not told of. `workspace` is the side that has it.
 */
export function flowsThrough(workspace: Workspace, ruleset: Ruleset): FlowChanges {
  const known = workspace.memo(pairs);
  let pair = known.get(ruleset);
  if (pair === undefined) known.set(ruleset, (pair = { path: ruleset.path, before: { ...ruleset, tables: ruleset.tables.map(shut) }, after: ruleset, kind: "edited" }));
  const all = flowChanges(workspace, pair);
  // Every stateful ruleset lets answers through.
  return { ...all, changes: all.changes.filter(({ match: { ct } }) => ct === undefined || ct.includes("new")) };
}

function pairs(): WeakMap<Ruleset, RulesetPair> {
  return new WeakMap();
}

function shut(table: Table): Table {
  return { ...table, chains: table.chains.map((chain): Chain => (chain.hook !== undefined && HOOKS.has(chain.hook) && chain.type !== "nat" ? { ...chain, policy: "drop", rules: [] } : chain)) };
}
