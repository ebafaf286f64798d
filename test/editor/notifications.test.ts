import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { localisedSources, parse, visit } from "../../scripts/gen/localisation.ts";

/** What comes before the user's eyes without a look at it: messages, questions, and progress in a notification. */
const TELLS = /^(?:show(?:Information|Warning|Error)Message|showQuickPick|showInputBox|showOpenDialog|showSaveDialog|showWorkspaceFolderPick|createQuickPick|createInputBox|Notification)$/;
/** What does so on behalf of its callers. */
const ON_BEHALF = /^(?:withReviewProgress|reviews\.review|#reviews\.review)$/;

/** Every place that does, with the command or the click that it answers. */
const ANSWERS: Readonly<Record<string, string>> = {
  "base-pick.ts pickComparison": "premortem.reviewAgainst",
  "base-pick.ts pickRepository": "premortem.reviewAgainst",
  "base-pick.ts pickRef": "premortem.reviewAgainst",
  "base-pick.ts typeRef": "premortem.reviewAgainst",
  "base-pick.ts pickFolder": "premortem.reviewAgainst",
  "create-configuration.ts chooseProject": "premortem.createConfiguration",
  "create-configuration.ts pick": "premortem.createConfiguration",
  "create-configuration.ts askForNetworks": "premortem.createConfiguration",
  "create-configuration.ts open": "premortem.createConfiguration",
  "pages.ts openPage": "a click on an address vscode://premortem.premortem/…",
  "premortem-view.ts constructor": "premortem.refreshReview",
  "reach.ts show": "a click on a lens",
  "review-commands.ts #run": "premortem.reviewChange and the other ways in to a review",
  "review-fix.ts applyFix": "a click on a fix in the panel",
  "review-fix.ts isWanted": "a click on a fix in the panel",
  "review-jump.ts jumpTo": "a click on a place in the panel",
  "review-panel.ts #receive": "Review Again in the panel",
  "review-progress.ts withReviewProgress": "its callers",
  "review.ts review": "its callers",
  "status.ts #showNotComputed": "premortem.showNotComputed",
  "suppress.ts askForReason": "a quick fix",
};

describe("notifications", () => {
  it("come as the answer to a command or a click alone", () => {
    const found = localisedSources(".").filter((path) => /^src\/e/.test(path)).flatMap((path) => callers(path, readFileSync(path, "utf8")));
    assert.deepEqual([...new Set(found)].sort(), Object.keys(ANSWERS).sort());
  });

  it("are found however they are called", () => {
    const of = (code: string): string[] => callers("src/editor/probe.ts", code);
    assert.deepEqual(of('function a() { vscode.window.showErrorMessage("x"); }'), ["probe.ts a"]);
    assert.deepEqual(of('class B { async c() { await window["showWarningMessage"]("x"); } }'), ["probe.ts c"]);
    assert.deepEqual(of("const { showInformationMessage } = vscode.window;"), ["probe.ts the module"]);
    assert.deepEqual(of("class D { constructor() { on(() => withProgress({ location: vscode.ProgressLocation.Notification })); } }"), ["probe.ts constructor"]);
    assert.deepEqual(of("class E { async #f() { await this.#reviews.review(request); } }"), ["probe.ts #f"]);
    assert.deepEqual(of("function g() { log.showMessage(); reviews.restore(request); }"), []);
  });
});

/** The functions of a source that come before the user's eyes, as `FILE NAME`. */
function callers(path: string, text: string): string[] {
  const found: string[] = [];
  visit(parse(path, text), (node) => {
    const name = ts.isIdentifier(node) || ts.isStringLiteralLike(node) ? node.text : "";
    const tells = TELLS.test(name) && !ts.isImportSpecifier(node.parent);
    if (tells || (ts.isCallExpression(node) && ON_BEHALF.test(node.expression.getText().replace(/^this\./, "")))) found.push(`${path.slice(path.lastIndexOf("/") + 1)} ${functionAround(node)}`);
  });
  return found;
}

/** The nearest function around a node that has a name. */
function functionAround(node: ts.Node): string {
  for (let one = node.parent; one !== undefined; one = one.parent) {
    if (ts.isConstructorDeclaration(one)) return "constructor";
    if ((ts.isFunctionDeclaration(one) || ts.isMethodDeclaration(one)) && one.name !== undefined) return one.name.getText();
  }
  return "the module";
}
