import type { Finding, NotComputed, Severity } from "../engine/finding.ts";
import { atLeast } from "../engine/finding.ts";
import type { Location, Position } from "../engine/location.ts";
import { LineIndex } from "../engine/location.ts";

/** The version of Premortem; a test keeps it equal to the manifest's. */
export const VERSION = "0.1.0";

/** What a run found, ready to be printed in any format. */
export interface Report {
  /** Sorted. */
  readonly findings: readonly Finding[];
  readonly notComputed: readonly NotComputed[];
  /** How many findings comments hide. */
  readonly suppressed: number;
  /** How many files were reviewed. */
  readonly files: number;
  /** What the change is measured against, and what it does; undefined for a check of the state. */
  readonly change?: {
    readonly base: string;
    /** Paths that differ. */
    readonly changed: number;
    /** Findings of the base that are gone. */
    readonly fixed: number;
    /** Findings on both sides. */
    readonly unchanged: number;
  };
  /** Text of a path, to turn offsets into lines. */
  text(path: string): string | undefined;
}

/** How many findings there are of each severity. */
export interface Counts {
  readonly error: number;
  readonly warning: number;
  readonly info: number;
}

/** How many findings there are of each severity. */
export function countsOf(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const finding of findings) counts[finding.severity]++;
  return counts;
}

/** True where a finding is at or above `threshold`. */
export function reaches(findings: readonly Finding[], threshold: Severity | "never"): boolean {
  return threshold !== "never" && findings.some((finding) => atLeast(finding.severity, threshold));
}

/** Turns offsets into lines and columns, with one index a file. */
export class Places {
  readonly #text: Report["text"];
  readonly #lines = new Map<string, LineIndex>();

  constructor(text: Report["text"]) {
    this.#text = text;
  }

  at(path: string, offset: number): Position {
    let lines = this.#lines.get(path);
    if (lines === undefined) {
      lines = new LineIndex(this.#text(path) ?? "");
      this.#lines.set(path, lines);
    }
    return lines.positionAt(offset);
  }

  of({ path, range }: Location): { start: Position; end: Position } {
    return { start: this.at(path, range.start), end: this.at(path, range.end) };
  }
}
