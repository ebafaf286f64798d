const MOST = 80;

/** A key or a value as a message shows it: not too long, and with nothing that moves a terminal's cursor. */
export function shown(text: string): string {
  const short = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return short.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, "0")}`);
}
