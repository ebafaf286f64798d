import type { Report } from "../report.ts";
import type { Translate } from "../reviewed.ts";

/** How the page is made. */
export interface PageOptions {
  /** Says the page's own texts in the reader's language; findings stay English. Default: English. */
  readonly translate?: Translate;
  /** That language (BCP 47), for the page's `lang`. Default: `en`. */
  readonly language?: string;
  /**
   * What the page's policy lets in: its style sheet by hash (`sha256-…`, of `PAGE_STYLE`, worked out by the caller, as there is
   * no cryptography here), or style sheet and script by a nonce.
   */
  readonly policy: { readonly styleHash: string } | { readonly nonce: string };
  /** The panel's script: its address, or its text. Runs only with a nonce. */
  readonly script?: { readonly address: string } | { readonly text: string };
  /** True in the panel: fixes get buttons, and places outside the page are links too. Default: false. */
  readonly interactive?: boolean;
  /** How many findings the caller keeps from the page, being milder than what was asked for. Default: none. */
  readonly hidden?: number;
  /** What a baseline keeps back. Default: there is none. */
  readonly baseline?: NonNullable<Report["baseline"]>;
  /** How much is written out; default: `LIMITS`. */
  readonly limits?: Limits;
}

/** How much of a large review is written out. What is left out is counted in the page. */
export interface Limits {
  /** Findings of a rule that are shown open; the rest of them can be opened. */
  readonly open: number;
  /** Findings with their evidence, in all. */
  readonly full: number;
  /** Findings beyond these, as a line each. */
  readonly listed: number;
  /** Entries of every other list. */
  readonly entries: number;
}

/** Of 5,000 findings this makes a page of about two megabytes. */
export const LIMITS: Limits = { open: 3, full: 300, listed: 3000, entries: 200 };
