import type { TextDocumentEdit, TextEdit, WorkspaceEdit } from "vscode-languageserver/node";
import { fitted } from "../cli/apply.ts";
import type { Fix } from "../engine/fix.ts";
import { applyFixes } from "../engine/fix.ts";
import { lineEdits } from "../report/diff.ts";
import { safeFixes } from "../report/mends.ts";
import type { Place } from "./projects.ts";
import type { Session } from "./session.ts";
import { textsAround } from "./session.ts";

/** Fixes as one edit; of two that overlap, the first. Undefined where the client cannot do it: some create no files. */
export function editOf(session: Session, place: Place, fixes: readonly Fix[]): WorkspaceEdit | undefined {
  const { workspace, project } = place;
  const texts = textsAround(session, place);
  const { applied, files } = applyFixes((path) => workspace.text(path), fixes.map((fix) => fitted(fix, workspace)));
  const edits = new Map<string, TextEdit[]>();
  for (const { path, range, newText } of applied.flatMap((fix) => fix.edits)) {
    if (workspace.text(path) === undefined || !isBelow(path)) continue;
    edits.set(path, [...(edits.get(path) ?? []), { range: texts.rangeOf({ path, range }), newText }]);
  }
  const created = [...files].filter(([path]) => workspace.text(path) === undefined && isBelow(path));
  if (created.length > 0 && !session.client.createsFiles) return undefined;
  const isOpen = (path: string): boolean => session.documents.atPath(project.absolute(path)) !== undefined;
  if ([...edits.keys()].some((path) => project.isLossy(path) && !isOpen(path))) return undefined;
  if (!session.client.versionedEdits) return { changes: Object.fromEntries([...edits].map(([path, list]) => [texts.uriOf(path), list])) };
  const changed = [...edits].map(([path, list]): TextDocumentEdit => {
    const uri = texts.uriOf(path);
    return { textDocument: { uri, version: session.documents.get(uri)?.version ?? null }, edits: list };
  });
  const start = { line: 0, character: 0 };
  const news = created.flatMap(([path, text]) => {
    const uri = texts.uriOf(path);
    const filled: TextDocumentEdit = { textDocument: { uri, version: null }, edits: [{ range: { start, end: start }, newText: text }] };
    return [{ kind: "create" as const, uri, options: { ignoreIfExists: true } }, filled];
  });
  return { documentChanges: [...changed, ...news] };
}

/** One fix can make room for the next; a pair that undoes each other must not turn for ever. */
const ROUNDS = 20;

/** All that is safe to fix in a document, until nothing is left, as `premortem fix` writes it. Undefined where there is nothing. */
export function safeEditOf(session: Session, place: Place): WorkspaceEdit | undefined {
  const { path, document } = place;
  let { workspace } = place;
  for (let round = 0; round < ROUNDS; round++) {
    const before = workspace;
    const fixes = safeFixes(session.findings.at(before, path), path).map((fix) => fitted(fix, before));
    const text = applyFixes((one) => before.text(one), fixes).files.get(path);
    if (text === undefined || text === before.text(path)) break;
    workspace = before.with(new Map([[path, text]]));
  }
  const edits = lineEdits(document.text, workspace.text(path)!).map(({ range, newText }) => ({ range: document.lines.rangeOf(range), newText }));
  if (edits.length === 0) return undefined;
  return session.client.versionedEdits ? { documentChanges: [{ textDocument: { uri: document.uri, version: document.version }, edits }] } : { changes: { [document.uri]: edits } };
}

/** A fix never reaches out of the reviewed directory. */
function isBelow(path: string): boolean {
  return !path.startsWith("/") && !path.split("/").some((part) => part === ".." || part === "");
}
