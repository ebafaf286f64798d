import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Range } from "../engine/location.ts";
import { LineIndex } from "../engine/location.ts";
import { iptablesSave } from "../formats/iptables/index.ts";
import type { Language, SyntaxProblem } from "../formats/format.ts";
import { nftables } from "../formats/nftables/index.ts";
import { recognise } from "../formats/index.ts";
import type { TraceStep } from "../model/firewall/evaluate/index.ts";
import { evaluate } from "../model/firewall/evaluate/index.ts";
import { fromIptables } from "../model/firewall/from-iptables/index.ts";
import { ExpandedText } from "../model/firewall/from-nftables/expanded.ts";
import { fromNftables } from "../model/firewall/from-nftables/index.ts";
import { readFirewall } from "../model/firewall/read.ts";
import type { Packet, Ruleset } from "../model/firewall/ruleset.ts";
import type { Sources } from "../report/verdict.ts";
import { VerdictReport } from "../report/verdict.ts";
import { decode, unreadable } from "../vcs/directory.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import { BadPacket, packetOfJson, packetOfSpec } from "./packet-spec.ts";
import { select, slashes } from "./selection.ts";
import { loadState } from "./state.ts";
import type { Terminal } from "./terminal.ts";
import { warn } from "./terminal.ts";

/** The options of `verdict`, as commander hands them over. */
export interface VerdictOptions {
  readonly packet: string;
  readonly json?: boolean;
  readonly as?: As;
  readonly trace: boolean;
}

/** What `--as` says a file is. */
export type As = "nftables" | "iptables" | "ip6tables";

/** A ruleset as a command reads it. */
export interface Read {
  readonly ruleset: Ruleset;
  readonly sources: Sources;
}

/** Runs `premortem verdict`; gives the exit status. `lines`: standard input, for `--packet -`. */
export async function verdictCommand(files: readonly string[], options: VerdictOptions, terminal: Terminal, lines?: AsyncIterable<string>): Promise<number> {
  const packet = options.packet === "-" ? undefined : packetOfArgument(options.packet);
  const read: Read[] = [];
  for (const file of files) read.push(await readRuleset(file, options.as, terminal));
  const rulesets = read.map(({ ruleset }) => ruleset);
  warnOfCommonTables(files, rulesets, terminal);
  const report = new VerdictReport(together(read));
  const judge = (one: Packet): string => {
    const trace: TraceStep[] = [];
    const outcome = evaluate(rulesets, withFamily(one, rulesets), options.trace ? trace : undefined);
    return options.json === true || packet === undefined ? `${JSON.stringify(report.json(outcome, trace))}\n` : report.text(outcome, trace, terminal.colour);
  };
  if (packet !== undefined) {
    terminal.out(judge(packet));
    return 0;
  }
  return stream(lines ?? standardInput(), judge, terminal);
}

/** Each file is followed by itself: what one adds to a table of another is not put into its chains. */
function warnOfCommonTables(files: readonly string[], rulesets: readonly Ruleset[], terminal: Terminal): void {
  const seen = new Map<string, number>();
  for (const [i, { tables, dialect, replaces }] of rulesets.entries()) {
    for (const { family, name } of tables) {
      const table = `${dialect} ${family} ${name}`;
      const before = seen.get(table);
      if (before === undefined) seen.set(table, i);
      else if (before !== i) {
        const meant = replaces === "nothing" ? `the verdict takes them for two; ${dialect === "nftables" ? "name a file that includes both" : "write both into one script"} to have them as one` : "loading the second takes the first away; name only one of them";
        warn(terminal, `${files[before]} and ${files[i]} both have the table ${family} ${name}: ${meant}.`);
        return;
      }
    }
  }
}

function packetOfArgument(spec: string): Packet {
  try {
    return packetOfSpec(spec);
  } catch (error) {
    if (error instanceof BadPacket) throw new Unavailable(error.message);
    throw error;
  }
}

/** Answers line by line, so that neither the packets nor the answers pile up. */
async function stream(lines: AsyncIterable<string>, judge: (packet: Packet) => string, terminal: Terminal): Promise<number> {
  let number = 0;
  const bad: string[] = [];
  for await (const read of lines) {
    number++;
    const line = number === 1 ? read.replace(/^\ufeff/, "") : read;
    if (line.trim() === "") continue;
    let answer: string;
    try {
      answer = judge(packetOfJson(line));
    } catch (error) {
      if (!(error instanceof BadPacket)) throw error;
      if (bad.length === 0) bad.push(`line ${number}: ${error.message}`);
      else bad.push("");
      answer = `${JSON.stringify({ verdict: "unknown", rule: null, chain: null, table: null, reason: `not a packet: ${error.message}`, trace: [], error: true })}\n`;
    }
    terminal.out(answer);
    await terminal.drained?.();
  }
  if (bad.length === 0) return 0;
  warn(terminal, `${bad.length === 1 ? "One line is no packet" : `${bad.length} lines are no packets`}; ${bad.length === 1 ? "" : "the first is "}${bad[0]}`);
  return 2;
}

function standardInput(): AsyncIterable<string> {
  return createInterface({ input: process.stdin, crlfDelay: Infinity });
}

