import { isUnknown } from "../../../engine/unknown.ts";
import type { Table } from "../ruleset.ts";

/** A named set with what is known of it: “@blocked (3 elements)”. */
export function setWords(name: string, table: Table | undefined): string {
  const set = table?.sets.find((one) => one.name === name);
  if (set === undefined) return `the set ${name}`;
  return isUnknown(set.elements) ? `@${name}` : `@${name} (${counted(set.elements.length, "element")})`;
}

/** `1 rule`, `2 rules`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
