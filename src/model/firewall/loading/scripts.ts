import type { Range } from "../../../engine/location.ts";
import { parseCommand } from "../../../formats/iptables/command.ts";
import type { IptablesCommand } from "../../../formats/iptables/tree.ts";
import type { ShellCommand, ShellTree } from "../../../formats/shell/index.ts";
import { programOf } from "../../../formats/shell/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Ruleset } from "../ruleset.ts";

/** One iptables command of a script. */
export interface ScriptCommand {
  readonly command: ShellCommand;
  readonly family: "ip" | "ip6";
  readonly table: string;
  readonly parsed: IptablesCommand;
}

/** The iptables and ip6tables commands of a script in the order of its text; empty for other files. */
export function scriptCommands(workspace: Workspace, path: string): ScriptCommand[] {
  const document = workspace.document(path);
  if (document?.language !== "shell") return [];
  return (document.tree as ShellTree).commands.flatMap((command) => {
    const program = programOf(command.words);
    const name = program && /^ip(6?)tables(-nft|-legacy)?$/.exec(program.name);
    if (!program || !name) return [];
    const family = name[1] === "6" ? "ip6" : "ip";
    const parsed = parseCommand(command.words.slice(program.index + 1), command.range, { family, report: () => {} });
    return [{ command, family, table: parsed.table?.text ?? "filter", parsed }];
  });
}

/** A table to which a whole firewall's script only ever adds. */
export interface Unflushed {
  /** `filter` of IPv4, `ip6 filter`. */
  readonly table: string;
  /** The first command that adds. */
  readonly range: Range;
  readonly commands: number;
}

const BUILT_IN = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;

/**
 * The tables of a script that sets policies, so is all of a firewall, and has no way of taking a rule away or of asking
 * whether it is there: no flush, delete or check, no restore, and nothing else that it runs could be one.
 */
export function unflushedScripts(workspace: Workspace, ruleset: Ruleset): Unflushed[] {
  const commands = scriptCommands(workspace, ruleset.path);
  if (!commands.some(({ parsed }) => parsed.name === "policy")) return [];
  const text = workspace.text(ruleset.path) ?? "";
  if (/-restore\b|\s(-F|--flush|-D|--delete|-C|--check)\b|\bflush\b|^\s*(\.|source)\s/m.test(text) || runsOthers(workspace, ruleset.path)) return [];
  const found = new Map<string, Unflushed>();
  for (const { command, family, table, parsed } of commands) {
    if ((parsed.name !== "append" && parsed.name !== "insert") || !BUILT_IN.test(parsed.chain?.text ?? "")) continue;
    const name = family === "ip6" ? `ip6 ${table}` : table;
    const first = found.get(name);
    found.set(name, first === undefined ? { table: name, range: command.range, commands: 1 } : { ...first, commands: first.commands + 1 });
  }
  return [...found.values()];
}

/** Whether a script runs another, which may flush. */
function runsOthers(workspace: Workspace, path: string): boolean {
  const document = workspace.document(path);
  return (document?.tree as ShellTree).commands.some(({ words }) => /\.sh$|^\.{0,2}\/(?!(usr\/)?s?bin\/)/.test(words[0]?.text ?? ""));
}
