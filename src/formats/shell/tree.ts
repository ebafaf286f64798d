import type { Range } from "../../engine/location.ts";

/** One word after quote removal and expansion; what cannot be known (variables, `$(…)`, templates) is HOLE characters. */
export interface ShellWord {
  readonly text: string;
  readonly range: Range;
  /** Quoted in whole or in part, so that it is a word even where it is empty. */
  readonly quoted: boolean;
}

/** `< file`, `> file`, `<<EOF`, `<<< word`, `2>&1`. */
export interface Redirection {
  readonly operator: "<" | ">" | ">>" | "<<" | "<<<" | "<>" | ">&" | "<&" | ">|" | "&>" | "&>>";
  readonly fd?: number;
  readonly target: ShellWord;
  /** Of `<<`: the span of the lines; `expanded` where the shell replaces variables in it. */
  readonly document?: { readonly range: Range; readonly expanded: boolean };
}

/** What a command stands in, outermost first. */
export interface Block {
  readonly kind: "if" | "loop" | "case" | "function" | "template";
  /** The function's name, the case's pattern, else empty. */
  readonly name: string;
}

/** One simple command. */
export interface ShellCommand {
  /** The program and its arguments; empty for a bare assignment. */
  readonly words: readonly ShellWord[];
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord }[];
  readonly redirections: readonly Redirection[];
  /** What stands between the command before and this one. `|`: that one's output is this one's input. */
  readonly connector: ";" | "&&" | "||" | "|" | "&";
  readonly blocks: readonly Block[];
  readonly range: Range;
}

/** A shell script. */
export interface ShellTree {
  /** In the order of the text. */
  readonly commands: readonly ShellCommand[];
  /** The same with loops over plain lists run through, a command in one once for each value, and functions where they are called. */
  readonly unrolled: readonly ShellCommand[];
  readonly range: Range;
}
