import type { CodeAction, CodeActionParams, Command, Diagnostic } from "vscode-languageserver/node";
import { CodeActionKind } from "vscode-languageserver/node";
import type { Finding } from "../engine/finding.ts";
import type { Fix } from "../engine/fix.ts";
import { overlaps } from "../engine/location.ts";
import { suppressing } from "../engine/suppress.ts";
import { english } from "../report/english.ts";
import type { Mend } from "../report/mends.ts";
import { mendsOf, safeFixes } from "../report/mends.ts";
import { SOURCE, findingOf, toDiagnostics } from "./diagnostics.ts";
import { editOf, safeEditOf } from "./edits.ts";
import type { Place } from "./projects.ts";
import type { Session } from "./session.ts";
import { outdated, placeOf, textsAround } from "./session.ts";

/** All safe fixes of a file, for saving. */
export const FIX_ALL: CodeActionKind = `${CodeActionKind.SourceFixAll}.premortem`;
/** The command that applies an edit, for clients that know only commands. */
export const APPLY = "premortem.applyFixes";

/** What an action whose edit is still to be worked out is known by: `[finding, fix]` by fingerprint and number, of a version of a document. */
interface Deferred {
  readonly uri: string;
  readonly version: number;
  /** undefined: all that are safe. */
  readonly fixes?: readonly (readonly [string, number])[];
}

/** Quick fixes of findings, and the safe ones of a file. `reviewed`: what a review found in the document beside its state. */
export async function codeActions(session: Session, { textDocument: { uri }, range, context }: CodeActionParams, reviewed: readonly Finding[]): Promise<(CodeAction | Command)[] | null> {
  const wants = (kind: string): boolean => context.only === undefined || context.only.some((only) => kind === only || kind.startsWith(`${only}.`) || only === "");
  const wantsAll = context.only !== undefined && wants(FIX_ALL);
  if (!wantsAll && !wants(CodeActionKind.QuickFix)) return null;
  const place = await placeOf(session, uri);
  if (place === undefined) return null;
  const findings = session.findings.at(place.workspace, place.path);
  const actions: (CodeAction | Command)[] = [];
  if (wants(CodeActionKind.QuickFix)) actions.push(...quickFixes(session, place, { range, context }, findings, reviewed));
  if (wantsAll) {
    const title = english("Fix all safe Premortem findings");
    const deferred: Deferred = { uri: place.document.uri, version: place.document.version };
    if (safeFixes(findings, place.path).length === 0) return actions;
    if (!session.client.actionLiterals) actions.push({ title, command: APPLY, arguments: [deferred] });
    else if (session.client.resolvesEdits) actions.push({ title, kind: FIX_ALL, data: deferred });
    else {
      const edit = safeEditOf(session, place);
      if (edit !== undefined) actions.push({ title, kind: FIX_ALL, edit });
    }
  }
  return actions;
}

function quickFixes(session: Session, place: Place, { range, context }: Pick<CodeActionParams, "range" | "context">, findings: readonly Finding[], reviewed: readonly Finding[]): (CodeAction | Command)[] {
  const texts = textsAround(session, place);
  const known = [...findings, ...reviewed];
  const ours = context.diagnostics.filter((diagnostic) => diagnostic.source === SOURCE);
  const span = place.document.lines.spanOf(range);
  // Some clients say nothing of diagnostics: then those at the cursor are meant.
  const pairs = ours.length > 0
    ? ours.map((diagnostic) => ({ diagnostic, finding: findingOf(diagnostic, known, texts) }))
    : known.filter(({ location }) => overlaps(location.range, span)).map((finding) => ({ diagnostic: toDiagnostics([finding], texts, session.client)[0]!, finding }));
  const all = pairs.flatMap(({ diagnostic, finding }) => {
    if (finding === undefined) return [];
    const mends = mendsOf(finding, findings, place.path, english).flatMap((mend) => toAction(session, place, mend, diagnostic, known));
    return [...mends, ...suppressions(session, place, finding, diagnostic)];
  });
  // Findings of one line share what they offer for the whole file.
  const seen = new Set<string>();
  return all.filter(({ title }, index) => {
    const key = /^Fix all \d/.test(title) ? title : `${index}`;
    return !seen.has(key) && seen.add(key);
  });
}

