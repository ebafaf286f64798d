import { nftables } from "../../../formats/nftables/index.ts";
import type { ShellTree } from "../../../formats/shell/index.ts";
import { programOf } from "../../../formats/shell/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { fromNftables } from "../from-nftables/index.ts";
import type { Ruleset } from "../ruleset.ts";

/**
 * What the `nft …` commands of a script say. They are laid out in a text as long as the script, all else blank, so that
 * every range is one of the script.
 */
export function nftRuleset(path: string, text: string, tree: ShellTree): Ruleset | undefined {
  const parts: { start: number; text: string }[] = [];
  for (const [index, command] of tree.commands.entries()) {
    const program = programOf(command.words);
    if (program?.name !== "nft") continue;
    const before = command.connector === "|" ? tree.commands[index - 1] : undefined;
    const piped = before && programOf(before.words)?.name === "cat" ? before.redirections : [];
    const document = [...command.redirections, ...piped].find((redirection) => redirection.document)?.document;
    const words = command.words.slice(program.index + 1);
    if (document) {
      const body = text.slice(document.range.start, document.range.end);
      parts.push({ start: document.range.start, text: document.expanded ? body.replace(/\$\{[^}\n]*\}|\$\w+/g, (hidden) => HOLE.repeat(hidden.length)) : body });
      continue;
    }
    if (words.some((word) => word.text === "-f" || word.text === "--file" || word.text === "list")) continue;
    let last = -1;
    for (const word of words) {
      if (/^-/.test(word.text) || word.range.start === last) continue;
      last = word.range.start;
      const room = word.range.end - word.range.start;
      const start = word.quoted && word.text.length + 1 <= room ? word.range.start + 1 : word.range.start;
      parts.push({ start, text: word.text.includes(HOLE) || word.text.length > room ? HOLE.repeat(room) : word.text.replace(/\n/g, " ") });
    }
    parts.push({ start: command.range.end, text: "\n" });
  }
  if (parts.length === 0) return undefined;
  let laid = "";
  for (const part of parts) {
    if (part.start < laid.length) continue;
    laid = laid.padEnd(part.start, " ") + part.text;
  }
  const ruleset = fromNftables(path, nftables.parse(laid).tree);
  return ruleset.tables.some((table) => table.chains.some((chain) => chain.rules.length > 0)) ? ruleset : undefined;
}
