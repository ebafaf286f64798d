import assert from "node:assert/strict";
import { widthOf } from "../../../../src/report/html/figures/label.ts";

/** A shape of a drawing, or a line of text. */
export interface Shape {
  readonly name: string;
  readonly className: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Of text. */
  readonly text: string;
  /** The tooltip of the group that it is in. */
  readonly title: string;
}

/** One `<svg>` with what it draws; patterns are left out. */
export interface Svg {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly description: string;
  readonly shapes: readonly Shape[];
}

/** A box in the drawing's own pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const TAG = /<(\/?)([a-z][a-zA-Z]*)((?: [a-zA-Z][a-zA-Z0-9:-]*="[^"<>]*")*)>|([^<>]+)/y;

/** The drawings of a figure's HTML, in order. Fails where something stands there that this page's code does not write. */
export function drawingsOf(html: string): Svg[] {
  return [...html.matchAll(/<svg .*?<\/svg>/gs)].map(([text]) => read(text));
}

function read(text: string): Svg {
  const open: { name: string; attributes: Map<string, string>; title: string; text: string }[] = [];
  const shapes: Shape[] = [];
  let [title, description] = ["", ""];
  let root: ReadonlyMap<string, string> | undefined;
  TAG.lastIndex = 0;
  while (TAG.lastIndex < text.length) {
    const at = TAG.lastIndex;
    const match = TAG.exec(text);
    assert.ok(match, `no tag of ours: ${text.slice(at, at + 80)}`);
    const [, closing, name, attributes, words] = match;
    if (words !== undefined) open.at(-1)!.text += decoded(words);
    else if (closing === "/") {
      const done = open.pop()!;
      assert.equal(done.name, name);
      const parent = open.at(-1);
      if (done.name === "title" && parent !== undefined) {
        if (parent.name === "svg") title = done.text;
        else parent.title = done.text;
      } else if (done.name === "desc") description = done.text;
      else if (/^(?:rect|path|circle|text)$/.test(done.name) && !open.some((one) => one.name === "defs")) {
        shapes.push({ name: done.name, className: done.attributes.get("class") ?? "", attributes: done.attributes, text: done.text, title: open.findLast((one) => one.title !== "")?.title ?? "" });
      }
    } else {
      const map = new Map([...attributes!.matchAll(/ ([^ =]+)="([^"]*)"/g)].map(([, key, value]): [string, string] => [key!, decoded(value!)]));
      root ??= map;
      open.push({ name: name!, attributes: map, title: "", text: "" });
    }
  }
  assert.equal(open.length, 0);
  const [, , width, height] = root!.get("viewBox")!.split(" ").map(Number);
  assert.equal(root!.get("role"), "img");
  const labels = root!.get("aria-labelledby")!.split(" ");
  for (const id of labels) assert.ok(text.includes(` id="${id}"`), `${id} is there`);
  return { width: width!, height: height!, title, description, shapes };
}

function decoded(text: string): string {
  return text.replace(/&#(?:x([0-9a-f]+)|(\d+));|&(amp|lt|gt|quot);/g, (_, hex?: string, decimal?: string, name?: string) =>
    name === undefined ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) : { amp: "&", lt: "<", gt: ">", quot: '"' }[name]!);
}

/** A number of a shape. */
export function numberOf({ attributes }: Shape, name: string): number {
  const value = Number(attributes.get(name));
  assert.ok(attributes.has(name) && Number.isFinite(value), `${name} is a number`);
  return value;
}

/** Where a shape is. Curves count with their control points, text with the widest that it may be. */
export function boxOf(shape: Shape): Box {
  if (shape.name === "rect") {
    const [x, y] = [numberOf(shape, "x"), numberOf(shape, "y")];
    return { left: x, top: y, right: x + numberOf(shape, "width"), bottom: y + numberOf(shape, "height") };
  }
  if (shape.name === "circle") {
    const [x, y, r] = [numberOf(shape, "cx"), numberOf(shape, "cy"), numberOf(shape, "r")];
    return { left: x - r, top: y - r, right: x + r, bottom: y + r };
  }
  if (shape.name === "text") {
    const size = shape.className.includes("fig-small") ? 11 : 12.5;
    const width = widthOf(shape.text, size);
    const anchor = shape.attributes.get("text-anchor");
    const left = numberOf(shape, "x") - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
    const y = numberOf(shape, "y");
    return { left, top: y - size * 0.75, right: left + width, bottom: y + size * 0.22 };
  }
  const points = pointsOf(shape.attributes.get("d")!);
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** The points of a path, those that control its curves among them. */
export function pointsOf(d: string): { readonly x: number; readonly y: number }[] {
  const points: { x: number; y: number }[] = [];
  let [x, y] = [0, 0];
  for (const [, command, rest] of d.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const numbers = (rest!.match(/-?\d*\.?\d+(?:e-?\d+)?/g) ?? []).map(Number);
    const relative = command === command!.toLowerCase();
    const kind = command!.toUpperCase();
    if (kind === "Z") continue;
    if (kind === "H") x = relative ? x + numbers[0]! : numbers[0]!;
    else if (kind === "V") y = relative ? y + numbers[0]! : numbers[0]!;
    else {
      assert.match(kind, /^[MLCS]$/);
      for (let i = 0; i + 1 < numbers.length; i += 2) {
        assert.ok(!relative || kind === "M" || kind === "L");
        [x, y] = relative ? [x + numbers[i]!, y + numbers[i + 1]!] : [numbers[i]!, numbers[i + 1]!];
        points.push({ x, y });
      }
      continue;
    }
    points.push({ x, y });
  }
  return points;
}

/** Fails where something is drawn outside the drawing, or two lines of text stand in each other's way. */
export function assertTidy(svg: Svg): void {
  const near = 0.6;
  const texts: { readonly shape: Shape; readonly box: Box }[] = [];
  for (const shape of svg.shapes) {
    const box = boxOf(shape);
    const what = `${shape.name} ${shape.className} “${shape.text}” of ${svg.title} (${svg.width} wide): ${JSON.stringify(box)}`;
    assert.ok(Object.values(box).every(Number.isFinite), what);
    assert.ok(box.left >= -near && box.top >= -near && box.right <= svg.width + near && box.bottom <= svg.height + near, `inside ${svg.width} × ${svg.height}: ${what}`);
    if (shape.name !== "text") continue;
    for (const other of texts) {
      const apart = other.box.right <= box.left + near || box.right <= other.box.left + near || other.box.bottom <= box.top + near || box.bottom <= other.box.top + near;
      assert.ok(apart, `“${shape.text}” and “${other.shape.text}” overlap in ${svg.title} (${svg.width} wide)`);
    }
    texts.push({ shape, box });
  }
}