function toAction(session: Session, place: Place, { title, fixes, preferred }: Mend, diagnostic: Diagnostic, known: readonly Finding[]): (CodeAction | Command)[] {
  const { document } = place;
  const deferred: Deferred = { uri: document.uri, version: document.version, fixes: namesOf(fixes, known) };
  if (!session.client.actionLiterals) return [{ title, command: APPLY, arguments: [deferred] }];
  const action: CodeAction = { title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], ...(preferred && { isPreferred: true }) };
  if (session.client.resolvesEdits && fixes.length > 1) return [{ ...action, data: deferred }];
  const edit = editOf(session, place, fixes);
  return edit === undefined ? [] : [{ ...action, edit }];
}

/** Clients have no box to ask for a reason, so the comment is written with a place for it: without one it hides nothing, and says so. */
function suppressions(session: Session, place: Place, finding: Finding, diagnostic: Diagnostic): CodeAction[] {
  if (!session.client.actionLiterals) return [];
  const { workspace, path, document } = place;
  const comments = workspace.comments(path);
  return [false, true].flatMap((whole): CodeAction[] => {
    const line = whole ? undefined : document.lines.positionAt(finding.location.range.start).line + 1;
    const comment = suppressing(document.text, comments, { rule: finding.rule, reason: "", line });
    if (comment === undefined) return [];
    const title = whole ? `Suppress ${finding.rule} in this file: write the reason behind --` : `Suppress ${finding.rule} here: write the reason behind --`;
    const at = document.lines.positionAt(comment.offset);
    const edits = [{ range: { start: at, end: at }, newText: comment.newText }];
    const edit = session.client.versionedEdits ? { documentChanges: [{ textDocument: { uri: document.uri, version: document.version }, edits }] } : { changes: { [document.uri]: edits } };
    return [{ title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], edit }];
  });
}

/** Works out the edit of an action that was handed out without. Throws where the text has changed since. */
export async function resolveAction(session: Session, action: CodeAction, reviewed: (uri: string) => readonly Finding[]): Promise<CodeAction> {
  if (action.edit !== undefined || action.data === undefined) return action;
  const edit = await deferredEdit(session, action.data as Deferred, reviewed);
  return edit === undefined ? action : { ...action, edit };
}

/** The command behind actions for clients that know only commands. */
export async function applyDeferred(session: Session, deferred: Deferred, reviewed: (uri: string) => readonly Finding[]): Promise<void> {
  const edit = await deferredEdit(session, deferred, reviewed);
  if (edit !== undefined) await session.connection.workspace.applyEdit(edit);
}

async function deferredEdit(session: Session, { uri, version, fixes }: Deferred, reviewed: (uri: string) => readonly Finding[]): Promise<ReturnType<typeof editOf>> {
  const place = await placeOf(session, uri);
  if (place === undefined || place.document.version !== version) throw outdated();
  if (fixes === undefined) return safeEditOf(session, place);
  const known = new Map([...session.findings.at(place.workspace, place.path), ...reviewed(uri)].map((finding) => [finding.fingerprint, finding]));
  return editOf(session, place, fixes.flatMap(([fingerprint, index]) => known.get(fingerprint)?.fixes[index] ?? []));
}

function namesOf(fixes: readonly Fix[], known: readonly Finding[]): [string, number][] {
  const names = new Map(known.flatMap((finding) => finding.fixes.map((fix, index): [Fix, [string, number]] => [fix, [finding.fingerprint, index]])));
  return fixes.flatMap((fix) => {
    const name = names.get(fix);
    return name === undefined ? [] : [name];
  });
}
