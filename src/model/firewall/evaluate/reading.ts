/** What a packet holds in a field. `absent`: it has no such field, so no match on it succeeds, negated or not. */
export type Reading =
  /** `known`: the bits of the value that are told; none: all. */
  | { readonly kind: "number"; readonly value: bigint; readonly known?: bigint }
  | { readonly kind: "name"; readonly name: string }
  /** Several names hold at once; none may. */
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "absent" }
  /** `not`: of an interface's name, one that it is certain not to be. */
  | { readonly kind: "unknown"; readonly reason: string; readonly not?: string };

/** Of a field that the packet does not have. */
export const ABSENT: Reading = { kind: "absent" };

/** A number that is told whole. */
export function number(value: bigint | number): Reading {
  return { kind: "number", value: BigInt(value) };
}

/** A name. */
export function name(text: string): Reading {
  return { kind: "name", name: text };
}

/** What nobody can tell; `reason` as a clause without full stop. */
export function notKnown(reason: string): Reading {
  return { kind: "unknown", reason };
}

/** Any interface's name but one; `reason` as for what is not known. */
export function otherThan(not: string, reason: string): Reading {
  return { kind: "unknown", reason, not };
}

/** True where both say the same. */
export function sameReading(a: Reading, b: Reading): boolean {
  if (a.kind === "number" && b.kind === "number") return a.value === b.value && a.known === b.known;
  if (a.kind === "name" && b.kind === "name") return a.name === b.name;
  if (a.kind === "names" && b.kind === "names") return a.names.join() === b.names.join();
  return a.kind === b.kind;
}

/** What is common to two readings of `field` that differ: of numbers the bits in which they agree. */
export function joined(a: Reading, b: Reading, field: string): Reading {
  if (a.kind === "unknown") return a;
  if (b.kind === "unknown") return b;
  if (a.kind !== "number" || b.kind !== "number") return notKnown(`whether a rule on the way changes ${field} is not certain`);
  const known = (a.known ?? ALL) & (b.known ?? ALL) & ~(a.value ^ b.value);
  return { kind: "number", value: a.value & known, known };
}

/** What becomes of a number that is written as (old & and) ^ xor. */
export function calculated(old: Reading, and: bigint, xor: bigint): Reading {
  if (old.kind === "number") {
    const value = (old.value & and) ^ xor;
    return old.known === undefined ? { kind: "number", value } : { kind: "number", value: value & (old.known | ~and), known: old.known | (ALL & ~and) };
  }
  if (and === 0n) return number(xor);
  if (old.kind === "unknown" && (and & FIRST_BITS) === FIRST_BITS) return old;
  if (old.kind === "unknown") return { kind: "number", value: xor & ~and, known: ALL & ~and };
  return old.kind === "absent" ? old : notKnown("a rule on the way sets it");
}

/** More bits than any field has. */
const ALL = (1n << 129n) - 1n;
/** Those of a mark. */
const FIRST_BITS = 0xffff_ffffn;
