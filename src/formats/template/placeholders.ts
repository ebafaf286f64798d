import type { Range } from "../../engine/location.ts";
import type { Masked } from "./jinja.ts";
import { HOLE, maskJinja } from "./jinja.ts";

const PLACEHOLDER = /<%[=-]?[\s\S]*?%>|\$\{[^{}\r\n]*\}|\$\([^()\r\n]*\)/g;

/**
 * Masks Jinja2 and, beside it, what other template languages leave in a configuration: ERB's `<% … %>`, and `${…}` of
 * shells and FreeMarker, whose brace would otherwise close a section. Offsets stay.
 */
export function maskPlaceholders(text: string): Masked {
  const masked = maskJinja(text);
  if (!masked.text.includes("<%") && !masked.text.includes("$")) return masked;
  const regions = [...masked.regions];
  const clean = masked.text.replace(PLACEHOLDER, (found, at: number) => {
    const output = !found.startsWith("<%") || found.startsWith("<%=");
    regions.push({ kind: output ? "output" : "tag", range: { start: at, end: at + found.length }, code: found.replace(/^<%[=-]?|-?%>$|^\$[{(]|[)}]$/g, "").trim() });
    return found.replace(/[^\r\n]/g, output ? HOLE : " ");
  });
  return { text: clean, regions, conditional: masked.conditional };
}

/** True where a template decides whether `range` is there, once the section that begins at `holder` is. */
export function isConditionalIn(masked: Masked, range: Range, holder: number | undefined): boolean {
  return masked.conditional.some(
    ({ range: { start, end } }) => start <= range.start && range.end <= end && !(holder !== undefined && start <= holder && holder < end),
  );
}
