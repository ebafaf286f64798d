import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { familyOf, hostPart } from "./address.ts";
import type { Prefix, Written } from "./network.ts";

/** The other end's address without its port. */
export function endpoint(written: Written<Maybe<string>> | undefined): Written<Maybe<string>> | undefined {
  if (written === undefined || isUnknown(written.value)) return written;
  return { value: hostPart(written.value), location: written.location };
}

/** The family of a route by its destination's text, else by its gateway's. */
export function familyOfRoute(to: Maybe<"default" | Prefix>, text: string, via: Written<Maybe<string>> | undefined): Maybe<4 | 6> {
  if (!isUnknown(to) && to !== "default") return to.family;
  const written = familyOf(text.replace(/\/.*$/, "")) ?? (text === "0/0" ? 4 : undefined);
  if (written !== undefined) return written;
  if (via === undefined) return unknown("the route tells no family");
  return isUnknown(via.value) ? via.value : (familyOf(via.value) ?? unknown(`${via.value.slice(0, 60)} is no address`));
}

/** The kernel's numbers of the tables that have names of their own. */
export function tableName(table: Maybe<string>): Maybe<string> {
  return table === "254" ? "main" : table === "255" ? "local" : table === "253" ? "default" : table;
}
