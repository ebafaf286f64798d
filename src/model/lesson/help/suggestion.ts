import type { Range } from "../../../engine/location.ts";

/** Something that may stand at a place of a lesson. */
export interface LessonSuggestion {
  readonly label: string;
  readonly kind: "section" | "key" | "value" | "field" | "function" | "variable" | "file" | "snippet";
  /** Its type, or what it is in few words. */
  readonly detail: string;
  /** A sentence about it, in Markdown. */
  readonly documentation?: string;
  /** What is written instead of the label. */
  readonly insert?: string;
  /** The same with places to fill in, in the syntax of snippets. */
  readonly snippet?: string;
  /** Something is offered behind it, too. */
  readonly leadsOn?: boolean;
}

/** What may stand at a place, the likeliest first. */
export interface LessonSuggestions {
  /** What is replaced: on the cursor's line, and around the cursor. */
  readonly range: Range;
  readonly items: readonly LessonSuggestion[];
}

/** What a part of a lesson is. */
export interface LessonHover {
  readonly range: Range;
  /** Its name, with its type. */
  readonly title: string;
  /** Sentences, in Markdown. */
  readonly lines: readonly string[];
}
