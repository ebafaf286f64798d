import type { Translate } from "../reviewed.ts";
import type { Figure } from "./figure.ts";
import { title } from "./heading.ts";
import type { Markup } from "./markup.ts";
import { html, trusted } from "./markup.ts";

/** A picture with its heading (none where `level` is undefined: it stands under one), what it shows in words, and its numbers as a table. */
export function figure({ kind, title: heading, summary, html: drawing, table }: Figure, id: string, level: number | undefined, t: Translate): Markup {
  return html`<section class="picture ${kind}" id="${id}">${level !== undefined && title(level, heading, `${id}-title`)}<p class="picture-summary">${summary}</p><div class="fig">${trusted(drawing)}</div><details><summary>${t("The same as a table")}</summary><div class="scroll" tabindex="0" role="region" aria-label="${heading}"><table><thead><tr>${table.head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${table.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div></details></section>`;
}
