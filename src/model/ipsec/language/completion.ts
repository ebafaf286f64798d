import { isUnknown } from "../../../engine/unknown.ts";
import type { Range } from "../../../engine/location.ts";
import { directivesIn, wordsFor } from "../../../formats/racoon/check.ts";
import type { Key } from "../../../formats/swanctl/keys.ts";
import { KEYS } from "../../../formats/swanctl/keys.ts";
import type { Workspace } from "../../workspace.ts";
import { implementationOf } from "../implementation.ts";
import type { KeywordKind, Keywords } from "../ipsec-conf-keywords.ts";
import { LIBRESWAN_KEYWORDS, STRONGSWAN_KEYWORDS } from "../ipsec-conf-keywords.ts";
import { sectionsBeside } from "../ipsec-conf-layers.ts";
import { MEANINGS } from "./meanings.ts";
import type { IpsecPlace } from "./place.ts";
import { levelOf, placeAt } from "./place.ts";

/** A setting, a value or a section that may stand at a place. */
export interface IpsecSuggestion {
  readonly label: string;
  readonly kind: "key" | "value" | "section";
  /** One line: its default and what it is for. */
  readonly detail: string;
}

/** What may stand at a place, and what it replaces. */
export interface IpsecSuggestions {
  readonly range: Range;
  readonly items: readonly IpsecSuggestion[];
}

/** Settings at a line's start, values behind `=` (racoon: behind the directive); undefined in comments and among secrets. */
export function ipsecSuggestionsAt(workspace: Workspace, path: string, offset: number): IpsecSuggestions | undefined {
  const place = placeAt(workspace, path, offset);
  const text = workspace.text(path);
  if (place === undefined || text === undefined) return undefined;
  const before = text.slice(Math.max(text.lastIndexOf("\n", offset - 1) + 1, offset - 1000), offset);
  if (/#|\{\{|\{%/.test(before)) return undefined;
  const value = (place.syntax === "racoon" ? /(?:^|[{;])\s*([\w-]+)\s+([\w%|-]*)$/ : /(?:^|[{\s])([\w-]+)\s*=\s*([\w%|-]*)$/).exec(before);
  const typed = value?.[2] ?? /(?:^|[{};\s])([\w-]*)$/.exec(before)?.[1];
  if (typed === undefined) return undefined;
  const range = { start: offset - typed.length, end: offset + /^[\w-]*/.exec(text.slice(offset, offset + 100))![0].length };
  const items = value === null ? (/[=;]\s*[\w-]*$|\S\s+[\w-]*$/.test(before) && !/[{;}]\s*[\w-]*$/.test(before) ? [] : keys(workspace, path, place)) : values(workspace, path, place, value[1]!);
  return items.length === 0 ? undefined : { range, items };
}

function keys(workspace: Workspace, path: string, place: IpsecPlace): IpsecSuggestion[] {
  const meaning = (key: string): string => MEANINGS[place.syntax]![key] ?? "";
  const key = (label: string, value?: string): IpsecSuggestion => ({ label, kind: "key", detail: [value === undefined ? "" : `default ${value}`, meaning(label)].filter((part) => part !== "").join(". ") });
  switch (place.syntax) {
    case "swanctl": {
      const level = levelOf(place.inside);
      if (level === undefined) return place.inside.length === 0 ? ["connections", "secrets", "pools", "authorities"].map((label) => ({ label, kind: "section", detail: "" })) : [];
      const sections = level === "connection" ? ["local", "remote", "children"] : [];
      return [...Object.entries<Key>(KEYS[level]).map(([label, { default: value }]) => key(label, value)), ...sections.map((label): IpsecSuggestion => ({ label, kind: "section", detail: "" }))];
    }
    case "racoon":
      return directivesIn(place.inside.at(-1)).map((label) => key(label));
    case "ipsec-conf": {
      const section = place.inside[0];
      if (section === undefined) return [];
      const names = keywordsOf(workspace, path).flatMap((keywords) =>
        section === "config" ? [...keywords.setup.keys()] : section === "ca" ? [...keywords.ca.keys()] : [...keywords.conn.keys(), ...[...keywords.end.keys()].flatMap((end) => [`left${end}`, `right${end}`])],
      );
      return [...new Set(names)].sort().map((label) => key(label));
    }
  }
}

function values(workspace: Workspace, path: string, place: IpsecPlace, name: string): IpsecSuggestion[] {
  const item = (label: string, detail = ""): IpsecSuggestion => ({ label, kind: "value", detail });
  switch (place.syntax) {
    case "swanctl": {
      const level = levelOf(place.inside);
      const known = level && Object.hasOwn(KEYS[level], name) ? KEYS[level][name] : undefined;
      if (known === undefined) return [];
      const words = typeof known.takes !== "string" ? known.takes.filter((word) => !/^(?:true|false|enabled|disabled|1|0)$/.test(word)) : known.takes === "auth" ? ["psk", "pubkey", "eap"] : known.takes === "time" && known.default ? [known.default].filter((one) => /^\d+[smhd]$/.test(one)) : [];
      return words.map((word) => item(word, word === known.default ? "default" : ""));
    }
    case "racoon":
      return wordsFor(place.inside.at(-1), name).map((word) => item(word));
    case "ipsec-conf": {
      const end = /^(?:left|right)(.*)$/.exec(name)?.[1];
      const kinds = keywordsOf(workspace, path).flatMap((keywords): KeywordKind[] => {
        const kind = (place.inside[0] === "config" ? keywords.setup : keywords.conn).get(name) ?? (end === undefined ? undefined : keywords.end.get(end));
        return kind === undefined ? [] : [kind];
      });
      const words = kinds.flatMap((kind) => (typeof kind !== "string" ? [...kind] : kind === "boolean" ? ["yes", "no"] : kind === "tries" ? ["%forever"] : kind === "percent" ? ["100%", "0%"] : []));
      return [...new Set(words)].map((word) => item(word));
    }
  }
}

/** The keywords of the implementation that reads the file; of both where it is not told which does. */
function keywordsOf(workspace: Workspace, path: string): readonly Keywords[] {
  const implementation = implementationOf(workspace, sectionsBeside(workspace, path), path);
  if (isUnknown(implementation)) return [STRONGSWAN_KEYWORDS, LIBRESWAN_KEYWORDS];
  return [implementation === "libreswan" ? LIBRESWAN_KEYWORDS : STRONGSWAN_KEYWORDS];
}
