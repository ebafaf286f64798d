import * as vscode from "vscode";
import { lintFiles } from "../core.ts";
import type { Finding, NotComputed } from "../engine/finding.ts";
import type { RuleFailure } from "../engine/lint.ts";
import type { Workspace } from "../model/workspace.ts";
import { toDiagnostics } from "./diagnostic.ts";
import { eligible } from "./files.ts";
import type { Place, Projects } from "./projects.ts";

/** The findings of one document at one version. */
export interface Linted extends Place {
  readonly version: number;
  readonly workspace: Workspace;
  readonly findings: readonly Finding[];
  readonly notComputed: readonly NotComputed[];
  /** When it was linted, in ms since 1970, and how long that took, in ms. */
  readonly at: number;
  readonly took: number;
}

/** Files that lint faster than this, in ms, are linted at every keystroke. */
const FAST = 20;
/** The longest wait after a keystroke, in ms. */
const LONGEST_WAIT = 150;
/** How long the editor must be quiet before the other open files are linted again, in ms. */
const QUIET = 300;

interface State {
  timer?: ReturnType<typeof setTimeout>;
  /** How long the last run took, in ms. */
  cost: number;
  linted?: Linted;
  /** The version that the shown diagnostics are of. */
  settled: number;
  /** True from the edit to the findings. */
  busy: boolean;
  waiting: { version: number; resolve: () => void }[];
}

/** Lints open documents as they change and publishes what it finds. */
export class Linter implements vscode.Disposable {
  readonly #projects: Projects;
  readonly #log: vscode.LogOutputChannel;
  readonly #collection = vscode.languages.createDiagnosticCollection("premortem");
  readonly #states = new Map<string, State>();
  readonly #published = new vscode.EventEmitter<vscode.Uri>();
  readonly #busyChanged = new vscode.EventEmitter<vscode.Uri>();
  readonly #logged = new Set<string>();
  readonly #disposables: vscode.Disposable[] = [this.#collection, this.#published, this.#busyChanged];
  #quiet: ReturnType<typeof setTimeout> | undefined;

  /** A document's linting begins or ends. */
  readonly onDidChangeBusy = this.#busyChanged.event;
  readonly onDidPublish = this.#published.event;
  /** Rules that threw, by id: bugs of ours. */
  readonly failures = new Map<string, RuleFailure>();

  constructor(projects: Projects, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#log = log;
    this.#disposables.push(
      vscode.workspace.onDidOpenTextDocument((document) => this.#schedule(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0) return;
        if (!onSave(document)) this.#schedule(document, this.#wait(document));
        this.#scheduleOthers(document.uri);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => onSave(document) && this.#schedule(document, 0)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document.uri)),
      projects.onDidChange(({ uri }) => this.#scheduleOthers(uri)),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("premortem") && this.lintAll()),
    );
  }

  dispose(): void {
    clearTimeout(this.#quiet);
    for (const { timer } of this.#states.values()) clearTimeout(timer);
    this.#disposables.forEach((disposable) => void disposable.dispose());
  }

  /** Lints every open document. */
  lintAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#schedule(document, 0);
  }

  /** What is shown of a document; undefined where nothing was yet. */
  linted(uri: vscode.Uri): Linted | undefined {
    return this.#states.get(uri.toString())?.linted;
  }

  /** True from an edit of the document to its findings. */
  busy(uri: vscode.Uri): boolean {
    return this.#states.get(uri.toString())?.busy ?? false;
  }

  /** What holds for a document's present text, worked out now if need be. */
  async current(document: vscode.TextDocument): Promise<Linted | undefined> {
    const state = this.#states.get(document.uri.toString());
    if (state?.linted?.version === document.version && state.timer === undefined) return state.linted;
    // Whoever wants findings on saving gets none before.
    if (!(onSave(document) && document.isDirty && state?.linted !== undefined)) await this.#lint(document);
    return this.linted(document.uri);
  }

  /** Resolves when the diagnostics of this version, or of a later one, are published. */
  whenSettled(uri: vscode.Uri, version: number): Promise<void> {
    if (!eligible(uri)) return Promise.resolve();
    const state = this.#state(uri);
    if (state.settled >= version) return Promise.resolve();
    return new Promise((resolve) => state.waiting.push({ version, resolve }));
  }

  #state(uri: vscode.Uri): State {
    const key = uri.toString();
    let state = this.#states.get(key);
    if (state === undefined) this.#states.set(key, (state = { cost: 0, settled: -1, busy: false, waiting: [] }));
    return state;
  }

  #wait(document: vscode.TextDocument): number {
    const { cost } = this.#state(document.uri);
    return cost < FAST ? 0 : Math.min(LONGEST_WAIT, cost);
  }

