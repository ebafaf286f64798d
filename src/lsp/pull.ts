import type {
  CancellationToken,
  Diagnostic,
  DocumentDiagnosticParams,
  DocumentDiagnosticReport,
  FullDocumentDiagnosticReport,
  ResultProgressReporter,
  UnchangedDocumentDiagnosticReport,
  WorkspaceDiagnosticParams,
  WorkspaceDiagnosticReport,
  WorkspaceDiagnosticReportPartialResult,
  WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver/node";
import { DocumentDiagnosticReportKind, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import { unalias } from "../cli/findings.ts";
import { settingsFindings } from "../cli/state.ts";
import { lintInSteps, loadWorkspace } from "../core.ts";
import type { Finding } from "../engine/finding.ts";
import { resultIdOf, toDiagnostics } from "./diagnostics.ts";
import type { Project } from "./project.ts";
import type { Session } from "./session.ts";
import { placeOf, textsAround } from "./session.ts";
import { counted, inSlices } from "./slices.ts";
import { Texts } from "./texts.ts";

/** Answers clients that ask for diagnostics themselves. */
export class Pull {
  readonly #session: Session;
  /** What the client was last told of a document, by address. */
  readonly #told = new Map<string, string>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** The findings of one document, with those of the other open documents that its text has changed. */
  async document({ textDocument: { uri }, previousResultId }: DocumentDiagnosticParams): Promise<DocumentDiagnosticReport> {
    const place = await placeOf(this.#session, uri);
    const report = this.#report(uri, place === undefined ? [] : this.#diagnostics(place), previousResultId);
    if (place === undefined || !this.#session.client.related) return report;
    const related: Record<string, FullDocumentDiagnosticReport> = {};
    for (const other of this.#session.documents.all) {
      const told = this.#told.get(other.uri);
      if (told === undefined || other === place.document) continue;
      const beside = await this.#session.projects.place(other);
      if (beside?.project !== place.project) continue;
      const changed = this.#report(other.uri, this.#diagnostics(beside), told);
      if (changed.kind === DocumentDiagnosticReportKind.Full) related[other.uri] = changed;
    }
    return Object.keys(related).length === 0 ? report : { ...report, relatedDocuments: related };
  }

  closed(uri: string): void {
    this.#told.delete(uri);
  }

  /** The findings of every file of every folder, a file at a time where the client takes them so. */
  async workspace({ previousResultIds }: WorkspaceDiagnosticParams, token: CancellationToken, partial: ResultProgressReporter<WorkspaceDiagnosticReportPartialResult> | undefined): Promise<WorkspaceDiagnosticReport> {
    const { projects, progress, settings } = this.#session;
    const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    const give = (report: WorkspaceDocumentDiagnosticReport): void => void (partial === undefined ? items.push(report) : partial.report({ items: [report] }));
    const done = new Set<string>();
    await progress.during("Checking the workspace", async (say) => {
      await projects.overlay();
      for (const folder of settings.enable ? projects.folders : []) {
        for (const project of await projects.of(folder)) {
          const found = await this.#ofProject(project, token, say);
          if (found === undefined) throw new ResponseError(LSPErrorCodes.RequestCancelled, "The check was cancelled.");
          for (const [uri, diagnostics] of found) {
            if (done.has(uri)) continue;
            done.add(uri);
            const version = this.#session.documents.get(uri)?.version ?? null;
            give({ ...this.#report(uri, diagnostics, previous.get(uri)), uri, version });
          }
        }
      }
      // Files that the client knows findings of, and that are mended or gone.
      for (const uri of previous.keys()) if (!done.has(uri)) give({ kind: DocumentDiagnosticReportKind.Full, uri, version: null, resultId: resultIdOf([]), items: [] });
    });
    return { items };
  }

  async #ofProject(project: Project, token: CancellationToken, say: (message: string) => void): Promise<Map<string, Diagnostic[]> | undefined> {
    const { documents, projects, client, log } = this.#session;
    const state = await project.state();
    const { workspace } = state;
    const steps = counted(lintInSteps(workspace, workspace.paths));
    const result = await inSlices(steps, () => token.isCancellationRequested, (seen) => say(`${seen} of ${workspace.paths.length} files`));
    if (result === undefined) return undefined;
    log.failures(result.failures);
    const texts = new Texts(documents, client.encoding, project, workspace);
    const found = new Map<string, Diagnostic[]>();
    for (const [path, findings] of byPath(unalias(result.findings, project.aliases))) {
      if (projects.isInnermost(project, project.absolute(path))) found.set(texts.uriOf(path), toDiagnostics(findings, texts, client));
    }
    for (const [path, findings] of byPath(await settingsFindings(state.settings))) {
      const outside = await loadWorkspace(new Map([[path, state.settings.text!]]), state.settings.text);
      const around = new Texts(documents, client.encoding, project, outside);
      found.set(around.uriOf(path), toDiagnostics(findings, around, client));
    }
    return found;
  }

  #diagnostics(place: Parameters<typeof textsAround>[1]): Diagnostic[] {
    return toDiagnostics(this.#session.findings.at(place.workspace, place.path), textsAround(this.#session, place), this.#session.client);
  }

  #report(uri: string, items: Diagnostic[], previous: string | undefined): FullDocumentDiagnosticReport | UnchangedDocumentDiagnosticReport {
    const resultId = resultIdOf(items);
    if (this.#session.documents.get(uri) !== undefined) this.#told.set(uri, resultId);
    return previous === resultId ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId } : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  }
}

/** Findings by the file that they are in. */
export function byPath(findings: readonly Finding[]): Map<string, Finding[]> {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) files.set(finding.location.path, [...(files.get(finding.location.path) ?? []), finding]);
  return files;
}
