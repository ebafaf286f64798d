import type { NftFile } from "../../../../formats/nftables/index.ts";
import type { Workspace } from "../../../workspace.ts";
import { completeIptables, completeShell } from "./iptables.ts";
import type { Completions } from "./item.ts";
import { completeNft } from "./nft.ts";

export type { Completion, CompletionKind, Completions } from "./item.ts";

/**
 * What may stand at a place of a firewall file; undefined in comments, in strings, in a template's own text, and where
 * nothing is known. Looks at the text before the place, which may be half of a rule.
 */
export function completionsAt(workspace: Workspace, path: string, offset: number): Completions | undefined {
  const document = workspace.document(path);
  if (document === undefined || inTemplate(document.text, offset)) return undefined;
  switch (document.language) {
    case "nftables":
      return inCommentOrString((document.tree as NftFile).masked.text, offset) ? undefined : orNothing(completeNft(workspace, document, offset));
    case "iptables-save":
      return orNothing(completeIptables(document, offset));
    case "shell":
      return orNothing(completeShell(document, offset));
    default:
      return undefined;
  }
}

function orNothing(completions: Completions | undefined): Completions | undefined {
  return completions === undefined || completions.items.length === 0 ? undefined : completions;
}

function inCommentOrString(text: string, offset: number): boolean {
  let quoted = false;
  for (let i = text.lastIndexOf("\n", offset - 1) + 1; i < offset; i++) {
    if (text[i] === '"') quoted = !quoted;
    else if (text[i] === "#" && !quoted) return true;
  }
  return quoted;
}

/** True between the delimiters of Jinja2. */
function inTemplate(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - 2000), offset);
  return [["{{", "}}"], ["{%", "%}"], ["{#", "#}"]].some(([open, close]) => before.lastIndexOf(open!) > before.lastIndexOf(close!));
}
