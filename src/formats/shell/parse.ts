import type { Masked } from "../template/jinja.ts";
import { maskJinja } from "../template/jinja.ts";
import { Scanner } from "./commands.ts";
import type { ShellCommand } from "./tree.ts";

/**
 * The simple commands of a script or of a one-line command, in the order of the text; nothing is run. `offset` is where
 * `text` starts in its file: ranges count from there.
 */
export function parseCommands(text: string, offset = 0): ShellCommand[] {
  const commands = new Scanner(maskJinja(text), false).run();
  return offset === 0 ? commands : commands.map((command) => moved(command, offset));
}

/**
 * The commands of a masked text; with `called`, loops over plain lists are run through, and the functions of those names
 * where they are called, with their arguments.
 */
export function scan(masked: Masked, called?: ReadonlySet<string>): ShellCommand[] {
  return new Scanner(masked, called !== undefined, called).run();
}

function moved(command: ShellCommand, by: number): ShellCommand {
  const range = <T extends { range: { start: number; end: number } }>(node: T): T => ({ ...node, range: { start: node.range.start + by, end: node.range.end + by } });
  return {
    ...range(command),
    words: command.words.map(range),
    assignments: command.assignments.map(({ name, value }) => ({ name, value: range(value) })),
    redirections: command.redirections.map((one) => ({ ...one, target: range(one.target), ...(one.document && { document: range(one.document) }) })),
  };
}
