import { visible } from "./visible.ts";

/** It takes no room, and parts what would be read together. */
const JOINER = "\u2060";

/**
 * A text of a reviewed file inside Markdown that GitHub or GitLab shows: it is one line of text, and neither markup nor
 * HTML, mentions nobody, refers to no issue, label or snippet, and links nowhere by itself.
 */
export function inert(text: string): string {
  const escaped = visible(text)
    .trimStart()
    .replace(/[\\`*_[\]~|$]/g, (sign) => `\\${sign}`)
    // At its beginning a line becomes a heading, a list or a rule.
    .replace(/^(#|[-+=](?=\s|$|[-+=])|\d+[.)])/, (sign) => `${sign.slice(0, -1)}\\${sign.slice(-1)}`);
  return unreferring(escaped);
}

/** The same inside an element of HTML, such as a summary, in which Markdown takes nothing for markup and no backslash for an escape. */
export function inertHtml(text: string): string {
  return unreferring(visible(text).trimStart());
}

/** Without HTML, and without what the hosts read into text wherever it stands. */
function unreferring(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/([@#%!~$]|&amp;)(?=\\?\w|"|\\\[|\[)/g, (sign) => sign + JOINER)
    .replace(/:(?=\/\/)/g, `:${JOINER}`)
    .replace(/\b(GH-|www\.)/gi, (word) => word.slice(0, -1) + JOINER + word.slice(-1));
}

/** A text of a reviewed file as code in Markdown, where nothing in it has a meaning. */
export function code(text: string): string {
  const shown = visible(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((match) => match[0].length));
  const ticks = "`".repeat(longest + 1);
  const padded = shown.startsWith("`") || shown.endsWith("`") || shown.trim() === "" ? ` ${shown} ` : shown;
  return `${ticks}${padded}${ticks}`;
}

/** A link to an address that is our own, or has been looked at. */
export function link(text: string, address: string): string {
  return /^https?:\/\/[^\s<>"'()\\`]+$/.test(address) ? `[${inert(text)}](${address})` : inert(text);
}
