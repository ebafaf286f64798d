import type { Range } from "../../../../engine/location.ts";

/** What a suggestion stands for. */
export type CompletionKind = "keyword" | "field" | "value" | "option" | "chain" | "set" | "variable" | "object" | "snippet";

/** Something that may stand at the place that is being typed. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** A few words on what it means. */
  readonly detail: string;
  /** Of a snippet: its text, with `$1`, `${2:default}` and `$0` as stops, lines broken by LF and indented by tabs. */
  readonly snippet?: string;
}

/** What may stand at a place, and the span that it would replace: the word that has been begun. */
export interface Completions {
  readonly range: Range;
  readonly items: readonly Completion[];
}

/** Suggestions of one kind from words with their meaning. */
export function wordsOf(kind: CompletionKind, words: Readonly<Record<string, string>>): Completion[] {
  return Object.entries(words).map(([label, detail]) => ({ label, kind, detail }));
}

/** Suggestions of one kind that share what they mean. */
export function listOf(kind: CompletionKind, words: Iterable<string>, detail = ""): Completion[] {
  return [...words].map((label) => ({ label, kind, detail }));
}
