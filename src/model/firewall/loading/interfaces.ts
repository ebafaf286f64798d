import type { TextEdit } from "../../../engine/fix.ts";
import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Field, Ruleset, Statement, Values } from "../ruleset.ts";

/** A place in an nft file that needs interfaces to be there while the file is loaded. */
export interface NeededInterfaces {
  /** `index`: a match or set by index (`iif`, `oif`, `iface_index`); `device`: a flowtable's or a base chain's. */
  readonly by: "index" | "device";
  /** Those that no place before needs. */
  readonly names: readonly string[];
  readonly range: Range;
}

/** The interfaces that have to exist when a ruleset is loaded, `lo` aside, in the order of the text. */
export function neededInterfaces(ruleset: Ruleset, text: string): NeededInterfaces[] {
  const seen = new Set(["lo"]);
  return places(ruleset, text)
    .sort((a, b) => a.range.start - b.range.start)
    .flatMap((place) => {
      const names = [...new Set(place.names)].filter((name) => !seen.has(`${place.by} ${name}`) && name !== "lo" && !name.includes(HOLE));
      for (const name of names) seen.add(`${place.by} ${name}`);
      return names.length === 0 ? [] : [{ ...place, names }];
    });
}

function places(ruleset: Ruleset, text: string): NeededInterfaces[] {
  const found: NeededInterfaces[] = devices(text);
  for (const table of ruleset.tables) {
    for (const { keyType, elements, range } of table.sets) {
      const at = keyType.findIndex((type) => type === "iface_index" || /^(meta )?[io]if$/.test(type));
      if (at >= 0 && !isUnknown(elements)) found.push({ by: "index", names: elements.flatMap(({ key }) => namesOf(key[at])), range: firstLine(text, range) });
    }
    for (const { rules } of table.chains) {
      for (const { statements } of rules) {
        for (const statement of statements) {
          if (byIndex(statement, text)) found.push({ by: "index", names: namesAsked(statement), range: statement.range });
        }
      }
    }
  }
  return found;
}

/** An interface's field is the same in the model whether the text says `iif` or `iifname`. */
function byIndex(statement: Statement, text: string): boolean {
  const asks = statement.kind === "match" ? isName(statement.field) : (statement.kind === "match-tuple" || statement.kind === "vmap") && statement.fields.some(isName);
  return asks && INDEX.test(text.slice(statement.range.start, statement.range.end));
}

function isName(field: Field): boolean {
  return field === "meta iifname" || field === "meta oifname";
}

const INDEX = /\b[io]if\b/;

function namesAsked(statement: Statement): string[] {
  if (statement.kind === "match") return statement.set === undefined ? namesOf(statement.values) : [];
  if ((statement.kind !== "match-tuple" && statement.kind !== "vmap") || statement.set !== undefined || isUnknown(statement.elements)) return [];
  const at = statement.fields.findIndex(isName);
  return statement.elements.flatMap(({ key }) => namesOf(key[at]));
}

function namesOf(values: Values | undefined): string[] {
  return values === undefined || isUnknown(values) || values.kind !== "names" ? [] : values.names.filter((name) => !/[*"]/.test(name));
}

const DEVICES = /^[ \t]*(?:devices?[ \t]*=[ \t]*\{([^{}$]*)\}|type[ \t]+filter[ \t]+hook[ \t]+(?:in|e)gress[ \t]+devices?[ \t]+(?:=[ \t]*)?(?:\{([^{}$]*)\}|("?[\w.@-]+"?)))/gm;

function devices(text: string): NeededInterfaces[] {
  return [...text.matchAll(DEVICES)].map((match) => {
    const names = (match[1] ?? match[2] ?? match[3]!).split(",").map((name) => name.replace(/["\s]/g, "")).filter((name) => /^[\w.@-]+$/.test(name));
    const start = match.index + match[0].length - match[0].trimStart().length;
    return { by: "device", names, range: { start, end: match.index + match[0].length } };
  });
}

function firstLine(text: string, { start, end }: Range): Range {
  const line = text.indexOf("\n", start);
  return { start, end: line === -1 ? end : Math.min(end, line) };
}

/** The edits that make every match by index one by name; undefined where a named set or a number stands in the way. */
export function matchByName(ruleset: Ruleset, text: string): TextEdit[] | undefined {
  const edits = new Map<number, TextEdit>();
  for (const statement of ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules.flatMap((rule) => rule.statements)))) {
    if (!byIndex(statement, text)) continue;
    const { start, end } = statement.range;
    const written = text.slice(start, end);
    // An index that is a number has no name in the text.
    if (("set" in statement && statement.set !== undefined) || /\b[io]if\b[\s=!{]*\d/.test(written)) return undefined;
    for (const match of written.matchAll(/\b[io]if\b/g)) {
      const at = start + match.index + match[0].length;
      edits.set(at, { path: ruleset.path, range: { start: at, end: at }, newText: "name" });
    }
  }
  return edits.size === 0 ? undefined : [...edits.values()];
}
