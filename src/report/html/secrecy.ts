import type { Language } from "../../formats/format.ts";

/** Languages whose files hold keys and passwords, which may stand anywhere in them once something is mistyped. */
const KEYED = new Set<Language>(["ipsec-secrets", "swanctl", "racoon", "strongswan-conf"]);
/** What announces one. */
const WORD = /\b\w*(?:secret|passw(?:or)?d|passphrase|psk|private_?key|preshared_?key|api_?key|token|bind_?pw|pin)s?\b/i;
const ASSIGNED = new RegExp(`${WORD.source}["']?\\s*[:= ]`, "i");

/** True for a file of which nothing is shown but the places in it: a page is passed on, and its keys would go with it. */
export function isSecret(language: Language | undefined, text: string): boolean {
  if (language === "ipsec-secrets") return true;
  return language !== undefined && KEYED.has(language) && (WORD.test(text) || /\bauth\b/.test(text));
}

/** What may be shown of a line: without what a name such as `password` is given. Undefined where all of it may. */
export function withoutSecret(line: string): string | undefined {
  const found = ASSIGNED.exec(line);
  if (found === null || /^\s*$/.test(line.slice(found.index + found[0].length))) return undefined;
  return `${line.slice(0, found.index + found[0].length)} …`;
}
