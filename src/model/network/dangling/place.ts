import type { Location } from "../../../engine/location.ts";

/** A place that still names something which is gone. */
export interface Place {
  readonly location: Location;
  /** For a person: `peers`, `hostvars`, `delegate_to`. */
  readonly how: string;
  /** True where what reads it fails or is refused without the thing; else a person may have meant it to stay. */
  readonly breaks: boolean;
}

/** Something that the change removes, or that never was there, and all that names it. */
export interface Dangling {
  readonly kind: "host" | "group" | "variable" | "interface" | "network";
  readonly name: string;
  /** By path and place; never empty. */
  readonly places: readonly Place[];
  /** Where it was, in the base, for a person: `inventory/hosts`. */
  readonly was?: string;
  /** Of a host that the inventory still lists: the variables that it has no more. */
  readonly lost?: readonly string[];
}

/** Sorted by path and place, each place once. */
export function sortedPlaces(places: readonly Place[]): Place[] {
  const unique = new Map(places.map((place) => [`${place.location.path}\0${place.location.range.start}`, place]));
  return [...unique.values()].sort((a, b) => (a.location.path < b.location.path ? -1 : a.location.path > b.location.path ? 1 : a.location.range.start - b.location.range.start));
}

/** Whether a comment begins on the line of `at` before it: `#`, `//`, `{#` or `;` at the start. */
export function inComment(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  return /(?:^|\s)(?:#|\/\/)|\{#|^\s*[;%"]\s|<!--/.test(line);
}

/** A text as a part of an expression that matches itself. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}
