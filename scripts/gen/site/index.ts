import { readFileSync, readdirSync } from "node:fs";
import { join, relative as relativePath, sep } from "node:path";
import { rules } from "../../../src/core.ts";
import { lessons } from "../../../src/lessons/index.ts";
import type { Page, Part } from "./layout.ts";
import { documentOf, relative } from "./layout.ts";
import { render } from "./markdown.ts";
import { lessonPages, lessonsIndex, rulePages, rulesIndex } from "./rules.ts";

/** The folder that the site is in. */
export const SITE = "docs/site";
/** What the navigation begins with, in this order, folders with all that is in them; other documents of `docs/` follow by their titles. */
const FIRST = ["start.md", "premortem-yaml.md", "command-line.md", "ci.md", "vscode.md", "editors.md", "lessons-as-code.md", "lessons/"];
/** True for a document whose page is made from metadata. */
const isMade = (path: string): boolean => /^(?:rules|site)\//.test(path) || lessons.has(/^lessons\/(.+)\.md$/.exec(path)?.[1] ?? "");

/** Every file of the site, by path. `texts`: documents that are generated in the same run, by path. */
export function site(root: string, texts: ReadonlyMap<string, string>): [string, string][] {
  const guides = guidesOf(root, texts);
  const pages = [...guides, rulesIndex(), lessonsIndex(), ...rulePages(names), ...lessonPages(names)];
  const navigation = navigationOf(guides);
  return [
    ...pages.map((page): [string, string] => [`${SITE}/${page.path}`, documentOf(page, navigationFor(page.path, navigation))]),
    [`${SITE}/pages.js`, listOf(pages)],
    ...["style.css", "search.js"].map((name): [string, string] => [`${SITE}/${name}`, readFileSync(join(import.meta.dirname, name), "utf8")]),
  ];
}

/** Where the pages of rules and lessons are, seen from a page. */
function names(path: string): Map<string, string> {
  const all: [string, string][] = [...[...rules.keys()].map((id): [string, string] => [id, `rules/${id}.html`]), ...[...lessons.keys()].map((id): [string, string] => [id, `lessons/${id}.html`])];
  return new Map(all.filter(([, target]) => target !== path).map(([id, target]) => [id, relative(path, target)]));
}

/** The documents that somebody wrote, and those made of more than one rule or lesson. */
function guidesOf(root: string, texts: ReadonlyMap<string, string>): Page[] {
  const folder = join(root, "docs");
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => relativePath(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !isMade(path))
    .sort();
  const rank = (path: string): number => {
    const index = FIRST.findIndex((first) => path === first || (first.endsWith("/") && path.startsWith(first)));
    return index < 0 ? FIRST.length : index;
  };
  return paths.sort((a, b) => rank(a) - rank(b)).map((source) => {
    const path = source === "start.md" ? "index.html" : source.replace(/\.md$/, ".html");
    const markdown = texts.get(`docs/${source}`) ?? readFileSync(join(folder, source), "utf8");
    const { title, html, headings } = render(markdown, { path: source, named: names(path) });
    return { path, title, summary: summaryOf(html) || title, body: html, contents: headings.filter(({ depth }) => depth === 2) };
  });
}

/** The first paragraph's first sentence, without markup. */
function summaryOf(html: string): string {
  const text = (/<p>([^]*?)<\/p>/.exec(html)?.[1] ?? "").replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
  const sentence = /^.*?[.:](?=\s|$)/.exec(text)?.[0] ?? text;
  return sentence.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

function navigationOf(guides: readonly Page[]): Part[] {
  return [
    { heading: "Guides", entries: guides.map(({ path, title }) => ({ path, label: path === "index.html" ? "Start" : title })) },
    { heading: "Reference", entries: [{ path: "rules/index.html", label: "Rules" }, { path: "lessons/index.html", label: "Lessons" }] },
  ];
}

/** A rule's page has its neighbours at hand, and a lesson's the other lessons. */
function navigationFor(path: string, navigation: readonly Part[]): Part[] {
  const folder = /^rules\/([^/]+)\//.exec(path)?.[1];
  if (folder !== undefined) {
    const ids = [...rules.keys()].filter((id) => id.startsWith(`${folder}/`));
    return [...navigation, { heading: folder, entries: ids.map((id) => ({ path: `rules/${id}.html`, label: id.slice(folder.length + 1) })) }];
  }
  if (!lessons.has(/^lessons\/(.+)\.html$/.exec(path)?.[1] ?? "")) return [...navigation];
  return [...navigation, { heading: "Lessons", entries: [...lessons.values()].map(({ id, organisation, date }) => ({ path: `lessons/${id}.html`, label: `${organisation}, ${date}` })) }];
}

/** What the search looks through: a script and not JSON, since a page that was opened from a disk may fetch nothing. */
function listOf(pages: readonly Page[]): string {
  const entries = pages.map(({ path, title, summary }) => JSON.stringify([path, title, summary]));
  return `globalThis.premortemPages = [\n${entries.join(",\n")}\n];\n`;
}
