import type { Location } from "../../engine/location.ts";
import type { Translate } from "../reviewed.ts";
import type { Content, Markup } from "./markup.ts";
import { attribute, html } from "./markup.ts";
import type { Project, Text } from "./project.ts";
import { withoutSecret } from "./secrecy.ts";

/** Lines around a place. */
const AROUND = 2;
/** Lines of a place itself that are shown. */
const LINES = 8;
/** Characters of a line that are shown, on either side of what is marked too. */
const WIDTH = 240;

/** `FILE:LINE:COLUMN` as a link: in the panel a click opens the file there, elsewhere `target` is its excerpt in the page. */
export function placeLink(project: Project, location: Location, target: string): Markup {
  const { line, column } = project.at(location);
  return anchor(project, location, target, `${location.path}:${line}:${column}`);
}

/** A whole file as a link; as text where a click would lead nowhere. */
export function fileLink(project: Project, path: string): Markup {
  if (project.options.interactive !== true) return html`<code class="path">${path}</code>`;
  return anchor(project, { path, range: { start: 0, end: 0 } }, "#change", path);
}

/** In the panel, the way to both texts of a file side by side; nothing where there is one alone, or they are the same. */
export function changesLink(project: Project, { path, range }: Location, target: string): Content {
  if (project.options.interactive !== true || !project.differs(path)) return undefined;
  return html` <a class="changes" data-path="${path}" data-start="${range.start}" data-end="${range.end}"${attribute("data-project", project.index)} href="${target}">${project.t("changes")}<span class="visually-hidden">: ${path}</span></a>`;
}

function anchor(project: Project, { path, range }: Location, target: string, label: Content): Markup {
  return html`<a class="place" data-path="${path}" data-start="${range.start}" data-end="${range.end}" data-side="${project.sideOf(path)}"${attribute("data-project", project.index)} href="${target}"><code>${label}</code></a>`;
}

/** The lines around a place with the place marked, below a link to it; `note` says what is to be seen there. */
export function excerpt(project: Project, location: Location, id: string, note?: Content): Markup {
  const text = project.text(location.path);
  const caption = html`<figcaption>${placeLink(project, location, `#${id}`)}${changesLink(project, location, `#${id}`)}${note !== undefined && html` <span class="note">${note}</span>`}</figcaption>`;
  if (text === undefined || project.isSecret(location.path)) return html`<figure class="excerpt" id="${id}">${caption}</figure>`;
  return html`<figure class="excerpt" id="${id}">${caption}<pre>${linesAround(project, location, text)}</pre></figure>`;
}

function linesAround(project: Project, { range }: Location, { text, lines }: Text): Markup[] {
  const first = lines.positionAt(range.start).line;
  // A place that ends at a line's start does not reach into the line.
  const last = Math.max(first, lines.positionAt(Math.max(range.start, range.end - 1)).line);
  const rows: Markup[] = [];
  const shownTo = Math.min(last, first + LINES - 1);
  for (let line = Math.max(1, first - AROUND); line <= shownTo; line++) rows.push(row(project, text, lines.rangeOfLine(line), line, range));
  const left = last - shownTo;
  if (left > 0) rows.push(html`<span class="line more">${left === 1 ? project.t("1 more line of this place") : project.t("{0} more lines of this place", left)}</span>`);
  const end = Math.min(last + AROUND, text.endsWith("\n") ? lines.count - 1 : lines.count);
  for (let line = last + 1; line <= end; line++) rows.push(row(project, text, lines.rangeOfLine(line), line, range));
  return rows;
}

function row({ t }: Project, text: string, line: { start: number; end: number }, number: number, mark: { start: number; end: number }): Markup {
  const shown = withoutSecret(text.slice(line.start, line.end));
  if (shown !== undefined) return html`<span class="line${mark.start <= line.end && mark.end >= line.start ? " hit" : ""}" data-line="${number}">${tail(shown, t)}</span>`;
  const indent = /^[ \t]*/.exec(text.slice(line.start, line.end))![0].length;
  const start = Math.max(mark.start < line.start ? line.start + indent : line.start, Math.min(mark.start, line.end));
  const end = Math.max(start, Math.min(mark.end, line.end));
  const hit = mark.start <= line.end && mark.end >= line.start && (end > start || mark.start === mark.end);
  if (!hit) return html`<span class="line" data-line="${number}">${tail(text.slice(line.start, line.end), t)}</span>`;
  return html`<span class="line hit" data-line="${number}">${head(text.slice(line.start, start), t)}<mark>${tail(text.slice(start, end), t)}</mark>${tail(text.slice(end, line.end), t)}</span>`;
}

function tail(text: string, t: Translate): Content {
  return text.length <= WIDTH ? text : [text.slice(0, WIDTH), html`<span class="more"> ${t("… {0} more characters", text.length - WIDTH)} </span>`];
}

function head(text: string, t: Translate): Content {
  return text.length <= WIDTH ? text : [html`<span class="more">${t("{0} characters …", text.length - WIDTH)} </span>`, text.slice(-WIDTH)];
}
