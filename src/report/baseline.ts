import type { Finding } from "../engine/finding.ts";
import { compareText } from "../engine/finding.ts";

/** One fault that is known and accepted for now. */
export interface Known {
  readonly path: string;
  readonly rule: string;
  readonly fingerprint: string;
  /** How often it may stand there. */
  readonly count: number;
}

/** What a baseline did to a run. */
export interface Baselined {
  /** How many findings it keeps back. */
  readonly known: number;
  /** Entries that nothing answers to any more; `count`: how many of them. */
  readonly gone: readonly Known[];
}

/** The first line of a baseline: what the file is, and the version of its format. */
const HEADER = '{"premortem":"baseline","version":1}';

/**
 * A baseline's text: a line an entry, sorted, each a JSON object by itself, so that lines of two branches can stand
 * together in any order.
 */
export function writeBaseline(entries: readonly Known[]): string {
  const lines = sorted(entries).map(({ path, rule, fingerprint, count }) => JSON.stringify({ path, rule, fingerprint, ...(count > 1 && { count }) }));
  return `${[HEADER, ...lines].join("\n")}\n`;
}

/** The entries of a baseline's text; a sentence that says what is wrong where it is none. An entry that stands twice is one. */
export function readBaseline(text: string): Known[] | string {
  const entries = new Map<string, Known>();
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines[0]?.trim() !== HEADER) return `line 1 is not ${HEADER}`;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "" || line.trim() === HEADER) continue;
    if (/^(<{7}|={7}|>{7}|\|{7})/.test(line)) return `line ${index + 1} is a mark of a merge conflict; keep the lines of both sides and take the marks away`;
    const entry = entryOf(line);
    if (entry === undefined) return `line ${index + 1} is no entry`;
    const same = entries.get(keyOf(entry));
    entries.set(keyOf(entry), same === undefined || same.count < entry.count ? entry : same);
  }
  return sorted([...entries.values()]);
}

/** Findings as entries of a baseline. */
export function entriesOf(findings: readonly Finding[]): Known[] {
  const entries = new Map<string, Known>();
  for (const { rule, fingerprint, location } of findings) {
    const entry = { path: location.path, rule, fingerprint, count: 1 };
    const same = entries.get(keyOf(entry));
    entries.set(keyOf(entry), same === undefined ? entry : { ...same, count: same.count + 1 });
  }
  return sorted([...entries.values()]);
}

/** Parts findings into those that a baseline knows and new ones, and gives what is left of its entries. */
export function compareWith(entries: readonly Known[], findings: readonly Finding[]): { fresh: Finding[]; known: number; left: Known[] } {
  const left = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const fresh = findings.filter(({ rule, fingerprint, location }) => {
    const key = keyOf({ path: location.path, rule, fingerprint });
    const entry = left.get(key);
    if (entry === undefined || entry.count === 0) return true;
    left.set(key, { ...entry, count: entry.count - 1 });
    return false;
  });
  return { fresh, known: findings.length - fresh.length, left: [...left.values()].filter((entry) => entry.count > 0) };
}

function sorted(entries: readonly Known[]): Known[] {
  return [...entries].sort((a, b) => compareText(a.path, b.path) || compareText(a.rule, b.rule) || compareText(a.fingerprint, b.fingerprint));
}

function keyOf({ path, rule, fingerprint }: Omit<Known, "count">): string {
  return `${path}\0${rule}\0${fingerprint}`;
}

function entryOf(line: string): Known | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { path, rule, fingerprint, count = 1 } = value as Record<string, unknown>;
  if (typeof path !== "string" || typeof rule !== "string" || typeof fingerprint !== "string") return undefined;
  return typeof count === "number" && Number.isInteger(count) && count > 0 ? { path, rule, fingerprint, count } : undefined;
}
