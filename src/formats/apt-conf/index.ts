import type { Range } from "../../engine/location.ts";
import type { Format, Parsed } from "../format.ts";
import { isConditional } from "../template/conditional.ts";
import { maskJinja } from "../template/jinja.ts";

/** One value of apt.conf(5). */
export interface AptSetting {
  /** The whole name, `Unattended-Upgrade::Automatic-Reboot`; apt compares it without regard to case. */
  readonly name: string;
  /** Without its quotes. A HOLE in it: a template decides. */
  readonly value: string;
  /** The value without its quotes. */
  readonly range: Range;
  /** An item of a list: `Name:: "value";`, or a value without a name in braces. */
  readonly isItem: boolean;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

/** A file of apt.conf.d, values in the order of the text. */
export interface AptConfTree {
  readonly settings: readonly AptSetting[];
}

/** Deeper braces than this are none of apt's. */
const DEEPEST = 50;

interface Word {
  readonly text: string;
  readonly range: Range;
}

/**
 * Reads what apt-pkg/contrib/configuration.cc does: `Name "value";`, `Name { … };`, `Name:: "item";`; comments with `//`
 * and `#` anywhere outside quotes, and block comments. What does not fit is passed over up to the next `;`.
 */
export function parseAptConf(text: string): Parsed<AptConfTree> {
  const masked = maskJinja(text);
  const source = masked.text;
  const settings: AptSetting[] = [];
  const scopes: string[] = [];
  let words: Word[] = [];
  let at = source.startsWith("\uFEFF") ? 1 : 0;
  const finish = (): void => {
    const value = words.at(-1);
    const scope = scopes.at(-1) ?? "";
    if (value !== undefined && (words.length > 1 || scope !== "")) {
      const own = words.length > 1 ? words[0]!.text : "";
      const isItem = own === "" || own.endsWith("::");
      const name = [scope, own.replace(/::$/, "")].filter((part) => part !== "").join("::");
      settings.push({ name, value: value.text, range: value.range, isItem, conditional: isConditional(masked, value.range) });
    }
    words = [];
  };
  while (at < source.length) {
    const char = source[at]!;
    if (/\s/.test(char)) at++;
    else if (source.startsWith("//", at) || char === "#") at = lineEnd(source, at);
    else if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      at = end === -1 ? source.length : end + 2;
    } else if (char === ";") {
      finish();
      at++;
    } else if (char === "{") {
      const own = words[0]?.text.replace(/::$/, "") ?? "";
      scopes.push(scopes.length >= DEEPEST ? "" : [scopes.at(-1) ?? "", own].filter((part) => part !== "").join("::"));
      words = [];
      at++;
    } else if (char === "}") {
      // The last value in braces may lack its semicolon while it is being typed.
      finish();
      scopes.pop();
      at++;
    } else if (char === '"') {
      const closing = /["\r\n]/g;
      closing.lastIndex = at + 1;
      const end = closing.exec(source)?.index ?? source.length;
      words.push({ text: source.slice(at + 1, end), range: { start: at + 1, end } });
      at = source[end] === '"' ? end + 1 : end;
    } else {
      let end = at + 1;
      while (end < source.length && !/[\s;{}"#]/.test(source[end]!) && !source.startsWith("//", end)) end++;
      words.push({ text: source.slice(at, end), range: { start: at, end } });
      at = end;
    }
  }
  finish();
  return { tree: { settings }, errors: [] };
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at;
}

/** apt.conf(5), and the files of apt.conf.d under the names that they have in roles. */
export const aptConf: Format<AptConfTree> = {
  language: "apt-conf",
  recognise(path, head) {
    if (/(?:^|\/)apt\.conf(?:\.d\/[^/]+)?$|(?:^|\/)[\w.-]*(?:unattended-upgrades|auto-upgrades)(?:\.conf)?$/.test(path)) return "name";
    if (/\.(?:md|rst|ya?ml|py|sh|json|pl|rb)$/.test(path)) return false;
    return /^[ \t]*(?:Unattended-Upgrade|APT::Periodic|APT|Dpkg|Acquire)(?:::[\w-]+)*(?:::)?[ \t]*["{]/im.test(head) && !/^\s*(?:---|#!)/.test(head) ? "content" : false;
  },
  parse: parseAptConf,
  comments: { openers: ["//", "#"], inline: true },
};
