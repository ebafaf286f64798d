import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { NftFile } from "../../../formats/nftables/index.ts";
import type { Workspace } from "../../workspace.ts";
import { includedBy, includesOf } from "../from-nftables/includes.ts";
import { isFragment } from "../loading/repeat.ts";
import type { Chain, Ruleset, Statement, Table } from "../ruleset.ts";
import { missingIncludes } from "./includes.ts";
import { mistypedInterfaces } from "./interfaces.ts";
import type { Dangling } from "./dangling.ts";
import { withNear } from "./dangling.ts";
import { danglingInScript, isElsewhere } from "./scripts.ts";
import { undefinedVariables } from "./variables.ts";

/**
 * Chains, sets and variables that the rules of a file name and that neither it nor, where it includes others, any file
 * beside it defines. Files that are only a part of what is loaded are left alone: the rest may define them.
 */
export function danglingReferences(workspace: Workspace, ruleset: Ruleset): Dangling[] {
  const elsewhere = [...missingIncludes(workspace, ruleset), ...mistypedInterfaces(workspace, ruleset), ...danglingInScript(workspace, ruleset)];
  const whole = wholeness(workspace, ruleset);
  return whole === undefined ? elsewhere : [...elsewhere, ...danglingInWhole(workspace, ruleset, whole)];
}

function danglingInWhole(workspace: Workspace, ruleset: Ruleset, whole: { includes: boolean }): Dangling[] {
  const text = workspace.text(ruleset.path) ?? "";
  const found: Dangling[] = undefinedVariables(workspace, ruleset);
  for (const table of ruleset.tables) {
    if (ruleset.dialect === "iptables" && !declares(text, table)) continue;
    const beside = whole.includes ? siblings(workspace, ruleset, table) : [];
    const chains = new Set([table, ...beside].flatMap((one) => one.chains.map(({ name }) => name)));
    const sets = new Set([table, ...beside].flatMap((one) => one.sets.map(({ name }) => name)));
    for (const chain of table.chains) {
      for (const { statement, place } of statementsOf(chain)) {
        if (statement.kind === "match" && statement.set === undefined) continue;
        for (const { target, range } of targetsOf(statement)) {
          if (chains.has(target) || (ruleset.dialect === "iptables" && (isElsewhere(target) || /['"`]/.test(target)))) continue;
          const known = ruleset.dialect === "iptables" ? [...chains, "ACCEPT", "DROP", "REJECT", "RETURN", "LOG", "MASQUERADE"] : [...chains];
          found.push(withNear({ what: "chain", name: target, range: range ?? place, table }, known));
        }
        const set = "set" in statement && ruleset.dialect === "nftables" ? statement.set : undefined;
        if (set !== undefined && !sets.has(set)) found.push(withNear({ what: "set", name: set, range: nameIn(text, place, `@${set}`), table }, [...sets]));
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
  // What another file includes, or a folder of fragments holds, sees what stands before it there.
  if (isFragment(workspace, ruleset.path)) return undefined;
  const written = includesOf((document.tree as NftFile).commands);
  const resolve = includedBy(workspace, ruleset.path);
  if (written.some((path) => resolve(path).length === 0)) return undefined;
  return { includes: written.length > 0 };
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

/** Where the name stands within the statement; else the statement. */
function nameIn(text: string, place: Range, written: string): Range {
  const at = text.slice(place.start, place.end).indexOf(written);
  return at === -1 ? place : { start: place.start + at, end: place.start + at + written.length };
}
