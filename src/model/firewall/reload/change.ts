import type { Location, Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { maskJinja } from "../../../formats/template/jinja.ts";
import { changedVariables } from "../../fleet/change/variables.ts";
import type { Host, Variable } from "../../fleet/fleet.ts";
import type { Role } from "../../fleet/roles.ts";
import { roleOf } from "../../fleet/roles.ts";
import type { Workspace } from "../../workspace.ts";
import type { Ruleset } from "../ruleset.ts";
import { isStateful } from "../tracking/index.ts";

/** A stateful ruleset that a change makes its hosts load again. */
export interface RulesetChange {
  readonly ruleset: Ruleset;
  /** In the head: the first changed line of the ruleset, or the changed variable. */
  readonly location: Location;
  /** The changed variable; undefined where the ruleset's own text changed. */
  readonly variable?: string;
  /** Hosts that had the ruleset before and have it still; undefined where its hosts are not known. */
  readonly hosts?: readonly Host[];
}

/**
 * The stateful rulesets of the head that differ from the base in their rules (comments, white space and counters aside),
 * or in a variable that their template takes. A ruleset that only one side has is not among them.
 */
export function rulesetChanges(before: Workspace, after: Workspace): RulesetChange[] {
  const variables = changedVariables(before, after);
  const changes: RulesetChange[] = [];
  for (const { path, subject } of after.subjects("firewall")) {
    const old = before.text(path);
    const text = after.text(path)!;
    if (old === undefined || before.subject("firewall", path) === undefined || !isStateful(subject)) continue;
    const hosts = stayingHosts(before, after, path);
    if (hosts?.length === 0) continue;
    const about = { ruleset: subject, ...(hosts === undefined ? {} : { hosts }) };
    const range = old === text ? undefined : changedRange(old, text);
    if (range !== undefined) {
      changes.push({ ...about, location: { path, range } });
      continue;
    }
    const names = templateNames(text);
    const staying = hosts && new Set(hosts.map(({ name }) => name));
    const variable =
      variables.find((one) => names.has(one.name) && one.hosts.some((host) => staying?.has(host.name) !== false)) ??
      roleVariable(roleOf(before, path), roleOf(after, path), names, hosts ?? []);
    if (variable === undefined) continue;
    const location = variable.after === undefined ? { path, range: { start: 0, end: 0 } } : variable.after.location;
    changes.push({ ...about, location, variable: variable.name });
  }
  return changes;
}

/** A variable of the template's role that the change edits, where no host overrides it. */
function roleVariable(was: Role | undefined, is: Role | undefined, names: ReadonlySet<string>, hosts: readonly Host[]): { name: string; after?: Variable } | undefined {
  if (was === undefined || is === undefined) return undefined;
  for (const name of names) {
    const old = was.vars.get(name) ?? was.defaults.get(name);
    const now = is.vars.get(name) ?? is.defaults.get(name);
    if (JSON.stringify([old?.value, old?.raw]) === JSON.stringify([now?.value, now?.raw])) continue;
    const overridden = !is.vars.has(name) && hosts.length > 0 && hosts.every((host) => host.variables.has(name));
    if (!overridden) return { name, ...(now === undefined ? {} : { after: now }) };
  }
  return undefined;
}

/** Hosts that a file reaches on both sides: the others load it for the first time, or not any more. */
function stayingHosts(before: Workspace, after: Workspace, path: string): readonly Host[] | undefined {
  const is = after.fleet.scopeOf(path);
  const was = before.fleet.scopeOf(path);
  if (isUnknown(is)) return undefined;
  if (isUnknown(was)) return is.hosts;
  const names = new Set(was.hosts.map(({ name }) => name));
  return is.hosts.filter(({ name }) => names.has(name));
}

function templateNames(text: string): Set<string> {
  return new Set(maskJinja(text).regions.flatMap(({ kind, code }) => (kind === "comment" ? [] : (code.match(/[A-Za-z_]\w*/g) ?? []))));
}

interface Line {
  readonly text: string;
  readonly range: Range;
}

/** The first line of `text` whose rules differ from those of `old`; undefined where only comments, blanks or counters do. */
function changedRange(old: string, text: string): Range | undefined {
  const was = lines(old);
  const is = lines(text);
  if (was.map((line) => line.text).join(" ") === is.map((line) => line.text).join(" ")) return undefined;
  let at = 0;
  while (at < was.length && at < is.length && was[at]!.text === is[at]!.text) at++;
  return (is[at] ?? is.at(-1))?.range ?? { start: 0, end: 0 };
}

/** The lines that hold rules, as they are without comments and counters, each with the place of what it holds. */
function lines(text: string): Line[] {
  const masked = text.replace(/\{#.*?#\}/gs, (comment) => comment.replace(/[^\r\n]/g, " "));
  const found: Line[] = [];
  for (const match of masked.matchAll(/[^\r\n]+/g)) {
    const rules = withoutComments(match[0]);
    const folded = rules.replace(/\s+/g, " ").trim();
    if (folded === "") continue;
    const start = match.index + match[0].length - match[0].trimStart().length;
    found.push({ text: folded, range: { start, end: match.index + rules.trimEnd().length } });
  }
  return found;
}

const COMMENT_MATCH = /\s-m comment --comment (?:"(?:[^"\\]|\\.)*"|'[^']*'|\S+)|\scomment "[^"]*"/g;
/** iptables-save's packet and byte counts. */
const COUNTERS = /^\s*\[\d+:\d+\]|\[\d+:\d+\]\s*$/g;

function withoutComments(line: string): string {
  let quote = "";
  let end = line.length;
  for (let i = 0; i < line.length; i++) {
    const letter = line[i]!;
    if (quote !== "") {
      if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === "#" && (i === 0 || /[\s;{}]/.test(line[i - 1]!))) {
      end = i;
      break;
    }
  }
  return line.slice(0, end).replace(COMMENT_MATCH, "").replace(COUNTERS, "");
}
