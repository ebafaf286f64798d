import { readFileSync } from "node:fs";
import type { Finding } from "../engine/finding.ts";
import type { Location, Position } from "../engine/location.ts";
import { LineIndex } from "../engine/location.ts";
import { NoPart } from "../report/merge/fields.ts";
import type { Merged } from "../report/merge/merge.ts";
import { mergeParts } from "../report/merge/merge.ts";
import { readPart } from "../report/merge/part.ts";
import { placeOf } from "../report/merge/place.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import type { EndOptions } from "./base.ts";
import { findEnds } from "./base.ts";
import type { PrintOptions } from "./options.ts";
import { print } from "./print.ts";
import type { Outcome } from "./run.ts";
import { check, ranOf, reviewFrom } from "./run.ts";
import { select } from "./selection.ts";
import type { Terminal } from "./terminal.ts";

/** The options of `merge`, as commander hands them over. Those of the two ends are for `html` alone. */
export interface MergeOptions extends PrintOptions, EndOptions {
  readonly path?: string;
  readonly pathPrefix?: string;
  readonly config?: string;
}

/** `premortem merge REPORT...`: prints what the run would have printed that was divided by `--shard`. */
export async function mergeCommand(files: readonly string[], options: MergeOptions, terminal: Terminal): Promise<number> {
  const merged = merge(files);
  const { report, incomplete, hidden } = merged;
  const reviewed = options.format === "html" ? await reviewedOf(merged, options) : [];
  return print(options, { report, reviewed, incomplete, hidden, covers: () => true }, terminal);
}

function merge(files: readonly string[]): Merged {
  const parts = files.map((file) => {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      throw new Unavailable(`The report ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}). Check the path.`);
    }
    try {
      return readPart(text);
    } catch (error) {
      if (error instanceof NoPart) throw new Unavailable(`${file} cannot be merged: ${error.message}. Make the parts with --shard I/N --format json.`);
      throw error;
    }
  });
  try {
    return mergeParts(parts);
  } catch (error) {
    if (error instanceof NoPart) throw new Unavailable(`The reports cannot be merged: ${error.message}. Give all N parts of one run, each once.`);
    throw error;
  }
}

/** The page's pictures are drawn from the reviewed files, which are read once more; no rule runs again. */
async function reviewedOf({ report, mended }: Merged, options: MergeOptions): Promise<Outcome["reviewed"]> {
  if (options.path === undefined) {
    throw new Unavailable("html draws its pictures from the reviewed files, which the parts do not hold. Name them as the parts did: --path PATH, and --base REV for a review.");
  }
  const [found] = select([options.path]);
  const selection = { ...found!, prefix: (options.pathPrefix ?? "") + found!.prefix };
  const nothing = { config: options.config, only: new Set<string>(), shard: undefined };
  const { base, head } = report.change === undefined ? { base: undefined, head: undefined } : findEnds(selection, options);
  if (base?.name !== report.change?.base) throw new Unavailable(`The parts are of the change from ${report.change?.base}, not from ${base?.name ?? "nothing"}. Name the same --path and --base as the parts did.`);
  const { reviewed } = base === undefined ? await check([selection], nothing) : await reviewFrom(base, selection, { ...nothing, head });
  const [states] = reviewed;
  const { text, removed } = states!.report;
  const before = (path: string): string | undefined => states!.before?.text(path.slice(selection.prefix.length));
  const placed = { ...report, position: undefined, findings: new Offsets(text).of(report.findings), text, ...(removed && { removed }) };
  return [{ ...states!, report: placed, ran: ranOf(report.only, states!.after), mended: new Offsets((path) => before(path) ?? text(path)).of(mended) }];
}

/** Turns places back into offsets of texts. */
class Offsets {
  readonly #text: (path: string) => string | undefined;
  readonly #lines = new Map<string, LineIndex>();

  constructor(text: (path: string) => string | undefined) {
    this.#text = text;
  }

  of(findings: readonly Finding[]): Finding[] {
    return findings.map((finding) => ({
      ...finding,
      location: this.#place(finding.location),
      related: finding.related.map((other) => ({ ...other, location: this.#place(other.location) })),
      fixes: finding.fixes.map((fix) => ({ ...fix, edits: fix.edits.map((edit) => ({ ...edit, range: this.#place(edit).range })) })),
    }));
  }

  #place({ path, range }: Location): Location {
    return { path, range: { start: this.#offset(path, placeOf(range.start)), end: this.#offset(path, placeOf(range.end)) } };
  }

  #offset(path: string, { line, column }: Position): number {
    let lines = this.#lines.get(path);
    if (lines === undefined) this.#lines.set(path, (lines = new LineIndex(this.#text(path) ?? "")));
    return lines.rangeOfLine(line).start + column - 1;
  }
}
