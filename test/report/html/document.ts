import assert from "node:assert/strict";

/** An element of a page with the text inside it. */
export interface Element {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  text: string;
}

const VOID = new Set(["meta", "link", "br", "input", "img"]);
/** All that the page and its pictures are made of; a text that opened another would be seen here. */
const TAG = /<(\/?)([a-z][a-zA-Z0-9]*)((?: [a-zA-Z][a-zA-Z0-9:-]*(?:="[^"<>]*")?)*) ?(\/?)>/y;
const NAMES = new Set(
  "html head meta title style script body a header main nav section article footer h1 h2 h3 h4 h5 h6 p div span b code pre mark ins del ul li dl dt dd details summary figure figcaption button table caption thead tbody tr th td label input fieldset legend svg g path rect circle line text tspan polyline polygon defs pattern desc title use clipPath ellipse marker".split(" "),
);
const REFERENCES: { readonly [name: string]: string } = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** The elements of a page in order. Fails where a `<` or `>` is not part of a tag, a tag is unknown, or tags do not match. */
export function elementsOf(page: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  let at = page.indexOf("\n") + 1;
  assert.equal(page.slice(0, at), "<!doctype html>\n");
  while (at < page.length) {
    const inside = open.at(-1)?.tag;
    const next = inside === "style" || inside === "script" ? page.indexOf(`</${inside}>`, at) : page.slice(at).search(/[<>]/) + at;
    const end = next < at ? page.length : next;
    for (const element of open) element.text += decoded(page.slice(at, end));
    if (end === page.length) break;
    TAG.lastIndex = end;
    const match = TAG.exec(page);
    assert.ok(match, `what stands here is no tag: ${page.slice(Math.max(0, end - 60), end + 60)}`);
    const [, closing, tag, attributes, self] = match as unknown as [string, string, string, string, string];
    assert.ok(NAMES.has(tag), `<${tag}> is no tag of the page: ${page.slice(Math.max(0, end - 60), end + 60)}`);
    if (closing === "/") assert.equal(open.pop()?.tag, tag, `</${tag}> closes what is open`);
    else {
      const found = [...attributes.matchAll(/ ([^ =]+)(?:="([^"]*)")?/g)].map(([, name, value]): [string, string] => [name!, decoded(value ?? "")]);
      const element = { tag, attributes: new Map(found), text: "" };
      assert.equal(element.attributes.size, found.length, `each attribute once in ${match[0]}`);
      elements.push(element);
      if (self !== "/" && !VOID.has(tag)) open.push(element);
    }
    at = TAG.lastIndex;
  }
  assert.deepEqual(open.map(({ tag }) => tag), [], "every tag is closed");
  return elements;
}

/** What a reader sees of a page. */
export function textOf(page: string): string {
  return elementsOf(page).find(({ tag }) => tag === "body")!.text;
}

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/g, (_, hex?: string, decimal?: string, name?: string) => {
    if (name === undefined) return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    assert.ok(name in REFERENCES, `&${name}; is one of ours`);
    return REFERENCES[name]!;
  });
}
