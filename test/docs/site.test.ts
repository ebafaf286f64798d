import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { runInNewContext } from "node:vm";
import { root } from "../../scripts/setup.mjs";
import { SITE } from "../../scripts/gen/site/index.ts";
import { rules } from "../../src/core.ts";
import { lessons } from "../../src/lessons/index.ts";

const folder = join(root, SITE);
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
  .sort();
const pages = files.filter((path) => path.endsWith(".html"));
const textOf = (path: string): string => readFileSync(join(folder, path), "utf8");
const idsOf = (html: string): string[] => [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decode(id!));
const decode = (text: string): string => text.replaceAll("&quot;", '"').replaceAll("&gt;", ">").replaceAll("&lt;", "<").replaceAll("&amp;", "&");

describe("the site", () => {
  it("has a page for each rule, each lesson and each guide", () => {
    const written = [...readdirSync(join(root, "docs")), ...readdirSync(join(root, "docs/lessons")).map((name) => `lessons/${name}`)];
    const guides = written.filter((name) => name.endsWith(".md")).map((name) => (name === "start.md" ? "index.html" : name.replace(/\.md$/, ".html")));
    const wanted = [...[...rules.keys()].map((id) => `rules/${id}.html`), ...[...lessons.keys()].map((id) => `lessons/${id}.html`), "rules/index.html", "lessons/index.html", ...guides];
    assert.deepEqual(wanted.filter((path) => !pages.includes(path)), []);
  });

  it("has no link that leads nowhere", () => {
    const ids = new Map(pages.map((path) => [path, new Set(idsOf(textOf(path)))]));
    const broken = pages.flatMap((path) =>
      [...textOf(path).matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, address]) => decode(address!)).filter((address) => {
        if (/^(?:https?:|data:,$)/.test(address)) return false;
        const [file = "", anchor] = address.split("#");
        const target = file === "" ? path : posix.normalize(posix.join(posix.dirname(path), file));
        if (target.startsWith("..") || !existsSync(join(folder, target))) return true;
        return anchor !== undefined && !ids.get(target)?.has(anchor);
      }).map((address) => `${path}: ${address}`),
    );
    assert.deepEqual(broken, []);
  });

  it("gives no id twice on a page", () => {
    const twice = pages.flatMap((path) => idsOf(textOf(path)).filter((id, index, all) => all.indexOf(id) !== index).map((id) => `${path}: ${id}`));
    assert.deepEqual(twice, []);
  });

  it("loads nothing from elsewhere and has no script or style of its own in a page", () => {
    const loaded = pages.flatMap((path) => [...textOf(path).matchAll(/<(?:script|link|img|iframe|object|embed)\b[^>]*>/g)].filter(([tag]) => /(?:src|href)="(?:https?:)?\/\//.test(tag)).map(([tag]) => `${path}: ${tag}`));
    assert.deepEqual(loaded, []);
    const inline = pages.filter((path) => /<script\b(?![^>]*\ssrc=)|<style\b|\sstyle="|\son[a-z]+="/.test(textOf(path)));
    assert.deepEqual(inline, []);
    assert.doesNotMatch(textOf("style.css"), /url\(|@import/);
  });

  it("lists all its pages for the search", () => {
    const context: { premortemPages?: [string, string, string][] } = {};
    runInNewContext(textOf("pages.js"), context);
    assert.deepEqual([...context.premortemPages!].map(([path]) => path).sort(), pages);
    assert.deepEqual([...context.premortemPages!].filter(([, title, summary]) => title === "" || summary === ""), []);
  });

  it("marks in a rule's examples what is found", () => {
    const page = textOf("rules/sysctl/pmtud-disabled.html");
    assert.match(page, /<mark>1<\/mark>/);
    assert.deepEqual(pages.filter((path) => path.startsWith("rules/") && /[⟦⟧]/.test(textOf(path))), []);
  });
});
