import * as vscode from "vscode";
import { reviewHtml } from "../report/html/page.ts";
import type { ReviewRequest } from "./comparison.ts";
import { reviewedOf } from "./review-report.ts";
import type { RunResult } from "./review-run.ts";
import { panelScript } from "./review-script.ts";

/** What a page of the panel is made with. */
export interface PanelPage {
  readonly request: ReviewRequest;
  /** Lets the page's own style and script in, and nothing else. */
  readonly nonce: string;
  /** Counts the pages of a panel. */
  readonly version: number;
}

/** The page of a result, with the panel's script. */
export async function pageOf(result: RunResult, page: PanelPage): Promise<string> {
  return reviewHtml(await reviewedOf(result), {
    translate: (message, ...args) => vscode.l10n.t(message, ...args),
    language: vscode.env.language,
    policy: { nonce: page.nonce },
    script: { text: scriptOf(page) },
    interactive: true,
  });
}

/** The page before there is a result. */
export function waitingPage(page: PanelPage): string {
  const policy = `default-src 'none'; style-src 'nonce-${page.nonce}'; script-src 'nonce-${page.nonce}'; base-uri 'none'; form-action 'none'`;
  const title = escaped(vscode.l10n.t("Premortem Review"));
  const style = "body { font-family: var(--vscode-font-family); color: var(--vscode-editor-foreground); background: var(--vscode-editor-background); margin: 0; padding: 0; } main { padding: 1em 1.5em; }";
  return `<!doctype html>\n<html lang="${escaped(vscode.env.language)}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>${title}</title><style nonce="${page.nonce}">${style}</style></head><body><main id="main"><h1>${title}</h1></main><script nonce="${page.nonce}">${scriptOf(page)}</script></body></html>\n`;
}

/** A nonce that nobody who wrote a reviewed file can know. */
export function newNonce(): string {
  return [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function scriptOf({ request, version }: PanelPage): string {
  return panelScript({
    request,
    version,
    words: {
      bar: vscode.l10n.t("State of the review"),
      again: vscode.l10n.t("Review Again"),
      cancel: vscode.l10n.t("Cancel"),
      against: vscode.l10n.t("Review Against…"),
    },
  });
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
