import type { NftFile } from "../../../formats/nftables/index.ts";
import type { Workspace } from "../../workspace.ts";
import { resolveInclude, scopeOf } from "../from-nftables/includes.ts";
import type { Ruleset } from "../ruleset.ts";
import type { Dangling } from "./dangling.ts";
import { withNear } from "./dangling.ts";

const DEFINED = /\b(?:re)?define\s+([A-Za-z_][\w.-]*)\s*=/g;
/** What nft does not expand: comments and quoted text. */
const QUIET = /#[^\n]*|"[^"\n]*"/g;

/** The variables that an nft file uses and that neither it, the files that it includes nor a command line defines; each once. */
export function undefinedVariables(workspace: Workspace, ruleset: Ruleset): Dangling[] {
  const document = workspace.document(ruleset.path);
  if (document?.language !== "nftables" || !document.text.includes("$")) return [];
  const text = (document.tree as NftFile).masked.text.replace(QUIET, (quiet) => " ".repeat(quiet.length));
  const known = new Set<string>([...scopeOf(workspace, ruleset.path).keys(), ...workspace.derive(givenOnCommandLines)]);
  collect(workspace, ruleset.path, known, new Set());
  const found = new Map<string, Dangling>();
  for (const match of text.matchAll(/\$([A-Za-z_][\w-]*)/g)) {
    const name = match[1]!;
    if (known.has(name) || found.has(name)) continue;
    found.set(name, withNear({ what: "variable", name, range: { start: match.index, end: match.index + match[0].length } }, [...known]));
  }
  return [...found.values()];
}

function collect(workspace: Workspace, path: string, known: Set<string>, seen: Set<string>): void {
  if (seen.has(path)) return;
  seen.add(path);
  const text = workspace.text(path) ?? "";
  for (const match of text.matchAll(DEFINED)) known.add(match[1]!);
  for (const match of text.matchAll(/\binclude\s+["']([^"'\n]+)["']/g)) {
    for (const file of resolveInclude(workspace, path, match[1]!)) collect(workspace, file, known, seen);
  }
}

/** `nft --define NAME=value` of any script, unit or task. */
function givenOnCommandLines(workspace: Workspace): string[] {
  return workspace.paths.flatMap((path) => [...(workspace.text(path) ?? "").matchAll(/\bnft\b[^\n]*/g)].flatMap((line) => [...line[0].matchAll(/(?:-D|--define)[\s=]+["']?([A-Za-z_]\w*)=/g)].map((match) => match[1]!)));
}
