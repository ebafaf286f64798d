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

/** What was read for one result. Most read a file or two, so there are no collections for what was not read. */
interface Trace {
  files?: Map<string, unknown>;
  results?: Set<Result>;
  paths?: unknown;
  configuration?: unknown;
  /** It read something whose origin is not known, so it holds in its own workspace only. */
  lasting: boolean;
}

/** A value that came out. */
interface Result {
  readonly compute: Compute<never, unknown>;
  readonly key: string;
  readonly value: unknown;
  /** It is data: the last one stands where it says the same. */
  readonly isData: boolean;
}

/** Apart from its result, so that what rests on an old result does not keep all that was read for it. */
interface Entry {
  readonly result: Result;
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
  /** Kept results that are being looked over. */
  readonly #checking = new Set<Entry>();
  #active: Trace | undefined;

  constructor(world: W, inputs: Inputs, lineage: Lineage) {
    this.#world = world;
    this.#inputs = inputs;
    this.#lineage = lineage;
  }

  /** Notes that a file was looked at, whether or not it is there. */
  readsFile(path: string): void {
    if (this.#active !== undefined) (this.#active.files ??= new Map()).set(path, this.#inputs.file(path));
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
  get<T>(compute: Compute<W, T>, key: string, isData: boolean): T {
    const { result, trace } = this.#entry(compute as Compute<never, unknown>, key, isData);
    if (this.#active !== undefined) {
      (this.#active.results ??= new Set()).add(result);
      if (!trace.lasting) this.#active.lasting = false;
    }
    return result.value as T;
  }

  #entry(compute: Compute<never, unknown>, key: string, isData: boolean): Entry {
    const own = entriesOf(this.#entries, compute);
    let entry = own.get(key);
    if (entry === undefined) {
      const latest = entriesOf(this.#lineage.latest, compute);
      const known = latest.get(key);
      entry = known !== undefined && this.#holds(known) ? known : (own.get(key) ?? this.#work(compute, key, isData, known?.result));
      own.set(key, entry);
      latest.set(key, entry);
    }
    return entry;
  }

  #work(compute: Compute<never, unknown>, key: string, isData: boolean, previous: Result | undefined): Entry {
    const trace: Trace = { lasting: true };
    const outer = this.#active;
    this.#active = trace;
    try {
      const value = compute(this.#world as never, key, previous?.value as never);
      const same = previous !== undefined && (previous.value === value || alike(previous.value, value, isData));
      return { result: same ? previous : { compute, key, value, isData }, trace };
    } catch (error) {
      // What was read until then is lost with the trace, and whoever asked may go on.
      if (outer !== undefined) outer.lasting = false;
      throw error;
    } finally {
      this.#active = outer;
    }
  }

  /** Whether all that was read for a result is the same here. */
  #holds(entry: Entry): boolean {
    const { trace } = entry;
    // What it once read may by now read it in turn: then it has to be worked out to tell.
    if (!trace.lasting || this.#checking.has(entry)) return false;
    if (trace.paths !== undefined && trace.paths !== this.#inputs.paths) return false;
    if (trace.configuration !== undefined && trace.configuration !== this.#inputs.configuration) return false;
    if (trace.files !== undefined) for (const [path, file] of trace.files) if (this.#inputs.file(path) !== file) return false;
    if (trace.results === undefined) return true;
    const outer = this.#active;
    this.#active = undefined;
    this.#checking.add(entry);
    try {
      for (const result of trace.results) if (this.#entry(result.compute, result.key, result.isData).result.value !== result.value) return false;
      return true;
    } catch {
      // Nobody may ask for this any more; who does, hears of it.
      return false;
    } finally {
      this.#checking.delete(entry);
      this.#active = outer;
    }
  }
}

function entriesOf(entries: Entries, compute: Compute<never, unknown>): Map<string, Entry> {
  let found = entries.get(compute);
  if (found === undefined) entries.set(compute, (found = new Map()));
  return found;
}

/** How deep a value may go, and how many parts are compared, before it counts as different. */
const DEEPEST = 20;
const MOST_PARTS = 200_000;

/**
 * Whether two results say the same: lists, maps and sets with the same elements in the same order, at the top also an object
 * of such. Below, an object is the same only as itself, except in `data`, where that holds for those of classes alone.
 */
function alike(a: unknown, b: unknown, data: boolean): boolean {
  let parts = 0;
  const same = (one: unknown, other: unknown, depth: number): boolean => {
    if (one === other) return true;
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null || depth > DEEPEST || ++parts > MOST_PARTS) return false;
    const kind = Object.getPrototypeOf(one) as unknown;
    if (kind !== Object.getPrototypeOf(other)) return false;
    if (kind === Array.prototype) return sameParts(one as unknown[], other as unknown[], depth);
    if (kind === Set.prototype) return sameParts([...(one as Set<unknown>)], [...(other as Set<unknown>)], depth);
    if (kind === Map.prototype) {
      // Keys may be objects by which others look something up.
      const [ones, others] = [one as ReadonlyMap<unknown, unknown>, [...(other as ReadonlyMap<unknown, unknown>).keys()]];
      return [...ones.keys()].every((key, index) => key === others[index]) && sameParts([...ones.values()], [...(other as ReadonlyMap<unknown, unknown>).values()], depth);
    }
    if (kind !== Object.prototype || (depth > 0 && !data)) return false;
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && same((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name], depth + 1));
  };
  const sameParts = (ones: readonly unknown[], others: readonly unknown[], depth: number): boolean => ones.length === others.length && ones.every((one, index) => same(one, others[index], depth + 1));
  return same(a, b, 0);
}

/** `next`, or the previous list where it has the same elements. */
export function sameList<T>(previous: readonly T[] | undefined, next: readonly T[]): readonly T[] {
  return previous !== undefined && previous.length === next.length && next.every((item, index) => item === previous[index]) ? previous : next;
}
