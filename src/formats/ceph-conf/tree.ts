import type { Range } from "../../engine/location.ts";

/** One option of ceph.conf. */
export interface CephEntry {
  /** Normalised as the daemons do: blanks become `_`; dashes and case stay. A HOLE in it: a template decides. */
  readonly key: string;
  readonly rawKey: string;
  readonly keyRange: Range;
  /** Without quotes and escapes. A HOLE in it: a template decides. */
  readonly value: string;
  readonly valueRange: Range;
  readonly range: Range;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

/** A section with its options, in the order of the text. */
export interface CephSection {
  /** Between the brackets, as the daemons compare it: case and blanks count. `global` for a lone key without a header. */
  readonly name: string;
  readonly nameRange: Range;
  readonly range: Range;
  readonly entries: readonly CephEntry[];
}

/** A ceph.conf. Sections of the same name are kept apart, in order; the daemons merge them. */
export interface CephConfTree {
  readonly sections: readonly CephSection[];
}
