import type { Range } from "../engine/location.ts";

/** How many lines stand around a change, as in diff -u. */
const CONTEXT = 3;

/** A run of lines that is kept (equal), taken away (old) or put in (new). */
interface Step {
  readonly kind: " " | "-" | "+";
  readonly line: string;
}

/**
 * The change of one file as a unified diff that `patch -p1` applies. `before` or `after` undefined: the file is created
 * or removed. Empty where nothing changes.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return "";
  const steps = compare(splitLines(before ?? ""), splitLines(after ?? ""));
  let output = `--- ${before === undefined ? "/dev/null" : `a/${path}`}\n+++ ${after === undefined ? "/dev/null" : `b/${path}`}\n`;
  const changes = steps.flatMap((step, index) => (step.kind === " " ? [] : [index]));
  for (let i = 0; i < changes.length; ) {
    const first = changes[i]!;
    let last = first;
    while (i < changes.length && changes[i]! - last <= 2 * CONTEXT) last = changes[i++]!;
    output += hunk(steps, Math.max(0, first - CONTEXT), Math.min(steps.length, last + CONTEXT + 1));
  }
  return output;
}

/** The replacements of whole lines that make one text of another, in their order. Offsets are of `before`. */
export function lineEdits(before: string, after: string): { readonly range: Range; readonly newText: string }[] {
  const edits: { range: Range; newText: string }[] = [];
  let offset = 0;
  let open: { start: number; newText: string } | undefined;
  const close = (): void => {
    if (open !== undefined) edits.push({ range: { start: open.start, end: offset }, newText: open.newText });
    open = undefined;
  };
  for (const { kind, line } of compare(splitLines(before), splitLines(after))) {
    if (kind === " ") close();
    else open ??= { start: offset, newText: "" };
    if (kind === "+") open!.newText += line;
    else offset += line.length;
  }
  close();
  return edits;
}

function hunk(steps: readonly Step[], from: number, to: number): string {
  const count = (list: readonly Step[], other: string): number => list.filter((step) => step.kind !== other).length;
  const [ahead, inside] = [steps.slice(0, from), steps.slice(from, to)];
  const side = (skip: "-" | "+"): string => {
    const lines = count(inside, skip);
    // An empty side is numbered by the line before it.
    return `${count(ahead, skip) + (lines === 0 ? 0 : 1)}${lines === 1 ? "" : `,${lines}`}`;
  };
  let text = `@@ -${side("+")} +${side("-")} @@\n`;
  for (const { kind, line } of inside) text += kind + line + (line.endsWith("\n") ? "" : "\n\\ No newline at end of file\n");
  return text;
}

/** Lines with their line feeds, so that CRLF and a missing last line break are kept apart. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The shortest way from one list of lines to the other (Myers, "An O(ND) Difference Algorithm", 1986). */
function compare(a: readonly string[], b: readonly string[]): Step[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--;
    endB--;
  }
  return [
    ...a.slice(0, start).map((line): Step => ({ kind: " ", line })),
    ...middle(a.slice(start, endA), b.slice(start, endB)),
    ...a.slice(endA).map((line): Step => ({ kind: " ", line })),
  ];
}

function middle(a: readonly string[], b: readonly string[]): Step[] {
  // Past this many edits the trace would take more memory than a shorter diff is worth.
  const most = Math.min(a.length + b.length, 2000);
  let reach = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  for (let edits = 0; edits <= most; edits++) {
    trace.push(new Map(reach));
    const next = new Map(reach);
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && (next.get(k - 1) ?? -1) < (next.get(k + 1) ?? -1));
      let x = down ? (next.get(k + 1) ?? 0) : (next.get(k - 1) ?? 0) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trace, edits);
    }
    reach = next;
  }
  return [...a.map((line): Step => ({ kind: "-", line })), ...b.map((line): Step => ({ kind: "+", line }))];
}

function walkBack(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[], edits: number): Step[] {
  const steps: Step[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = edits; d >= 0; d--) {
    const reach = trace[d]!;
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const beforeK = down ? k + 1 : k - 1;
    const beforeX = d === 0 ? 0 : (reach.get(beforeK) ?? 0);
    const beforeY = d === 0 ? 0 : beforeX - beforeK;
    while (x > beforeX && y > beforeY) {
      steps.push({ kind: " ", line: a[--x]! });
      y--;
    }
    if (d === 0) break;
    if (down) steps.push({ kind: "+", line: b[--y]! });
    else steps.push({ kind: "-", line: a[--x]! });
  }
  return steps.reverse();
}
