import { posix } from "node:path";
import { escape } from "./markdown.ts";

/** A page before it is laid out. */
export interface Page {
  /** Its path in the site, such as `rules/index.html`. */
  readonly path: string;
  readonly title: string;
  /** One sentence for search engines and for the search's list. */
  readonly summary: string;
  /** What `<main>` holds. */
  readonly body: string;
  /** Its headings of the second level, where there is a table of contents. */
  readonly contents?: readonly { readonly id: string; readonly text: string }[];
}

/** A link of the navigation: the page's path and what it is called there. */
export interface Entry {
  readonly path: string;
  readonly label: string;
}

/** A part of the navigation, with its heading. */
export interface Part {
  readonly heading: string;
  readonly entries: readonly Entry[];
}

/** Nothing but the site's own files is ever loaded. */
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/** The complete document. All addresses are relative, so it can be opened from a disk and served from any folder. */
export function documentOf(page: Page, navigation: readonly Part[]): string {
  const up = "../".repeat(page.path.split("/").length - 1);
  const title = page.path === "index.html" ? "Premortem" : `${page.title} · Premortem`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escape(page.summary)}">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}style.css">
<script src="${up}pages.js" defer></script>
<script src="${up}search.js" defer></script>
</head>
<body data-up="${up}">
<a class="skip" href="#main">Skip to the text</a>
<header>
<a class="name" href="${up}index.html">Premortem</a>
<search hidden>
<label for="search">Search</label>
<input id="search" type="search" placeholder="rule, lesson, guide" autocomplete="off" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list">
<div id="found" role="listbox" aria-label="Pages found" hidden></div>
<p class="count" role="status"></p>
</search>
</header>
<div class="columns">
<nav aria-label="Pages">
${navigation.map((part) => partOf(part, page.path)).join("\n")}
</nav>
<main id="main" tabindex="-1">
${page.body.trimEnd()}
</main>${contentsOf(page)}
</div>
</body>
</html>
`;
}

function partOf({ heading, entries }: Part, current: string): string {
  const items = entries.map(({ path, label }) => {
    const here = path === current ? ' aria-current="page"' : "";
    return `<li><a href="${escape(relative(current, path))}"${here}>${escape(label)}</a></li>`;
  });
  return `<h2>${escape(heading)}</h2>\n<ul>\n${items.join("\n")}\n</ul>`;
}

function contentsOf({ contents = [] }: Page): string {
  if (contents.length < 3) return "";
  const items = contents.map(({ id, text }) => `<li><a href="#${escape(id)}">${escape(text)}</a></li>`);
  return `\n<aside aria-label="On this page">\n<h2>On this page</h2>\n<ul>\n${items.join("\n")}\n</ul>\n</aside>`;
}

/** The address of one page of the site as another one writes it. */
export function relative(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to) || posix.basename(to);
}
