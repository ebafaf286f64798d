import { HOLE } from "../template/jinja.ts";
import type { ShellWord } from "./tree.ts";

/** What a variable is known to hold; undefined: it was assigned, but nobody knows what. */
export type Variables = Map<string, string | undefined>;

/** The arguments of a function with NULs between them, which `"$@"` gives as so many words. */
export const QUOTED_ARGUMENTS = "\0@";

const ENDS_WORD = /[\s;&|<>()]/;

/**
 * Reads one word that starts at `start`. An unquoted variable may become several words or none, as in a shell. Gives
 * the words and where the text goes on.
 */
export function readWord(text: string, start: number, end: number, variables: Variables): { words: ShellWord[]; next: number } {
  if (text.startsWith('"$@"', start) && variables.has(QUOTED_ARGUMENTS) && (start + 4 >= end || ENDS_WORD.test(text[start + 4]!))) {
    const all = variables.get(QUOTED_ARGUMENTS);
    const range = { start, end: start + 4 };
    const given = all === undefined ? [HOLE] : all === "" ? [] : all.split("\0");
    return { words: given.map((word) => ({ text: word, range, quoted: true })), next: start + 4 };
  }
  const texts: string[] = [""];
  let quoted = false;
  let sawLiteral = false;
  const add = (part: string): void => {
    texts.push((texts.pop() ?? "") + part);
    sawLiteral = true;
  };
  let i = start;
  while (i < end) {
    const char = text[i]!;
    if (char === "\\") {
      if (text[i + 1] === "\n") i += 2;
      else if (text[i + 1] === "\r" && text[i + 2] === "\n") i += 3;
      else {
        add(text[i + 1] ?? "");
        i += 2;
      }
    } else if (char === "'") {
      const close = text.indexOf("'", i + 1);
      const stop = close === -1 || close >= end ? end : close;
      add(text.slice(i + 1, stop));
      quoted = true;
      i = stop + 1;
    } else if (char === '"') {
      quoted = true;
      i = readDouble(text, i + 1, end, variables, add);
    } else if (char === "$" || char === "`") {
      const expansion = readExpansion(text, i, end, variables);
      i = expansion.next;
      if (expansion.value === undefined) add(HOLE);
      else if (char === "$" && /\s/.test(expansion.value)) {
        const parts = expansion.value.split(/\s+/);
        texts.push((texts.pop() ?? "") + parts[0]!, ...parts.slice(1));
      } else texts.push((texts.pop() ?? "") + expansion.value);
    } else if (ENDS_WORD.test(char)) break;
    else {
      add(char);
      i++;
    }
  }
  const range = { start, end: Math.min(i, end) };
  const words = texts.filter((word) => word !== "" || quoted || (sawLiteral && texts.length === 1)).map((word) => ({ text: word, range, quoted }));
  return { words, next: Math.min(i, end) };
}

function readDouble(text: string, from: number, end: number, variables: Variables, add: (part: string) => void): number {
  let i = from;
  while (i < end && text[i] !== '"') {
    if (text[i] === "\\" && i + 1 < end) {
      const next = text[i + 1]!;
      if (next === "\n") add("");
      else add('$`"\\'.includes(next) ? next : `\\${next}`);
      i += 2;
    } else if (text[i] === "$" || text[i] === "`") {
      const expansion = readExpansion(text, i, end, variables);
      add(expansion.value ?? HOLE);
      i = expansion.next;
    } else add(text[i++]!);
  }
  return i + 1;
}

/** `$name`, `${…}`, `$(…)`, `$((…))`, backquotes. `value` undefined: not known. */
function readExpansion(text: string, start: number, end: number, variables: Variables): { value: string | undefined; next: number } {
  if (text[start] === "`") {
    const close = text.indexOf("`", start + 1);
    const stop = close === -1 || close >= end ? end : close;
    return { value: located(text.slice(start + 1, stop)), next: Math.min(stop + 1, end) };
  }
  const next = text[start + 1] ?? "";
  if (next === "(") {
    const stop = closing(text, start + 2, end, "(", ")");
    return { value: located(text.slice(start + 2, stop)), next: Math.min(stop + 1, end) };
  }
  if (next === "{") {
    const stop = closing(text, start + 2, end, "{", "}");
    const inner = text.slice(start + 2, stop);
    const form = /^(\w+)(?::?[-=]([^$`"'\\{}]*))?$/.exec(inner);
    if (!form) return { value: undefined, next: Math.min(stop + 1, end) };
    const [, name, fallback] = form;
    const value = variables.has(name!) ? variables.get(name!) || (variables.get(name!) === undefined ? undefined : fallback ?? "") : fallback;
    return { value, next: Math.min(stop + 1, end) };
  }
  const name = /^(?:[A-Za-z_]\w*|[\d@*#?$!-])/.exec(text.slice(start + 1, Math.min(start + 65, end)))?.[0];
  if (name === undefined) return { value: "$", next: start + 1 };
  return { value: variables.get(name), next: start + 1 + name.length };
}

/** `which iptables` and the like: the program that it looks for stands for its path. */
function located(command: string): string | undefined {
  return /^\s*(?:which|command -v|type -[pP]|whereis -b)\s+([\w./-]+)\s*(?:2>\s*\/dev\/null)?\s*$/.exec(command)?.[1];
}

/** The offset of the closer that matches an opener just before `from`; quotes hide both. */
function closing(text: string, from: number, end: number, opener: string, closer: string): number {
  let depth = 1;
  for (let i = from; i < end; i++) {
    const char = text[i]!;
    if (char === "\\") i++;
    else if (char === "'") {
      const close = text.indexOf("'", i + 1);
      if (close === -1 || close >= end) return end;
      i = close;
    } else if (char === opener) depth++;
    else if (char === closer && --depth === 0) return i;
  }
  return end;
}
