import type { Range } from "../../engine/location.ts";
import type { Format, Parsed } from "../format.ts";
import { isConditional } from "../template/conditional.ts";
import { maskJinja } from "../template/jinja.ts";

/** One setting of a program that updates or restarts by itself. */
export interface UpdateSetting {
  /** The section around it, without brackets; empty where there is none. */
  readonly section: string;
  /** As written; of needrestart's `$nrconf{restart}` what stands in braces. */
  readonly key: string;
  /** Without quotes around the whole. A HOLE in it: a template decides. */
  readonly value: string;
  /** The value without its quotes. */
  readonly range: Range;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

/** The settings of a file in the order of the text. */
export interface UpdateSettingsTree {
  readonly settings: readonly UpdateSetting[];
}

/** Names of these files: Zincati, locksmith, dnf-automatic, needrestart. */
const NAMES = /(?:^|\/)(?:zincati\/config\.d\/[^/]+\.toml|[\w-]*(?:zincati|updates?-strategy)[\w-]*\.toml|(?:dnf-)?automatic\.conf|dnf5-plugins\/automatic\.conf|(?:flatcar|coreos)\/update\.conf|needrestart\.conf|needrestart\/conf\.d\/[^/]+\.conf)$/;
const SETTING = /^[ \t]*(?:\$nrconf\{[ \t]*['"]?(\w+)['"]?[ \t]*\}|(?:export[ \t]+)?([\w.-]+))[ \t]*=(?![=>~])[ \t]*/;

/** Lines `key = value` below `[sections]`: what TOML, ini files, shell assignments and needrestart's Perl have in common. */
function parse(text: string): Parsed<UpdateSettingsTree> {
  const masked = maskJinja(text);
  const settings: UpdateSetting[] = [];
  let section = "";
  let at = masked.text.startsWith("\uFEFF") ? 1 : 0;
  while (at < masked.text.length) {
    const feed = masked.text.indexOf("\n", at);
    const lineEnd = feed === -1 ? masked.text.length : feed;
    const line = masked.text.slice(at, Math.min(lineEnd, at + 4096));
    const header = /^[ \t]*\[+([^[\]]*)\]+[ \t]*(?:[#;].*)?\r?$/.exec(line);
    const key = header === null && !/^[ \t]*[#;]/.test(line) ? SETTING.exec(line) : null;
    if (header !== null) section = header[1]!.trim();
    else if (key !== null) {
      const rest = line.slice(key[0].length);
      const quote = /^["']/.exec(rest)?.[0];
      const closing = quote === undefined ? -1 : rest.indexOf(quote, 1);
      const value = quote === undefined ? rest.replace(/[ \t]#.*$|;?[ \t\r]*$/g, "").trimEnd() : rest.slice(1, closing === -1 ? rest.length : closing).trimEnd();
      const start = at + key[0].length + (quote === undefined ? 0 : 1);
      const range = { start, end: start + value.length };
      settings.push({ section, key: (key[1] ?? key[2])!, value, range, conditional: isConditional(masked, range) });
    }
    at = lineEnd + 1;
  }
  return { tree: { settings }, errors: [] };
}

/** Settings of programs that update, restart or reboot a host by themselves. */
export const updateSettings: Format<UpdateSettingsTree> = {
  language: "update-settings",
  recognise: (path) => (NAMES.test(path) ? "name" : false),
  parse,
  comments: { openers: ["#"], inline: true },
};
