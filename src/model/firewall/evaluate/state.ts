import type { Field } from "../ruleset.ts";
import type { Reading } from "./reading.ts";
import { joined, sameReading } from "./reading.ts";

/** What the rules so far have done to the packet. Never changes: writing gives another one. */
export interface State {
  /** `maybe`: some of the ways that it may have taken exempt it from connection tracking. */
  readonly untracked: "no" | "maybe" | "yes";
  /** Fields that were written, with what they hold now. */
  readonly written: ReadonlyMap<Field, Reading>;
}

/** Of a packet that no rule has seen. */
export const UNTOUCHED: State = { untracked: "no", written: new Map() };

/**
 * What holds whichever of two ways the packet has come; undefined stands for a way that it cannot come. `told` reads what
 * the packet held in a field at first.
 */
export function join(a: State | undefined, b: State | undefined, told: (field: Field) => Reading): State | undefined {
  if (a === undefined || a === b) return b;
  if (b === undefined) return a;
  const untracked = a.untracked === b.untracked ? a.untracked : "maybe";
  if (a.written === b.written) return untracked === a.untracked ? a : { untracked, written: a.written };
  const written = new Map<Field, Reading>();
  for (const field of new Set([...a.written.keys(), ...b.written.keys()])) {
    const one = a.written.get(field) ?? told(field);
    const other = b.written.get(field) ?? told(field);
    written.set(field, sameReading(one, other) ? one : joined(one, other, field));
  }
  return { untracked, written };
}

/** The state after a field is written. */
export function write(state: State, field: Field, value: Reading): State {
  return { untracked: state.untracked, written: new Map(state.written).set(keyOf(field), value) };
}

/** Fields that are the same bytes of the packet have one name here. */
export function keyOf(field: Field): Field {
  switch (field) {
    case "tcp sport":
    case "udp sport":
    case "udplite sport":
    case "sctp sport":
    case "dccp sport":
      return "th sport";
    case "tcp dport":
    case "udp dport":
    case "udplite dport":
    case "sctp dport":
    case "dccp dport":
      return "th dport";
    default:
      return field;
  }
}
