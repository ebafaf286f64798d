import type { Range } from "../../engine/location.ts";

/** One `name=value` of a free-form argument string, or a word of the command (without a name). */
export interface Argument {
  readonly name?: string;
  readonly value: string;
  readonly range: Range;
}

/** Modules that take their argument as it is (ansible/constants.py, MODULE_REQUIRE_ARGS and FREEFORM). */
const FREE_FORM = new Set([
  "command", "shell", "script", "raw", "win_command", "win_shell", "meta", "include", "include_tasks", "import_tasks",
  "include_role", "import_role", "include_vars", "import_playbook", "add_host", "group_by", "set_fact", "assert", "debug", "expect",
]);
/** Options of `command` and its like that may stand among the words. */
const COMMAND_OPTIONS = new Set(["chdir", "creates", "removes", "executable", "warn", "stdin", "argv"]);
/** The modules whose words are a command line: any other `a=b` in them belongs to the command. */
const COMMANDS = new Set(["command", "shell", "script", "raw", "win_command", "win_shell"]);

/** Takes a module's arguments as one string apart, as ansible/parsing/splitter.py does; `start` is the string's offset. */
export function splitArguments(module: string, text: string, start: number): Argument[] {
  const found: Argument[] = [];
  const words: { text: string; range: Range }[] = [];
  for (const word of wordsOf(text, start)) {
    const equals = /^([A-Za-z_]\w*)=/.exec(word.text);
    const isOption = equals !== null && (COMMANDS.has(module) ? COMMAND_OPTIONS.has(equals[1]!) : true);
    if (!isOption) {
      words.push(word);
      continue;
    }
    const from = word.range.start + equals[0].length;
    const written = word.text.slice(equals[0].length);
    const quoted = /^(["'])([\s\S]*)\1$/.exec(written);
    const inner = quoted ? { start: from + 1, end: word.range.end - 1 } : { start: from, end: word.range.end };
    found.push({ name: equals[1]!, value: quoted ? quoted[2]! : written, range: inner });
  }
  if (words.length > 0 && (FREE_FORM.has(module) || found.length === 0)) {
    const range = { start: words[0]!.range.start, end: words.at(-1)!.range.end };
    found.unshift({ value: text.slice(range.start - start, range.end - start), range });
  }
  return found;
}

/** Words between blanks; quotes and Jinja hold theirs together. */
function wordsOf(text: string, start: number): { text: string; range: Range }[] {
  const words: { text: string; range: Range }[] = [];
  let from = -1;
  let quote = "";
  let jinja = "";
  for (let i = 0; i <= text.length; i++) {
    const char = text[i];
    const blank = char === undefined || (/\s/.test(char) && quote === "" && jinja === "");
    if (blank) {
      if (from !== -1) words.push({ text: text.slice(from, i), range: { start: start + from, end: start + i } });
      from = -1;
      continue;
    }
    if (from === -1) from = i;
    if (jinja !== "") {
      if (text.startsWith(jinja, i)) {
        jinja = "";
        i++;
      }
    } else if (text.startsWith("{{", i) || text.startsWith("{%", i)) jinja = text[i + 1] === "{" ? "}}" : "%}";
    else if (quote !== "") {
      if (char === "\\") i++;
      else if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
  }
  return words;
}
