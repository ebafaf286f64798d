import type { ShellWord } from "../../formats/shell/index.ts";
import { parseCommands } from "../../formats/shell/index.ts";

/** A package that a command installs, or upgrades where a newer one is there. */
export interface CommandPackage {
  readonly name: string;
  /** Behind `=` (apt) or `-` (an exact rpm). */
  readonly version?: string;
}

const MANAGERS = /(?:^|\/)(?:apt-get|apt|aptitude|yum|dnf|microdnf|zypper)$/;

/** The packages that `apt-get install` and its like name: apt-get(8) and dnf(8) take the newest version of what is named alone. */
export function packagesOfCommand(text: string): CommandPackage[] {
  return parseCommands(text).flatMap(({ words }) => packagesOfWords(words.map((word: ShellWord) => word.text)));
}

function packagesOfWords(words: readonly string[]): CommandPackage[] {
  const at = words.findIndex((word) => MANAGERS.test(word));
  const rest = at === -1 ? [] : words.slice(at + 1);
  const verb = rest.findIndex((word) => !word.startsWith("-"));
  if (verb === -1 || !/^(?:install|in)$/.test(rest[verb]!) || rest.some((word) => word === "--no-upgrade" || word === "--download-only")) return [];
  return rest.slice(verb + 1).filter((word) => /^[a-z\d][\w.+:~=*-]*$/i.test(word)).map((word) => {
    const match = /^([^=]+)=(.+)$/.exec(word) ?? /^(.+?)-(\d[\w.~+:]*(?:-[\w.~+]+)?)$/.exec(word);
    return match === null ? { name: word } : { name: match[1]!, version: match[2]! };
  });
}
