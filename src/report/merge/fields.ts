import type { Confidence, Severity } from "../../engine/finding.ts";

/** What is wrong with a report that should be a part of one. */
export class NoPart extends Error {
  override readonly name = "NoPart";
}

/** The fields of an object that was read back. */
export type Fields = { readonly [name: string]: unknown };

/** Takes a severity by its name. */
export function severityOf(value: unknown): Severity {
  if (value === "error" || value === "warning" || value === "info") return value;
  throw new NoPart("a finding has no severity");
}

/** Takes a confidence by its name. */
export function confidenceOf(value: unknown): Confidence {
  if (value === "certain" || value === "likely" || value === "possible") return value;
  throw new NoPart("a finding has no confidence");
}

/** An object's fields; throws `NoPart` with the name of what should be one. */
export function fields(value: unknown, name: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new NoPart(`${name} is no object`);
  return value as Fields;
}

/** A list; throws `NoPart`. */
export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new NoPart(`${name} is no list`);
  return value;
}

/** A text; throws `NoPart`. */
export function string(value: unknown, name: string): string {
  if (typeof value !== "string") throw new NoPart(`${name} is no text`);
  return value;
}

/** A number that counts something; throws `NoPart`. */
export function number(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw new NoPart(`${name} is no count`);
  return value;
}
