import type { Configuration } from "./configuration.ts";
import type { Finding, NotComputed, Severity } from "./finding.ts";
import { compareFindings, compareText, milder } from "./finding.ts";
import { Fingerprints } from "./fingerprint.ts";
import type { Location } from "./location.ts";
import { LineIndex, overlaps } from "./location.ts";
import type { Report, Reporter, Rule, RuleSet, World } from "./rule.ts";
import type { Suppression } from "./suppress.ts";
import { suppressions } from "./suppress.ts";

/** Findings about suppression comments; the engine makes them itself, since only it knows which comments were used. */
export const SUPPRESSION_RULE = "premortem/suppression";

/** What to run over a world of files. */
export interface LintOptions<W extends World> {
  readonly rules: RuleSet<W>;
  /** Rules that the reviewed files bring themselves. They are checked apart, so that an edit of one runs no other anew. */
  readonly own?: RuleSet<W>;
  readonly configuration: Configuration;
  /** Ids of the only rules to run; undefined: all. */
  readonly only?: ReadonlySet<string>;
  /** Asked between files and rules; the rest is left out once it is true. */
  readonly cancelled?: () => boolean;
}

/** A rule that threw: it is a bug of ours, the other rules' findings stand. */
export interface RuleFailure {
  readonly rule: string;
  readonly path: string;
  readonly error: unknown;
}

/** What the rules say of one state. */
export interface LintResult {
  readonly findings: Finding[];
  readonly notComputed: NotComputed[];
  readonly failures: RuleFailure[];
  /** How many findings a comment hides. */
  readonly suppressed: number;
  /** The findings that a comment hides, in their order. */
  readonly hidden: readonly Finding[];
}

/** A report with the rule that made it. */
interface Raised {
  readonly id: string;
  readonly report: Report;
}

/** What the rules say of one file. */
interface Checked {
  readonly raised: readonly Raised[];
  readonly notComputed: readonly NotComputed[];
  readonly failures: readonly RuleFailure[];
}

/** Runs rules on one file of a world that they are for. */
type Check = (world: World, path: string) => Checked;

/** Checks of files by the rules that run, so that worlds know again what they keep. */
const checks = new WeakMap<RuleSet<never>, Map<string, Check>>();

/** Findings of the state of `paths` (default: every file of the world), sorted. */
export function lint<W extends World>(world: W, options: LintOptions<W>, paths: readonly string[] = world.paths): LintResult {
  return drain(linting(world, options, paths));
}

/** The same in steps, one a file, for a caller that shares its thread. */
export function* linting<W extends World>(world: W, options: LintOptions<W>, paths: readonly string[]): Generator<void, LintResult> {
  const run = new Run(options);
  for (const path of paths) {
    if (options.cancelled?.() === true) break;
    run.check(world, path);
    yield;
  }
  return run.result(world, paths);
}

/** Takes all steps at once. */
export function drain<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Collects what rules report and turns it into findings. Also used by `review`. */
export class Run<W extends World> {
  readonly #options: LintOptions<W>;
  /** Run the rules that check files on one of them. */
  readonly #checks: readonly Check[];
  readonly #raised: Raised[] = [];
  readonly #notComputed = new Map<string, NotComputed>();
  readonly #failures: RuleFailure[] = [];

  constructor(options: LintOptions<W>) {
    this.#options = options;
    const { rules, own } = options;
    this.#checks = [rules, ...(own === undefined || own.size === 0 ? [] : [own])].map((set) => checkOf(set, this.#running(set)));
  }

  /** Runs every rule's `check` on one file, or takes what they said where nothing that they read has changed. */
  check(world: W, path: string): void {
    for (const check of this.#checks) this.#take(world.derive === undefined ? check(world, path) : world.derive(check, path));
  }

  #take({ raised, notComputed, failures }: Checked): void {
    this.#raised.push(...raised);
    for (const note of notComputed) this.#notComputed.set(`${note.rule}\0${note.path}\0${note.reason}`, note);
    this.#failures.push(...failures);
  }

