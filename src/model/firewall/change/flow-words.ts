import { statementOf } from "../flows/flow-text.ts";
import type { Product } from "../flows/products.ts";
import type { Statement } from "../ruleset.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { matchWords } from "../words/matches.ts";

/** Fields of which every packet that opens a connection has the same. */
const UNSAID = new Set(["ct state", "tcp flags", "meta mark", "icmp code"]);

/** A set of packets in words: “TCP to port 443 arriving on wan0”. `states`: the connections' states are worth saying. */
export function productWords(product: Product, family: "ip" | "ip6", states = false): string {
  const statements = [...product.values].filter(([{ field }]) => !UNSAID.has(field) || (states && field === "ct state")).map(([block, spans]) => statementOf(block, spans, product, family));
  return matchWords(statements.filter((statement) => !leavesOutLoopback(statement)), undefined);
}

/** That others' packets do not come by the loopback needs no words. */
function leavesOutLoopback({ field, negated, values }: Statement & { kind: "match" }): boolean {
  return negated && /^meta [io]ifname$/.test(field) && !isUnknown(values) && values.kind === "names" && values.names.join() === "lo";
}

/** How many numbers of a field a product has; undefined: all. */
export function sizeOf(product: Product, field: string): bigint | undefined {
  for (const [block, spans] of product.values) if (block.field === field) return spans.reduce((sum, [first, last]) => sum + last - first + 1n, 0n);
  return undefined;
}