  #schedule(document: vscode.TextDocument, wait: number): void {
    if (!eligible(document.uri)) return;
    const state = this.#state(document.uri);
    clearTimeout(state.timer);
    this.#become(document.uri, state, true);
    state.timer = setTimeout(() => {
      delete state.timer;
      void this.#lint(document);
    }, wait);
  }

  /** What one file says may change what is found in the others. They take turns, so that typing goes first. */
  #scheduleOthers(uri: vscode.Uri | undefined): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(async () => {
      for (const document of vscode.workspace.textDocuments) {
        const state = this.#states.get(document.uri.toString());
        if (document.uri.toString() === uri?.toString() || state === undefined || state.timer !== undefined) continue;
        await this.#lint(document);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    }, QUIET);
  }

  async #lint(document: vscode.TextDocument): Promise<void> {
    const { uri, version } = document;
    const state = this.#state(uri);
    try {
      const enabled = vscode.workspace.getConfiguration("premortem", uri).get("enable", true);
      const place = enabled ? await this.#projects.place(document) : undefined;
      const workspace = await place?.project.workspace();
      // A newer version has a run of its own; what is shown stays until then.
      if (document.version !== version || document.isClosed) return;
      if (place === undefined || workspace === undefined) {
        delete state.linted;
        if (this.#collection.has(uri)) this.#collection.delete(uri);
      } else {
        const started = performance.now();
        const { findings: all, notComputed, failures } = lintFiles(workspace, [place.path]);
        const findings = withSeverities(all, vscode.workspace.getConfiguration("premortem", uri).get("severity", {}));
        state.cost = performance.now() - started;
        this.#note(failures);
        state.linted = { ...place, version, workspace, findings, notComputed, at: Date.now(), took: state.cost };
        this.#collection.set(uri, toDiagnostics(findings, place.project, workspace));
      }
    } catch (error) {
      this.#log.error(`${uri.toString()} could not be linted`, error as Error);
      if (document.version !== version) return;
    }
    state.settled = version;
    if (state.timer === undefined) this.#become(uri, state, false);
    state.waiting = state.waiting.filter((waiter) => waiter.version > version || void waiter.resolve());
    this.#published.fire(uri);
  }

  #become(uri: vscode.Uri, state: State, busy: boolean): void {
    if (state.busy === busy) return;
    state.busy = busy;
    this.#busyChanged.fire(uri);
  }

  #note(failures: readonly RuleFailure[]): void {
    for (const failure of failures) {
      this.failures.set(failure.rule, failure);
      const error = failure.error instanceof Error ? (failure.error.stack ?? failure.error.message) : String(failure.error);
      const key = `${failure.rule}\0${failure.path}\0${error}`;
      if (this.#logged.has(key)) continue;
      this.#logged.add(key);
      this.#log.error(`The rule ${failure.rule} failed on ${failure.path || "the change"}: ${error}`);
    }
  }

  /** Notes failures of a review. */
  noteFailures(failures: readonly RuleFailure[]): void {
    this.#note(failures);
  }

  #forget(uri: vscode.Uri): void {
    const state = this.#states.get(uri.toString());
    clearTimeout(state?.timer);
    state?.waiting.forEach(({ resolve }) => resolve());
    this.#states.delete(uri.toString());
    this.#collection.delete(uri);
    this.#published.fire(uri);
  }
}

/** True where the user wants findings on saving, and not while typing. What cannot be saved is linted all the same. */
function onSave({ uri }: vscode.TextDocument): boolean {
  return uri.scheme !== "untitled" && vscode.workspace.getConfiguration("premortem", uri).get("run") === "onSave";
}

/** Findings as the user's own settings want to see them; what holds for everybody is in premortem.yaml. */
function withSeverities(findings: readonly Finding[], wanted: Readonly<Record<string, unknown>>): Finding[] {
  if (Object.keys(wanted).length === 0) return [...findings];
  return findings.flatMap((finding) => {
    const severity = wanted[finding.rule];
    if (severity === "off") return [];
    return severity === "error" || severity === "warning" || severity === "info" ? { ...finding, severity } : finding;
  });
}
