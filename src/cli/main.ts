import { Command, CommanderError, Option } from "commander";
import { hostsJson, hostsText } from "../report/hosts.ts";
import { VERSION } from "../report/report.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import { explain } from "./explain.ts";
import type { EndOptions } from "./base.ts";
import type { FlowsOptions } from "./flows.ts";
import { flowsCommand } from "./flows.ts";
import type { FixCommandOptions } from "./fix.ts";
import { fixCommand } from "./fix.ts";
import { addLessonCommands } from "./lesson.ts";
import type { MergeOptions } from "./merge.ts";
import { mergeCommand } from "./merge.ts";
import type { ReportOptions } from "./options.ts";
import { configOption, failOnOption, prefixOption, ruleOption, withPrintOptions, withReportOptions } from "./options.ts";
import { checkCommand, reviewCommand } from "./review.ts";
import { select } from "./selection.ts";
import { loadState } from "./state.ts";
import type { Terminal } from "./terminal.ts";
import { warn } from "./terminal.ts";
import type { VerdictOptions } from "./verdict.ts";
import { verdictCommand } from "./verdict.ts";

/** Runs the language server until its client ends it; gives the exit status. */
type Serve = () => Promise<number>;

/** The server takes standard input and output for itself, so only the program itself can run it. */
const notServed: Serve = () => Promise.reject(new Unavailable("The language server runs in the program alone: premortem lsp."));

