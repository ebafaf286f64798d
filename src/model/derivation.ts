/**
 * What is worked out from a workspace and kept across edits. Each result remembers what was read for it: files, the list
 * of paths, the configuration and other results. In a later workspace it holds as long as all of these are the same
 * objects; otherwise it is worked out again, and where that gives the very same object, what rests on it holds too.
 */

/** What a derivation reads besides other derivations; objects that stay the same as long as their content does. */
export interface Inputs {
  file(path: string): unknown;
  readonly paths: unknown;
  readonly configuration: unknown;
}

/** Works something out for a key; `previous` is its last result in another state, to be returned where nothing about it differs. */
export type Compute<W, T> = (world: W, key: string, previous: T | undefined) => T;

interface Trace {
  readonly files: Map<string, unknown>;
  readonly results: Set<Entry>;
  paths?: unknown;
  configuration?: unknown;
  /** It read something whose origin is not known, so it holds in its own workspace only. */
  lasting: boolean;
}

interface Entry {
  readonly compute: Compute<never, unknown>;
  readonly key: string;
  readonly value: unknown;
  readonly trace: Trace;
}

type Entries = Map<Compute<never, unknown>, Map<string, Entry>>;

/** The last result of every derivation in a line of workspaces that come from each other. */
export class Lineage {
  readonly latest: Entries = new Map();
}

/** The derivations of one workspace. */
export class Derivations<W> {
  readonly #world: W;
  readonly #inputs: Inputs;
  readonly #lineage: Lineage;
  readonly #entries: Entries = new Map();
  #active: Trace | undefined;

  constructor(world: W, inputs: Inputs, lineage: Lineage) {
    this.#world = world;
    this.#inputs = inputs;
    this.#lineage = lineage;
  }

  /** Notes that a file was looked at, whether or not it is there. */
  readsFile(path: string): void {
    this.#active?.files.set(path, this.#inputs.file(path));
  }

  /** Notes that the list of all paths was looked at. */
  readsPaths(): void {
    if (this.#active !== undefined) this.#active.paths = this.#inputs.paths;
  }

  readsConfiguration(): void {
    if (this.#active !== undefined) this.#active.configuration = this.#inputs.configuration;
  }

  /** Notes that something was read that is not followed here. */
  readsOther(): void {
    if (this.#active !== undefined) this.#active.lasting = false;
  }

  /** The result of `compute` for `key`: kept where it still holds. */
  get<T>(compute: Compute<W, T>, key: string): T {
    const entry = this.#entry(compute as Compute<never, unknown>, key);
    if (this.#active !== undefined) {
      this.#active.results.add(entry);
      if (!entry.trace.lasting) this.#active.lasting = false;
    }
    return entry.value as T;
  }

  #entry(compute: Compute<never, unknown>, key: string): Entry {
    const own = entriesOf(this.#entries, compute);
    let entry = own.get(key);
    if (entry === undefined) {
      const latest = entriesOf(this.#lineage.latest, compute);
      const known = latest.get(key);
      entry = known !== undefined && this.#holds(known) ? known : this.#work(compute, key, known?.value);
      own.set(key, entry);
      latest.set(key, entry);
    }
    return entry;
  }

  #work(compute: Compute<never, unknown>, key: string, previous: unknown): Entry {
    const trace: Trace = { files: new Map(), results: new Set(), lasting: true };
    const outer = this.#active;
    this.#active = trace;
    try {
      return { compute, key, value: compute(this.#world as never, key, previous as never), trace };
    } finally {
      this.#active = outer;
    }
  }

  /** Whether all that was read for a result is the same here. */
  #holds({ trace }: Entry): boolean {
    if (!trace.lasting) return false;
    if (trace.paths !== undefined && trace.paths !== this.#inputs.paths) return false;
    if (trace.configuration !== undefined && trace.configuration !== this.#inputs.configuration) return false;
    for (const [path, file] of trace.files) if (this.#inputs.file(path) !== file) return false;
    const outer = this.#active;
    this.#active = undefined;
    try {
      for (const result of trace.results) if (this.#entry(result.compute, result.key).value !== result.value) return false;
    } finally {
      this.#active = outer;
    }
    return true;
  }
}

function entriesOf(entries: Entries, compute: Compute<never, unknown>): Map<string, Entry> {
  let found = entries.get(compute);
  if (found === undefined) entries.set(compute, (found = new Map()));
  return found;
}

/** `next`, or the previous list where it has the same elements. */
export function sameList<T>(previous: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  return previous !== undefined && previous.length === next.length && next.every((item, index) => item === previous[index]) ? previous : next;
}
