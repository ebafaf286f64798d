import { isUnknown, unknown } from "../../../engine/unknown.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import type { Expression, StatementNode } from "../../../formats/nftables/index.ts";
import type { Statement } from "../ruleset.ts";
import { lookups } from "./lookup.ts";
import type { Surroundings } from "./match.ts";
import { expand } from "./scope.ts";
import { lowerNumber } from "./values.ts";

type NatNode = Extract<StatementNode, { kind: "nat" }>;
type Destination = NonNullable<Extract<Statement, { kind: "nat" }>["to"]>;

/** Adds a translation of addresses, with the matches that nft makes before it. */
export function lowerNat(node: NatNode, around: Surroundings, found: Statement[]): void {
  const { range, nat } = node;
  const to = destination(node, around);
  lookups(node.to, range, around, found);
  lookups(node.port, range, around, found);
  natFamily(node, around, found);
  found.push({ kind: "nat", nat, ...(to !== undefined && { to }), range });
}

/** The one new address and port; undefined where none is written. */
function destination({ to, port }: NatNode, around: Surroundings): Destination | undefined {
  if (!to && !port) return undefined;
  const address = to && one(to, "address", around);
  if (address !== undefined && isUnknown(address)) return address;
  const number = port && one(port, "inet_service", around);
  if (number !== undefined && isUnknown(number)) return number;
  return { ...(address !== undefined && { address }), ...(number !== undefined && { port: Number(number) }) };
}

function one(written: Expression, type: "address" | "inet_service", around: Surroundings): Maybe<bigint> {
  const expression = expand(written, around.scope);
  const what = type === "address" ? "address" : "port";
  switch (expression.kind) {
    case "map":
      return unknown(`a map decides the new ${what}`);
    case "range":
    case "prefix":
      return unknown(`the new ${what} is one of several`);
    case "field":
      return unknown(`the new ${what} depends on the packet`);
    default:
      return lowerNumber(expression, { type, bits: type === "address" ? 128 : 16 }, around.scope);
  }
}

/** In an inet table the address that nat leads to says which packets it is for. */
function natFamily(node: NatNode, around: Surroundings, found: Statement[]): void {
  if (around.context.family !== "inet") return;
  if (node.family !== undefined) return around.context.network(node.family, node.range, found);
  const text = node.to && firstWord(expand(node.to, around.scope), around);
  if (text !== undefined) around.context.network(text.includes(":") ? "ip6" : "ip", node.range, found);
}

function firstWord(expression: Expression, around: Surroundings): string | undefined {
  if (expression.kind === "range") return firstWord(expand(expression.from, around.scope), around);
  if (expression.kind === "prefix") return firstWord(expand(expression.base, around.scope), around);
  return expression.kind === "word" && /^[0-9.]+$|:/.test(expression.text) ? expression.text : undefined;
}
