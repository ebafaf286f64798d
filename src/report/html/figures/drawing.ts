import type { Markup } from "../markup.ts";
import { attribute, html, join, plain, trusted } from "../markup.ts";

/** Attributes of an element; what is undefined is left out. Numbers are written to a hundredth. */
export type Attributes = { readonly [name: string]: string | number | undefined };

/** One drawing, as wide as it was asked to be; lengths are those of the viewBox, which are CSS pixels at its own size. */
export interface Drawing {
  readonly height: number;
  readonly body: readonly Markup[];
}

/** Draws for a width; `id` is the prefix of every id inside. */
export type Draw = (width: number, id: string) => Drawing;

/** Two drawings of one picture: text keeps its size on a telephone and on a wide screen. The style sheet shows one of them. */
const SIZES = [["wide", 760], ["narrow", 380]] as const;

/** An element of SVG. Names come from this folder's code only. */
export function tag(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const written = Object.entries(attributes).map(([key, value]) => attribute(key, typeof value === "number" ? Math.round(value * 100) / 100 : value));
  return trusted(`<${name}${written.join("")}>${children.join("")}</${name}>`);
}

/** Text of a file or of the page inside SVG, where there can be no HTML: what is hidden is shown by its number. */
export function written(text: string): Markup {
  return html`${plain(text)}`;
}

/** A group with a tooltip that says it in full. */
export function titled(title: string, ...children: readonly Markup[]): Markup {
  return tag("g", {}, tag("title", {}, written(title)), ...children);
}

/** The picture in both sizes, with what it says for those who do not see it. */
export function picture(id: string, title: string, summary: string, draw: Draw): Markup {
  return join(
    SIZES.map(([name, width]) => {
      const own = `${id}-${name}`;
      const { height, body } = draw(width, own);
      return tag(
        "svg",
        { class: `fig-svg fig-${name}`, xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${Math.ceil(height)}`, role: "img", "aria-labelledby": `${own}-title ${own}-desc` },
        tag("title", { id: `${own}-title` }, written(title)),
        tag("desc", { id: `${own}-desc` }, written(summary)),
        patterns(own),
        ...body,
      );
    }),
  );
}

/** What lies over colours so that nobody has to tell these apart: stripes, dots, and a net for what is not known. */
function patterns(id: string): Markup {
  const pattern = (name: string, size: number, ...children: Markup[]): Markup => tag("pattern", { id: `${id}-${name}`, width: size, height: size, patternUnits: "userSpaceOnUse" }, ...children);
  return tag(
    "defs",
    {},
    pattern("stripes", 7, tag("path", { class: "fig-mark", d: "M-1 8L8 -1M-1 1L1 -1M6 8L8 6" })),
    pattern("dots", 5, tag("circle", { class: "fig-point", cx: 2.5, cy: 2.5, r: 1 })),
    pattern("unknown", 7, tag("path", { class: "fig-doubt", d: "M-1 8L8 -1M-1 1L1 -1M6 8L8 6" })),
  );
}

/** A rectangle in the colour of a class, with a pattern of its drawing over it. */
export function bar(box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }, className: string, pattern?: string): Markup {
  const { x, y, width, height } = box;
  const rectangle = tag("rect", { class: className, x, y, width: Math.max(0, width), height, rx: Math.min(2, Math.max(0, width) / 2) });
  return pattern === undefined ? rectangle : join([rectangle, tag("rect", { x, y, width: Math.max(0, width), height, fill: `url(#${pattern})`, class: "fig-over" })]);
}

/** A line of text. `anchor`: which end of it stands at `x`. */
export function line(text: string, x: number, y: number, className = "fig-text", anchor?: "middle" | "end"): Markup {
  return tag("text", { class: className, x, y, "text-anchor": anchor }, written(text));
}
