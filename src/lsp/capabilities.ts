import type { ServerCapabilities } from "vscode-languageserver/node";
import { CodeActionKind, TextDocumentSyncKind } from "vscode-languageserver/node";
import { FIX_ALL } from "./actions.ts";
import type { Client } from "./client.ts";
import { COMMANDS } from "./commands.ts";
import { TRIGGERS } from "./completion.ts";

/** What the server can do for a client. */
export function capabilitiesFor(client: Client): ServerCapabilities {
  return {
    positionEncoding: client.encoding,
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: { includeText: false } },
    diagnosticProvider: { identifier: "premortem", interFileDependencies: true, workspaceDiagnostics: true, workDoneProgress: true },
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL], resolveProvider: client.resolvesEdits },
    hoverProvider: true,
    definitionProvider: true,
    referencesProvider: true,
    documentHighlightProvider: true,
    documentSymbolProvider: { label: "Premortem" },
    foldingRangeProvider: true,
    completionProvider: { triggerCharacters: [...TRIGGERS] },
    codeLensProvider: {},
    executeCommandProvider: { commands: [...COMMANDS], workDoneProgress: true },
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}
