import type { ChainNode, Expression, NftFile, SetNode, TableItem } from "../../../../formats/nftables/index.ts";
import type { Workspace } from "../../../workspace.ts";
import { keyOf } from "../../from-nftables/tables.ts";
import { readTogether } from "../files.ts";

/** Something that an nft file defines and rules can name. */
export interface Declared {
  readonly kind: "table" | "chain" | "set" | "map" | "flowtable" | "variable" | "object";
  readonly name: string;
  /** Its table as `family name`; undefined in a part that another file includes. */
  readonly scope: string | undefined;
  /** What it is: a chain's hook, a set's type, an object's kind, a variable's value. */
  readonly detail: string;
  /** Of a base chain: no rule may lead there. */
  readonly base: boolean;
  /** Of a set: the types of its keys, where they are written as types. */
  readonly types: readonly string[];
}

/** What the files that are read together with `path` define. Takes it from their trees: nothing is worked out. */
export function declaredIn(workspace: Workspace, path: string): Declared[] {
  const found: Declared[] = [];
  for (const other of readTogether(workspace, path)) {
    const document = workspace.document(other);
    if (document?.language === "nftables") collect(document.tree as NftFile, document.text, found);
  }
  return found;
}

function collect({ commands }: NftFile, text: string, found: Declared[]): void {
  for (const command of commands) {
    switch (command.kind) {
      case "table": {
        const { family, table } = command.at;
        const scope = keyOf(family, table?.text ?? "");
        if (table && command.hasBody) found.push({ kind: "table", name: table.text, scope, detail: family, base: false, types: [] });
        for (const item of command.items) add(item, scope, text, found);
        break;
      }
      case "object":
        if (command.item) add(command.item, keyOf(command.at.family, command.at.table?.text ?? ""), text, found);
        break;
      case "other":
        if (command.item) add(command.item, undefined, text, found);
        break;
      default:
        add(command, undefined, text, found);
    }
  }
}

function add(item: TableItem, scope: string | undefined, text: string, found: Declared[]): void {
  const push = (kind: Declared["kind"], name: string, detail: string, more: Partial<Declared> = {}): void => {
    if (name !== "") found.push({ kind, name, scope, detail, base: false, types: [], ...more });
  };
  switch (item.kind) {
    case "chain":
      push("chain", item.name.text, chainDetail(item), { base: item.base !== undefined });
      return;
    case "define":
      if (item.verb !== "undefine") push("variable", item.name.text, valueText(item.value, text));
      return;
    case "include":
      return;
    case "other":
      if (item.name) push(item.what === "flowtable" ? "flowtable" : "object", item.name.text, item.what);
      return;
    default:
      push(item.kind === "map" ? "map" : "set", item.name.text, setDetail(item), { types: item.keyType });
  }
}

function chainDetail({ base, rules }: ChainNode): string {
  return base === undefined ? `${rules.length} rules` : `${base.type.text} hook ${base.hook.text}`;
}

function setDetail({ keyType, dataType, keyExpression }: SetNode): string {
  if (keyExpression) return "typeof";
  return dataType.length > 0 ? `${keyType.join(" . ")} : ${dataType.join(" . ")}` : keyType.join(" . ");
}

function valueText(value: Expression | undefined, text: string): string {
  const written = value === undefined ? "" : text.slice(value.range.start, value.range.end).replace(/\s+/g, " ");
  return written.length > 60 ? `${written.slice(0, 60)}…` : written;
}
