import type { CompletionItem, CompletionList, Position } from "vscode-languageserver/node";
import { CompletionItemKind, InsertTextFormat, InsertTextMode, MarkupKind } from "vscode-languageserver/node";
import type { Range } from "../engine/location.ts";
import { rules } from "../core.ts";
import { optionsAt } from "../model/ceph/language/completion.ts";
import { configurationSuggestions } from "../model/configuration/help.ts";
import type { CompletionKind } from "../model/firewall/language/completion/index.ts";
import { completionsAt } from "../model/firewall/language/completion/index.ts";
import { ipsecSuggestionsAt } from "../model/ipsec/language/completion.ts";
import { suggestionsAt } from "../model/kernel/language/completion.ts";
import { lessonSuggestions } from "../model/lesson/help/completion.ts";
import { plain } from "../report/hover/markdown.ts";
import type { Client } from "./client.ts";
import { isFirewall } from "./language.ts";
import type { Place } from "./projects.ts";
import type { Session } from "./session.ts";
import { placeOf } from "./session.ts";

/** After these, something else may stand than what was suggested for the word before. */
export const TRIGGERS: readonly string[] = [" ", "@", "$", "-", "*", ":", ",", ".", "/", "=", "[", "_", "{", "("];

const KIND: Record<CompletionKind | "key" | "section" | "rule" | "group" | "host" | "function" | "file", CompletionItemKind> = {
  keyword: CompletionItemKind.Keyword,
  field: CompletionItemKind.Field,
  value: CompletionItemKind.EnumMember,
  option: CompletionItemKind.Property,
  key: CompletionItemKind.Property,
  section: CompletionItemKind.Module,
  rule: CompletionItemKind.Reference,
  group: CompletionItemKind.Struct,
  host: CompletionItemKind.Constant,
  chain: CompletionItemKind.Function,
  set: CompletionItemKind.Struct,
  variable: CompletionItemKind.Variable,
  object: CompletionItemKind.Module,
  snippet: CompletionItemKind.Snippet,
  function: CompletionItemKind.Function,
  file: CompletionItemKind.File,
};

/** A suggestion of any model. */
interface Suggested {
  readonly label: string;
  readonly kind: keyof typeof KIND;
  readonly detail: string;
  /** A sentence in Markdown. */
  readonly documentation?: string;
  readonly snippet?: string;
  /** What is written instead of the label. */
  readonly insert?: string;
  /** Of a Ceph option: most people need it. */
  readonly common?: boolean;
}

/** What may stand where one types. */
export async function completions(session: Session, uri: string, position: Position): Promise<CompletionList | null> {
  const place = await placeOf(session, uri);
  if (place === undefined) return null;
  const { lines } = place.document;
  const found = suggestions(place, lines.offsetAt(position));
  if (found === undefined) return null;
  const replace = lines.rangeOf(found.range);
  const span = { insert: { start: replace.start, end: position }, replace };
  return { isIncomplete: false, items: found.items.map((item, index) => toItem(item, index, span, session.client)) };
}

function suggestions(place: Place, offset: number): { range: Range; items: readonly Suggested[] } | undefined {
  const { workspace, path } = place;
  if (workspace.language(path) === "premortem-config") return configurationSuggestions(workspace, place.document.text, offset, rules);
  if (workspace.language(path) === "lesson") return lessonSuggestions(place.document.text, offset, path);
  if (isFirewall(place)) return completionsAt(workspace, path, offset);
  return suggestionsAt(workspace, path, offset) ?? optionsAt(workspace, path, offset) ?? ipsecSuggestionsAt(workspace, path, offset);
}

function toItem({ label, kind, detail, documentation, snippet, insert: written, common }: Suggested, index: number, { insert, replace }: { insert: { start: Position; end: Position }; replace: { start: Position; end: Position } }, client: Client): CompletionItem {
  const newText = snippet === undefined ? (written ?? label) : client.snippets ? snippet : withoutStops(snippet);
  return {
    label,
    kind: KIND[kind],
    ...(detail !== "" && (client.labelDetails ? { labelDetails: { description: detail } } : { detail })),
    ...(documentation !== undefined && { documentation: client.markdown ? { kind: MarkupKind.Markdown, value: documentation } : plain(documentation) }),
    // As they come, which is the likeliest first; clients would sort by the alphabet.
    sortText: `${common === false ? 1 : 0}${String(index).padStart(5, "0")}`,
    filterText: label,
    ...(snippet !== undefined && client.snippets && { insertTextFormat: InsertTextFormat.Snippet }),
    // Lines below the first are indented like it.
    ...(newText.includes("\n") && { insertTextMode: InsertTextMode.adjustIndentation }),
    // Without a choice, what was typed is replaced; what stands behind the cursor stays.
    textEdit: client.insertReplace ? { newText, insert, replace } : { newText, range: insert },
  };
}

/** A snippet as plain text, with its defaults in place of the stops. */
function withoutStops(snippet: string): string {
  return snippet.replace(/\$\{\d+:([^}]*)\}/g, "$1").replace(/\$\{?\d+\}?/g, "").replace(/\\([$}\\])/g, "$1");
}
