import { typeByName } from "../../../formats/nftables/datatypes.ts";
import type { Expression, SetNode } from "../../../formats/nftables/index.ts";
import type { LoweredField } from "./fields.ts";
import { lowerField } from "./fields.ts";
import type { Family } from "../ruleset.ts";

const UNTYPED: LoweredField = { field: "", info: { type: "unknown", bits: 0 } };

/** How the parts of a set's key are read. */
export function keyFields(node: SetNode, family: Family): LoweredField[] {
  if (node.keyExpression) return partsOf(node.keyExpression).map((part) => lowerField(part, family) ?? UNTYPED);
  if (node.keyType.length === 0) return [UNTYPED];
  return node.keyType.map(byName);
}

/** How the data of a map are read; none for verdicts and stateful objects. */
export function dataField(node: SetNode, family: Family): LoweredField | undefined {
  if (node.dataExpression) return lowerField(node.dataExpression, family);
  return node.dataType.length === 1 && node.dataType[0] !== "verdict" ? byName(node.dataType[0]!) : undefined;
}

/** The field or type of each part of the key, as written. */
export function keyNames(node: SetNode): string[] {
  if (!node.keyExpression) return [...node.keyType];
  return partsOf(node.keyExpression).map((part) => (part.kind === "field" ? part.field : "expression"));
}

function partsOf(expression: Expression): readonly Expression[] {
  return expression.kind === "concat" ? expression.parts : [expression];
}

function byName(name: string): LoweredField {
  const info = typeByName(name);
  return info === undefined ? UNTYPED : { field: name, info };
}
