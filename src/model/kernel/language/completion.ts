import type { Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { normaliseKey } from "../key.ts";
import type { KeyFacts } from "../keys.ts";
import { keyFacts, knownKeys } from "../keys.ts";
import type { KernelVersion } from "../version.ts";
import { OLDEST_MAINTAINED_KERNEL, compareVersions, parseVersion } from "../version.ts";
import { typeWords, valueMeanings } from "./words.ts";

/** A key or a value that may stand at a place. */
export interface Suggestion {
  readonly label: string;
  readonly kind: "key" | "value";
  /** One line: the type and the default, or what the value means. */
  readonly detail: string;
}

/** What may stand at a place, and what it replaces. */
export interface Suggestions {
  readonly range: Range;
  readonly items: readonly Suggestion[];
}

const LANGUAGES = new Set(["sysctl", "tuned"]);
/** The forms in which a key of every interface is offered. */
const NAMES = ["all", "default", "*"];

/** Keys at a line's start, values behind `=`; undefined in comments and where nothing is known. For files of sysctls. */
export function suggestionsAt(workspace: Workspace, path: string, offset: number): Suggestions | undefined {
  const document = workspace.document(path);
  if (document === undefined || !LANGUAGES.has(document.language)) return undefined;
  const { text } = document;
  const start = Math.max(text.lastIndexOf("\n", offset - 1), text.lastIndexOf("\r", offset - 1)) + 1;
  const before = text.slice(start, offset);
  if (before.length > 4096 || /^\s*[#;[]/.test(before) || /\{\{|\{%/.test(before)) return undefined;
  const end = offset + /^[^\s=]*/.exec(text.slice(offset, offset + 256))![0].length;
  const equals = before.indexOf("=");
  if (equals !== -1) return valuesAt(before.slice(0, equals), { start: offset - /\S*$/.exec(before.slice(equals + 1))![0].length, end });
  const typed = /^\s*-?\s*(\S*)$/.exec(before);
  return typed === null ? undefined : keysAt(workspace, path, typed[1]!, { start: offset - typed[1]!.length, end });
}

function valuesAt(rawKey: string, range: Range): Suggestions | undefined {
  const facts = keyFacts(normaliseKey(rawKey.replace(/^\s*-/, "")));
  if (facts === undefined) return undefined;
  const meanings = valueMeanings(facts);
  const values = new Set([...(facts.type === "bool" ? ["0", "1"] : []), ...(facts.values ?? []).map(String), ...Object.keys(meanings)]);
  const items = [...values].sort((a, b) => Number(a) - Number(b)).map((label): Suggestion => ({ label, kind: "value", detail: meanings[label] ?? (label === String(facts.default) ? "the default" : "") }));
  const byDefault = facts.default === undefined ? [] : [String(facts.default)];
  for (const label of byDefault) if (!values.has(label)) items.push({ label, kind: "value", detail: "the default" });
  return items.length === 0 ? undefined : { range, items };
}

/** Every key that the kernels of the file's hosts have; where these are not known, that a maintained kernel has. */
function keysAt(workspace: Workspace, path: string, typed: string, range: Range): Suggestions {
  const newest = newestKernel(workspace, path);
  const slashed = /^[^.]*\//.test(typed);
  const items: Suggestion[] = [];
  for (const known of knownKeys()) {
    const facts = keyFacts(known);
    if (facts === undefined || facts.readOnly || facts.never || isGone(facts, newest)) continue;
    const detail = `${typeWords(facts)}${facts.default === undefined ? "" : ` Default: ${facts.default}.`}`;
    for (const key of known.includes(".*.") ? NAMES.map((name) => known.replace(".*.", `.${name}.`)) : [known]) {
      if (key.includes(".all.") && (facts.combination === "inert" || facts.combination === "iface-only")) continue;
      items.push({ label: slashed ? key.replace(/[./]/g, (one) => (one === "." ? "/" : ".")) : key, kind: "key", detail });
    }
  }
  return { range, items };
}

function isGone(facts: KeyFacts, newest: KernelVersion): boolean {
  if (facts.removed === undefined && facts.noEffectSince === undefined) return false;
  const removed = typeof facts.removed === "string" ? facts.removed : facts.removed?.[1];
  const version = parseVersion(removed ?? facts.noEffectSince!) ?? { major: 2, minor: 6 };
  return compareVersions(newest, version) >= 0;
}

function newestKernel(workspace: Workspace, path: string): KernelVersion {
  const scope = workspace.fleet.scopeOf(path);
  let newest: KernelVersion | undefined;
  for (const host of isUnknown(scope) ? [] : scope.hosts) {
    const kernel = workspace.fleet.kernel(host);
    if (!isUnknown(kernel) && (newest === undefined || compareVersions(kernel, newest) > 0)) newest = kernel;
  }
  return newest ?? OLDEST_MAINTAINED_KERNEL;
}
