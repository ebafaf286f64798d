import type { Range } from "../../../engine/location.ts";
import { parseCommand } from "../../../formats/iptables/command.ts";
import { TARGETS } from "../../../formats/iptables/targets.ts";
import type { IptablesCommand, IptablesTree, Word } from "../../../formats/iptables/tree.ts";
import type { ShellTree } from "../../../formats/shell/index.ts";
import { programOf } from "../../../formats/shell/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { NameKind, Occurrence } from "./occurrence.ts";

/** Every name of a dump: its tables, chains and the ipsets that it asks. */
export function iptablesNames(tree: IptablesTree): Occurrence[] {
  const found: Occurrence[] = [];
  for (const { name, chains, commands } of tree.tables) {
    add("table", name, name.text, "definition", found);
    for (const chain of chains) add("chain", chain.name, name.text, "definition", found);
    for (const { command } of commands) ofCommand(command, name.text, found);
  }
  return sorted(found);
}

/** The names in the iptables and ipset commands of a script. */
export function shellNames(tree: ShellTree): Occurrence[] {
  const found: Occurrence[] = [];
  for (const command of tree.commands) {
    const program = programOf(command.words);
    if (program === undefined) continue;
    const words = command.words.slice(program.index + 1);
    const family = /^ip(6?)tables(-nft|-legacy)?$/.exec(program.name);
    if (family) {
      const parsed = parseCommand(words, command.range, { family: family[1] === "6" ? "ip6" : "ip", report: () => {} });
      ofCommand(parsed, `${family[1] === "6" ? "ip6" : "ip"} ${parsed.table?.text ?? "filter"}`, found);
    } else if (program.name === "ipset") ipset(words, found);
  }
  return sorted(found);
}

function ofCommand(command: IptablesCommand, scope: string, found: Occurrence[]): void {
  const { name, chain, argument, rule } = command;
  if (chain) add("chain", chain, scope, name === "new-chain" ? "definition" : "use", found);
  if (name === "rename-chain" && argument) add("chain", argument, scope, "definition", found);
  const target = rule.target;
  if (target && (target.goto || !Object.hasOwn(TARGETS, target.name.text))) add("chain", target.name, scope, "use", found);
  for (const { options } of [...rule.matches, ...(target ? [target] : [])]) {
    for (const option of options) {
      if (/^(match|add|del|map)-set$/.test(option.name) && option.values[0]) add("set", option.values[0], "", "use", found);
    }
  }
}

function ipset(words: readonly Word[], found: Occurrence[]): void {
  const rest = words.filter(({ text }) => !text.startsWith("-") || text.length < 3);
  const creates = /^(create|-N|n)$/.test(rest[0]?.text ?? "");
  if (rest[1] && /^(create|add|del|test|destroy|flush|swap|rename|-[NADTXFWE])$/.test(rest[0]!.text)) add("set", rest[1], "", creates ? "definition" : "use", found);
}

function add(kind: NameKind, word: Word, scope: string, role: Occurrence["role"], found: Occurrence[]): void {
  if (word.text !== "" && !word.text.includes(HOLE)) found.push({ kind, name: word.text, scope, range: unquoted(word), role });
}

/** The span of a word without the quotes around it. */
function unquoted({ text, range }: Word): Range {
  return range.end - range.start === text.length + 2 ? { start: range.start + 1, end: range.end - 1 } : range;
}

function sorted(found: readonly Occurrence[]): Occurrence[] {
  return [...found].sort((a, b) => a.range.start - b.range.start);
}
