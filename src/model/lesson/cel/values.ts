import { isUnknown } from "../../../engine/unknown.ts";
import { Lookup, Thing } from "../element.ts";
import type { Budget } from "./outcome.ts";
import { Failure, worse } from "./outcome.ts";

/** A value as it is found in the model: what is hidden becomes a failure. */
export function known(value: unknown): unknown {
  return isUnknown(value) ? new Failure("unknown", value.unknown) : value;
}

/** The value of a field of type `type`: whole numbers become CEL's ints. */
export function fieldValue(thing: Thing, field: string): unknown {
  const value = known(thing.read(field));
  const type = Object.hasOwn(thing.type.fields, field) ? thing.type.fields[field]!.type : "dyn";
  if (type === "int" && typeof value === "number") return toInt(value);
  if (type === "list<int>" && Array.isArray(value)) return value.map((item) => (typeof item === "number" ? toInt(item) : item));
  return value === null ? undefined : value;
}

function toInt(value: number): bigint | undefined {
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined;
}

/** The member of a map or thing; undefined where there is none. */
export function memberOf(of: unknown, key: unknown): unknown {
  if (of instanceof Thing) return typeof key === "string" ? fieldValue(of, key) : undefined;
  if (of instanceof Lookup) return typeof key === "string" ? known(of.ask(key)) : undefined;
  if (of instanceof Map) return known((of as Map<unknown, unknown>).get(key));
  if (typeof of === "object" && of !== null && !Array.isArray(of) && typeof key === "string" && Object.hasOwn(of, key)) return known((of as Record<string, unknown>)[key]);
  return undefined;
}

/** What a macro goes through: a list's items, a map's keys; undefined for anything else. */
export function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (value instanceof Map) return [...(value as Map<unknown, unknown>).keys()];
  if (value instanceof Lookup) return value.keys();
  if (typeof value === "object" && value !== null && !(value instanceof Thing) && !(value instanceof Failure)) return Object.keys(value);
  return undefined;
}

/** Whether two values are equal; a failure where what is hidden decides. Numbers compare across their types. */
export function equal(left: unknown, right: unknown, budget: Budget): boolean | Failure {
  budget.spend(1);
  const [a, b] = [known(left), known(right)];
  if (a instanceof Failure) return b instanceof Failure ? worse(a, b) : a;
  if (b instanceof Failure) return b;
  if (isNumber(a) && isNumber(b)) return a == b;
  if (typeof a === "string" || typeof b === "string" || typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    if (typeof a === "string") budget.spend(a.length / 32);
    return a === b;
  }
  if (a instanceof Thing || b instanceof Thing) return a === b || (a instanceof Thing && b instanceof Thing && a.of === b.of);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = Array.isArray(a) ? [a.keys(), b as unknown[]].map((each) => [...(each as Iterable<unknown>)]) : [itemsOf(a)!, itemsOf(b)!];
  if (keys!.length !== others!.length) return false;
  let open: Failure | undefined;
  for (const key of keys!) {
    const one = Array.isArray(a) ? equal(a[key as number], (b as unknown[])[key as number], budget) : memberOf(b, key) === undefined ? false : equal(memberOf(a, key), memberOf(b, key), budget);
    if (one === false) return false;
    if (one instanceof Failure) open = open === undefined ? one : worse(open, one);
  }
  return open ?? true;
}

/** True for CEL's int (a bigint) and double (a number). */
export function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** As a message shows a value: texts as they are, lists with commas. */
export function shown(value: unknown): string {
  const plain = known(value);
  if (plain instanceof Failure) return "?";
  if (Array.isArray(plain)) return plain.map(shown).join(", ");
  if (typeof plain === "number") return Number.isInteger(plain) ? String(plain) : String(Number(plain.toPrecision(6)));
  if (plain instanceof Thing) return shown(plain.read("name") ?? plain.read("key") ?? plain.read("path"));
  const items = itemsOf(plain);
  return items === undefined ? String(plain as string | bigint | boolean) : items.map(String).join(", ");
}
