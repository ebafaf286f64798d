import type { Markup } from "../markup.ts";
import { bar, line, tag, titled } from "./drawing.ts";
import { SMALL, TEXT, shortened, widthOf } from "./label.ts";
import { linear } from "./scale.ts";

/** A part of a bar, with how it looks. */
export interface Segment {
  readonly value: number;
  readonly className: string;
  /** The pattern over it: `stripes`, `dots`. */
  readonly pattern?: string;
}

/** A bar with its name and what it says in words. */
export interface Bar {
  readonly name: string;
  readonly segments: readonly Segment[];
  /** The numbers, in words. */
  readonly said: string;
  /** Its length is not known, or goes on beyond what is known. */
  readonly isUnknown?: boolean;
  /** Marks across the bar: a limit, and what it was before. */
  readonly limit?: number;
  readonly limitWas?: number;
  /** True where the words are an alarm. */
  readonly isAlarm?: boolean;
}

/** Where a list of bars is drawn. */
export interface Panel {
  readonly width: number;
  readonly y: number;
  readonly id: string;
  /** The longest length that a bar may have. */
  readonly most: number;
  /** The columns, where several panels share them; default: what its own bars need. */
  readonly columns?: Columns;
}

/** How wide the columns of names and words are. */
export interface Columns {
  readonly names: number;
  readonly words: number;
}

/** The columns that these bars need; where there is little room, words have what they need and names the rest. */
export function columnsOf(list: readonly Bar[], width: number): Columns {
  const narrow = width < NARROW;
  const words = Math.min(narrow ? width * 0.62 : 260, Math.max(0, ...list.map(({ said, isAlarm }) => widthOf(said, TEXT) * (isAlarm === true ? 1.08 : 1))) + 8);
  const names = narrow ? width - words - 2 * EDGE : Math.min(210, Math.max(80, ...list.map(({ name }) => widthOf(name, TEXT))) + 12);
  return { names, words };
}

/** The height of a bar itself. */
export const THICK = 14;
/** Below this width words stand above their bar. */
const NARROW = 500;
/** The left edge, so that no stroke is cut off. */
const EDGE = 4;

/**
 * Bars below one another: name, bar and words beside each other where there is room, else name and words above the bar.
 * Gives what it drew and where the next thing may begin.
 */
export function bars(list: readonly Bar[], { width, y, id, most, columns }: Panel): { readonly body: Markup[]; readonly y: number } {
  const narrow = width < NARROW;
  const { words, names } = columns ?? columnsOf(list, width);
  const [from, to] = narrow ? [EDGE, width - EDGE] : [EDGE + names, width - words - EDGE - 8];
  const scale = linear(0, most, from, to);
  const body: Markup[] = [];
  let top = y;
  for (const one of list) {
    const base = narrow ? top + 13 : top + THICK - 2.5;
    const name = line(shortened(one.name, names - 8, TEXT), EDGE, base, "fig-text");
    const said = line(shortened(one.said, words - 4, TEXT), width - EDGE, base, one.isAlarm === true ? "fig-alarm" : "fig-text", "end");
    const at = narrow ? top + 19 : top;
    body.push(titled(`${one.name}: ${one.said}`, name, ...drawn(one, scale, at, to, id), said));
    top = at + THICK + (narrow ? 11 : 10);
  }
  return { body, y: top };
}

function drawn({ segments, isUnknown, limit, limitWas }: Bar, scale: (value: number) => number, y: number, end: number, id: string): Markup[] {
  const body: Markup[] = [];
  let sum = 0;
  for (const { value, className, pattern } of segments) {
    const [x, next] = [scale(sum), scale(sum + value)];
    if (value > 0) body.push(bar({ x, y, width: Math.max(1, next - x), height: THICK }, className, pattern && `${id}-${pattern}`));
    sum += value;
  }
  if (isUnknown === true) body.push(bar({ x: scale(sum), y, width: end - scale(sum), height: THICK }, "fig-unsure", `${id}-unknown`));
  const mark = (value: number, className: string): void => {
    const d = `M${Math.round(scale(value) * 100) / 100} ${y - 4}v${THICK + 8}`;
    body.push(tag("path", { class: "fig-gap", d }), tag("path", { class: className, d }));
  };
  if (limitWas !== undefined) mark(limitWas, "fig-limit-was");
  if (limit !== undefined) mark(limit, "fig-limit");
  return body;
}

/** A heading inside a drawing. */
export function heading(text: string, y: number, width: number): Markup {
  return titled(text, line(shortened(text, (width - 2 * EDGE) / 1.06, TEXT), EDGE, y, "fig-strong fig-halo"));
}

/** What a colour or pattern means. */
export interface Key {
  readonly text: string;
  readonly className: string;
  readonly pattern?: string;
  /** A line instead of a box. */
  readonly isLine?: boolean;
}

/** The meanings of a drawing's colours, in as many lines as they need. */
export function keys(list: readonly Key[], { width, y, id }: Pick<Panel, "width" | "y" | "id">): { readonly body: Markup[]; readonly y: number } {
  const body: Markup[] = [];
  let [x, top] = [EDGE, y];
  for (const { text, className, pattern, isLine } of list) {
    const shown = shortened(text, width - 40, SMALL);
    const needed = 26 + widthOf(shown, SMALL) + 14;
    if (x > EDGE && x + needed - 14 > width) [x, top] = [EDGE, top + 18];
    body.push(isLine === true ? tag("path", { class: className, d: `M${x} ${top + 6}h18` }) : bar({ x, y: top, width: 18, height: 11 }, className, pattern && `${id}-${pattern}`), line(shown, x + 24, top + 10, "fig-small"));
    x += needed;
  }
  return { body, y: top + 18 };
}
