import type { Range } from "../../../engine/location.ts";
import { isUnknown, unknown } from "../../../engine/unknown.ts";
import type { Maybe } from "../../../engine/unknown.ts";
import { NAMED } from "../../../formats/nftables/datatypes.ts";
import type { FieldInfo } from "../../../formats/nftables/fields.ts";
import type { Expression } from "../../../formats/nftables/index.ts";
import type { Statement } from "../ruleset.ts";
import { dependenciesOf, lowerField } from "./fields.ts";
import { lookups } from "./lookup.ts";
import type { Surroundings } from "./match.ts";
import { expand } from "./scope.ts";
import { lowerNumber } from "./values.ts";

/** Fields that no match can ask for, or that only tell others of the connection. */
const WITHOUT_EFFECT = new Set(["ct helper", "ct timeout", "ct expectation", "ct event", "ct eventmask", "ct secmark", "meta secmark", "meta nftrace", "meta broute"]);

/** `from & and ^ xor`, where the operand is the field that is written itself if `from` is not there. */
interface Bits {
  readonly from?: string;
  readonly and: bigint;
  readonly xor: bigint;
}

/** Adds a statement that writes a field: `meta mark set …`, `ip daddr set …`, `tcp option maxseg size set …`. */
export function lowerChange(written: Expression, value: Expression, range: Range, around: Surroundings, statements: Statement[]): void {
  dependenciesOf(written, around.context, range, statements);
  const lowered = lowerField(written, around.context.family);
  if (lowered === undefined) return void statements.push({ kind: "other", name: "a field set", range });
  const { field, info } = lowered;
  if (field === "tcp option maxseg size") {
    const found = expand(value, around.scope);
    if (found.kind === "field") return void statements.push({ kind: "mss-clamp", size: "path", range });
    const size = lowerNumber(found, { type: "integer", bits: 16 }, around.scope);
    return void statements.push({ kind: "mss-clamp", size: isUnknown(size) ? size : Number(size), range });
  }
  lookups(value, range, around, statements);
  if (WITHOUT_EFFECT.has(field)) return void statements.push({ kind: "other", name: `${field} set`, range });
  const bits = bitsOf(value, field, info, around);
  if (isUnknown(bits)) return void statements.push({ kind: "assign", field, value: bits, range });
  const { from, and, xor } = bits;
  statements.push({ kind: "assign", field, ...(from !== undefined && { from }), value: { and, xor }, range });
}

/** Operations on bits fold into one `and` and one `xor`, as nft itself compiles them. */
function bitsOf(written: Expression, field: string, info: FieldInfo, around: Surroundings): Maybe<Bits> {
  const value = expand(written, around.scope);
  const all = info.bits === 0 ? 0n : (1n << BigInt(info.bits)) - 1n;
  if (value.kind === "field") {
    const source = lowerField(value, around.context.family)?.field;
    if (source === undefined || value.argument || all === 0n || /^(numgen|symhash|jhash)/.test(source)) return unknown("the new value is calculated from the packet");
    return { ...(source !== field && { from: source }), and: all, xor: 0n };
  }
  if (value.kind === "map") return unknown("a map decides the new value");
  if (value.kind === "binary" && all !== 0n) {
    const left = bitsOf(value.left, field, info, around);
    if (isUnknown(left)) return left;
    if (left.and !== 0n) {
      const right = lowerNumber(value.right, info, around.scope);
      return isUnknown(right) ? right : folded(left, value.operator, right, all);
    }
  }
  if (NAMED.has(info.type) && value.kind === "word") return unknown(`the new value is ${value.text}`);
  const number = lowerNumber(value, info, around.scope);
  return isUnknown(number) ? number : { and: 0n, xor: number };
}

function folded(bits: Bits, operator: string, right: bigint, all: bigint): Maybe<Bits> {
  switch (operator) {
    case "&":
      return { ...bits, and: bits.and & right, xor: bits.xor & right };
    case "|":
      return { ...bits, and: bits.and & ~right & all, xor: (bits.xor & ~right & all) | right };
    case "^":
      return { ...bits, xor: bits.xor ^ right };
    default:
      return unknown("the new value is shifted");
  }
}
