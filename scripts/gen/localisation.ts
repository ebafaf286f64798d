import { readFileSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import ts from "typescript";

/** A text that goes through `vscode.l10n.t` or a `Translate`, and where. */
export interface Text {
  /** What VS Code looks it up by: the message, and behind a slash what is said to translators. */
  readonly key: string;
  readonly message: string;
  readonly place: string;
}

/** Where texts are translated, and how a call of the translator looks there. */
const PLACES = [
  { folder: "src/editor", translator: /^(?:vscode\.)?l10n\.t$/ },
  { folder: "src/extension.ts", translator: /^(?:vscode\.)?l10n\.t$/ },
  { folder: "src/report", translator: /^(?:\w+\.)?(?:t|translate)$/ },
] as const;

/** The source files that hold texts, by path. */
export function localisedSources(root: string): string[] {
  return PLACES.flatMap(({ folder }) => (folder.endsWith(".ts") ? [folder] : sourcesIn(root, folder)));
}

/** Every text that is translated, in the order of the sources; `faults` are calls that no tool can follow. */
export function localisedTexts(root: string): { texts: Text[]; faults: string[] } {
  const texts: Text[] = [];
  const faults: string[] = [];
  for (const { folder, translator } of PLACES) {
    for (const path of folder.endsWith(".ts") ? [folder] : sourcesIn(root, folder)) {
      const source = parse(path, readFileSync(join(root, path), "utf8"));
      visit(source, (node) => {
        if (!ts.isCallExpression(node) || !translator.test(node.expression.getText(source))) return;
        const place = `${path}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`;
        const [first] = node.arguments;
        // What hands a text on to VS Code is no place where one is written.
        if (first !== undefined && ts.isIdentifier(first) && first.text === "message") return;
        const text = textOf(first);
        if (text === undefined) faults.push(`${place}: the first argument is no literal`);
        else texts.push({ ...text, place });
      });
    }
  }
  return { texts, faults };
}

/** `l10n/bundle.l10n.json`: every text as itself, sorted, which is what translators start from. */
export function localisationBundle(root: string): string {
  const messages = new Map(localisedTexts(root).texts.map(({ key, message }) => [key, message]));
  return `${JSON.stringify(Object.fromEntries([...messages].sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;
}

/** A text as it is written out; undefined where it is not. */
function textOf(argument: ts.Expression | undefined): Omit<Text, "place"> | undefined {
  if (argument === undefined) return undefined;
  if (ts.isStringLiteralLike(argument)) return { key: argument.text, message: argument.text };
  if (!ts.isObjectLiteralExpression(argument)) return undefined;
  const property = (name: string): ts.Expression | undefined =>
    argument.properties.find((one): one is ts.PropertyAssignment => ts.isPropertyAssignment(one) && one.name.getText() === name)?.initializer;
  const message = property("message");
  const comment = property("comment");
  const comments = comment === undefined ? [] : ts.isArrayLiteralExpression(comment) ? [...comment.elements] : [comment];
  if (message === undefined || !ts.isStringLiteralLike(message) || !comments.every(ts.isStringLiteralLike)) return undefined;
  return { key: comments.length === 0 ? message.text : `${message.text}/${comments.map(({ text }) => text).join("")}`, message: message.text };
}

/** A source file as a tree whose nodes know their parents. */
export function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Calls `on` for a node and all below it. */
export function visit(node: ts.Node, on: (node: ts.Node) => void): void {
  on(node);
  ts.forEachChild(node, (child) => visit(child, on));
}

function sourcesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}
