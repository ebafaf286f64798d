import type { Markup } from "../markup.ts";
import type { Translate } from "../../reviewed.ts";
import type { Drawing } from "./drawing.ts";
import { bar, line, tag, titled } from "./drawing.ts";
import type { End } from "./flow-ends.ts";
import type { FlowLine, FlowsPicture } from "./flows.ts";
import { SMALL, TEXT, shortened, widthOf, wrapped } from "./label.ts";
import { number } from "./quantity.ts";

/** From one end to the next; two lines of text fit. */
const ROW = 40;
const GAP = 8;
/** So far crosses stand apart, from middle to middle. */
const CROSS = 14;

/** An end with the arrows that meet there. */
interface Node {
  readonly end: End;
  readonly lines: FlowLine[];
  y: number;
}

/**
 * Sources on the left, services on the right, the firewall between them. What is opened goes through with an arrow; what is
 * closed is dashed and ends in a cross at the wall.
 */
export function drawFlows(shown: FlowsPicture, width: number, id: string, t: Translate): Drawing {
  const narrow = width < 500;
  const side = narrow ? 136 : 240;
  const [left, right] = [side, width - side];
  const wall = (left + right) / 2;
  const body: Markup[] = [];
  let y = shown.lines.length === 0 ? 0 : legend(shown, width, body, t);
  const top = y + 6;
  if (shown.lines.length > 0) {
    const targets = nodes(shown.lines, ({ to }) => to);
    targets.forEach((node, index) => (node.y = top + ROW / 2 + index * ROW));
    const sources = nodes(shown.lines, ({ from }) => from);
    placed(sources, targets, top);
    const bottom = top + Math.max(targets.length, sources.length) * ROW;
    body.push(tag("rect", { class: "fig-wall", x: wall - 5, y: top, width: 10, height: bottom - top, rx: 2 }));
    const ends = endsOf(sources, targets);
    const heights = atTheWall(ends, top, bottom);
    for (const one of shown.lines) body.push(arrow(one, { left, right, wall }, { ...ends.get(one)!, middle: heights.get(one)! }, shown.alone !== undefined, t));
    for (const node of sources) body.push(labels(node, left - GAP, side - GAP - 4, "end"));
    for (const node of targets) body.push(labels(node, right + GAP, side - GAP - 4));
    y = bottom;
  }
  const { opened, closed } = shown.rest;
  const rest = [closed > 0 ? t("{0} more closed", number(closed)) : "", opened > 0 ? (shown.alone === undefined ? t("{0} more opened", number(opened)) : t("{0} more", number(opened))) : ""].filter((part) => part !== "");
  if (rest.length > 0) body.push(line(t("And {0}: see the table.", rest.join(", ")), 4, (y += 20), "fig-small"));
  if (shown.unknown !== undefined) {
    const words = wrapped(shown.unknown, width - 52, SMALL);
    body.push(bar({ x: 4, y: y + 10, width: 28, height: words.length * 15 + 4 }, "fig-unsure", `${id}-unknown`));
    for (const text of words) body.push(line(text, 40, (y += 15) + 8, "fig-small"));
    y += 10;
  }
  return { height: y + 10, body };
}

function legend({ opened, closed, more, alone }: FlowsPicture, width: number, body: Markup[], t: Translate): number {
  const count = (value: number): string => (more && value > 0 ? `\u2265\u202f${number(value)}` : number(value));
  const both = [
    { kind: "closed", text: t("closed: {0}", count(closed)) },
    { kind: "opened", text: t("opened: {0}", count(opened)) },
  ] as const;
  const entries = alone === undefined ? both : [{ kind: "opened", text: t("let through: {0}", count(opened)) } as const];
  const sizes = entries.map(({ text }) => 44 + widthOf(text, TEXT));
  let x = (width - sizes.reduce((sum, size) => sum + size + 20, -20)) / 2;
  for (const [index, { kind, text }] of entries.entries()) {
    body.push(tag("path", { class: `fig-flow-${kind}`, d: `M${x} 12H${x + 30}` }), kind === "opened" ? head(x + 36, 12) : cross(x + 15, 12), line(text, x + 42, 16));
    x += sizes[index]! + 20;
  }
  return 26;
}

function nodes(lines: readonly FlowLine[], endOf: (line: FlowLine) => End): Node[] {
  const found = new Map<string, Node>();
  for (const one of lines) {
    const end = endOf(one);
    const key = JSON.stringify(end);
    const known = found.get(key);
    if (known === undefined) found.set(key, { end, lines: [one], y: 0 });
    else known.lines.push(one);
  }
  return [...found.values()];
}

