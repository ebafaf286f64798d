import type { Confidence, Json, Related, Severity } from "./finding.ts";
import type { Fix } from "./fix.ts";
import type { Location } from "./location.ts";
import type { CommentSyntax } from "./suppress.ts";

/**
 * What the engine asks of the reviewed files. `model/workspace.ts` is the real one. A subject is what one file says in
 * one respect ("firewall", "sysctl", …); rules name the respects that they read.
 */
export interface World {
  /** All files, sorted. */
  readonly paths: readonly string[];
  text(path: string): string | undefined;
  /** What `path` says in the respect `reads`; undefined where it says nothing of that kind. */
  subject(reads: string, path: string): unknown;
  /** What opens a comment in `path`; empty where its format has none. `inline`: a comment may follow other text. */
  comments(path: string): CommentSyntax;
  /**
   * Works something out once for each function and key, and keeps it for other states of the files as long as all that it
   * reads from the world stays the same. A world that cannot tell leaves this out.
   */
  derive?<T>(compute: (world: World, key: string) => T, key: string): T;
}

/** One finding as a rule reports it; the engine adds the rest. */
export interface Report {
  readonly location: Location;
  readonly message: string;
  /** Default: the rule's own, which is also the most that it may be. */
  readonly severity?: Severity;
  /** Default: certain. */
  readonly confidence?: Confidence;
  readonly related?: readonly Related[];
  readonly fixes?: readonly Fix[];
  readonly data?: { readonly [name: string]: Json };
  /** What makes this finding itself, where the text at its place does not: part of its fingerprint. */
  readonly key?: string;
}

/** How a rule says what it found. */
export interface Reporter {
  report(report: Report): void;
  /** Says that a needed value is unknown. `reason` is a sentence without its full stop. */
  notComputed(path: string, reason: string): void;
}

/** Files of an example: one text for the rule's default file, or texts by path. `⟦…⟧` marks where a finding must be. */
export type ExampleFiles = string | { readonly [path: string]: string };
/** A state of the files, or a change of them. */
export type Example = ExampleFiles | { readonly before: ExampleFiles; readonly after: ExampleFiles };

/** The rule's page is made of this; see CONTRIBUTING. */
export interface RuleMeta {
  /** One sentence: what is wrong. It is the page's first line. */
  readonly what: string;
  /** What happens to the hosts, and why. */
  readonly why: string;
  /** What to do instead. */
  readonly instead: string;
  /** Ids in `lessons/`. Empty for plain correctness. */
  readonly lessons: readonly string[];
  readonly reads: readonly string[];
  /** The most it may be. */
  readonly severity: Severity;
  readonly fix: "safe" | "unsafe" | "none";
  /** Why the fix is safe or not; required where there is one. */
  readonly fixSafety?: string;
  readonly lifecycle: "preview" | "stable";
  /** Man pages, kernel files, RFCs that the rule rests on. */
  readonly sources?: readonly string[];
  /** The names in `Finding.data`, each with its unit. */
  readonly data?: { readonly [name: string]: string };
  readonly examples: {
    readonly bad: Example | readonly Example[];
    readonly good: Example | readonly Example[];
    /** Looks like the fault and is none. */
    readonly lookalike: Example | readonly Example[];
  };
}

/** A rule as the engine runs it. `W` is the world, `S` the subjects by name. */
export interface Rule<W extends World = World> extends RuleMeta {
  /** Called for each file with one of the subjects of `reads`. Reports in that file only. */
  check?(context: CheckContext<W>): void;
  /** Called once for a change. May report in any file of `after`, or of `before` where the file is gone. */
  compare?(context: CompareContext<W>): void;
}

/** What a rule gets to judge one file. */
export interface CheckContext<W extends World> extends Reporter {
  /** Which of `reads` this call is for. */
  readonly reads: string;
  readonly subject: unknown;
  readonly path: string;
  readonly workspace: W;
}

/** What a rule gets to judge a change. */
export interface CompareContext<W extends World> extends Reporter {
  readonly before: W;
  readonly after: W;
  /** Paths whose text differs, or that one side lacks; sorted. */
  readonly changed: readonly string[];
}

/** All rules by id, `folder/file`. */
export type RuleSet<W extends World = World> = ReadonlyMap<string, Rule<W>>;
