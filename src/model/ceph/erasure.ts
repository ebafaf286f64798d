import type { Range } from "../../engine/location.ts";
import { entryOf, nodeAt } from "../../formats/yaml/index.ts";
import { plainText } from "../written/tasks.ts";
import type { CephSettings } from "./settings.ts";

/** The min_size that a file gives to an erasure-coded pool whose chunks it also tells. */
export interface ErasureMinimum {
  readonly pool: string;
  readonly dataChunks: number;
  readonly codingChunks: number;
  readonly minSize: number;
  readonly range: Range;
}

/** Every erasure-coded pool of a file with its own min_size, by commands and in Rook's pools. */
export function erasureMinimums({ commands, resources, settings }: CephSettings): ErasureMinimum[] {
  const profiles = new Map<string, { k: number; m: number }>();
  const pools = new Map<string, string>();
  for (const { words } of commands) {
    const text = words.map((word) => word.text);
    if (text[0] !== "osd") continue;
    if (text[1] === "erasure-code-profile" && text[2] === "set" && text[3] !== undefined) {
      const number = (name: string): number => Number(text.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? Number.NaN);
      profiles.set(text[3], { k: number("k"), m: number("m") });
    }
    const at = text.indexOf("erasure");
    if (text[1] === "pool" && text[2] === "create" && at > 3 && text[at + 1] !== undefined) pools.set(text[3]!, text[at + 1]!);
  }
  const found: ErasureMinimum[] = [];
  const add = (pool: string, k: number, m: number, minSize: number, range: Range): void => {
    if ([k, m, minSize].every(Number.isInteger)) found.push({ pool, dataChunks: k, codingChunks: m, minSize, range });
  };
  for (const { kind, section, option, value, valueRange } of settings) {
    if (kind !== "pool" || option !== "min_size" || typeof section !== "string" || typeof value !== "string") continue;
    const profile = profiles.get(pools.get(section) ?? "");
    if (profile !== undefined) add(section, profile.k, profile.m, Number(value), valueRange);
  }
  for (const { name, spec } of resources) {
    for (const pool of [spec, nodeAt(spec, "dataPool")]) {
      const minimum = entryOf(entryOf(pool, "parameters")?.value, "min_size")?.value;
      const chunks = entryOf(pool, "erasureCoded")?.value;
      const number = (key: string): number => Number(plainText(entryOf(chunks, key)?.value) ?? Number.NaN);
      if (minimum !== undefined && chunks !== undefined) add(name ?? "", number("dataChunks"), number("codingChunks"), Number(plainText(minimum) ?? Number.NaN), minimum.range);
    }
  }
  return found;
}
