import type { Location } from "../../../engine/location.ts";
import type { NftFile } from "../../../formats/nftables/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Place } from "../evaluate/index.ts";
import { rangeOf } from "../evaluate/index.ts";
import { originOf } from "./assumed.ts";
import { includedBy } from "../from-nftables/includes.ts";
import type { Chain, FirewallRule, Ruleset, Table } from "../ruleset.ts";

/**
 * A ruleset together with what other files of the workspace add to its own chains, such as parts in nftables.d. Whether
 * and when those are loaded is not certain, so their rules may be there or not.
 */
export function withFragments(workspace: Workspace, ruleset: Ruleset): Ruleset {
  if (ruleset.dialect !== "nftables") return ruleset;
  const parts = workspace.subjects("firewall").filter(({ subject }) => subject !== ruleset && subject.path !== ruleset.path && ruleset.includes?.includes(subject.path) !== true && subject.dialect === "nftables");
  const added = (table: Table, chain: Chain): FirewallRule[] =>
    parts.flatMap(({ subject }) =>
      subject.tables.flatMap((other) => {
        if (other.family !== table.family || other.name !== table.name) return [];
        return other.chains.flatMap((one) => (one.name === chain.name && one.hook === undefined ? one.rules.map((rule) => ({ ...rule, conditional: true })) : []));
      }),
    );
  let grown = false;
  const tables = ruleset.tables.map((table): Table => {
    const chains = table.chains.map((chain): Chain => {
      const rules = added(table, chain);
      if (rules.length === 0) return chain;
      grown = true;
      return { ...chain, rules: [...rules, ...chain.rules] };
    });
    // Chains that only the parts have are what their rules jump to.
    const own = new Set(chains.map(({ name }) => name));
    const foreign = parts.flatMap(({ subject }) => subject.tables.flatMap((other) => (other.family === table.family && other.name === table.name ? other.chains.filter(({ name, hook }) => hook === undefined && !own.has(name)) : [])));
    return { ...table, chains: [...chains, ...foreign] };
  });
  return grown ? { ...ruleset, tables } : ruleset;
}

/** Whether the text includes files that the workspace does not hold: they may add rules to its chains. */
export function includesOthers(workspace: Workspace, path: string): boolean {
  const document = workspace.document(path);
  if (document?.language !== "nftables") return false;
  const resolve = includedBy(workspace, path);
  return (document.tree as NftFile).commands.some((command) => {
    if (command.kind === "include") return resolve(command.path.text).length === 0;
    return command.kind === "table" && command.items.some((item) => item.kind === "include" && resolve(item.path.text).length === 0);
  });
}

/** Where a place stands in a ruleset's own text: where a part decides, the chain that it adds to. */
export function placeIn(ruleset: Ruleset, place: Place): Location {
  const { path } = ruleset;
  const rule = place.rule && originOf(place.rule);
  for (const { chains } of ruleset.tables) {
    for (const chain of chains) {
      if (rule === undefined ? chain === place.chain : chain.rules.includes(rule)) return { path, range: rangeOf({ ...place, chain }) };
    }
  }
  const own = ruleset.tables.flatMap(({ family, name, chains }) => (family === place.table.family && name === place.table.name ? chains : [])).find(({ name }) => name === place.chain.name);
  return { path, range: own?.policyRange ?? own?.nameRange ?? { start: 0, end: 0 } };
}