/** Runs the command line; gives its exit status. `args` are those after the program's name. `serve` is what `lsp` runs. */
export async function main(args: readonly string[], terminal: Terminal, serve: Serve = notServed): Promise<number> {
  let status = 0;
  const program = commands(terminal, serve, (result) => {
    status = result;
  });
  if (args.length === 0) {
    warn(terminal, "Name a command: review, check, merge, fix, flows, verdict, hosts, explain, lesson or lsp (see premortem --help).");
    return 2;
  }
  if (args.length === 1 && args[0] === "lesson") {
    warn(terminal, "Name what to do with lessons: test, new or schema (see premortem lesson --help).");
    return 2;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    // Commander has printed its message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Unavailable) warn(terminal, error.message);
    else warn(terminal, `This is a bug in Premortem; please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 2;
  }
}

function commands(terminal: Terminal, serve: Serve, done: (status: number) => void): Command {
  const program = new Command("premortem")
    .description("Reviews infrastructure changes before they are applied.")
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .hook("preAction", (_, command) => refuseEmpty(command));
  withOutput(program, terminal, "premortem");
  withEndOptions(withReportOptions(program.command("review")))
    .description("findings of the change from a base to the working tree")
    .argument("[path]", "what to review (default: the current directory)")
    .action(async (path: string | undefined, options: ReportOptions & EndOptions) => done(await reviewCommand(path, options, terminal)));
  withReportOptions(program.command("check"))
    .description("findings of the state alone, as the editor shows them while typing")
    .argument("[path...]", "what to check (default: the current directory)")
    .action(async (paths: string[], options: ReportOptions) => done(await checkCommand(paths, options, terminal)));
  withEndOptions(withPrintOptions(program.command("merge")))
    .description("the report of a whole run from those of its parts, which --shard made, in any format")
    .argument("<report...>", "all parts, in JSON or SARIF")
    .option("--path <path>", "for html alone, whose pictures are drawn from the files: what the parts reviewed, with the same --base")
    .addOption(prefixOption())
    .addOption(configOption())
    .action(async (files: string[], options: MergeOptions) => done(await mergeCommand(files, options, terminal)));
  program
    .command("fix")
    .description("apply quick fixes")
    .argument("[path...]", "what to mend (default: the current directory)")
    .option("--unsafe", "also those that change what the hosts do")
    .option("--dry-run", "write nothing, and print a unified diff")
    .addOption(configOption())
    .addOption(failOnOption())
    .addOption(ruleOption())
    .action(async (paths: string[], options: FixCommandOptions) => done(await fixCommand(paths, options, terminal)));
  program
    .command("flows")
    .description("which flows a change of a firewall opens and closes, each with a sample packet; of one file, what it accepts")
    .argument("<before>", "the ruleset's file before the change")
    .argument("[after]", "the ruleset's file after it; may be of another tool")
    .option("--json", "as JSON")
    .addOption(new Option("--as <language>", "what the files are, where their texts leave it open").choices(["nftables", "iptables", "ip6tables"]))
    .action(async (before: string, after: string | undefined, options: FlowsOptions) => done(await flowsCommand(before, after, options, terminal)));
  program
    .command("verdict")
    .description("what happens to one packet, rule by rule")
    .argument("<ruleset...>", "the file; several where one host loads several")
    .requiredOption("--packet <spec>", "hook=input,iif=eth0,saddr=192.0.2.1,proto=tcp,dport=22,ct=new; - reads one JSON object a line")
    .addOption(new Option("--as <language>", "what the text is, where it leaves that open").choices(["nftables", "iptables", "ip6tables"]))
    .option("--json", "as JSON")
    .option("--no-trace", "leave out the rules on the way")
    .action(async (files: string[], options: VerdictOptions) => done(await verdictCommand(files, options, terminal)));
  program
    .command("hosts")
    .description("the fleet as understood: hosts, groups, effective variables, and which file reaches which host")
    .argument("[path]", "the repository (default: the current directory)")
    .option("--json", "as JSON")
    .addOption(configOption())
    .action(async (path: string | undefined, options: { json?: boolean; config?: string }) => done(await hostsCommand(path, options, terminal)));
  program
    .command("explain")
    .description("the page of a rule or a lesson")
    .argument("[rule|lesson]", "its id, or lesson/ID for a lesson of the current directory; without one, all are listed")
    .action(async (name: string | undefined) => terminal.out(await explain(name, terminal.colour)));
  addLessonCommands(program, terminal, done);
  program
    .command("lsp")
    .description("language server on standard input and output")
    // What clients add by habit: the one is how the server speaks anyway, the other is read where the connection is made.
    .addOption(new Option("--stdio").hideHelp())
    .addOption(new Option("--clientProcessId <pid>").hideHelp())
    .action(async () => done(await serve()));
  for (const command of program.commands) {
    withOutput(command, terminal, `premortem ${command.name()}`);
    for (const below of command.commands) withOutput(below, terminal, `premortem ${command.name()} ${below.name()}`);
  }
  return program;
}

/** Says where a command writes. What is wrong with its arguments is one line, which names the command's own help. */
function withOutput(command: Command, terminal: Terminal, name: string): void {
  command.configureOutput({
    writeOut: (text) => terminal.out(text),
    writeErr: (text) => terminal.err(text),
    outputError: (text) => warn(terminal, `${text.trim().replace(/^error: /, "").replace(/\s*\n\s*/g, " ")} (see ${name} --help)`),
  });
}

/** A variable of a script that is not set must not become the current directory, and so a comparison of it with itself. */
function refuseEmpty(command: Command): void {
  const empty = command.options.find((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    return option.parseArg === undefined && (value === "" || (Array.isArray(value) && value.includes("")));
  });
  if (empty !== undefined) throw new Unavailable(`The value of ${empty.long} is empty. Give one, or leave the option out.`);
  if (command.args.includes("")) throw new Unavailable(`An argument of premortem ${command.name()} is empty. Give it a value, or leave it out.`);
}

/** Which two states a review compares. */
function withEndOptions(command: Command): Command {
  return command
    .option("--base <rev|dir>", "the revision or directory to compare with (default: HEAD)")
    .addOption(new Option("--merge-base [ref]", "compare with the commit in which the head parted from REF (default: the default branch)").conflicts("base"))
    .addOption(new Option("--staged", "review what is staged, against HEAD").conflicts(["head", "mergeBase"]))
    .option("--head <rev>", "review this commit, branch or tag without checking it out (its base by default: --merge-base)");
}

async function hostsCommand(path: string | undefined, options: { json?: boolean; config?: string }, terminal: Terminal): Promise<number> {
  const { workspace, tree, settings } = await loadState(select(path === undefined ? [] : [path])[0]!, { config: options.config });
  const omissions = [...settings.omissions, ...tree.omissions];
  for (const omission of omissions) warn(terminal, `${omission.path}: ${omission.reason}.`);
  terminal.out(options.json === true ? hostsJson(workspace) : hostsText(workspace, terminal.colour));
  return omissions.some((omission) => omission.incomplete) ? 2 : 0;
}
