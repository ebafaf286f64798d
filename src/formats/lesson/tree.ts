import type { Severity } from "../../engine/finding.ts";
import type { Example } from "../../engine/rule.ts";
import type { Range } from "../../engine/location.ts";
import type { YamlScalar } from "../yaml/index.ts";

/** What a lesson may read; the model's schema says which fields each has. */
export const ELEMENTS = ["firewall-rule", "sysctl-entry", "ceph-option", "host", "network", "interface", "wireguard-peer", "variable", "resource", "play", "task", "change"] as const;

/** One of ELEMENTS. */
export type ElementName = (typeof ELEMENTS)[number];

/** How well the incident's source is known, best first. */
export const GRADES = ["post-mortem", "public report", "thread", "talk", "mixed", "secondary", "internal"] as const;

/** How settled a lesson is, as of a rule. */
export const LIFECYCLES = ["stable", "preview"] as const;

/** One of GRADES. */
export type Grade = (typeof GRADES)[number];

/** The incident that a lesson comes from. */
export interface Incident {
  readonly organisation: string;
  /** `YYYY-MM-DD`, or less where no more is known. */
  readonly date: string;
  readonly title: string;
  readonly link?: string;
  readonly source?: Grade;
}

/** A text of the file with the node that holds it, so that a place in the text is a place in the file. */
export interface LessonText {
  readonly text: string;
  readonly node: YamlScalar;
}

/** A number or text of a finding, by its name. */
export interface LessonData {
  readonly name: string;
  readonly nameRange: Range;
  /** CEL. */
  readonly value: LessonText;
  readonly unit: string;
}

/** What the fix does to the part `at` of the element. */
export type FixAction = "replace" | "insert-before" | "insert-after" | "remove";

/** A mend, as the file describes it. */
export interface LessonFix {
  readonly action: FixAction;
  readonly range: Range;
  /** The part of the element that it is about, where it is named. */
  readonly at?: LessonText;
  /** What is written there, with placeholders. */
  readonly text?: LessonText;
  readonly title?: LessonText;
  /** CEL: whether the fix fits. */
  readonly when?: LessonText;
  readonly safety: "safe" | "unsafe";
  readonly why: string;
}

/** An example with its place in the lesson's file. */
export interface LessonExample {
  readonly kind: "bad" | "good";
  /** From 1, among those of its kind. */
  readonly number: number;
  readonly example: Example;
  /** The smallest part of the file that stands for it. */
  readonly range: Range;
  /** All of it. */
  readonly whole: Range;
}

/** A `*.lesson.yaml` as it is written. Parts that are missing or wrong are left out; the errors of its parse say which. */
export interface LessonTree {
  readonly id?: { readonly value: string; readonly range: Range };
  readonly incident?: Incident;
  readonly what?: string;
  readonly why?: string;
  readonly instead?: string;
  readonly reads?: { readonly value: ElementName; readonly range: Range };
  readonly when?: LessonText;
  readonly severity: Severity;
  readonly lifecycle: (typeof LIFECYCLES)[number];
  readonly message?: LessonText;
  /** The part of the element at which the finding is shown. */
  readonly at?: LessonText;
  readonly fix?: LessonFix;
  readonly data: readonly LessonData[];
  readonly sources: readonly string[];
  readonly examples: readonly LessonExample[];
  /** Where the lesson begins: for what is missing. */
  readonly start: Range;
}
