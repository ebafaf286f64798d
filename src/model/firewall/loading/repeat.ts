import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Command, NftFile, TableItem } from "../../../formats/nftables/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { placements } from "../../kernel/placement.ts";
import type { Workspace } from "../../workspace.ts";
import { addsToOthers } from "../from-shell/index.ts";
import { includedBy, includesOf, resolveInclude } from "../from-nftables/includes.ts";
import type { Ruleset } from "../ruleset.ts";

/** Why loading a file is not the same the first time, and each later time. */
export interface Repeat {
  /** `doubles`: the rules are added once more; `first-fails`: what it removes is not there yet; `second-fails`: what it creates is there already. */
  readonly fault: "doubles" | "first-fails" | "second-fails";
  readonly range: Range;
  /** As nft writes it: `inet filter`. */
  readonly table: string;
  /** What has to stand before `at`, to load the same every time; undefined where the table has flags of its own. */
  readonly before?: string;
  readonly at: number;
  /** `service`: the service's reload is `nft -f` of this file; `by-hand`: its first line says that it is run. */
  readonly how: "service" | "by-hand";
}

/**
 * What an nft file that is loaded by itself does differently at each load. Files that others include, or that lie in a
 * folder of fragments, are left to what includes them.
 */
export function repeats(workspace: Workspace, path: string): Repeat[] {
  const document = workspace.document(path);
  const how = document?.language === "nftables" ? loadedAlone(workspace, path) : undefined;
  if (document === undefined || how === undefined) return [];
  const { commands, masked } = document.tree as NftFile;
  // Rules that only some hosts get may flush as well.
  if (masked.conditional.length > 0 && /\b(flush|delete|destroy)\b/.test(document.text)) return [];
  const walk = new Walk();
  const included = includedBy(workspace, path);
  if (!walk.run(commands, (written) => included(written).flatMap((file) => file.commands))) return [];
  return walk.found.map((repeat) => ({ ...repeat, how }));
}

class Walk {
  readonly found: Omit<Repeat, "how">[] = [];
  /** Tables that earlier commands declare. */
  readonly #declared = new Set<string>();
  /** Tables and chains whose rules earlier commands remove. */
  readonly #cleared = new Set<string>();
  #all = false;
  #depth = 0;

  /** False where a file that is not in the repository may flush. */
  run(commands: readonly Command[], resolve: (written: string) => readonly Command[]): boolean {
    if (++this.#depth > 8) return true;
    for (const command of commands) {
      if (this.#all) return true;
      if (command.kind === "include") {
        const inner = resolve(command.path.text);
        if (inner.length === 0) return false;
        // A fragment that is found counts for what it clears; its own rules are told of in the main file only.
        const before = this.found.length;
        if (!this.run(inner, resolve)) return false;
        this.found.length = before;
      } else this.#command(command);
    }
    return true;
  }

  #command(command: Command): void {
    if (command.kind === "table") return this.#table(command);
    if (command.kind !== "object") return;
    const { verb, what, at, range } = command;
    if (what === "ruleset") {
      if (verb === "flush") {
        if (at.family === "") this.#all = true;
        else this.#cleared.add(at.family);
      }
      return;
    }
    const name = at.table?.text;
    if (name === undefined || name.includes(HOLE)) return;
    const table = `${at.family} ${name}`;
    if (verb === "flush" || verb === "delete" || verb === "destroy") {
      if (what !== "table" && what !== "chain") return;
      if (verb !== "destroy" && !this.#declared.has(table) && !this.#cleared.has(table)) {
        // In one transaction `table X` makes it where it is missing, so that it can be removed.
        this.#add({ fault: "first-fails", range, table, at: range.start, ...(what === "table" ? { before: `table ${table}\n` } : {}) });
      }
      this.#cleared.add(what === "table" ? table : `${table} ${at.name?.text}`);
      return;
    }
    if (what === "rule" && (verb === "add" || verb === "insert" || verb === "create")) this.#doubles(table, at.name?.text, range);
    else if (verb === "add" || verb === "create") this.#declared.add(table);
  }

  #table(command: Extract<Command, { kind: "table" }>): void {
    const name = command.at.table?.text;
    if (name === undefined || name.includes(HOLE)) return;
    const table = `${command.at.family} ${name}`;
    if (command.verb === "create") this.#add({ fault: "second-fails", range: firstWords(command.range), table, at: command.range.start });
    if (command.verb === "flush" || command.verb === "delete" || command.verb === "destroy") {
      if (command.verb !== "destroy" && !this.#declared.has(table) && !this.#cleared.has(table)) {
        this.#add({ fault: "first-fails", range: command.range, table, at: command.range.start, before: `table ${table}\n` });
      }
      this.#cleared.add(table);
      return;
    }
    if (command.verb !== "add" && command.verb !== "create") return;
    const own = command.items.some((item) => item.kind === "other" && item.what === "flags");
    for (const item of command.items) if (hasRules(item)) this.#doubles(table, item.name.text, { start: command.range.start, end: command.range.start + 1 }, command, own);
    this.#declared.add(table);
  }

