import type { Masked } from "./jinja.ts";
import { HOLE, maskJinja } from "./jinja.ts";

const SHELL = /\$\{[^{}\r\n]*\}|\$\([^()\r\n]*\)/g;
const ERB_OR_SHELL = new RegExp(`<%[=-]?[\\s\\S]*?%>|${SHELL.source}`, "g");

/**
 * Masks Jinja2 and, beside it, what other template languages leave in a configuration: ERB's `<% … %>`, and `${…}` of
 * shells and FreeMarker, whose brace would otherwise close a section. Offsets stay.
 */
export function maskPlaceholders(text: string): Masked {
  const masked = maskJinja(text);
  if (!masked.text.includes("<%") && !masked.text.includes("$")) return masked;
  const regions = [...masked.regions];
  const mask = (part: string, pattern: RegExp, offset: number): string =>
    part.replace(pattern, (found, at: number) => {
      const output = !found.startsWith("<%") || found.startsWith("<%=");
      const start = offset + at;
      regions.push({ kind: output ? "output" : "tag", range: { start, end: start + found.length }, code: found.replace(/^<%[=-]?|-?%>$|^\$[{(]|[)}]$/g, "").trim() });
      return found.replace(/[^\r\n]/g, output ? HOLE : " ");
    });
  // Behind the last `%>` no tag ends, and to look for its end from every `<%` there would take quadratic time.
  const last = masked.text.lastIndexOf("%>");
  const closed = last === -1 ? 0 : last + 2;
  const clean = mask(masked.text.slice(0, closed), ERB_OR_SHELL, 0) + mask(masked.text.slice(closed), SHELL, closed);
  return { text: clean, regions, conditional: masked.conditional };
}
