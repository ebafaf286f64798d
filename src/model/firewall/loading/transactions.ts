import type { Range } from "../../../engine/location.ts";
import type { IptablesTree, RuleSpec, SaveTable } from "../../../formats/iptables/tree.ts";
import type { ShellTree } from "../../../formats/shell/index.ts";
import { programOf } from "../../../formats/shell/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Workspace } from "../../workspace.ts";
import type { Ruleset } from "../ruleset.ts";
import { lookedUpNames } from "./names.ts";
import { scriptCommands } from "./scripts.ts";

/** A part of a firewall that can fail on its own, after other parts are in force. */
export interface HalfApplied {
  /** What can fail. */
  readonly range: Range;
  /** As a clause without full stop. */
  readonly because: string;
  /** What is in force by then, for a message: `the tables mangle and nat`. */
  readonly applied: string;
  /** What is not: `the table filter`. */
  readonly missing: string;
  /** False where it depends on the host alone. */
  readonly certain: boolean;
}

/** Matches and targets of xtables-addons and other packages whose modules are built for one kernel at a time. */
const FOREIGN = new Set(["geoip", "condition", "dhcpmac", "fuzzy", "iface", "ipp2p", "ipv4options", "length2", "lscan", "pknock", "psd", "quota2", "gradm", "asn", "ndpi", "rtpengine", "CHAOS", "DELUDE", "DHCPMAC", "DNETMAP", "ECHO", "IPMARK", "LOGMARK", "PROTO", "SYSRQ", "TARPIT", "ACCOUNT", "NDPI", "RTPENGINE"]);

/** Where a firewall file of several transactions may stop halfway. */
export function halfApplied(workspace: Workspace, ruleset: Ruleset): HalfApplied[] {
  const document = workspace.document(ruleset.path);
  if (document?.language === "iptables-save") return ofTables(workspace, ruleset, document.tree as IptablesTree);
  return document?.language === "shell" ? ofScript(workspace, ruleset, document.tree as ShellTree) : [];
}

/** iptables-restore commits table by table: what an earlier COMMIT put in force stays when a later table is refused. */
function ofTables(workspace: Workspace, ruleset: Ruleset, { tables }: IptablesTree): HalfApplied[] {
  const names = tables.length > 1 ? lookedUpNames(workspace, ruleset) : [];
  return tables.flatMap((table, index) => {
    const before = tables.slice(0, index).filter(({ committed }) => committed);
    if (before.length === 0) return [];
    const weak = weakness(table, names.find(({ range }) => range.start >= table.range.start && range.end <= table.range.end));
    if (weak === undefined) return [];
    return [{ ...weak, applied: `the table${before.length === 1 ? "" : "s"} ${list(before.map(({ name }) => name.text))}`, missing: `the table ${table.name.text}` }];
  });
}

function weakness(table: SaveTable, name: { name: string; range: Range } | undefined): Pick<HalfApplied, "range" | "because" | "certain"> | undefined {
  if (!table.committed && table.holes.length === 0) return { range: table.name.range, because: `the table ${table.name.text} has no COMMIT`, certain: true };
  if (name !== undefined) return { range: name.range, because: `“${name.name}” has to be looked up while the rules load`, certain: false };
  for (const { command } of table.commands) {
    const word = foreign(command.rule);
    if (word !== undefined) return { ...word, certain: false };
  }
  return undefined;
}

function foreign({ matches, target }: RuleSpec): { range: Range; because: string } | undefined {
  const match = matches.find(({ module }) => FOREIGN.has(module));
  const found = match ? { word: match.module, range: match.range } : target && FOREIGN.has(target.name.text) ? { word: target.name.text, range: target.name.range } : undefined;
  return found && { range: found.range, because: `${found.word} is no part of the kernel, and its module has to be built anew for each one` };
}

/** A script that stops at the first error, with the policy already shut. */
function ofScript(workspace: Workspace, ruleset: Ruleset, tree: ShellTree): HalfApplied[] {
  const stops = tree.commands.find(({ words, blocks }) => blocks.length === 0 && programOf(words)?.name === "set" && words.some(({ text }) => /^-[a-z]*e|^errexit$/.test(text)));
  const shebang = /^#!.*\bsh[ \t]+-[a-z]*e/.test(workspace.text(ruleset.path) ?? "");
  if (stops === undefined && !shebang) return [];
  const commands = scriptCommands(workspace, ruleset.path);
  const shut = commands.findIndex(({ parsed, command }) => parsed.name === "policy" && parsed.chain?.text === "INPUT" && parsed.argument?.text === "DROP" && command.blocks.length === 0);
  if (shut === -1) return [];
  const names = lookedUpNames(workspace, ruleset);
  for (const [index, { command, parsed }] of commands.entries()) {
    if (index <= shut || command.connector === "||" || command.blocks.length > 0) continue;
    const name = names.find(({ range }) => range.start >= command.range.start && range.end <= command.range.end);
    const weak = name ? { range: name.range, because: `“${name.name}” has to be looked up` } : foreign(parsed.rule);
    const following = commands.slice(index + 1).filter((other) => other.parsed.name === "append" || other.parsed.name === "insert").length;
    if (weak === undefined || following === 0 || guarded(tree, command.range)) continue;
    if (parsed.chain?.text.includes(HOLE) === true) continue;
    return [{ ...weak, certain: false, applied: "the policy DROP of INPUT and the rules before", missing: `${following} later rule${following === 1 ? "" : "s"}` }];
  }
  return [];
}

/** `command || true` does not stop a script. */
function guarded(tree: ShellTree, range: Range): boolean {
  const at = tree.commands.findIndex((command) => command.range.start === range.start);
  return tree.commands[at + 1]?.connector === "||";
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
