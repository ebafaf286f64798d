import type { Range } from "../../../engine/location.ts";
import type { Expression } from "../../../formats/nftables/index.ts";
import type { Statement } from "../ruleset.ts";
import { fieldsOf } from "./fields.ts";
import type { Surroundings } from "./match.ts";
import { lowerMatch } from "./match.ts";

/** The matches that a value looked up in a map makes by itself: where the map has no such key, the rule ends. */
export function lookups(value: Expression | undefined, range: Range, around: Surroundings): Statement[] {
  if (value?.kind !== "map") return [];
  const match = lowerMatch({ left: value.key, operator: "implicit", right: value.map, mask: undefined, range }, around);
  const calculated = fieldsOf(value.key).some((field) => /^(numgen|jhash|symhash)/.test(field));
  return calculated ? match.slice(0, -1) : match;
}
