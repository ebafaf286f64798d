import type { Format } from "../format.ts";
import { maskJinja } from "../template/jinja.ts";
import { scan } from "./commands.ts";
import type { ShellTree } from "./tree.ts";

export { parseCommands } from "./commands.ts";
export { programOf } from "./program.ts";
export type { Block, Redirection, ShellCommand, ShellCommand as Command, ShellTree, ShellWord } from "./tree.ts";

/** POSIX and bash scripts, as far as the list of their simple commands. Nothing in them is ever an error. */
export const shell: Format<ShellTree> = {
  language: "shell",
  recognise(path, head) {
    if (/^\uFEFF?#![ \t]*\S*(\/|env[ \t]+)(ba|da|k|z|a)?sh\b/.test(head)) return "name";
    return /\.(sh|bash)$/.test(path) ? "name" : false;
  },
  parse(text) {
    const masked = maskJinja(text);
    const commands = scan(masked, false);
    const unrolled = /\bfor\b/.test(masked.text) ? scan(masked, true) : commands;
    return { tree: { commands, unrolled, range: { start: 0, end: text.length } }, errors: [] };
  },
  comments: { openers: ["#"], inline: true },
};
