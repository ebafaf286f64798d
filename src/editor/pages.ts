import * as vscode from "vscode";
import { rules } from "../core.ts";
import { rulePageUri } from "./diagnostic.ts";

/** Opens `vscode://premortem.premortem/rules/FOLDER/NAME`, the address that reports give of a rule's page. */
export class Pages implements vscode.UriHandler {
  readonly #extension: vscode.Uri;

  constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  /** Shows the page; a message where there is no such rule. Anyone can make such an address, so only known ids count. */
  async handleUri(uri: vscode.Uri): Promise<void> {
    const rule = /^\/rules\/(.+)$/.exec(uri.path)?.[1];
    if (rule === undefined || !rules.has(rule)) {
      void vscode.window.showWarningMessage(vscode.l10n.t("Premortem has no page {0}. It may be of another version.", uri.path));
      return;
    }
    await vscode.commands.executeCommand("markdown.showPreview", rulePageUri(this.#extension, rule));
  }
}
