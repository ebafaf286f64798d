import type { InitializeParams } from "vscode-languageserver/node";
import type { Encoding } from "./lines.ts";

/** When host counts stand above edits: for what differs from HEAD, for every file, or never. */
export type ReachSetting = "changed" | "always" | "off";

/** What the client can do, of that which makes a difference here. */
export interface Client {
  readonly encoding: Encoding;
  /** It asks for diagnostics itself, so that none of the state are sent unasked. */
  readonly pulls: boolean;
  /** It takes diagnostics of other files with those of the file that it asks for. */
  readonly related: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly refreshesLenses: boolean;
  /** It shows how far long work has come. */
  readonly progress: boolean;
  readonly folders: boolean;
  readonly watches: boolean;
  /** It can be told to watch below a given directory. */
  readonly watchesRelative: boolean;
  readonly markdown: boolean;
  readonly snippets: boolean;
  readonly insertReplace: boolean;
  readonly labelDetails: boolean;
  readonly symbolTree: boolean;
  /** Without, a quick fix is a command. */
  readonly actionLiterals: boolean;
  readonly resolvesEdits: boolean;
  /** It gives back what it was told in a diagnostic's `data`. */
  readonly diagnosticData: boolean;
  readonly relatedInformation: boolean;
  readonly versionedEdits: boolean;
  readonly createsFiles: boolean;
}

/** Reads what a client says of itself when it starts the server. */
export function clientOf({ capabilities }: InitializeParams): Client {
  const { textDocument, workspace, window, general } = capabilities;
  const item = textDocument?.completion?.completionItem;
  const action = textDocument?.codeAction;
  const formats = textDocument?.hover?.contentFormat;
  return {
    encoding: encodingOf(general?.positionEncodings),
    pulls: textDocument?.diagnostic !== undefined,
    related: textDocument?.diagnostic?.relatedDocumentSupport === true,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshesLenses: workspace?.codeLens?.refreshSupport === true,
    progress: window?.workDoneProgress === true,
    folders: workspace?.workspaceFolders === true,
    watches: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    watchesRelative: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    markdown: formats === undefined || formats.length === 0 || formats.includes("markdown"),
    snippets: item?.snippetSupport === true,
    insertReplace: item?.insertReplaceSupport === true,
    labelDetails: item?.labelDetailsSupport === true,
    symbolTree: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true,
    actionLiterals: action?.codeActionLiteralSupport !== undefined,
    resolvesEdits: action?.dataSupport === true && action.resolveSupport?.properties.includes("edit") === true,
    diagnosticData: textDocument?.publishDiagnostics?.dataSupport === true || textDocument?.diagnostic?.dataSupport === true,
    relatedInformation: textDocument?.publishDiagnostics?.relatedInformation === true || textDocument?.diagnostic?.relatedInformation === true,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    createsFiles: workspace?.workspaceEdit?.documentChanges === true && workspace.workspaceEdit.resourceOperations?.includes("create") === true,
  };
}

const ENCODINGS: readonly string[] = ["utf-8", "utf-16", "utf-32"] satisfies Encoding[];

/** The client names encodings in the order in which it likes them; all know UTF-16. */
function encodingOf(offered: readonly string[] | undefined): Encoding {
  return (offered?.find((encoding) => ENCODINGS.includes(encoding)) as Encoding | undefined) ?? "utf-16";
}

/** What a user may set: `{ "premortem": { "enable": true, "reach": "changed" } }`, with or without the outer name. */
export interface Settings {
  readonly enable: boolean;
  readonly reach: ReachSetting;
}

/** Settings out of `initializationOptions` or `workspace/didChangeConfiguration`; what is not there, or is wrong, keeps `before`. */
export function settingsFrom(given: unknown, before: Settings = { enable: true, reach: "changed" }): Settings {
  const outer = objectOf(given);
  const { enable, reach } = objectOf(outer["premortem"] ?? outer);
  return {
    enable: typeof enable === "boolean" ? enable : before.enable,
    reach: reach === "changed" || reach === "always" || reach === "off" ? reach : before.reach,
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
