import type { Finding } from "../engine/finding.ts";
import type { Fix, TextEdit } from "../engine/fix.ts";
import { applyFixes } from "../engine/fix.ts";
import { CONFIGURATION_FILE, lintFiles, readConfiguration } from "../core.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Selection } from "./selection.ts";
import { selects } from "./selection.ts";
import { unalias } from "./findings.ts";
import type { State } from "./state.ts";

/** One fix can make room for the next; a pair that undoes each other must not turn for ever. */
const ROUNDS = 20;

/** A fix that was applied, for the list that the user gets. */
export interface Applied {
  readonly rule: string;
  readonly path: string;
  readonly title: string;
}

/** What applying the fixes of a state came to. */
export interface Fixed {
  /** New text by path, of the files that change or are created. */
  readonly files: Map<string, string>;
  readonly applied: Applied[];
  /** Findings that are left, and the workspace that they are about. */
  readonly findings: Finding[];
  readonly workspace: Workspace;
  /** Fixes that could not be applied, with the reason. */
  readonly refused: string[];
  /** False where fixes still followed one another at the end. */
  readonly settled: boolean;
}

/** Which fixes to apply: `unsafe` takes those as well that need a look. */
export interface FixOptions {
  readonly unsafe: boolean;
  readonly only: ReadonlySet<string> | undefined;
}

/** Applies fixes to a state, in memory, until no finding of the selection offers another. */
export async function fixState(state: State, options: FixOptions): Promise<Fixed> {
  const { selection, tree } = state;
  const files = new Map<string, string>();
  const applied: Applied[] = [];
  const refused = new Map<string, string>();
  let workspace = state.workspace;
  for (let round = 0; ; round++) {
    const findings = findingsOf(workspace, selection, tree.aliases, options.only);
    const candidates = findings.flatMap((finding) => {
      const fix = finding.fixes.find((one) => one.safety === "safe") ?? (options.unsafe ? finding.fixes[0] : undefined);
      if (fix === undefined) return [];
      const problem = refusal(fix, state);
      if (problem === undefined) return [{ finding, fix: fitted(fix, workspace) }];
      refused.set(`${finding.rule} ${fix.title}`, `${finding.location.path}: ${fix.title}: ${problem}`);
      return [];
    });
    const { files: changed, applied: fixes } = applyFixes((path) => workspace.text(path), candidates.map(({ fix }) => fix));
    const changes = new Map([...changed].filter(([path, text]) => workspace.text(path) !== text));
    if (changes.size === 0 || round === ROUNDS) {
      return { files, applied, findings, workspace, refused: [...refused.values()], settled: changes.size === 0 };
    }
    for (const { finding, fix } of candidates) {
      if (fixes.includes(fix)) applied.push({ rule: finding.rule, path: finding.location.path, title: fix.title });
    }
    for (const [path, text] of changes) files.set(path, text);
    workspace = await changeWorkspace(workspace, changes, tree.aliases);
  }
}

function findingsOf(workspace: Workspace, selection: Selection, aliases: State["tree"]["aliases"], only: FixOptions["only"]): Finding[] {
  const targets = workspace.paths.filter((path) => selects(selection, path));
  return unalias(lintFiles(workspace, targets, only && { only }).findings, aliases);
}

async function changeWorkspace(workspace: Workspace, changes: ReadonlyMap<string, string>, aliases: State["tree"]["aliases"]): Promise<Workspace> {
  const all = new Map<string, string>(changes);
  for (const [alias, real] of aliases) if (changes.has(real)) all.set(alias, changes.get(real)!);
  const configuration = changes.get(CONFIGURATION_FILE);
  return configuration === undefined ? workspace.with(all) : workspace.with(all, await readConfiguration(configuration));
}

/** Why a fix cannot be written; undefined where it can. */
function refusal(fix: Fix, { tree, settings }: State): string | undefined {
  for (const { path } of fix.edits) {
    if (path.startsWith("/") || path.split("/").some((part) => part === ".." || part === "")) return `${path} lies outside the reviewed directory`;
    if (tree.lossy.has(path)) return `${path} is not UTF-8, so it is not rewritten; convert it first`;
    if (tree.omissions.some((omission) => omission.path === path)) return `${path} could not be read, so it is not rewritten`;
    if (settings.outside && path === settings.path) return `${path} lies outside the reviewed directory`;
  }
  return undefined;
}

/** The fix with the line ends of each file, and behind a byte order mark. */
export function fitted(fix: Fix, workspace: Workspace): Fix {
  const edits = fix.edits.map((edit): TextEdit => {
    const text = workspace.text(edit.path);
    if (text === undefined) return edit;
    const newText = /^[^\n]*\r\n/.test(text) ? edit.newText.replace(/\r?\n/g, "\r\n") : edit.newText;
    const start = edit.range.start === 0 && text.startsWith("\uFEFF") ? 1 : edit.range.start;
    return { ...edit, newText, range: { start, end: Math.max(start, edit.range.end) } };
  });
  return { ...fix, edits };
}
