import type { TextEdit } from "../../../engine/fix.ts";
import type { Range } from "../../../engine/location.ts";
import type { IptablesTree } from "../../../formats/iptables/tree.ts";
import type { NftFile } from "../../../formats/nftables/index.ts";
import type { ShellTree } from "../../../formats/shell/index.ts";
import { programOf } from "../../../formats/shell/index.ts";
import type { Workspace } from "../../workspace.ts";
import { scriptCommands } from "./scripts.ts";

/** A place that takes away rules which the file itself did not make. */
export interface Wipe {
  readonly range: Range;
  /** What it says, for a message. */
  readonly text: string;
  /** Flushing only the file's own tables in its place; undefined where the layout leaves that open. */
  readonly edit?: TextEdit;
}

/** Where a file removes the rules of others: `flush ruleset`, a flush of built-in chains or of whole tables. The first of them. */
export function wipeOf(workspace: Workspace, path: string): Wipe | undefined {
  const document = workspace.document(path);
  if (document?.language === "nftables") return ofNft(path, document.text, document.tree as NftFile);
  if (document?.language === "iptables-save") return ofSave(document.tree as IptablesTree);
  return document?.language === "shell" ? ofScript(workspace, path, document.tree as ShellTree) : undefined;
}

function ofNft(path: string, text: string, { commands, masked }: NftFile): Wipe | undefined {
  const flush = commands.find((command) => command.kind === "object" && command.what === "ruleset" && command.verb === "flush" && /^(ip)?$/.test(command.at.family));
  if (flush === undefined) return undefined;
  const wipe = { range: flush.range, text: text.slice(flush.range.start, flush.range.end).trim() };
  const own = new Set<string>();
  for (const command of commands) {
    if (command.kind === "table" && command.at.table !== undefined && command.verb === "add") own.add(`${command.at.family} ${command.at.table.text}`);
    // What other commands or files put where is not in these blocks.
    else if (command.kind === "include" || (command.kind === "object" && command !== flush)) return wipe;
  }
  if (own.size === 0 || masked.regions.length > 0) return wipe;
  const newText = [...own].map((table) => `table ${table}\ndelete table ${table}`).join("\n");
  return { ...wipe, edit: { path, range: flush.range, newText } };
}

/** A dump that declares the built-in chains replaces its tables whole; a few lines for `iptables-restore -n` do not declare them. */
function ofSave({ tables }: IptablesTree): Wipe | undefined {
  const whole = tables.find(({ name, chains, committed }) => committed && (name.text === "filter" || name.text === "nat") && chains.some((chain) => chain.name.text === "FORWARD" || chain.name.text === "POSTROUTING"));
  return whole && { range: whole.name.range, text: `*${whole.name.text}` };
}

function ofScript(workspace: Workspace, path: string, tree: ShellTree): Wipe | undefined {
  for (const { command, parsed, table } of scriptCommands(workspace, path)) {
    const whole = parsed.name === "flush" && (parsed.chain === undefined || (parsed.chain.text === "FORWARD" && table === "filter"));
    if (whole && table !== "raw" && table !== "security" && !command.blocks.some(({ kind }) => kind === "case" || kind === "function")) {
      return { range: command.range, text: workspace.text(path)!.slice(command.range.start, command.range.end) };
    }
  }
  for (const command of tree.commands) {
    const program = programOf(command.words);
    if (program?.name !== "nft" || command.blocks.some(({ kind }) => kind === "case" || kind === "function")) continue;
    const words = command.words.slice(program.index + 1).map(({ text }) => text).join(" ");
    if (/^flush ruleset( ip)?$/.test(words.trim())) return { range: command.range, text: "nft flush ruleset" };
  }
  return undefined;
}
