import { readFileSync } from "node:fs";

/** The blocks of code of a page in one language, in their order. */
export function samples(page: string, language: string): string[] {
  const blocks = readFileSync(page, "utf8").matchAll(/^```(\S+)\n(.*?)^```$/gms);
  return [...blocks].filter(([, name]) => name === language).map(([, , text]) => text!);
}
