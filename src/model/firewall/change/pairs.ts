import { isUnknown } from "../../../engine/unknown.ts";
import { roleOf } from "../../fleet/roles.ts";
import type { Workspace } from "../../workspace.ts";
import type { Ruleset } from "../ruleset.ts";
import { sameMeaning } from "./same.ts";

/** One ruleset on both sides of a change. */
export interface RulesetPair {
  /** In the head. */
  readonly path: string;
  readonly before: Ruleset;
  readonly after: Ruleset;
  /** `moved`: the file has another path now; `translated`: it is written in the other language now. */
  readonly kind: "edited" | "moved" | "translated";
}

/**
 * The rulesets that a change alters, each with what it was: files of the same path whose meaning differs (also by a
 * variable of a file that they include or that includes them), files that were moved, and iptables files that nft files
 * replace on the same hosts. Rulesets that only one side has are not among them: those are `loneRulesets`.
 */
export function rulesetPairs(before: Workspace, after: Workspace, changed: readonly string[]): readonly RulesetPair[] {
  return rulesetsOf(before, after, changed).pairs;
}

/** The changed rulesets that only one side has, and that are nothing moved or translated: what is new, and what is gone. */
export function loneRulesets(before: Workspace, after: Workspace, changed: readonly string[]): Pick<Rulesets, "come" | "gone"> {
  return rulesetsOf(before, after, changed);
}

interface Rulesets {
  readonly pairs: readonly RulesetPair[];
  readonly come: readonly Ruleset[];
  readonly gone: readonly Ruleset[];
}

function rulesetsOf(before: Workspace, after: Workspace, changed: readonly string[]): Rulesets {
  const known = after.memo(reviews);
  let found = known.get(before);
  if (found === undefined) known.set(before, (found = find(before, after, changed)));
  return found;
}

function reviews(): WeakMap<Workspace, Rulesets> {
  return new WeakMap();
}

function find(before: Workspace, after: Workspace, changed: readonly string[]): Rulesets {
  const pairs: RulesetPair[] = [];
  const gone: Ruleset[] = [];
  const come: Ruleset[] = [];
  const add = (was: Ruleset, is: Ruleset, kind: RulesetPair["kind"]): void => {
    if (!sameMeaning(was, is)) pairs.push({ path: is.path, before: was, after: is, kind });
  };
  for (const path of touched(before, after, changed)) {
    const [was, is] = [before.subject("firewall", path), after.subject("firewall", path)];
    if (was && is) add(was, is, "edited");
    else if (was && after.text(path) === undefined) gone.push(was);
    else if (is && before.text(path) === undefined) come.push(is);
  }
  for (const is of [...come]) {
    const was = gone.find((one) => one.dialect === is.dialect && isMove(before.text(one.path)!, after.text(is.path)!, sameName(one.path, is.path) && !otherHosts(before, one.path, after, is.path)));
    if (!was) continue;
    gone.splice(gone.indexOf(was), 1);
    come.splice(come.indexOf(is), 1);
    add(was, is, "moved");
  }
  const translated = new Set<Ruleset>();
  for (const is of come) {
    if (is.dialect !== "nftables") continue;
    const from = gone.filter((was) => was.dialect === "iptables" && sameHosts(before, was.path, after, is.path));
    const rivals = come.filter((other) => other !== is && other.dialect === "nftables" && from.some((was) => sameHosts(before, was.path, after, other.path)));
    if (from.length === 0 || from.length > 2 || rivals.length > 0) continue;
    add({ ...from[0]!, tables: from.flatMap(({ tables }) => tables), unknownStatements: from.reduce((sum, { unknownStatements }) => sum + unknownStatements, 0) }, is, "translated");
    for (const one of [is, ...from]) translated.add(one);
  }
  const left = (list: readonly Ruleset[]): Ruleset[] => list.filter((one) => !translated.has(one));
  return { pairs, come: left(come), gone: left(gone) };
}

/** The changed paths, and the nft files that may mean something else since one that they include, or that includes them, changed. */
function touched(before: Workspace, after: Workspace, changed: readonly string[]): string[] {
  const paths = new Set(changed);
  const parts = changed.some((path) => [before, after].some((side) => side.language(path) === "nftables"));
  if (parts) for (const { path } of after.subjects("firewall")) if (after.language(path) === "nftables") paths.add(path);
  return [...paths].sort();
}

/** Whether two texts are one file that was moved: most of the lines, or less of them where the name tells it too (`named`). */
function isMove(was: string, is: string, named: boolean): boolean {
  const lines = (text: string): Set<string> => new Set(text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line.length > 3 && !line.startsWith("#")));
  const [a, b] = [lines(was), lines(is)];
  const common = [...a].filter((line) => b.has(line)).length;
  const share = common / Math.max(1, Math.max(a.size, b.size));
  return share >= (named ? 0.3 : 0.6);
}

function sameName(from: string, to: string): boolean {
  return from.split("/").at(-1) === to.split("/").at(-1);
}

/** Every host has a file of that name: that one loses it and another gets one is no move. */
function otherHosts(before: Workspace, from: string, after: Workspace, to: string): boolean {
  const [was, is] = [before.fleet.scopeOf(from), after.fleet.scopeOf(to)];
  if (isUnknown(was) || isUnknown(is) || was.hosts.length === 0 || is.hosts.length === 0) return false;
  const names = new Set(is.hosts.map(({ name }) => name));
  return !was.hosts.some(({ name }) => names.has(name));
}

function sameHosts(before: Workspace, from: string, after: Workspace, to: string): boolean {
  const [was, is] = [before.fleet.scopeOf(from), after.fleet.scopeOf(to)];
  if (!isUnknown(was) && !isUnknown(is)) {
    const names = new Set(is.hosts.map(({ name }) => name));
    return was.hosts.length > 0 && was.hosts.length === names.size && was.hosts.every(({ name }) => names.has(name));
  }
  const [left, right] = [roleOf(before, from), roleOf(after, to)];
  return left !== undefined && left.folder === right?.folder;
}
