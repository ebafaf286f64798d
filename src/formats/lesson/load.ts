import { loadYaml } from "../yaml/load.ts";

type CelLibrary = typeof import("@marcbachmann/cel-js");
type RegexLibrary = typeof import("re2js");

let cel: CelLibrary | undefined;
let regex: RegexLibrary | undefined;

/** Loads what lesson files are read with, which most repositories never need. Cheap when done already. */
export async function loadLessons(): Promise<void> {
  await loadYaml();
  cel ??= await import("@marcbachmann/cel-js");
  regex ??= await import("re2js");
}

/** The CEL library once `loadLessons` is through; undefined before. */
export function celLibrary(): CelLibrary | undefined {
  return cel;
}

/** RE2's regular expressions, which take linear time, once `loadLessons` is through; undefined before. */
export function regexLibrary(): RegexLibrary | undefined {
  return regex;
}
