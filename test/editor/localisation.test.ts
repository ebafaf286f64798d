import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import ts from "typescript";
import { localisedSources, localisedTexts, parse, visit } from "../../scripts/gen/localisation.ts";

const read = (path: string): Record<string, string> => JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
const holes = (text: string): string[] => [...new Set(text.match(/\{\d+\}/g) ?? [])].sort();

/** Keys of the manifest that hold a text for the user, wherever they stand. */
const TEXTS = new Set(["title", "shortTitle", "description", "markdownDescription", "deprecationMessage", "markdownDeprecationMessage", "contents", "altText", "enumDescriptions", "markdownEnumDescriptions", "enumItemLabels", "patternErrorMessage", "errorMessage", "label"]);
/** Names are the same in every language. */
const NAMES = new Set(["Premortem"]);

/** The texts of the manifest that are to be translated, with their places. */
function manifestTexts(node: unknown, place = "", list: [string, string][] = []): [string, string][] {
  if (typeof node !== "object" || node === null) return list;
  for (const [key, value] of Object.entries(node)) {
    const here = `${place}/${key}`;
    const texts = TEXTS.has(key) ? [value].flat().filter((text): text is string => typeof text === "string") : [];
    // `svg` and `markdown` hold paths, `image` alone has texts beside it; a title of a walkthrough's media is its altText.
    // npm shows the extension's own description too, and looks nothing up.
    for (const text of texts) if (!NAMES.has(text) && here !== "/description") list.push([here, text]);
    if (key !== "devDependencies" && key !== "scripts") manifestTexts(value, here, list);
  }
  return list;
}

describe("translation", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as unknown;
  const english = read("package.nls.json");
  const german = read("package.nls.de.json");

  it("every text of the manifest is a key of package.nls.json", () => {
    const texts = manifestTexts(manifest);
    assert.ok(texts.length > 10, "the manifest has texts");
    const faults = texts.filter(([, text]) => !/^%[\w.-]+%$/.test(text) || english[text.slice(1, -1)] === undefined);
    assert.deepEqual(faults, []);
  });

  it("every key of package.nls.json is used", () => {
    const text = readFileSync("package.json", "utf8");
    assert.deepEqual(Object.keys(english).filter((key) => !text.includes(`"%${key}%"`)), []);
  });

  it("every key of package.nls.json has a German text, with the same links", () => {
    assert.deepEqual(Object.keys(german).sort(), Object.keys(english).sort());
    // Names of commands and settings, which must stay what they are.
    const fixed = (text: string): string[] => (text.replace(/`Premortem: [^`]+`/g, "").match(/\]\([^)]*\)|`[^`]+`|#[\w.]+#|\$\([\w-]+\)/g) ?? []).sort();
    for (const [key, text] of Object.entries(english)) assert.deepEqual(fixed(german[key]!), fixed(text), key);
  });

  it("every text of the code can be found by a tool", () => {
    assert.deepEqual(localisedTexts(".").faults, []);
  });

  it("every text of the code has a German text with the same arguments, and no text is left over", () => {
    const bundle = read("l10n/bundle.l10n.de.json");
    const { texts } = localisedTexts(".");
    assert.ok(texts.length > 10, "the code has texts");
    const missing = texts.filter(({ key }) => bundle[key] === undefined || bundle[key] === "").map(({ key, place }) => `${place}: ${key}`);
    assert.deepEqual([...new Set(missing)], []);
    for (const { key, message } of texts) assert.deepEqual(holes(bundle[key]!), holes(message), key);
    const known = new Set(texts.map(({ key }) => key));
    assert.deepEqual(Object.keys(bundle).filter((key) => !known.has(key)), []);
  });

  it("no words of the editor go around the translation", () => {
    const faults = localisedSources(".").filter((path) => path.startsWith("src/e")).flatMap((path) => untranslated(path, readFileSync(path, "utf8")));
    assert.deepEqual(faults, []);
  });

  it("finds words that go around it", () => {
    const of = (code: string): number => untranslated("probe.ts", code).length;
    assert.equal(of('vscode.window.showErrorMessage("The file is gone.");'), 1);
    assert.equal(of('item.text = `$(shield) ${count} findings in this file`;'), 1);
    assert.equal(of('item.label = count === 1 ? "one finding" : other;'), 1);
    assert.equal(of('item.tooltip = "Findings";'), 1);
    assert.equal(of('vscode.window.showErrorMessage(vscode.l10n.t("The file is gone."));'), 0);
    assert.equal(of('this.#log.info(`read in ${ms} ms by us`); throw new Error("a bug of ours");'), 0);
    assert.equal(of('text.appendMarkdown(`<div class="a b" role="tree">${rows}</div>`);'), 0);
  });
});

/** Properties of VS Code's objects that the user reads, where one word counts, too. */
const SHOWN = new Set(["label", "detail", "tooltip", "title", "placeHolder", "placeholder", "prompt", "message", "description", "accessibilityInformation"]);

/**
 * Literals that look like words for the user: two words in a row, or one that begins with a capital in a property that is
 * shown. Not what is translated, logged, thrown or imported, and of HTML only what stands between its tags.
 */
function untranslated(path: string, text: string): string[] {
  const source = parse(path, text);
  const faults: string[] = [];
  visit(source, (node) => {
    if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return;
    const words = ts.isTemplateExpression(node) ? [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("\u0001") : node.text;
    // Style sheets and scripts of webviews.
    if (/\{[^{}]*:[^{}]*;|=>|\bconst \w+ =|^"use strict"/.test(words)) return;
    const plain = words.replace(/<[^<>]*>|\$\([\w~-]+\)|`[^`]*`/g, "\u0001");
    const inRow = /[A-Za-z][a-z]+[,.:]? [A-Za-z]?[a-z]+/.test(plain) && !/^[a-z-]+ [a-z-]+$/.test(plain) ? true : /^[a-z]+ [a-z]+$/.test(plain) && isShown(node);
    const alone = isShown(node) && /^\s*[A-Z][a-z]+\s*$/.test(plain);
    if (!(inRow || alone) || NAMES.has(plain.trim()) || isExcused(node, source)) return;
    faults.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}: ${words.replaceAll("\u0001", "…")}`);
  });
  return faults;
}

/** True in a property, or assigned to one, that VS Code shows. */
function isShown(node: ts.Node): boolean {
  for (let at = node.parent; at !== undefined && !ts.isStatement(at); at = at.parent) {
    if (ts.isPropertyAssignment(at)) return SHOWN.has(at.name.getText());
    if (ts.isBinaryExpression(at) && at.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isPropertyAccessExpression(at.left)) return SHOWN.has(at.left.name.text);
    if (ts.isCallExpression(at)) return false;
  }
  return false;
}

function isExcused(node: ts.Node, source: ts.SourceFile): boolean {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isImportDeclaration(at) || ts.isLiteralTypeNode(at) || ts.isThrowStatement(at)) return true;
    if (ts.isCallExpression(at) && /(?:^|\.)(?:l10n\.t|#?log\.\w+|executeCommand|registerCommand)$|^log$/.test(at.expression.getText(source))) return true;
    if (ts.isCallExpression(at) && /(?:^|\.)(?:includes|startsWith|endsWith|replace|replaceAll|split|join|test|querySelector\w*)$/.test(at.expression.getText(source)) && at.arguments.some((argument) => argument === node)) return true;
    if (ts.isNewExpression(at) && /Error$/.test(at.expression.getText(source))) return true;
    if (ts.isFunctionLike(at)) return false;
  }
  return false;
}