  #doubles(table: string, chain: string | undefined, range: Range, block?: Extract<Command, { kind: "table" }>, own = false): void {
    const family = table.slice(0, table.indexOf(" "));
    if (this.#cleared.has(family) || this.#cleared.has(table) || this.#cleared.has(`${table} ${chain}`)) return;
    // Rules without a block of their table are for one that another file makes.
    if (block === undefined && !this.#declared.has(table)) return;
    const at = block?.range.start ?? range.start;
    this.#add({ fault: "doubles", range: block === undefined ? range : headOf(block), table, at, ...(block === undefined || own || this.#declared.has(table) ? {} : { before: `table ${table}\ndelete table ${table}\n` }) });
  }

  #add(repeat: Omit<Repeat, "how">): void {
    if (!this.found.some(({ table }) => table === repeat.table)) this.found.push(repeat);
  }
}

function hasRules(item: TableItem): item is Extract<TableItem, { kind: "chain" }> {
  return item.kind === "chain" && item.rules.some((rule) => rule.kind === "rule");
}

/** `table inet filter` of a block. */
function headOf(command: Extract<Command, { kind: "table" }>): Range {
  return { start: command.range.start, end: command.at.table?.range.end ?? command.range.start + 1 };
}

function firstWords({ start, end }: Range): Range {
  return { start, end: Math.min(end, start + "create table".length) };
}

/** Debian's, whose reload is `nft -f` and no more; Fedora's, Arch's and Alpine's services flush before they load theirs. */
const MAIN = /(^|\/)nftables\.conf(\.j2|\.erb|\.tmpl)?$/;

/**
 * Whether a file is given to `nft -f` itself: `service` where it is the one that a service reloads, `by-hand` where its first
 * line alone says so. Numbered files and those in a `.d` folder are fragments.
 */
function loadedAlone(workspace: Workspace, path: string): "service" | "by-hand" | undefined {
  if (isFragment(workspace, path)) return undefined;
  const deployed = placements(workspace, path).flatMap(({ destination }) => (isUnknown(destination) ? [] : [destination]));
  if (deployed.some((destination) => destination.startsWith("/etc/sysconfig/"))) return undefined;
  if ([path, ...deployed].some((name) => MAIN.test(name))) return "service";
  return /^\uFEFF?#!.*\bnft\b.*-f/.test(workspace.text(path) ?? "") ? "by-hand" : undefined;
}

/** A folder of fragments, and the number that puts one in its order; a number alone may also be that of a whole file. */
const IN_FOLDER = /(^|\/)[\w.-]*\.d\/[^/]+$/;
const NUMBERED = /(^|\/)\d+[-_][^/]*$/;

/** Whether an nft file is a part of what is loaded: another includes it, or its folder or number says so. */
export function isFragment(workspace: Workspace, path: string): boolean {
  return workspace.derive(includedFiles).has(path) || IN_FOLDER.test(path) || NUMBERED.test(path);
}

/** True of a ruleset to which other files or running rules add: what comes before or after it may already accept. */
export function isPart(workspace: Workspace, ruleset: Ruleset): boolean {
  const { path, replaces } = ruleset;
  if (addsToOthers(workspace, ruleset)) return true;
  if (workspace.language(path) !== "nftables" || replaces === "ruleset") return false;
  return workspace.derive(includedFiles).has(path) || IN_FOLDER.test(path) || (NUMBERED.test(path) && replaces === "nothing");
}

function includedFiles(workspace: Workspace): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of workspace.paths) {
    const document = workspace.document(path);
    if (document?.language !== "nftables" || !/\binclude\b/.test(document.text)) continue;
    for (const written of includesOf((document.tree as NftFile).commands)) for (const file of resolveInclude(workspace, path, written)) if (file !== path) found.add(file);
  }
  return found;
}
