import type { Tokens } from "marked";
import { Marked } from "marked";
import { posix } from "node:path";

/** A heading of a page, for its table of contents and the search. */
export interface Heading {
  readonly depth: number;
  readonly text: string;
  readonly id: string;
}

/** A Markdown text as HTML. */
export interface Rendered {
  readonly title: string;
  readonly html: string;
  readonly headings: readonly Heading[];
}

/** What a text is rendered among. */
export interface Surroundings {
  /** The document's path in `docs/`, such as `rules/firewall/blocks-pmtud.md`. */
  readonly path: string;
  /** Addresses of other pages, relative to this one, by the names that texts call them by: rules and lessons. */
  readonly named: ReadonlyMap<string, string>;
}

/**
 * Renders one document of ours. Headings get the ids that GitHub gives them, links to Markdown lead to the page made of
 * it, names of rules and lessons in code lead to theirs, and what lies outside of `docs/` is named without a link, since
 * the site stands alone. Throws where the text has HTML in it: it is a placeholder that somebody forgot to mark as code.
 */
export function render(markdown: string, { path, named }: Surroundings): Rendered {
  const headings: Heading[] = [];
  const marked = new Marked({ gfm: true });
  const plain = (tokens: Tokens.Generic[]): string => tokens.map((token) => (token["tokens"] ? plain(token["tokens"] as Tokens.Generic[]) : ((token["text"] as string | undefined) ?? ""))).join("");
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const text = decode(plain(tokens as Tokens.Generic[]));
        const id = idOf(text, headings);
        headings.push({ depth, text, id });
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      code({ text, lang }) {
        return `<pre tabindex="0"><code${lang ? ` class="language-${escape(lang)}"` : ""}>${escape(text)}\n</code></pre>\n`;
      },
      codespan({ text }) {
        const target = named.get(text);
        const code = `<code>${escape(text)}</code>`;
        return target === undefined ? code : `<a href="${escape(target)}">${code}</a>`;
      },
      link({ href, tokens }) {
        // A link in a link is none, so names in its text stay names.
        const text = tokens.map((token) => (token.type === "codespan" ? `<code>${escape(token.text as string)}</code>` : this.parser.parseInline([token]))).join("");
        const target = targetOf(href, path);
        return target === undefined ? text : `<a href="${escape(target)}">${text}</a>`;
      },
      image() {
        throw new Error(`${path}: the site has no pictures yet`);
      },
      table(token) {
        const cell = (tag: string, { tokens }: Tokens.TableCell): string => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
        const head = token.header.map((entry) => (entry.text === "" ? "<td></td>" : cell("th", entry))).join("");
        const body = token.rows.map((row) => `<tr>${row.map((entry) => cell("td", entry)).join("")}</tr>\n`).join("");
        return tableOf(`<thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody>`);
      },
      html({ text }) {
        if (/^\s*<!--[^]*-->\s*$/.test(text)) return "";
        throw new Error(`${path} has HTML in its text: ${text.trim()}`);
      },
    },
  });
  const html = marked.parse(markdown, { async: false });
  const title = headings.find(({ depth }) => depth === 1)?.text;
  if (title === undefined) throw new Error(`${path} has no heading of the first level`);
  return { title, html, headings };
}

/** A table that may be wider than the screen: a keyboard can scroll what has the focus. */
export function tableOf(content: string): string {
  return `<div class="wide" tabindex="0"><table>\n${content}\n</table></div>\n`;
}

/** For text and for attributes in double quotes. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** Marked hands inline text over as HTML. */
function decode(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

function idOf(text: string, taken: readonly Heading[]): string {
  const base = text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
  const same = taken.filter(({ id }) => id === base || new RegExp(`^${base}-\\d+$`).test(id)).length;
  return same === 0 ? base : `${base}-${same}`;
}

/** Undefined where it leads out of the site. */
function targetOf(href: string, from: string): string | undefined {
  if (/^(?:https?:|#)/.test(href)) return href;
  const [path = "", fragment] = href.split("#");
  if (posix.normalize(posix.join(posix.dirname(from), path)).startsWith("..") || !/(?:\.md|\/)$/.test(path)) return undefined;
  const page = path.replace(/\.md$/, ".html").replace(/\/$/, "/index.html");
  return fragment === undefined ? page : `${page}#${fragment}`;
}
