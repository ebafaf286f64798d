import type { RuleMeta } from "./rule.ts";

/** A rule that the reviewed files bring themselves, as those need it who describe rules; plain data. */
export interface OwnRule {
  readonly id: string;
  readonly rule: RuleMeta & { readonly compare?: unknown };
  /** The post-mortem that it comes from. */
  readonly lesson: Lesson;
}

/** One public post-mortem, in our words. `id` is the file's name in `lessons/`. */
export interface Lesson {
  readonly id: string;
  readonly organisation: string;
  /** Day of the incident, `YYYY-MM-DD`; a year or month alone where no day is known, and words where not even that is. */
  readonly date: string;
  readonly title: string;
  /** Where the organisation's own text can be read, where it is known. */
  readonly url?: string;
  readonly whatHappened: string;
  readonly lesson: string;
}