/** Puts each source at the height of what it leads to, as far as they leave each other room. */
function placed(sources: Node[], targets: readonly Node[], top: number): void {
  const heights = new Map(targets.flatMap((node) => node.lines.map((one) => [one, node.y] as const)));
  for (const node of sources) node.y = node.lines.reduce((sum, one) => sum + heights.get(one)!, 0) / node.lines.length;
  sources.sort((a, b) => a.y - b.y);
  const height = Math.max(sources.length, targets.length) * ROW;
  let least = top + ROW / 2;
  for (const node of sources) {
    node.y = Math.max(node.y, least);
    least = node.y + ROW;
  }
  let most = top + height - ROW / 2;
  for (const node of [...sources].reverse()) {
    node.y = Math.min(node.y, most);
    most = node.y - ROW;
  }
  for (const node of sources) node.lines.sort((a, b) => heights.get(a)! - heights.get(b)!);
}

/** Where an arrow begins and ends. */
interface Ends {
  readonly from: number;
  readonly to: number;
}

function endsOf(sources: readonly Node[], targets: readonly Node[]): ReadonlyMap<FlowLine, Ends> {
  const port = (node: Node, index: number): number => node.y + spread(index, node.lines.length);
  const from = new Map(sources.flatMap((node) => node.lines.map((one, index) => [one, port(node, index)] as const)));
  return new Map(targets.flatMap((node) => node.lines.map((one, index) => [one, { from: from.get(one)!, to: port(node, index) }] as const)));
}

/** Where arrows meet the wall: half-way, as far as their crosses leave each other room. */
function atTheWall(ends: ReadonlyMap<FlowLine, Ends>, top: number, bottom: number): ReadonlyMap<FlowLine, number> {
  const middles = [...ends].map(([one, { from, to }]) => ({ one, y: (from + to) / 2 })).sort((a, b) => a.y - b.y);
  const apart = Math.min(CROSS, (bottom - top - CROSS) / Math.max(1, middles.length - 1));
  let least = top + CROSS / 2;
  for (const middle of middles) {
    middle.y = Math.max(middle.y, least);
    least = middle.y + apart;
  }
  let most = bottom - CROSS / 2;
  for (const middle of [...middles].reverse()) {
    middle.y = Math.min(middle.y, most);
    most = middle.y - apart;
  }
  return new Map(middles.map(({ one, y }) => [one, y]));
}

/** Arrows that meet at one end stand apart there, within its row. */
function spread(index: number, count: number): number {
  return count === 1 ? 0 : (index / (count - 1) - 0.5) * Math.min(ROW - 16, 7 * (count - 1));
}

function arrow(one: FlowLine, { left, right, wall }: { readonly left: number; readonly right: number; readonly wall: number }, { from, to, middle }: Ends & { readonly middle: number }, alone: boolean, t: Translate): Markup {
  const half = (wall - left) / 2;
  const end = one.kind === "opened" ? right - 7 : right;
  const path = `M${left} ${round(from)}C${left + half} ${round(from)} ${wall - half} ${round(middle)} ${wall} ${round(middle)}S${round(right - half)} ${round(to)} ${end} ${round(to)}`;
  const words = alone ? t("let through: {0} to {1}", whole(one.from), whole(one.to)) : one.kind === "closed" ? t("closed: {0} to {1}", whole(one.from), whole(one.to)) : t("opened: {0} to {1}", whole(one.from), whole(one.to));
  return titled(words, tag("path", { class: `fig-flow-${one.kind}`, d: path }), one.kind === "opened" ? head(right, to) : cross(wall, middle));
}

function head(x: number, y: number): Markup {
  return tag("path", { class: "fig-head-opened", d: `M${round(x)} ${round(y)}L${round(x - 9)} ${round(y - 4.5)}V${round(y + 4.5)}Z` });
}

function cross(x: number, y: number): Markup {
  return tag("path", { class: "fig-cross", d: `M${round(x - 5)} ${round(y - 5)}L${round(x + 5)} ${round(y + 5)}M${round(x - 5)} ${round(y + 5)}L${round(x + 5)} ${round(y - 5)}` });
}

function labels({ end, y }: Node, x: number, room: number, anchor?: "end"): Markup {
  const name = line(shortened(end.name, room, TEXT), x, end.detail === "" ? y + 4 : y - 2, "fig-text", anchor);
  const detail = end.detail === "" ? [] : [line(shortened(end.detail, room, SMALL), x, y + 12, "fig-small", anchor)];
  return titled(whole(end), name, ...detail);
}

function whole({ name, detail }: End): string {
  return detail === "" ? name : `${name}, ${detail}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
