import type { Finding, NotComputed, Severity } from "../engine/finding.ts";
import { atLeast } from "../engine/finding.ts";
import type { OwnRule } from "../engine/lesson.ts";
import type { Location, Position } from "../engine/location.ts";
import { LineIndex } from "../engine/location.ts";
import type { Baselined } from "./baseline.ts";

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
  /** How far the change goes, where the repository has an inventory. */
  readonly reach?: HostReach;
  /** What a baseline keeps out of the findings. */
  readonly baseline?: Baselined;
  /** Which part of the whole this is, for those who put the parts together. */
  readonly shard?: ShardNote;
  /** Ids of the only rules that ran, sorted; undefined where all did. */
  readonly only?: readonly string[];
  /** Rules that the reviewed files bring themselves; undefined where there are none. */
  readonly own?: readonly OwnRule[];
  /** Text of a path, to turn offsets into lines. */
  text(path: string): string | undefined;
  /** True for a path that only the base has, so that there is nothing to open in the head. */
  removed?(path: string): boolean;
  /** The places of offsets, where there are no texts to work them out. */
  readonly position?: ((path: string, offset: number) => BytePosition) | undefined;
}

/** Hosts that a change reaches. */
export interface HostReach {
  readonly hosts: number;
  /** Hosts in the inventory. */
  readonly of: number;
  /** Hosts among the reached on which a service is interrupted. */
  readonly interrupted: number;
}

/** Says of a report that it is a part. */
export interface ShardNote {
  /** From 1. */
  readonly index: number;
  readonly count: number;
  /** The same in all parts of one run, and in no other. */
  readonly run: string;
  /** The worst severity among the findings that `--severity` keeps out, which count for the exit status. */
  readonly hidden?: Severity;
  /** True where files had to be left out that Premortem would have reviewed. */
  readonly incomplete: boolean;
  /** Findings of the base that the change mends, of this part. */
  readonly mended: readonly Finding[];
}

/** A place with its column in UTF-8 bytes as well, from 1. */
export interface BytePosition extends Position {
  readonly byte: number;
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
  readonly #position: Report["position"];
  readonly #lines = new Map<string, LineIndex>();

  constructor(text: Report["text"], position?: Report["position"]) {
    this.#text = text;
    this.#position = position;
  }

  at(path: string, offset: number): Position {
    if (this.#position !== undefined) return this.#position(path, offset);
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

  /** The column of an offset in bytes of UTF-8, from 1. */
  byteAt(path: string, offset: number): number {
    if (this.#position !== undefined) return this.#position(path, offset).byte;
    const { column } = this.at(path, offset);
    const text = this.#text(path) ?? "";
    const end = Math.max(0, Math.min(offset, text.length));
    return bytesOf(text, end - column + 1, end) + 1;
  }
}

/** How many bytes a part of a text takes in UTF-8; half a surrogate pair takes those of the replacement character. */
function bytesOf(text: string, start: number, end: number): number {
  let bytes = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    const paired = code >= 0xd800 && code < 0xdc00 && i + 1 < end && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    bytes += paired ? 4 : code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    if (paired) i++;
  }
  return bytes;
}
