import { plain } from "../markup.ts";

/** The size of names and numbers, in CSS pixels as `style.ts` sets it. */
export const TEXT = 12.5;
/** The size of details. */
export const SMALL = 11;

const ELLIPSIS = "…";

/**
 * How wide a text is at the most, in pixels: nothing here can ask a browser. By kinds of letters, as wide as they are in
 * the widest of the usual fonts.
 */
export function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const character of text) ems += emsOf(character);
  return ems * size;
}

function emsOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code >= 0x1100) return code >= 0x2010 && code <= 0x206f ? 0.8 : code >= 0x2190 && code < 0x2600 ? 0.9 : 1.1;
  if (/[ijl.,:;'|!()[\]{}\u202f ]/.test(character)) return 0.36;
  if (/[mwMW@%]/.test(character)) return 0.98;
  return /[A-Z0-9_+=<>&#~]/.test(character) ? 0.7 : 0.6;
}

/** The text in so many pixels: its middle gives way, since names differ at both ends. */
export function shortened(whole: string, width: number, size: number): string {
  // Hidden characters are written by their numbers, which need room too.
  const text = plain(whole);
  if (widthOf(text, size) <= width) return text;
  const characters = [...text];
  let [head, tail] = [0, 0];
  let room = width - widthOf(ELLIPSIS, size);
  while (head + tail < characters.length) {
    const takesHead = head <= tail * 1.5;
    const next = characters[takesHead ? head : characters.length - 1 - tail]!;
    room -= widthOf(next, size);
    if (room < 0) break;
    if (takesHead) head++;
    else tail++;
  }
  return characters.slice(0, head).join("") + ELLIPSIS + (tail === 0 ? "" : characters.slice(-tail).join(""));
}

/** A sentence in lines of so many pixels. A word that is wider than a line is shortened. */
export function wrapped(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (widthOf(longer, size) <= width) current = longer;
    else {
      if (current !== "") lines.push(current);
      current = shortened(word, width, size);
    }
  }
  return current === "" ? lines : [...lines, current];
}
