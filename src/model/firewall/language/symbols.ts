import type { Range } from "../../../engine/location.ts";
import type { ChainNode, Command, NftFile, SetNode, TableItem } from "../../../formats/nftables/index.ts";
import type { IptablesTree, SaveTable } from "../../../formats/iptables/tree.ts";
import type { Document } from "../../workspace.ts";
import { keyNames } from "../from-nftables/sets.ts";
import { counted } from "../words/sets.ts";

/** A part of a firewall file that has a name, for an outline. */
export interface FirewallSymbol {
  readonly kind: "table" | "chain" | "set" | "map" | "object" | "variable" | "include";
  readonly name: string;
  /** A few words more: a chain's hook, a set's type. */
  readonly detail: string;
  readonly range: Range;
  /** The name itself; within `range`. */
  readonly nameRange: Range;
  readonly children: readonly FirewallSymbol[];
}

/** The outline of a firewall file: tables with their chains, sets and maps, in the order of the text. */
export function symbolsOf(document: Document): FirewallSymbol[] {
  if (document.language === "nftables") return (document.tree as NftFile).commands.flatMap(ofCommand);
  if (document.language === "iptables-save") return (document.tree as IptablesTree).tables.map(ofSaveTable);
  return [];
}

function ofCommand(command: Command): FirewallSymbol[] {
  const { range } = command;
  switch (command.kind) {
    case "table": {
      const { table, family } = command.at;
      if (!command.hasBody || table === undefined || table.text === "") return [];
      return [{ kind: "table", name: `${family} ${table.text}`, detail: "", range, nameRange: table.range, children: command.items.flatMap(ofItem) }];
    }
    case "object":
      return command.item ? ofItem(command.item) : [];
    case "other":
      return command.item ? ofItem(command.item) : [];
    default:
      return ofItem(command);
  }
}

function ofItem(item: TableItem): FirewallSymbol[] {
  const { range } = item;
  switch (item.kind) {
    case "chain":
      return item.name.text === "" ? [] : [symbol("chain", item.name.text, chainDetail(item), range, item.name.range)];
    case "define":
      return item.name.text === "" || item.verb === "undefine" ? [] : [symbol("variable", item.name.text, "", range, item.name.range)];
    case "include":
      return item.path.text === "" ? [] : [symbol("include", item.path.text, "", range, item.path.range)];
    case "other":
      return item.name === undefined || item.name.text === "" ? [] : [symbol("object", item.name.text, item.what, range, item.name.range)];
    default:
      return item.name.text === "" ? [] : [symbol(item.kind === "map" ? "map" : "set", item.name.text, setDetail(item), range, item.name.range)];
  }
}

function symbol(kind: FirewallSymbol["kind"], name: string, detail: string, range: Range, nameRange: Range): FirewallSymbol {
  return { kind, name, detail, range, nameRange, children: [] };
}

function chainDetail({ base, policy, rules }: ChainNode): string {
  const number = counted(rules.filter(({ kind }) => kind === "rule").length, "rule");
  if (base === undefined) return number;
  return `${base.type.text} ${base.hook.text}${policy?.kind === "word" ? `, policy ${policy.text}` : ""}, ${number}`;
}

function setDetail(node: SetNode): string {
  return keyNames(node).join(" . ");
}

/** A chain of a dump spans its rules where they stand together, so that an outline can follow the cursor. */
function ofSaveTable(table: SaveTable): FirewallSymbol {
  const runs = new Map<string, { range: Range; nameRange: Range; rules: number; together: boolean }>();
  let last: string | undefined;
  for (const { command, range } of table.commands) {
    if (command.chain === undefined || (command.name !== "append" && command.name !== "insert")) continue;
    const { text, range: nameRange } = command.chain;
    const run = runs.get(text);
    if (run === undefined) runs.set(text, { range, nameRange, rules: 1, together: true });
    else {
      run.rules++;
      run.together &&= last === text;
      run.range = { start: run.range.start, end: range.end };
    }
    last = text;
  }
  const children = table.chains.map((chain): FirewallSymbol => {
    const run = runs.get(chain.name.text);
    const policy = chain.policy === undefined || chain.policy.text === "-" ? "" : `policy ${chain.policy.text}, `;
    const detail = `${policy}${counted(run?.rules ?? 0, "rule")}`;
    return run?.together === true ? symbol("chain", chain.name.text, detail, run.range, run.nameRange) : symbol("chain", chain.name.text, detail, chain.range, chain.name.range);
  });
  return { kind: "table", name: table.name.text, detail: table.committed ? "" : "no COMMIT", range: table.range, nameRange: table.name.range, children };
}
