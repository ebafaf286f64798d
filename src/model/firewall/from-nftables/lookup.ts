import type { Range } from "../../../engine/location.ts";
import type { Expression } from "../../../formats/nftables/index.ts";
import type { Statement } from "../ruleset.ts";
import { fieldsOf } from "./fields.ts";
import type { Surroundings } from "./match.ts";
import { lowerMatch } from "./match.ts";

/** Adds the matches that a value looked up in a map makes by itself: where the map has no such key, the rule ends. */
export function lookups(value: Expression | undefined, range: Range, around: Surroundings, found: Statement[]): void {
  if (value?.kind !== "map") return;
  lowerMatch({ left: value.key, operator: "implicit", right: value.map, mask: undefined, range }, around, found);
  const calculated = fieldsOf(value.key).some((field) => /^(numgen|jhash|symhash)/.test(field));
  if (calculated) found.pop();
}
