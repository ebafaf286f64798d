/** What changes the direction of a text, or how it is taken, without being seen. */
const UNSEEN = /[\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/g;
/** Half of a surrogate pair, and the two characters that no text may hold (Unicode, 23.7). */
const BROKEN = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|[\uFFFE\uFFFF]/g;

/**
 * A text of a reviewed file for others to read: control characters and those that are not seen become U+FFFD, so that
 * none of them speaks to a terminal, a browser or a parser. Line breaks become blanks, or `lineBreak`.
 */
export function visible(text: string, lineBreak = " "): string {
  return text
    .replace(/\r\n?|\n|\u2028|\u2029/g, lineBreak)
    .replace(/\t/g, " ")
    .replace(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/g, "\uFFFD")
    .replace(UNSEEN, "\uFFFD")
    .replace(BROKEN, "\uFFFD");
}
