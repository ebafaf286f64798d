import type { Range } from "../../engine/location.ts";
import { HOLE, maskJinja } from "../template/jinja.ts";
import { isConditional } from "../template/conditional.ts";
import type { Format, Parsed } from "../format.ts";

/** One module to load at boot. */
export interface ModuleLine {
  /** With `_` for `-`, as the kernel compares names. A HOLE in it: a template decides. */
  readonly name: string;
  /** The name as written. */
  readonly range: Range;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

/** A file of modules-load.d(5), or /etc/modules(5). */
export interface ModulesTree {
  readonly modules: readonly ModuleLine[];
}

/** One name a line; `#` and `;` open a comment only at a line's start. /etc/modules allows parameters after the name. */
function parse(text: string): Parsed<ModulesTree> {
  const masked = maskJinja(text);
  const modules: ModuleLine[] = [];
  for (const match of masked.text.matchAll(/^[ \t\uFEFF]*([^\s#;][^\s]*)/gm)) {
    const end = match.index + match[0].length;
    const range = { start: end - match[1]!.length, end };
    const name = match[1]!.includes(HOLE) ? match[1]! : match[1]!.replaceAll("-", "_");
    modules.push({ name, range, conditional: isConditional(masked, range) });
  }
  return { tree: { modules }, errors: [] };
}

/** modules-load.d(5) and /etc/modules. */
export const modulesLoad: Format<ModulesTree> = {
  language: "modules-load",
  recognise: (path) =>
    /(^|\/)modules-load\.d\/[^/]+\.conf$|(^|\/)etc\/modules$|(^|\/)[^/]*modules[-_]load[^/]*\.conf$/.test(path) ? "name" : false,
  parse,
  comments: { openers: ["#", ";"], inline: false },
};
