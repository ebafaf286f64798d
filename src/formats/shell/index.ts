import type { Format } from "../format.ts";
import { maskJinja } from "../template/jinja.ts";
import { scan } from "./parse.ts";
import type { ShellCommand, ShellTree } from "./tree.ts";

export { parseCommands } from "./parse.ts";
export { programOf } from "./program.ts";
export type { Block, Redirection, ShellCommand, ShellCommand as Command, ShellTree, ShellWord } from "./tree.ts";

/** The functions of a script that it calls itself. */
function calledFunctions(commands: readonly ShellCommand[]): Set<string> {
  const defined = new Set(commands.flatMap(({ blocks }) => blocks.flatMap(({ kind, name }) => (kind === "function" && name !== "" ? [name] : []))));
  if (defined.size === 0) return defined;
  return new Set(commands.flatMap(({ words, blocks }) => {
    const name = words[0]?.text;
    return name !== undefined && defined.has(name) && !blocks.some((block) => block.kind === "function" && block.name === name) ? [name] : [];
  }));
}

/** POSIX and bash scripts, as far as the list of their simple commands. Nothing in them is ever an error. */
export const shell: Format<ShellTree> = {
  language: "shell",
  recognise(path, head) {
    if (/^\uFEFF?#![ \t]*\S*(\/|env[ \t]+)(ba|da|k|z|a)?sh\b/.test(head)) return "name";
    return /\.(sh|bash)$/.test(path) ? "name" : false;
  },
  parse(text) {
    const masked = maskJinja(text);
    const commands = scan(masked);
    const called = calledFunctions(commands);
    const unrolled = called.size > 0 || /\bfor\b/.test(masked.text) ? scan(masked, called) : commands;
    return { tree: { commands, unrolled, range: { start: 0, end: text.length } }, errors: [] };
  },
  comments: { openers: ["#"], inline: true },
};
