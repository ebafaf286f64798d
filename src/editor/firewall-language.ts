import * as vscode from "vscode";
import { SCHEMES } from "./files.ts";
import { FirewallCompletion } from "./firewall-completion.ts";
import { FirewallHover } from "./firewall-hover.ts";
import { FirewallNavigation } from "./firewall-navigation.ts";
import { FirewallStructure } from "./firewall-structure.ts";
import type { Projects } from "./projects.ts";

/** What VS Code calls the languages that are firewall files for sure: ours, and those of other extensions. */
const FIREWALL = ["premortem-nftables", "nftables", "nft", "premortem-iptables", "iptables"];
/** What it calls files that may be, by their content. */
const PERHAPS = ["plaintext", "properties", "ini", "jinja", "jinja2"];

/** Registers all that helps to read and write firewall files. */
export function registerFirewallLanguage(projects: Projects): vscode.Disposable {
  const anything = SCHEMES.map((scheme) => ({ scheme }));
  const of = (languages: readonly string[]): vscode.DocumentSelector => SCHEMES.flatMap((scheme) => languages.map((language) => ({ scheme, language })));
  const navigation = new FirewallNavigation(projects);
  const structure = new FirewallStructure(projects);
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(anything, new FirewallHover(projects)),
    vscode.languages.registerCompletionItemProvider(of([...FIREWALL, ...PERHAPS, "shellscript"]), new FirewallCompletion(projects), ...FirewallCompletion.triggers),
    vscode.languages.registerDefinitionProvider(anything, navigation),
    vscode.languages.registerReferenceProvider(anything, navigation),
    vscode.languages.registerDocumentHighlightProvider(anything, navigation),
    vscode.languages.registerDocumentSymbolProvider(of([...FIREWALL, ...PERHAPS]), structure, { label: "Premortem" }),
    // Elsewhere folding by indentation serves as well, and one provider would stand in the way of it.
    vscode.languages.registerFoldingRangeProvider(of(FIREWALL), structure),
  );
}