  /** Runs every rule's `compare` on a change, one a step. */
  *compare(before: W, after: W, changed: readonly string[]): Generator<void, void> {
    const { rules, own } = this.#options;
    for (const [id, rule] of [...this.#running(rules), ...(own === undefined ? [] : this.#running(own))]) {
      if (rule.compare === undefined) continue;
      if (this.#options.cancelled?.() === true) return;
      yield;
      const notes = new Notes();
      notes.guard(id, "", () => rule.compare!({ before, after, changed, ...notes.reporter(id, rule) }));
      this.#take(notes);
    }
  }

  /** The findings so far, less the suppressed ones, plus those about suppressions in `paths`. */
  result(world: W, paths: readonly string[]): LintResult {
    const comments = new Comments(world, paths);
    const fingerprints = new Fingerprints();
    const findings: Finding[] = [];
    const hidden: Finding[] = [];
    const raised = [...this.#raised].sort(
      (a, b) =>
        compareText(a.report.location.path, b.report.location.path) ||
        a.report.location.range.start - b.report.location.range.start ||
        a.report.location.range.end - b.report.location.range.end ||
        compareText(a.id, b.id) ||
        compareText(a.report.message, b.report.message),
    );
    for (const { id, report } of raised) {
      const severity = this.#severity(id, report.severity);
      if (severity === "off") continue;
      const finding = toFinding(id, this.#rule(id)!, report, severity, world, fingerprints);
      (comments.hide(finding) ? hidden : findings).push(finding);
    }
    const rule = this.#rule(SUPPRESSION_RULE);
    const severity = this.#severity(SUPPRESSION_RULE, undefined);
    if (rule !== undefined && severity !== "off" && this.#options.only === undefined) {
      for (const report of comments.complaints((id) => this.#rule(id), paths)) {
        findings.push(toFinding(SUPPRESSION_RULE, rule, report, severity, world, fingerprints));
      }
    }
    findings.sort(compareFindings);
    const notComputed = [...this.#notComputed.values()].sort(
      (a, b) => compareText(a.path, b.path) || compareText(a.rule, b.rule) || compareText(a.reason, b.reason),
    );
    return { findings, notComputed, failures: this.#failures, suppressed: hidden.length, hidden };
  }

  #rule(id: string): Rule<W> | undefined {
    return this.#options.rules.get(id) ?? this.#options.own?.get(id);
  }

  #running(rules: RuleSet<W>): [string, Rule<W>][] {
    const { only, configuration } = this.#options;
    return [...rules].filter(([id]) => (only === undefined || only.has(id)) && configuration.severity[id] !== "off");
  }

  /** The severity to show: never above the rule's own, unless the configuration says so. */
  #severity(id: string, reported: Severity | undefined): Severity | "off" {
    const configured = this.#options.configuration.severity[id];
    if (configured !== undefined) return configured;
    const most = this.#rule(id)?.severity ?? "info";
    return reported === undefined ? most : milder(reported, most);
  }
}

/** The check of one file by the given rules: the same function for the same ones. */
function checkOf<W extends World>(rules: RuleSet<W>, running: readonly [string, Rule<W>][]): Check {
  let known = checks.get(rules);
  if (known === undefined) checks.set(rules, (known = new Map()));
  const checking = running.filter(([, rule]) => rule.check !== undefined);
  const key = checking.map(([id]) => id).join();
  let check = known.get(key);
  if (check === undefined) known.set(key, (check = checkWith(checking)));
  return check;
}

function checkWith<W extends World>(checking: readonly [string, Rule<W>][]): Check {
  // Many files say nothing in most respects: each is asked once, whatever number of rules read it.
  const respects = [...new Set(checking.flatMap(([, rule]) => rule.reads))];
  const placed = checking.map(([id, rule]) => ({ id, rule, places: rule.reads.map((reads) => respects.indexOf(reads)) }));
  return (world, path) => {
    const notes = new Notes();
    const subjects = respects.map((reads) => world.subject(reads, path));
    for (const { id, rule, places } of placed) {
      for (const place of places) {
        const subject = subjects[place];
        if (subject === undefined) continue;
        const reporter = notes.reporter(id, rule);
        const report = (report: Report): void => {
          if (report.location.path !== path) throw new Error(`${id} reports in ${report.location.path} while it checks ${path}`);
          reporter.report(report);
        };
        notes.guard(id, path, () => rule.check!({ reads: respects[place]!, subject, path, workspace: world as W, ...reporter, report }));
      }
    }
    return notes.isEmpty ? NOTHING : notes;
  };
}

/** What rules report while they run. */
class Notes implements Checked {
  readonly raised: Raised[] = [];
  readonly notComputed: NotComputed[] = [];
  readonly failures: RuleFailure[] = [];

  get isEmpty(): boolean {
    return this.raised.length === 0 && this.notComputed.length === 0 && this.failures.length === 0;
  }

  reporter(id: string, rule: Rule<never>): Reporter {
    return {
      report: (report) => {
        if (report.fixes?.some((fix) => fix.safety !== rule.fix && !(rule.fix === "safe" && fix.safety === "unsafe"))) {
          throw new Error(`${id} offers a fix that its metadata does not announce`);
        }
        // What an include brings must be mended in the file that it names.
        this.raised.push({ id, report: report.location.range.included === true ? { ...report, fixes: [] } : report });
      },
      notComputed: (path, reason) => void this.notComputed.push({ rule: id, path, reason }),
    };
  }

  /** Takes back what a rule that throws has reported; what it could not compute stands. */
  guard(rule: string, path: string, action: () => void): void {
    const raised = this.raised.length;
    try {
      action();
    } catch (error) {
      this.raised.length = raised;
      this.failures.push({ rule, path, error });
    }
  }
}

const NOTHING: Checked = { raised: [], notComputed: [], failures: [] };

function toFinding(id: string, rule: Rule<never>, report: Report, severity: Severity, world: World, fingerprints: Fingerprints): Finding {
  const { path, range } = report.location;
  const anchor = report.key ?? world.text(path)?.slice(range.start, range.end) ?? "";
  return {
    rule: id,
    severity,
    confidence: report.confidence ?? "certain",
    message: report.message,
    location: report.location,
    lessons: rule.lessons,
    related: report.related ?? [],
    fixes: report.fixes ?? [],
    data: report.data ?? {},
    fingerprint: fingerprints.next(id, path, anchor),
  };
}

/** The suppression comments of the files in question, and which of them were of use. */
class Comments {
  readonly #world: World;
  readonly #byPath = new Map<string, { lines: LineIndex; list: Suppression[] }>();
  readonly #used = new Set<string>();

  constructor(world: World, paths: readonly string[]) {
    this.#world = world;
    for (const path of paths) this.#of(path);
  }

  #of(path: string): { lines: LineIndex; list: Suppression[] } {
    let entry = this.#byPath.get(path);
    if (entry === undefined) {
      const text = this.#world.text(path) ?? "";
      const list = suppressions(text, this.#world.comments(path));
      entry = { lines: new LineIndex(list.length > 0 ? text : ""), list };
      this.#byPath.set(path, entry);
    }
    return entry;
  }

  /** True where a comment with a reason covers the finding's first line. */
  hide(finding: Finding): boolean {
    const { path, range } = finding.location;
    const { lines, list } = this.#of(path);
    if (list.length === 0) return false;
    const { line } = lines.positionAt(range.start);
    let hidden = false;
    list.forEach((suppression, index) => {
      if (!suppression.rules.includes(finding.rule) || suppression.lines.first > line || suppression.lines.last < line) return;
      this.#used.add(`${path}\0${index}\0${finding.rule}`);
      if (suppression.reason !== "") hidden = true;
    });
    return hidden;
  }

  /** What is wrong with the comments themselves. */
  *complaints(ruleOf: (id: string) => { readonly compare?: unknown } | undefined, paths: readonly string[]): Iterable<Report> {
    for (const path of paths) {
      for (const [index, suppression] of this.#of(path).list.entries()) {
        const location: Location = { path, range: suppression.range };
        if (suppression.rules.length === 0) {
          yield { location, message: "This comment names no rule, so it hides nothing. Name the rule: premortem-ignore RULE -- reason." };
          continue;
        }
        if (suppression.reason === "") {
          yield { location, message: "This comment gives no reason, so it hides nothing. Add one: premortem-ignore RULE -- reason." };
          continue;
        }
        for (const rule of suppression.rules) {
          if (ruleOf(rule) === undefined) {
            yield { location, key: rule, message: `There is no rule ${rule}, so this comment hides nothing of it. Correct the name.` };
          } else if (ruleOf(rule)!.compare === undefined && !this.#used.has(`${path}\0${index}\0${rule}`)) {
            // What compares two states says nothing of one, so its comments cannot be judged here.
            yield { location, key: rule, message: `${rule} finds nothing here, so this comment hides nothing. Remove it.` };
          }
        }
      }
    }
  }
}

/** True where the finding touches `range` of `path`. */
export function touches(finding: Finding, path: string, range: { start: number; end: number }): boolean {
  return finding.location.path === path && overlaps(finding.location.range, range);
}
