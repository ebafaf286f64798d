import type { Range } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { NftFile } from "../../formats/nftables/index.ts";
import type { Workspace } from "../workspace.ts";
import { includedBy } from "./from-nftables/includes.ts";
import type { Chain, Ruleset, Statement, Table } from "./ruleset.ts";

/** A name that a rule uses and that nothing defines. */
export interface Dangling {
  readonly what: "chain" | "set" | "variable";
  readonly name: string;
  readonly range: Range;
  readonly table: Table;
  /** A name of the same kind that differs by little. */
  readonly near?: string;
}

/** Targets of xtables-addons and of vendors' kernels: no chains, even where iptables 1.8 does not know them. */
const FOREIGN_TARGETS = new Set([
  "ACCOUNT", "CHAOS", "DELUDE", "DHCPMAC", "DNETMAP", "ECHO", "FLOWOFFLOAD", "FULLCONENAT", "IMQ", "IPMARK", "IPV4OPTSSTRIP", "LOGMARK", "MIRROR",
  "NDPI", "PROTO", "RAWDNAT", "RAWNAT", "RAWSNAT", "ROUTE", "SAME", "STEAL", "SYSRQ", "TARPIT", "WEBMON",
]);

/**
 * Chains, sets and variables that the rules of a file name and that neither it nor, where it includes others, any file
 * beside it defines. Files that are only a part of what is loaded are left alone: the rest may define them.
 */
export function danglingReferences(workspace: Workspace, ruleset: Ruleset): Dangling[] {
  const whole = wholeness(workspace, ruleset);
  if (whole === undefined) return [];
  const text = workspace.text(ruleset.path) ?? "";
  const found: Dangling[] = [];
  for (const table of ruleset.tables) {
    if (ruleset.dialect === "iptables" && !declares(text, table)) continue;
    const beside = whole.includes ? siblings(workspace, ruleset, table) : [];
    const chains = new Set([table, ...beside].flatMap((one) => one.chains.map(({ name }) => name)));
    const sets = new Set([table, ...beside].flatMap((one) => one.sets.map(({ name }) => name)));
    for (const chain of table.chains) {
      for (const { statement, place } of statementsOf(chain)) {
        for (const { target, range } of targetsOf(statement)) {
          if (chains.has(target) || (ruleset.dialect === "iptables" && FOREIGN_TARGETS.has(target))) continue;
          const known = ruleset.dialect === "iptables" ? [...chains, "ACCEPT", "DROP", "REJECT", "RETURN", "LOG", "MASQUERADE"] : [...chains];
          found.push(withNear({ what: "chain", name: target, range: range ?? place, table }, known));
        }
        const set = "set" in statement && ruleset.dialect === "nftables" ? statement.set : undefined;
        if (set !== undefined && !sets.has(set)) found.push(withNear({ what: "set", name: set, range: nameIn(text, place, `@${set}`), table }, [...sets]));
        const variable = undefinedVariable(statement);
        if (variable !== undefined) found.push({ what: "variable", name: variable, range: nameIn(text, place, `$${variable}`), table });
      }
    }
  }
  return found;
}

/** Whether the file is all that is loaded at once, and whether it reads others; undefined: it is a part, or that is open. */
function wholeness(workspace: Workspace, ruleset: Ruleset): { includes: boolean } | undefined {
  const document = workspace.document(ruleset.path);
  if (document?.language === "iptables-save") return { includes: false };
  if (document?.language !== "nftables") return undefined;
  if (ruleset.replaces !== "ruleset" && !/^#!.*\bnft\b/.test(document.text)) return undefined;
  const written = includesOf((document.tree as NftFile).commands);
  const resolve = includedBy(workspace, ruleset.path);
  if (written.some((path) => resolve(path).length === 0)) return undefined;
  return { includes: written.length > 0 };
}

function includesOf(commands: NftFile["commands"]): string[] {
  return commands.flatMap((command) => {
    if (command.kind === "include") return [command.path.text];
    if (command.kind !== "table") return [];
    return command.items.flatMap((item) => {
      if (item.kind === "include") return [item.path.text];
      return item.kind === "chain" ? item.rules.flatMap((rule) => (rule.kind === "include" ? [rule.path.text] : [])) : [];
    });
  });
}

/** A dump that declares its built-in chains is loaded whole; a few lines for `iptables-restore -n` do not declare them. */
function declares(text: string, table: Table): boolean {
  const base = table.chains.filter(({ hook }) => hook !== undefined);
  return base.length > 0 && base.every(({ range }) => text[range.start] === ":");
}

function siblings(workspace: Workspace, ruleset: Ruleset, table: Table): Table[] {
  return workspace
    .subjects("firewall")
    .filter(({ path }) => path !== ruleset.path)
    .flatMap(({ subject }) => subject.tables.filter((other) => other.family === table.family && other.name === table.name));
}

function* statementsOf(chain: Chain): Generator<{ statement: Statement; place: Range }> {
  for (const rule of chain.rules) {
    if (rule.conditional) continue;
    for (const statement of rule.statements) yield { statement, place: statement.range };
  }
}

function targetsOf(statement: Statement): { target: string; range: Range | undefined }[] {
  const verdicts =
    statement.kind === "verdict" ? [{ verdict: statement.verdict, range: undefined }]
    : statement.kind === "vmap" && !isUnknown(statement.elements) ? statement.elements.flatMap(({ verdict, range }) => (verdict ? [{ verdict, range }] : []))
    : [];
  return verdicts.flatMap(({ verdict, range }) => {
    if ((verdict.kind !== "jump" && verdict.kind !== "goto") || isUnknown(verdict.target)) return [];
    return [{ target: verdict.target, range: verdict.targetRange ?? range }];
  });
}

function undefinedVariable(statement: Statement): string | undefined {
  const unknowns = [
    statement.kind === "match" ? statement.values : undefined,
    statement.kind === "match-tuple" || statement.kind === "vmap" ? statement.elements : undefined,
    statement.kind === "verdict" && (statement.verdict.kind === "jump" || statement.verdict.kind === "goto") ? statement.verdict.target : undefined,
  ];
  for (const value of unknowns) {
    const name = isUnknown(value) ? /^\$([\w.-]+) is not defined in this file$/.exec(value.unknown)?.[1] : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Where the name stands within the statement; else the statement. */
function nameIn(text: string, place: Range, written: string): Range {
  const at = text.slice(place.start, place.end).indexOf(written);
  return at === -1 ? place : { start: place.start + at, end: place.start + at + written.length };
}

function withNear(dangling: Dangling, known: readonly string[]): Dangling {
  const near = known.find((name) => name !== dangling.name && distance(name.toLowerCase(), dangling.name.toLowerCase()) <= (dangling.name.length > 4 ? 2 : 1));
  return near === undefined ? dangling : { ...dangling, near };
}

/** Edit distance, given up beyond 3. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
