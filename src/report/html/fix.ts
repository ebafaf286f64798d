import type { Finding } from "../../engine/finding.ts";
import type { Fix, TextEdit } from "../../engine/fix.ts";
import { applyEdits } from "../../engine/fix.ts";
import { LineIndex } from "../../engine/location.ts";
import { unifiedDiff } from "../diff.ts";
import { title } from "./heading.ts";
import type { Content, Markup } from "./markup.ts";
import { attribute, html, join } from "./markup.ts";
import type { Project } from "./project.ts";
import { withoutSecret } from "./secrecy.ts";

/** Lines around an edit, and those of a fix that are shown. */
const AROUND = 2;
const LINES = 30;

/** What to do: each fix with what it changes, and a button that applies it where the page can. */
export function fixes(project: Project, finding: Finding, level: number): Markup | undefined {
  if (finding.fixes.length === 0) return undefined;
  const { t } = project;
  return html`<section class="fixes">${title(level, t("What to do"))}${finding.fixes.map((fix, index) => one(project, finding, fix, index))}</section>`;
}

function one(project: Project, finding: Finding, fix: Fix, index: number): Markup {
  const { t, options, reviewed } = project;
  const safety = fix.safety === "safe" ? t("safe fix") : t("unsafe fix: it changes what hosts do");
  const present = fix.edits.every(({ path }) => reviewed.present?.(path) ?? true);
  const button = options.interactive === true && present && html`<button type="button" class="fix" data-finding="${finding.fingerprint}" data-fix="${index}"${attribute("data-project", project.index)}>${t("Apply")}<span class="visually-hidden">: ${fix.title}</span></button>`;
  return html`<div class="fix-one"><p class="fix-title"><span class="fix-name">${project.said(fix.title)}</span> <span class="safety ${fix.safety}">${safety}</span>${button}</p>${changes(project, fix)}${options.interactive === true ? !present && html`<p class="where">${t("This text is not in the working tree, so the fix cannot be applied here. Check it out first, then review again.")}</p>` : command(project, finding, fix)}</div>`;
}

/** How to apply it where there is no panel: `premortem fix` mends what the state alone tells, by each finding's first safe fix. */
function command({ t, reviewed }: Project, { rule, fixes: all }: Finding, fix: Fix): Content {
  const known: object | undefined = reviewed.rule(rule);
  if (known === undefined || !("check" in known) || "compare" in known || fix !== (all.find(({ safety }) => safety === "safe") ?? all[0])) return undefined;
  return html`<p class="where">${t("In a terminal:")} <code>premortem fix --rule ${rule}${fix.safety === "unsafe" ? " --unsafe" : ""}</code></p>`;
}

function changes(project: Project, fix: Fix): Content {
  const byPath = new Map<string, TextEdit[]>();
  for (const edit of fix.edits) byPath.set(edit.path, [...(byPath.get(edit.path) ?? []), edit]);
  // The titles say what a fix does; the lines of a file with keys stay in it.
  return join([...byPath].filter(([path]) => !project.isSecret(path)).map(([path, edits]) => html`<figure class="diff"><figcaption><code class="path">${path}</code></figcaption><pre>${rows(project, path, edits)}</pre></figure>`));
}

/** What edits change in a file, a window of lines around each that lies apart: the whole file may be long. */
function rows(project: Project, path: string, edits: readonly TextEdit[]): Markup[] {
  const { text, lines } = project.text(path) ?? { text: "", lines: new LineIndex("") };
  const sorted = [...edits].sort((a, b) => a.range.start - b.range.start);
  const windows: { from: number; to: number; edits: TextEdit[] }[] = [];
  for (const edit of sorted) {
    const from = Math.max(1, lines.positionAt(edit.range.start).line - AROUND);
    const to = Math.min(lines.count, lines.positionAt(edit.range.end).line + AROUND);
    const last = windows.at(-1);
    if (last !== undefined && from <= last.to + 1) {
      last.to = Math.max(last.to, to);
      last.edits.push(edit);
    } else windows.push({ from, to, edits: [edit] });
  }
  const all = windows.flatMap(({ from, to, edits: inside }, index) => {
    const start = lines.rangeOfLine(from).start;
    const old = text.slice(start, to < lines.count ? lines.rangeOfLine(to + 1).start : text.length);
    const moved = inside.map((edit) => ({ ...edit, range: { start: edit.range.start - start, end: edit.range.end - start } }));
    const diff = unifiedDiff(path, old, applyEdits(old, moved)).split("\n").slice(2, -1).filter((line) => !/^@@ |^\\ /.test(line));
    return [...(index > 0 ? [html`<span class="line apart">…</span>`] : []), ...diff.map(diffLine)];
  });
  if (all.length <= LINES) return all;
  return [...all.slice(0, LINES), html`<span class="line more">${project.t("{0} more lines of this fix", all.length - LINES)}</span>`];
}

function diffLine(line: string): Markup {
  const sign = line.slice(0, 1);
  const whole = line.slice(1).replace(/\r$/, "");
  const text = withoutSecret(whole) ?? whole;
  if (sign === "+") return html`<ins class="line">${text}</ins>`;
  if (sign === "-") return html`<del class="line">${text}</del>`;
  return html`<span class="line">${text}</span>`;
}