/** Where nothing in the packet tells the family, it is the one that all the tables are of. */
function withFamily(packet: Packet, rulesets: readonly Ruleset[]): Packet {
  if (packet.saddr !== undefined || packet.daddr !== undefined || packet.proto === "icmp" || packet.proto === 1) return packet;
  const tables = rulesets.flatMap((ruleset) => ruleset.tables);
  return tables.length > 0 && tables.every(({ family }) => family === "ip6") ? { ...packet, family: "ip6" } : packet;
}

/** Reads a ruleset with what it includes. Its path in answers is the one that the user gave. */
export async function readRuleset(file: string, as: As | undefined, terminal: Terminal): Promise<Read> {
  const selection = select([file])[0]!;
  if (selection.targets === undefined) throw new Unavailable(isDirectory(file) ? `${file} is a directory; name the ruleset's file in it.` : `${file} cannot be read.`);
  const text = readText(file);
  const path = selection.targets[0]!;
  const { workspace: others } = await loadState(selection, {});
  const workspace = others.with(new Map([[path, text]]));
  const language = languageOf(file, text, as, workspace.language(path));
  const shown = (one: string): string => (one === path ? slashes(file) : slashes(join(dirname(file), relativeTo(dirname(path), one))));
  const locateIn = (one: string, range: Range): { path: string; range: Range } => ({ path: one, range });
  const origin = new Map<string, string>([[slashes(file), text]]);
  const sources = (locate: (path: string, range: Range) => { path: string; range: Range }): Sources => ({
    locate: (one, range) => {
      const found = locate(one, range);
      const name = shown(found.path);
      if (!origin.has(name)) origin.set(name, workspace.text(found.path) ?? "");
      return { path: name, range: found.range };
    },
    text: (name) => origin.get(name) ?? "",
  });
  let read: Read | undefined;
  if (language === "nftables") {
    const expanded = new ExpandedText(workspace, path);
    for (const { written, at } of expanded.missing) warn(terminal, `${shown(at.path)}: “${written}” is not among the files, so the verdict leaves out what it holds.`);
    const parsed = nftables.parse(expanded.text);
    tellErrors(parsed.errors, (range) => expanded.locate(range));
    read = { ruleset: fromNftables(path, parsed.tree), sources: sources((_, range) => expanded.locate(range)) };
  } else if (language === "iptables-save") {
    const parsed = iptablesSave.parse(text);
    tellErrors(parsed.errors, (range) => ({ path, range }));
    read = { ruleset: fromIptables(path, parsed.tree, as === "ip6tables" ? "ip6" : as === "iptables" ? "ip" : undefined), sources: sources(locateIn) };
  } else {
    const ruleset = readFirewall(workspace, path);
    if (ruleset !== undefined) read = { ruleset, sources: sources(locateIn) };
  }
  if (read === undefined || read.ruleset.tables.length === 0) {
    throw new Unavailable(`${file} holds no firewall rules${as === undefined ? ` (it is read as ${language}); if it does, say what it is with --as nftables, iptables or ip6tables.` : ` that ${as} would read; check the file, or leave --as out.`}`);
  }
  return read;

  function tellErrors(errors: readonly SyntaxProblem[], locate: (range: Range) => { path: string; range: Range }): void {
    // What a template may mend is none.
    const certain = errors.filter((error) => error.certain);
    const [first] = certain;
    if (first === undefined) return;
    const at = locate(first.range);
    const { line } = new LineIndex(workspace.text(at.path) ?? "").positionAt(at.range.start);
    warn(terminal, `${shown(at.path)}:${line}: ${first.message} ${certain.length > 1 ? `There are ${certain.length} such places; the` : "The"} verdict goes by the rest (see premortem check).`);
  }
}

/** What the text is: by `--as`, else by its name and content. Scripts stay scripts: they say themselves which tool they call. */
function languageOf(file: string, text: string, as: As | undefined, found: Language | undefined): Language {
  if (as === "nftables") return "nftables";
  if (as !== undefined) return found === "shell" ? "shell" : "iptables-save";
  // A name that says nothing of firewalls may still hold one.
  const language = found ?? recognise("", text.slice(0, 4096));
  if (language === undefined) throw new Unavailable(`${file} is not recognised as a firewall ruleset; say what it is with --as nftables, iptables or ip6tables.`);
  return language;
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Unavailable(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}). Make it readable.`);
  }
  const problem = unreadable(bytes.length, bytes);
  if (problem !== undefined) throw new Unavailable(`${file} cannot be read: ${problem.replace(/, or list it below ignore.*$/, "")}.`);
  return decode(bytes).text;
}

function isDirectory(file: string): boolean {
  return statSync(file).isDirectory();
}

/** A path of the workspace as seen from one of its directories. */
function relativeTo(directory: string, path: string): string {
  if (directory === ".") return path;
  const [from, to] = [directory.split("/"), path.split("/")];
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++;
  return [...from.slice(common).map(() => ".."), ...to.slice(common)].join("/");
}

/** The sources of several rulesets as one: each knows its own path. */
function together(read: readonly Read[]): Sources {
  const byPath = new Map(read.map(({ ruleset, sources }) => [ruleset.path, sources]));
  return {
    locate: (path, range) => (byPath.get(path) ?? read[0]!.sources).locate(path, range),
    text: (path) => {
      for (const { sources } of read) {
        const text = sources.text(path);
        if (text !== "") return text;
      }
      return "";
    },
  };
}

