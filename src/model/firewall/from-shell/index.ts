import { unknown } from "../../../engine/unknown.ts";
import { parseCommand } from "../../../formats/iptables/command.ts";
import { iptablesSave } from "../../../formats/iptables/index.ts";
import type { ShellCommand, ShellTree } from "../../../formats/shell/index.ts";
import { programOf } from "../../../formats/shell/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Workspace } from "../../workspace.ts";
import { countUnknown, fromIptables } from "../from-iptables/index.ts";
import type { Family } from "../from-iptables/match.ts";
import { IptablesTables } from "../from-iptables/tables.ts";
import type { Ruleset } from "../ruleset.ts";
import { nftRuleset } from "./nft.ts";
import { IpSets } from "./sets.ts";

/** Names of functions and cases that take rules away: they are another way through the script. */
const OTHER_WAY = /(^|[|_\s-])(stop|flush|clear|reset|clean|cleanup|down|disable|save|status|show|list|panic|usage|help|block|unload|teardown|delete|remove|off)([|_\s-]|$)/i;
const STARTING = /(^|[|_\s-])(start|restart|reload|force-reload|up|on|enable|apply|load|setup|init|main|\*)([|_\s-]|$)/i;

/**
 * What a script of iptables, ip6tables and nft commands leaves in the kernel, its functions taken as run once in the
 * order of the text. Undefined where it adds no rule.
 */
export function fromShell(path: string, text: string, tree: ShellTree): Ruleset | undefined {
  const tables = new IptablesTables(unknown("the script does not set the policy"));
  let rules = 0;
  let flushes = false;
  const sets = new IpSets();
  let documents = 0;
  let previous: { command: ShellCommand; checks: boolean } | undefined;
  for (const command of tree.unrolled) {
    const program = programOf(command.words);
    const checked = previous?.checks === true && command.connector === "||";
    const piped = command.connector === "|" ? previous?.command : undefined;
    previous = { command, checks: false };
    const family = program && familyOfProgram(program.name);
    if (!program || (!family && program.name !== "ipset") || command.blocks.some(({ kind, name }) => (kind === "function" || kind === "case") && OTHER_WAY.test(name) && !STARTING.test(name))) continue;
    if (!family) {
      const args = command.words.slice(program.index + 1);
      const document = args.some(({ text: word }) => word === "restore" || word === "-R") ? documentOf(text, command, piped) : undefined;
      if (document) sets.restore(document.body, document.start, isConditional(command));
      else sets.apply(args, !checked && isConditional(command), command.range);
      continue;
    }
    if (program.name.endsWith("-restore")) {
      const saved = documents++ < MOST_DOCUMENTS ? restored(path, text, documentOf(text, command, piped), family) : undefined;
      if (!saved) continue;
      tables.adopt(saved.tables);
      rules += saved.tables.length;
      flushes ||= !command.words.some((word) => /^(-n|--noflush)$/.test(word.text));
      continue;
    }
    const words = command.words.slice(program.index + 1);
    const parsed = parseCommand(words, command.range, { family, report: () => {} });
    previous.checks = parsed.name === "check";
    const table = parsed.table?.text ?? "filter";
    if (table.includes(HOLE)) continue;
    for (const { name, values } of parsed.rule.target?.options ?? []) if (/^(add|del|map)-set$/.test(name)) sets.hide(values[0]?.text ?? "", "rules fill it while it is in use");
    tables.apply(family, table, parsed, !checked && isConditional(command), command.range);
    if (parsed.name === "append" || parsed.name === "insert" || parsed.name === "replace") rules++;
    if (parsed.name === "flush" && !parsed.chain) flushes = true;
  }
  const nft = nftRuleset(path, text, tree);
  if (rules === 0) return nft;
  const own = tables.finish();
  const built = [...(sets.size > 0 ? sets.fill(own) : own), ...(nft?.tables ?? [])];
  return {
    path,
    dialect: "iptables",
    tables: built,
    replaces: flushes ? "tables" : "nothing",
    unknownStatements: countUnknown(built),
  };
}

/** True of a script that adds rules to whatever stands there: what comes first may already accept. */
export function addsToOthers(workspace: Workspace, ruleset: Ruleset): boolean {
  return ruleset.replaces === "nothing" && workspace.language(ruleset.path) === "shell";
}

function familyOfProgram(name: string): Family | undefined {
  const found = /^ip(6?)tables(-nft|-legacy)?(-restore)?$/.exec(name);
  return found ? (found[1] === "6" ? "ip6" : "ip") : undefined;
}

/** Whether the command may not run: a condition, an unknown loop, another case, `&&` and `||`. */
function isConditional({ blocks, connector }: ShellCommand): boolean {
  return connector === "&&" || connector === "||" || blocks.some(({ kind, name }) => kind === "if" || kind === "loop" || kind === "template" || (kind === "case" && !STARTING.test(name)));
}

/** A script's here-documents for iptables-restore are read up to so many: each takes time in the length of the script. */
const MOST_DOCUMENTS = 64;

/** The here-document that a command reads, of its own or from `cat` before a pipe; variables in it are not known. */
function documentOf(text: string, command: ShellCommand, piped: ShellCommand | undefined): { body: string; start: number } | undefined {
  const source = piped && programOf(piped.words)?.name === "cat" ? [...command.redirections, ...piped.redirections] : command.redirections;
  const document = source.find((redirection) => redirection.document)?.document;
  if (!document) return undefined;
  const body = text.slice(document.range.start, document.range.end);
  return { start: document.range.start, body: document.expanded ? body.replace(/\$\{[^}\n]*\}|\$\w+/g, (hidden) => HOLE.repeat(hidden.length)) : body };
}

/** The rules of a here-document, with their ranges in the script. */
function restored(path: string, text: string, document: { body: string; start: number } | undefined, family: Family): Ruleset | undefined {
  if (!document) return undefined;
  const save = text.slice(0, document.start).replace(/[^\n]/g, " ") + document.body;
  return fromIptables(family === "ip6" ? `${path}/rules.v6` : `${path}/rules.v4`, iptablesSave.parse(save).tree);
}
