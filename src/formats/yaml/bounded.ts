import type { Document, DocumentOptions, ParseOptions, SchemaOptions } from "yaml";
import { tolerantLexer } from "./lexer.ts";
import { yamlLibrary } from "./load.ts";

/** Mistakes of a text after which the library is stopped: each costs it as much as hundreds of characters. */
export const FAULTS = 100;

/** Leaves the library's composer with the place that it has come to. */
export class TooManyFaults extends Error {
  readonly at: number;

  constructor(at: number) {
    super();
    this.at = at;
  }
}

/**
 * The documents of a text as the library, which must be loaded, composes them; one even of an empty text where `atLeastOne`
 * says so; `tolerant` as tolerantLexer is. Throws TooManyFaults past that many mistakes.
 */
export function* boundedDocuments(source: string, options: ParseOptions & DocumentOptions & SchemaOptions, atLeastOne = false, tolerant = false): Generator<Document.Parsed> {
  const library = yamlLibrary()!;
  const composer = new library.Composer(options);
  const report = composer["onError"] as (at: unknown, code: string, message: string, warning?: boolean) => void;
  let count = 0;
  let farthest = 0;
  const counted = (at: unknown): void => {
    const offset = Array.isArray(at) ? (at as unknown[])[0] : typeof at === "object" && at !== null ? (at as { offset?: unknown }).offset : at;
    if (typeof offset === "number") farthest = Math.max(farthest, offset);
    if (++count > FAULTS) throw new TooManyFaults(farthest);
  };
  composer["onError"] = (at: unknown, code: string, message: string, warning?: boolean): void => {
    if (warning !== true) counted(at);
    report(at, code, message, warning);
  };
  const parser = new library.Parser();
  if (tolerant) Object.assign(parser, { lexer: tolerantLexer() });
  for (const token of parser.parse(source)) {
    if (token.type === "error") counted(token.offset);
    // The documents that are composed of a text are all parsed ones.
    yield* composer.next(token) as Generator<Document.Parsed>;
  }
  yield* composer.end(atLeastOne, source.length) as Generator<Document.Parsed>;
}
