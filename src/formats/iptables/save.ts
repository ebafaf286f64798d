import type { Range } from "../../engine/location.ts";
import type { SyntaxProblem } from "../format.ts";
import { overlapping } from "../template/overlap.ts";
import type { Masked } from "../template/jinja.ts";
import { HOLE } from "../template/jinja.ts";
import { chainNameFault, checkCommand } from "./check.ts";
import { parseCommand } from "./command.ts";
import { jumpCycles } from "./cycles.ts";
import { familyOf } from "./family.ts";
import type { ChainLine, CommandLine, IptablesCommand, IptablesTree, Report, SaveTable, Word } from "./tree.ts";
import { named } from "./values.ts";
import { splitWords } from "./words.ts";

/** The tables that the kernel has. */
const TABLES = ["filter", "nat", "mangle", "raw", "security"];

const BUILT_IN = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

/** The built-in chains of each table. */
const CHAINS: Readonly<Record<string, readonly string[]>> = {
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  mangle: BUILT_IN,
  raw: ["PREROUTING", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
};

/** Options that one of iptables and ip6tables passes over a rule for. */
const ONE_PROGRAM: ReadonlySet<string> = new Set(["-4", "-6", "--ipv4", "--ipv6"]);

interface OpenTable {
  name: Word;
  chains: ChainLine[];
  declared: Set<string>;
  commands: CommandLine[];
  holes: { range: Range; after: number }[];
  start: number;
}

/** Parses a masked text as iptables-restore reads it: line by line, a table from `*name` to `COMMIT`. */
export function parseSave(masked: Masked): { tree: IptablesTree; errors: SyntaxProblem[] } {
  const { text } = masked;
  const errors: SyntaxProblem[] = [];
  const report = (problem: SyntaxProblem): void => void errors.push(problem);
  const tables: SaveTable[] = [];
  const templated = masked.conditional.length > 0;
  const family = familyOf(text);
  const conditional = overlapping(masked.conditional.map(({ range }) => range));
  let table: OpenTable | undefined;
  /** `-h` makes iptables-restore print its help and end: it reads no further. */
  let helped = false;
  /** The first template region that does not end before the line at hand: both are in the order of the text. */
  let region = 0;
  const close = (committed: boolean, end: number): void => {
    if (!table) return;
    const { name, chains, commands, holes, start } = table;
    tables.push({ name, chains, commands, holes, committed, range: { start, end } });
    table = undefined;
  };
  let next = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (next <= text.length) {
    const start = next;
    const end = lineEnd(text, start);
    next = lineBreak(text, end);
    if (start === end || text[start] === "#" || helped) continue;
    const range = within(text, start, end);
    const from = range.start;
    const first = text[from];
    const certain = !templated || !conditional(range);
    if (from > start || range.end < end || from === end) {
      const trimmed = text.slice(from, range.end);
      if (trimmed === "" || (from > start ? /^([#*:]|COMMIT$)/ : /^(#|COMMIT$)/).test(trimmed)) {
        while (region < masked.regions.length && masked.regions[region]!.range.end < start) region++;
        if (!((masked.regions[region]?.range.start ?? Infinity) <= end)) report(strayWhiteSpace({ start, end }, trimmed, trimmed === "" || from > start, certain));
      }
      if (trimmed === "" || first === "#") continue;
    }
    if (first === "*") {
      const inner = splitWords(text, from + 1, range.end).words;
      const name: Word = { text: inner[0]?.text ?? "", range: { start: from + 1, end: inner[0]?.range.end ?? from + 1 } };
      if (table) {
        if (!misspelt(table)) report(missingCommit(table, { start: from, end: name.range.end }, certain));
        close(false, start);
      }
      if (!TABLES.includes(name.text) && !name.text.includes(HOLE) && !(inner.length > 1)) {
        report({ range: name.text === "" ? range : name.range, message: `There is no table “${name.text}”: iptables-restore refuses the file. The tables are ${TABLES.join(", ")}.`, certain });
      }
      table = { name, chains: [], declared: new Set(), commands: [], holes: [], start: from };
    } else if (first === "C" && text.slice(from, range.end) === "COMMIT") {
      if (!table) report({ range, message: "COMMIT without a table before it: iptables-restore refuses the file. Put “*filter” (or another table) before its rules.", certain });
      close(true, range.end);
    } else if (first === HOLE && new RegExp(`^${HOLE}+$`).test(text.slice(from, range.end))) {
      table?.holes.push({ range, after: table.commands.length });
    } else if (!table) {
      report({ range, message: "This line stands in no table: iptables-restore refuses the file. Put “*filter” (or another table) before it.", certain: certain && !((masked.regions[0]?.range.start ?? from) < from) });
    } else if (first === ":") {
      const chain = chainLine(text, range, conditional(range));
      if (chain.policy === undefined && !chain.name.text.includes(HOLE)) report({ range, message: `The chain “${chain.name.text}” has no policy: iptables-restore refuses the line. Write “:${chain.name.text} - [0:0]” for a chain of your own.`, certain });
      const fault = BUILT_IN.includes(chain.name.text) || chain.name.text.includes(HOLE) ? undefined : chainNameFault(chain.name.text);
      if (fault !== undefined) report({ range: chain.name.range, message: fault, certain });
      if (chain.policy && BUILT_IN.includes(chain.name.text) && !/^(ACCEPT|DROP|-)$/.test(chain.policy.text) && !chain.policy.text.includes(HOLE)) {
        report({ range: chain.policy.range, message: `A built-in chain's policy is ACCEPT or DROP; the kernel refuses “${chain.policy.text}”.`, certain });
      }
      table.chains.push(chain);
      table.declared.add(chain.name.text);
    } else {
      const { words, openQuote } = splitWords(text, afterCounters(text, from, range.end), range.end);
      // The tool stops at a line's first fault; what follows is often its consequence.
      let heard = false;
      const hear = (problem: SyntaxProblem): void => {
        if (heard) return;
        heard = true;
        const fault = openQuote === undefined ? problem : { range: { start: openQuote, end: range.end }, message: "This quote is not closed on its line: iptables-restore refuses it. Close it.", certain: problem.certain };
        report(certain ? fault : { ...fault, certain: false });
      };
      // A rule for one of the two programs is only for its own family's addresses.
      const seen = words.some(({ text: word }) => word.length < 7 && word[0] === "-" && ONE_PROGRAM.has(word)) ? undefined : family;
      const command = parseCommand(words, range, { family: seen, report: hear });
      checkCommand(command, table.name.text, seen ?? command.onlyFamily, hear);
      checkChain(command, table, hear);
      table.commands.push({ command, range, conditional: templated && conditional(range) });
      helped ||= command.help === true && certain;
    }
  }
  if (table) {
    if (!helped && !misspelt(table)) report(missingCommit(table, { start: text.length, end: text.length }, !templated && !text.includes(HOLE)));
    close(false, text.length);
  }
  for (const saved of tables) for (const problem of jumpCycles(saved)) report(problem);
  return { tree: { family, tables, range: { start: 0, end: text.length } }, errors };
}

/** Whether the chain of a rule is there: every chain of one's own has to be declared before. */
function checkChain({ name, chain }: IptablesCommand, table: OpenTable, report: Report): void {
  if (chain === undefined) return;
  const { declared } = table;
  const built = named(CHAINS, table.name.text);
  if (name === "new-chain") {
    if (declared.has(chain.text)) report({ range: chain.range, message: `There is a chain “${chain.text}” already: iptables-restore refuses the file.`, certain: true });
    declared.add(chain.text);
  }
  if ((name !== "append" && name !== "insert") || built === undefined || chain.text.includes(HOLE) || built.includes(chain.text) || declared.has(chain.text)) return;
  // Without the built-in chains the text may be for “iptables-restore -n”, which leaves other chains in place.
  const whole = built.filter((one) => declared.has(one)).length >= Math.min(built.length, 3);
  if (!whole && !BUILT_IN.includes(chain.text)) return;
  const message = BUILT_IN.includes(chain.text)
    ? `The table “${table.name.text}” has no chain ${chain.text}: iptables-restore refuses the file. Its chains are ${built.join(", ")}.`
    : `There is no chain “${chain.text}” here: iptables-restore refuses the file. Write “:${chain.text} - [0:0]” at the head of the table.`;
  report({ range: chain.range, message, certain: table.holes.length === 0 });
}

/** White space that iptables-restore does not skip: it skips only lines that are empty or begin with “#”. */
function strayWhiteSpace(line: Range, trimmed: string, leading: boolean, certain: boolean): SyntaxProblem {
  const what = trimmed === "" ? "This line is not empty: it holds white space" : `White space stands ${leading ? "before" : "after"} “${trimmed.startsWith("#") ? "#" : trimmed}”`;
  return { range: line, message: `${what}. iptables-restore refuses the file. Remove the white space.`, certain, edits: [{ range: line, newText: trimmed }] };
}

/** True where the table's last line is no command: its fault is told already, and it is likely COMMIT with a slip. */
function misspelt({ commands }: OpenTable): boolean {
  const last = commands.at(-1)?.command;
  return last !== undefined && last.name === undefined && last.rule.notUnderstood[0] !== undefined && /C/i.test(last.rule.notUnderstood[0].text[0] ?? "");
}

/** Told where iptables-restore finds it: at the next table, else at the end. */
function missingCommit(table: OpenTable, range: Range, certain: boolean): SyntaxProblem {
  const commands = table.commands.at(-1)?.range.end ?? table.chains.at(-1)?.range.end ?? table.name.range.end;
  const at = Math.min(commands, range.start);
  return {
    range,
    message: `The table “${table.name.text}” has no COMMIT before this: iptables-restore applies none of its rules. Write COMMIT after its last rule.`,
    certain,
    edits: [{ range: { start: at, end: at }, newText: "\nCOMMIT" }],
  };
}

function chainLine(text: string, range: Range, conditional: boolean): ChainLine {
  const { words } = splitWords(text, range.start + 1, range.end);
  const name = words[0] ?? { text: "", range: { start: range.start + 1, end: range.start + 1 } };
  return { name, ...(words[1] && { policy: words[1] }), range, conditional };
}

/** Where a rule starts after its `[packets:bytes]`. */
function afterCounters(text: string, start: number, end: number): number {
  if (text[start] !== "[") return start;
  const close = text.indexOf("]", start);
  return close === -1 || close >= end ? start : close + 1;
}

/** Where the line ends that begins at `start`, without its break. */
function lineEnd(text: string, start: number): number {
  const feed = text.indexOf("\n", start);
  const end = feed === -1 ? text.length : feed;
  return end > start && text[end - 1] === "\r" ? end - 1 : end;
}

/** Where the next line begins. */
function lineBreak(text: string, end: number): number {
  return end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
}

/** What stands in a line between its white space. */
function within(text: string, start: number, end: number): Range {
  if (isInk(text.charCodeAt(start)) && isInk(text.charCodeAt(end - 1))) return { start, end };
  const line = text.slice(start, end);
  const from = start + line.length - line.trimStart().length;
  return { start: from, end: Math.max(from, start + line.trimEnd().length) };
}

/** A printed character of ASCII, as nearly every line begins and ends with. */
function isInk(code: number): boolean {
  return code > 32 && code < 127;
}
