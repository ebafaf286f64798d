import type { Finding } from "../engine/finding.ts";
import { toDiagnostics } from "./diagnostics.ts";
import type { OpenDocument } from "./documents.ts";
import type { Linted } from "./findings.ts";
import type { Session } from "./session.ts";
import type { Texts } from "./texts.ts";
import { textsAround } from "./session.ts";

/** Files that lint faster than this, in ms, are linted at every keystroke. */
const FAST = 20;
/** The longest wait after a keystroke, in ms. */
const LONGEST_WAIT = 150;
/** How long the client must be quiet before the other open files are linted again, in ms. */
const QUIET = 300;

/** What a review found in one file, with the places in the client's terms. */
export interface ReviewedFile {
  readonly uri: string;
  readonly findings: readonly Finding[];
  /** Those that the file's state alone does not bring. */
  readonly ofChange: readonly Finding[];
  readonly texts: Texts;
}

interface State {
  timer?: ReturnType<typeof setTimeout>;
  /** How long the last run took, in ms. */
  cost: number;
  linted?: Linted | undefined;
}

/**
 * Sends diagnostics that nobody asks for: those of open documents to clients that cannot ask, and those of a review to all.
 * What is shown is replaced and never cleared first.
 */
export class Publisher {
  readonly #session: Session;
  readonly #states = new Map<string, State>();
  readonly #published = new Set<string>();
  #reviewed: ReadonlyMap<string, ReviewedFile> = new Map();
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** A document was opened or has changed. */
  changed(document: OpenDocument): void {
    const { cost } = this.#state(document.uri);
    this.#schedule(document, cost < FAST ? 0 : Math.min(LONGEST_WAIT, cost));
    this.othersChanged(document.uri);
  }

  opened(document: OpenDocument): void {
    this.#schedule(document, 0);
  }

  closed({ uri }: OpenDocument): void {
    clearTimeout(this.#states.get(uri)?.timer);
    this.#states.delete(uri);
    this.#publish(uri, undefined);
  }

  /** What one file says may change what is found in the others. They take turns, so that typing goes first. */
  othersChanged(uri: string | undefined): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => void this.#lintOthers(uri), QUIET);
  }

  /** Lints every open document anew. */
  all(): void {
    for (const document of this.#session.documents.all) this.#schedule(document, 0);
  }

  /** Shows what a review found; of open files what only a review can find, as the rest is shown already. Takes back what an earlier one found. */
  review(files: ReadonlyMap<string, ReviewedFile>): void {
    const before = this.#reviewed;
    this.#reviewed = files;
    for (const uri of new Set([...before.keys(), ...files.keys()])) this.#publish(uri, this.#states.get(uri)?.linted);
  }

  #state(uri: string): State {
    let state = this.#states.get(uri);
    if (state === undefined) this.#states.set(uri, (state = { cost: 0 }));
    return state;
  }

  #schedule(document: OpenDocument, wait: number): void {
    const state = this.#state(document.uri);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => {
      delete state.timer;
      void this.#lint(document);
    }, wait);
  }

  async #lintOthers(uri: string | undefined): Promise<void> {
    for (const document of this.#session.documents.all) {
      const state = this.#states.get(document.uri);
      if (document.uri === uri || state === undefined || state.timer !== undefined) continue;
      await this.#lint(document);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #lint(document: OpenDocument): Promise<void> {
    const { documents, findings, settings, log, client } = this.#session;
    const state = this.#state(document.uri);
    // A client that asks gets the findings of the state then.
    if (client.pulls) return this.#publish(document.uri, undefined);
    try {
      const started = performance.now();
      const linted = settings.enable ? await findings.of(document) : undefined;
      // A newer version has a run of its own; what is shown stays until then.
      if (!documents.isCurrent(document)) return;
      state.cost = performance.now() - started;
      state.linted = linted;
      this.#publish(document.uri, linted, document.version);
    } catch (error) {
      log.error(`${document.uri} could not be linted`, error);
    }
  }

  #publish(uri: string, linted: Linted | undefined, version?: number): void {
    const { client, connection, documents } = this.#session;
    const reviewed = this.#reviewed.get(uri);
    const ofReview = documents.get(uri) === undefined ? reviewed?.findings : reviewed?.ofChange;
    const diagnostics = [
      ...(linted === undefined ? [] : toDiagnostics(linted.findings, textsAround(this.#session, linted), client)),
      ...(reviewed === undefined ? [] : toDiagnostics(ofReview ?? [], reviewed.texts, client)),
    ];
    if (diagnostics.length === 0 && version === undefined && !this.#published.has(uri)) return;
    if (diagnostics.length > 0) this.#published.add(uri);
    else this.#published.delete(uri);
    void connection.sendDiagnostics({ uri, diagnostics, ...(version !== undefined && { version }) });
  }
}
