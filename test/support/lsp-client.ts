import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import type {
  ClientCapabilities,
  Diagnostic,
  DocumentDiagnosticReport,
  InitializeResult,
  ProtocolConnection,
  PublishDiagnosticsParams,
  RegistrationParams,
  TextDocumentContentChangeEvent,
  WorkspaceDiagnosticReport,
} from "vscode-languageserver-protocol/node";
import { StreamMessageReader, StreamMessageWriter, createProtocolConnection } from "vscode-languageserver-protocol/node";
import { bundledCli } from "./build.ts";

export const uriOf = (path: string): string => pathToFileURL(path).href;

/** What most editors can do. */
export const CAPABLE: ClientCapabilities = {
  general: { positionEncodings: ["utf-16"] },
  window: { workDoneProgress: true },
  workspace: {
    workspaceFolders: true,
    applyEdit: true,
    workspaceEdit: { documentChanges: true, resourceOperations: ["create"] },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    diagnostics: { refreshSupport: true },
    codeLens: { refreshSupport: true },
  },
  textDocument: {
    publishDiagnostics: { relatedInformation: true, dataSupport: true, versionSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "source.fixAll"] } }, dataSupport: true, resolveSupport: { properties: ["edit"] } },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    completion: { completionItem: { snippetSupport: true, insertReplaceSupport: true, labelDetailsSupport: true } },
    hover: { contentFormat: ["markdown", "plaintext"] },
  },
};

/** A client that asks for diagnostics itself. */
export const PULLING: ClientCapabilities = { ...CAPABLE, textDocument: { ...CAPABLE.textDocument, diagnostic: { relatedDocumentSupport: true, dataSupport: true, relatedInformation: true } } };

/** A client of the built language server, which runs as a process of its own. */
export class LspClient {
  readonly process: ChildProcessWithoutNullStreams;
  readonly connection: ProtocolConnection;
  readonly published: PublishDiagnosticsParams[] = [];
  readonly registrations: RegistrationParams[] = [];
  readonly progress: { token: string | number; value: { kind: string; title?: string; message?: string } }[] = [];
  readonly applied: unknown[] = [];
  readonly messages: string[] = [];
  refreshes = 0;
  stderr = "";
  /** What the server said first, once `start` has resolved. */
  initialized!: InitializeResult;
  readonly exited: Promise<number | null>;
  #waiting: { test: () => boolean; resolve: () => void }[] = [];

  private constructor(before: readonly string[], environment: NodeJS.ProcessEnv) {
    this.process = spawn(process.execPath, [...before, bundledCli(), "lsp", "--stdio"], { env: { ...process.env, ...environment } });
    this.exited = new Promise((resolve) => this.process.on("exit", resolve));
    this.process.stderr.on("data", (data: Buffer) => (this.stderr += data.toString()));
    this.connection = createProtocolConnection(new StreamMessageReader(this.process.stdout), new StreamMessageWriter(this.process.stdin), {
      error: () => {}, warn: () => {}, info: () => {}, log: () => {},
    });
    const noted = <T>(list: T[]) => (params: T): void => {
      list.push(params);
      this.#look();
    };
    this.connection.onNotification("textDocument/publishDiagnostics", noted(this.published));
    this.connection.onNotification("$/progress", noted(this.progress));
    this.connection.onNotification("window/showMessage", ({ message }: { message: string }) => noted(this.messages)(message));
    this.connection.onRequest("window/workDoneProgress/create", () => null);
    this.connection.onRequest("client/registerCapability", (params: RegistrationParams) => (noted(this.registrations)(params), null));
    this.connection.onRequest("client/unregisterCapability", () => null);
    for (const method of ["workspace/diagnostic/refresh", "workspace/codeLens/refresh"]) {
      this.connection.onRequest(method, () => {
        if (method.includes("diagnostic")) this.refreshes++;
        this.#look();
        return null;
      });
    }
    this.connection.onRequest("workspace/applyEdit", (params: unknown) => (noted(this.applied)(params), { applied: true }));
    this.connection.listen();
  }

  /** Starts a server over folders. `before`: what Node.js gets ahead of the program. */
  static async start(folders: readonly string[], capabilities: ClientCapabilities = CAPABLE, initializationOptions: unknown = undefined, before: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<LspClient> {
    const client = new LspClient(before, environment);
    started.push(client);
    client.initialized = await client.connection.sendRequest<InitializeResult>("initialize", {
      processId: process.pid,
      rootUri: null,
      capabilities,
      initializationOptions,
      workspaceFolders: folders.length === 0 ? null : folders.map((path) => ({ uri: uriOf(path), name: path })),
    });
    await client.connection.sendNotification("initialized", {});
    return client;
  }

  /** Resolves when the test holds; it is asked again whenever the server says something. */
  async until(test: () => boolean): Promise<void> {
    if (test()) return;
    await new Promise<void>((resolve) => this.#waiting.push({ test, resolve }));
  }

  open(path: string, text: string, languageId = "plaintext", version = 1): Promise<void> {
    return this.openAt(uriOf(path), text, languageId, version);
  }

  openAt(uri: string, text: string, languageId = "plaintext", version = 1): Promise<void> {
    return this.connection.sendNotification("textDocument/didOpen", { textDocument: { uri, languageId, version, text } });
  }

  change(path: string, version: number, contentChanges: TextDocumentContentChangeEvent[]): Promise<void> {
    return this.connection.sendNotification("textDocument/didChange", { textDocument: { uri: uriOf(path), version }, contentChanges });
  }

  close(path: string): Promise<void> {
    return this.connection.sendNotification("textDocument/didClose", { textDocument: { uri: uriOf(path) } });
  }

  /** Diagnostics of a document at a version or a later one, once they are published. */
  async diagnostics(path: string, version = 1): Promise<Diagnostic[]> {
    const uri = uriOf(path);
    const latest = (): PublishDiagnosticsParams | undefined => this.published.filter((one) => one.uri === uri).at(-1);
    await this.until(() => (latest()?.version ?? 0) >= version);
    return latest()!.diagnostics;
  }

  /** Asks about a document, or a place in it. */
  ask<T>(method: string, path: string, more: object = {}): Promise<T> {
    return this.connection.sendRequest<T>(`textDocument/${method}`, { textDocument: { uri: uriOf(path) }, ...more });
  }

  pull(path: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.ask("diagnostic", path, previousResultId === undefined ? {} : { previousResultId });
  }

  pullAll(previousResultIds: { uri: string; value: string }[] = []): Promise<WorkspaceDiagnosticReport> {
    return this.connection.sendRequest("workspace/diagnostic", { previousResultIds });
  }

  command<T>(command: string, ...args: unknown[]): Promise<T> {
    return this.connection.sendRequest("workspace/executeCommand", { command, arguments: args });
  }

  watched(...paths: readonly string[]): Promise<void> {
    return this.connection.sendNotification("workspace/didChangeWatchedFiles", { changes: paths.map((path) => ({ uri: uriOf(path), type: 2 })) });
  }

  /** Ends the server as the protocol has it; gives its exit status. */
  async stop(): Promise<number | null> {
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    return this.exited;
  }

  #look(): void {
    const ready = this.#waiting.filter(({ test }) => test());
    this.#waiting = this.#waiting.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }
}

const started: LspClient[] = [];

after(() => {
  for (const { process, connection } of started.splice(0)) {
    connection.dispose();
    process.kill();
  }
});
