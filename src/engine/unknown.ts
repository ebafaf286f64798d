/**
 * A value that the text does not tell: behind a template, a variable or a file that is not there.
 * `unknown` says why, as a sentence without its full stop, for the note "could not be computed: …".
 */
export interface Unknown {
  readonly unknown: string;
}

/** A value, or the reason why nobody can know it from the text alone. */
export type Maybe<T> = T | Unknown;

/** Makes an Unknown; `reason` is shown to users. */
export function unknown(reason: string): Unknown {
  return { unknown: reason };
}

/** Tells an Unknown from every value that a format or model produces. */
export function isUnknown(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null && typeof (value as Unknown).unknown === "string";
}
