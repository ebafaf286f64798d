import type { Connection, InitializeParams, InitializeResult } from "vscode-languageserver/node";
import { DidChangeConfigurationNotification } from "vscode-languageserver/node";
import { VERSION } from "../report/report.ts";
import { codeActions, resolveAction } from "./actions.ts";
import { capabilitiesFor } from "./capabilities.ts";
import { clientOf, settingsFrom } from "./client.ts";
import { Commands } from "./commands.ts";
import { completions } from "./completion.ts";
import { Documents, pathOf } from "./documents.ts";
import { Findings } from "./findings.ts";
import { hover } from "./hover.ts";
import { definitions, folds, highlights, references, symbols } from "./language.ts";
import { Lenses } from "./lenses.ts";
import { Log } from "./log.ts";
import { Progress } from "./progress.ts";
import { Projects } from "./projects.ts";
import { Publisher } from "./publisher.ts";
import { Pull } from "./pull.ts";
import { Reviews } from "./reviews.ts";
import type { Session } from "./session.ts";
import { Watch } from "./watch.ts";

/** Answers a client on a connection, which the caller begins to listen to. */
export function serveOn(connection: Connection): void {
  connection.onInitialize((params) => {
    const session = sessionFor(connection, params);
    wire(session, params);
    const result: InitializeResult = { capabilities: capabilitiesFor(session.client), serverInfo: { name: "premortem", version: VERSION } };
    return result;
  });
}

function sessionFor(connection: Connection, params: InitializeParams): Session {
  const client = clientOf(params);
  const log = new Log(connection.console);
  const documents = new Documents(client.encoding);
  const progress = new Progress(connection, client.progress);
  const projects = new Projects(documents, progress, log);
  const given = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []);
  projects.changeFolders([], given.flatMap((uri) => pathOf(uri) ?? []));
  return { connection, client, documents, projects, findings: new Findings(projects, log), progress, log, settings: settingsFrom(params.initializationOptions) };
}

function wire(session: Session, params: InitializeParams): void {
  const { connection, client, documents, projects } = session;
  const publisher = new Publisher(session);
  const pull = new Pull(session);
  const reviews = new Reviews(session, publisher);
  const lenses = new Lenses(session);
  const commands = new Commands(session, reviews, lenses);
  const watch = new Watch(session);
  projects.onRead = () => watch.update();

  /** Something else than an open document changed, so that what was said of these may no longer hold. */
  const refresh = (): void => {
    publisher.othersChanged(undefined);
    reviews.changed(true);
    lenses.forgetHeads();
    watch.update();
    // A client that cannot be told to ask again asks after its next edit.
    if (client.pulls && client.refreshesDiagnostics) void connection.languages.diagnostics.refresh().catch(() => {});
    if (client.refreshesLenses) void connection.sendRequest("workspace/codeLens/refresh").catch(() => {});
  };
  const fromDisk = async (paths: readonly string[]): Promise<void> => {
    // A commit changes no file of the working tree, and yet what differs from HEAD.
    const committed = paths.some((path) => /[\\/]\.git[\\/](?:HEAD$|index$|refs[\\/])/.test(path));
    if ((await projects.fromDisk(paths)) || committed) refresh();
  };
  const noted = (work: Promise<void>): void => void work.catch((error: unknown) => session.log.error("A change could not be taken in", error));

  connection.onInitialized(() => {
    if (client.folders) connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      projects.changeFolders(removed.flatMap(({ uri }) => pathOf(uri) ?? []), added.flatMap(({ uri }) => pathOf(uri) ?? []));
      publisher.all();
      refresh();
    });
    if (params.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration === true) void connection.client.register(DidChangeConfigurationNotification.type, { section: "premortem" }).catch(() => {});
    watch.update();
  });
  connection.onDidChangeConfiguration(({ settings }) => {
    session.settings = settingsFrom(settings, session.settings);
    publisher.all();
    refresh();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => noted(fromDisk(changes.flatMap(({ uri }) => pathOf(uri) ?? []))));

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    publisher.opened(documents.open(uri, languageId, version, text));
    reviews.changed();
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    const document = documents.change(uri, version, contentChanges);
    if (document === undefined) return;
    publisher.changed(document);
    reviews.changed();
  });
  connection.onDidSaveTextDocument(({ textDocument: { uri } }) => {
    lenses.forgetHeads();
    const path = pathOf(uri);
    // A premortem.yaml that is new on the disk makes a project of its directory.
    if (path !== undefined) noted(projects.saved(path).then((regrouped) => void (regrouped && (publisher.all(), refresh()))));
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    const document = documents.close(uri);
    if (document === undefined) return;
    publisher.closed(document);
    pull.closed(uri);
    lenses.closed(uri);
    projects.close(document);
    if (document.path !== undefined) noted(fromDisk([document.path]));
  });

  connection.languages.diagnostics.on((asked) => pull.document(asked));
  connection.languages.diagnostics.onWorkspace((asked, token, _progress, partial) => pull.workspace(asked, token, partial));
  connection.onCodeAction((asked) => codeActions(session, asked, reviews.findingsOf(asked.textDocument.uri)));
  connection.onCodeActionResolve((action) => resolveAction(session, action, (uri) => reviews.findingsOf(uri)));
  connection.onHover(({ textDocument: { uri }, position }) => hover(session, uri, position));
  connection.onDefinition(({ textDocument: { uri }, position }) => definitions(session, uri, position));
  connection.onReferences(({ textDocument: { uri }, position, context }) => references(session, uri, position, context.includeDeclaration));
  connection.onDocumentHighlight(({ textDocument: { uri }, position }) => highlights(session, uri, position));
  connection.onDocumentSymbol(({ textDocument: { uri } }) => symbols(session, uri));
  connection.onFoldingRanges(({ textDocument: { uri } }) => folds(session, uri));
  connection.onCompletion(({ textDocument: { uri }, position }) => completions(session, uri, position));
  connection.onCodeLens(({ textDocument: { uri } }, token) => lenses.of(uri, token));
  connection.onExecuteCommand((asked, token) => commands.run(asked, token));
}
