import type { DocumentHighlight, DocumentSymbol, FoldingRange, Location, Position, SymbolInformation } from "vscode-languageserver/node";
import { DocumentHighlightKind, FoldingRangeKind, SymbolKind } from "vscode-languageserver/node";
import { foldsOf } from "../model/firewall/language/folding.ts";
import { definitionsAt, highlightsAt, referencesAt } from "../model/firewall/language/references.ts";
import type { FirewallSymbol } from "../model/firewall/language/symbols.ts";
import { symbolsOf } from "../model/firewall/language/symbols.ts";
import type { Place } from "./projects.ts";
import type { Session } from "./session.ts";
import { placeOf, textsAround } from "./session.ts";
import type { Texts } from "./texts.ts";

/** Languages that the firewall model reads. */
const READ = new Set<string>(["nftables", "iptables-save", "shell", "firewalld"]);

const KIND: Record<FirewallSymbol["kind"], SymbolKind> = {
  table: SymbolKind.Namespace,
  chain: SymbolKind.Function,
  set: SymbolKind.Array,
  map: SymbolKind.Object,
  object: SymbolKind.Struct,
  variable: SymbolKind.Variable,
  include: SymbolKind.File,
};

/** True for a file whose hovers, names and suggestions come from the firewall model. */
export function isFirewall({ workspace, path }: Place): boolean {
  return READ.has(workspace.language(path) ?? "");
}

/** Where a chain, set, variable or include is defined. */
export async function definitions(session: Session, uri: string, position: Position): Promise<Location[] | null> {
  const found = await firewallPlace(session, uri);
  return found && definitionsAt(found.place.workspace, found.place.path, found.lines.offsetAt(position)).map((at) => found.texts.locationOf(at));
}

/** All that use a chain, set or variable. */
export async function references(session: Session, uri: string, position: Position, withDefinitions: boolean): Promise<Location[] | null> {
  const found = await firewallPlace(session, uri);
  return found && referencesAt(found.place.workspace, found.place.path, found.lines.offsetAt(position), withDefinitions).map((at) => found.texts.locationOf(at));
}

/** The places of the same name in this file. With none of ours, a client marks the same words by itself. */
export async function highlights(session: Session, uri: string, position: Position): Promise<DocumentHighlight[] | null> {
  const found = await firewallPlace(session, uri);
  const places = found && highlightsAt(found.place.workspace, found.place.path, found.lines.offsetAt(position));
  if (found === null || places === null || places.length === 0) return null;
  return places.map(({ range, role }) => ({ range: found.lines.rangeOf(range), kind: role === "definition" ? DocumentHighlightKind.Write : DocumentHighlightKind.Read }));
}

/** The outline of a firewall file. */
export async function symbols(session: Session, uri: string): Promise<DocumentSymbol[] | SymbolInformation[] | null> {
  const found = await firewallPlace(session, uri);
  const parsed = found?.place.workspace.document(found.place.path);
  if (found === null || parsed === undefined) return null;
  const tree = symbolsOf(parsed).map((symbol) => toSymbol(symbol, found.texts, found.place.path));
  return session.client.symbolTree ? tree : flat(tree, uri);
}

/** What of a firewall file can be folded. */
export async function folds(session: Session, uri: string): Promise<FoldingRange[] | null> {
  const found = await firewallPlace(session, uri);
  const parsed = found?.place.workspace.document(found.place.path);
  // Elsewhere folding by indentation serves as well, and an answer would stand in the way of it.
  if (found === null || parsed === undefined || parsed.language === "shell" || parsed.language === "firewalld") return null;
  return foldsOf(parsed).map(({ range, kind }) => {
    const { start, end } = found.lines.rangeOf(range);
    return { startLine: start.line, endLine: end.line, ...(kind === "comment" && { kind: FoldingRangeKind.Comment }) };
  });
}

async function firewallPlace(session: Session, uri: string): Promise<{ place: Place; texts: Texts; lines: Place["document"]["lines"] } | null> {
  const place = await placeOf(session, uri);
  if (place === undefined || !isFirewall(place)) return null;
  return { place, texts: textsAround(session, place), lines: place.document.lines };
}

function toSymbol({ kind, name, detail, range, nameRange, children }: FirewallSymbol, texts: Texts, path: string): DocumentSymbol {
  return {
    name,
    ...(detail !== "" && { detail }),
    kind: KIND[kind],
    range: texts.rangeOf({ path, range }),
    selectionRange: texts.rangeOf({ path, range: nameRange }),
    children: children.map((child) => toSymbol(child, texts, path)),
  };
}

function flat(tree: readonly DocumentSymbol[], uri: string, container?: string): SymbolInformation[] {
  return tree.flatMap(({ name, kind, range, children }) => [
    { name, kind, location: { uri, range }, ...(container !== undefined && { containerName: container }) },
    ...flat(children ?? [], uri, name),
  ]);
}
