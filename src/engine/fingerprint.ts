/** FNV-1a, 64 bits, over UTF-16 code units, as 16 hexadecimal digits. Names things; it protects nothing. */
export function hash(text: string): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (let i = 0; i < text.length; i++) {
    low = (low ^ text.charCodeAt(i)) >>> 0;
    // (high:low) * 0x100000001b3, in 32-bit halves
    const product = low * 0x1b3;
    const carry = Math.floor(product / 0x1_0000_0000);
    high = (Math.imul(high, 0x1b3) + Math.imul(low, 0x100) + carry) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, "0") + (low >>> 0).toString(16).padStart(8, "0");
}

/** Gives each finding of a run its number among those with the same rule, path and anchor. */
export class Fingerprints {
  readonly #seen = new Map<string, number>();

  /**
   * The fingerprint of a finding. `anchor` is what makes it itself: the rule's key, or the text at its place with white
   * space folded, so that it stays when lines move.
   */
  next(rule: string, path: string, anchor: string): string {
    const base = `${rule}\0${path}\0${anchor.replace(/\s+/g, " ").trim()}`;
    const count = this.#seen.get(base) ?? 0;
    this.#seen.set(base, count + 1);
    return hash(`${base}\0${count}`);
  }
}
