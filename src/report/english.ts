import type { Translate } from "./reviewed.ts";

/** The texts as they are written, with their arguments in place. */
export const english: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
