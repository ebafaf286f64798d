import type { Range } from "../../engine/location.ts";
import type { ShellCommand, ShellWord } from "../../formats/shell/index.ts";

/** A `--limit` that Ansible gets empty, which is no limit at all (ansible/inventory/manager.py, `subset`). */
export interface EmptyLimit {
  readonly range: Range;
  /** The shell variable that is empty where nobody gives it; undefined: the limit is written as nothing. */
  readonly variable?: string;
}

const ANSIBLE = /^(?:.*\/)?ansible(?:-playbook|-pull)?$/;
/** `"$TARGET"`, `"${1}"`, `"${TARGET:-}"`, with or without the option before it. */
const VARIABLE = /^"?(?:(?:--limit|-l)=?)?"?\$(?:(\w+)|\{(\w+)(?::?-)?\})"?$/;

/** Limits among the commands of `text` that are empty, or are where a variable is not given. */
export function emptyLimits(text: string, commands: readonly ShellCommand[]): EmptyLimit[] {
  const found: EmptyLimit[] = [];
  for (const { words } of commands) {
    const at = words.findIndex((word) => ANSIBLE.test(word.text));
    // Behind another program it may stand in a text, as of an echo.
    if (at === -1 || words.slice(0, at).some(({ text: word }) => /^(?:echo|printf|cat|grep|sed|awk)$/.test(word))) continue;
    for (const word of limitWords(words.slice(at + 1))) {
      const written = text.slice(word.range.start, word.range.end);
      if (word.text === "" || /^--limit=$/.test(word.text)) {
        if (/^(?:--limit=)?(?:""|'')?$/.test(written)) {
          found.push({ range: word.range });
          continue;
        }
      }
      const match = VARIABLE.exec(written);
      // Unquoted and empty it is no word: the next one becomes the limit, or the command fails.
      if (match === null || !(written.includes('"') || written.startsWith("--limit="))) continue;
      const variable = match[1] ?? match[2]!;
      if (!isChecked(text, variable)) found.push({ range: word.range, variable });
    }
  }
  return found;
}

function limitWords(words: readonly ShellWord[]): ShellWord[] {
  return words.flatMap((word, index) => {
    if (word.text === "--limit" || word.text === "-l") return words[index + 1] ?? [];
    return word.text.startsWith("--limit=") ? word : [];
  });
}

/** True where the script refuses to go on without the variable, or gives it a value itself. */
function isChecked(text: string, variable: string): boolean {
  const name = `\\$(?:${variable}\\b|\\{${variable}\\b)`;
  if (new RegExp(`\\$\\{${variable}:?\\?|\\$\\{${variable}:?[-=][^}\\s]`).test(text)) return true;
  if (new RegExp(`(?:-[zn]\\s+|\\bcase\\s+|\\s[!=]?=~?\\s+)"?${name}|${name}[^"\\s]*"?\\s+(?:==?|!=|=~)\\s`).test(text)) return true;
  if (/^\d$/.test(variable)) return /\$#/.test(text) || /\bset\s+-\w*u|\bset\s+-o\s+nounset/.test(text);
  return new RegExp(`(?:^|[\\s;])(?:(?:export|local|readonly|declare)\\s+)?${variable}=(?!["']?(?:\\s|["']?$|\\$\\{?[1-9@*]|\\$\\{\\w+:?-\\}))|\\bfor\\s+${variable}\\b|\\bread\\b[^\\n]*\\b${variable}\\b`, "m").test(text);
}
