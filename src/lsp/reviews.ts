import type { Finding, NotComputed } from "../engine/finding.ts";
import type { ReviewResult } from "../engine/review.ts";
import { unalias } from "../cli/findings.ts";
import { reviewInSteps } from "../core.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Counts } from "../report/report.ts";
import { countsOf } from "../report/report.ts";
import { plural } from "../report/text.ts";
import type { BaseTexts } from "./base.ts";
import { findBaseOf, readTexts, sidesOf } from "./base.ts";
import { pathOf } from "./documents.ts";
import type { Project } from "./project.ts";
import type { Publisher, ReviewedFile } from "./publisher.ts";
import { byPath } from "./pull.ts";
import type { Session } from "./session.ts";
import { counted, inSlices } from "./slices.ts";
import { Texts } from "./texts.ts";

/** How long the client must be quiet before a review that is shown is brought up to date, in ms. */
const QUIET = 500;

/** What to review, and against what: by default every folder against HEAD. */
export interface ReviewOptions {
  /** A revision, or a directory. */
  readonly base?: string;
  /** Instead of a base: where HEAD parted from this branch; `true` for the default branch. */
  readonly mergeBase?: string | true;
  /** The address of the only folder to review. */
  readonly folder?: string;
}

/** What a review found in all: the answer to the command. */
export interface ReviewSummary {
  /** For a person, in a sentence or two. */
  readonly message: string;
  readonly base: string;
  /** How many files differ. */
  readonly changed: number;
  readonly findings: Counts;
  /** How many findings of the base are gone. */
  readonly fixed: number;
  readonly notComputed: readonly NotComputed[];
}

interface File extends ReviewedFile {
  readonly workspace: Workspace;
  readonly path: string;
}

/** Reviews what the client holds, saved or not, against a base, and shows what the change brings. */
export class Reviews {
  readonly #session: Session;
  readonly #publisher: Publisher;
  #files: ReadonlyMap<string, File> = new Map();
  /** What the shown review is of; undefined: none is shown. */
  #shown: { readonly options: ReviewOptions; readonly bases: ReadonlyMap<Project, BaseTexts> } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the runs: a newer one makes the older give up. */
  #generation = 0;

  constructor(session: Session, publisher: Publisher) {
    this.#session = session;
    this.#publisher = publisher;
  }

  /** What the review found in a document; nothing where the text is no longer the one that was reviewed. */
  findingsOf(uri: string): readonly Finding[] {
    const file = this.#files.get(uri);
    return file !== undefined && this.#session.documents.get(uri)?.text === file.workspace.text(file.path) ? file.findings : [];
  }

  /** Reviews, and shows what it found. Undefined where it was cancelled, or a newer run overtook it. Throws `Unavailable`. */
  async run(options: ReviewOptions, cancelled: () => boolean): Promise<ReviewSummary | undefined> {
    const { client, progress, projects } = this.#session;
    return progress.during("Reviewing the change", async (say, ended) => {
      if (!client.watches) await projects.rereadAll();
      return this.#run(options, undefined, say, () => cancelled() || ended());
    }, true);
  }

  /** Forgets the last review. */
  clear(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#shown = undefined;
    this.#files = new Map();
    this.#publisher.review(this.#files);
  }

  /** A review that is shown stays true while the user mends what it found. `disk`: the base may be another now, too. */
  changed(disk = false): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#run(shown.options, disk ? undefined : shown.bases, () => {}, () => false).catch((error: unknown) => this.#session.log.error("The review could not be brought up to date", error));
    }, QUIET);
  }

  async #run(options: ReviewOptions, known: ReadonlyMap<Project, BaseTexts> | undefined, say: (message: string) => void, ended: () => boolean): Promise<ReviewSummary | undefined> {
    const { documents, projects, client, log } = this.#session;
    const generation = ++this.#generation;
    const overtaken = (): boolean => generation !== this.#generation || ended();
    await projects.overlay();
    const files = new Map<string, File>();
    const bases = new Map<Project, BaseTexts>();
    const results: ReviewResult[] = [];
    for (const project of await this.#projects(options)) {
      const state = await project.state();
      let texts = known?.get(project);
      if (texts === undefined) {
        const base = findBaseOf(project, options);
        if (base === undefined) continue;
        texts = await readTexts(base, state, project);
      }
      bases.set(project, texts);
      const { before, after } = sidesOf(state, texts, (path) => documents.atPath(project.absolute(path)) !== undefined);
      const number = before.paths.length + after.paths.length;
      const result = await inSlices(counted(reviewInSteps(before, after)), overtaken, (seen) => say(`${Math.min(seen, number)} of ${number} files on both sides`));
      if (result === undefined || overtaken()) return undefined;
      log.failures(result.failures);
      const findings = unalias(result.findings, project.aliases);
      results.push({ ...result, findings });
      for (const [path, list] of byPath(findings)) {
        // A file that is gone has no text to point at, so its base's is used.
        const workspace = after.text(path) === undefined ? before : after;
        const around = new Texts(documents, client.encoding, project, workspace);
        const uri = around.uriOf(path);
        const ofState = new Set(this.#session.findings.at(after, path).map(({ fingerprint }) => fingerprint));
        files.set(uri, { uri, findings: list, ofChange: list.filter(({ fingerprint }) => !ofState.has(fingerprint)), texts: around, workspace, path });
      }
    }
    if (bases.size === 0) return { message: "There is no commit to compare with, so there is no change to review. Commit once, or name a directory as the base.", base: "", changed: 0, findings: countsOf([]), fixed: 0, notComputed: [] };
    this.#files = files;
    this.#shown = { options, bases };
    this.#publisher.review(files);
    return summaryOf(results, [...bases.values()][0]!.name);
  }

  async #projects({ folder }: ReviewOptions): Promise<Project[]> {
    const { projects } = this.#session;
    const wanted = folder === undefined ? projects.folders : [pathOf(folder) ?? folder];
    // Without a folder, what is open is reviewed with what lies around it.
    if (wanted.length === 0) return projects.all();
    return (await Promise.all(wanted.map((one) => projects.of(one)))).flat();
  }
}

function summaryOf(results: readonly ReviewResult[], base: string): ReviewSummary {
  const findings = countsOf(results.flatMap((result) => result.findings));
  const changed = results.reduce((sum, result) => sum + result.changed.length, 0);
  const notComputed = results.flatMap((result) => result.notComputed);
  const fixed = results.reduce((sum, result) => sum + result.fixed.length, 0);
  return { message: describe(changed, base, findings, notComputed.length), base, changed, findings, fixed, notComputed };
}

function describe(changed: number, base: string, { error, warning, info }: Counts, unknown: number): string {
  if (changed === 0) return `Premortem: nothing that it reads differs from ${base}.`;
  const counts = [plural(error, "error"), plural(warning, "warning"), `${info} info`].filter((part) => !part.startsWith("0 ")).join(", ");
  const left = unknown === 0 ? "" : ` ${plural(unknown, "question")} could not be computed.`;
  return `Premortem: ${plural(changed, "changed file")} against ${base} bring${changed === 1 ? "s" : ""} ${counts || "no findings"}.${left}`;
}
