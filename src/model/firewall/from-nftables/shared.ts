/** Entries of one kind that are kept before all of them are forgotten. */
const MOST = 1024;

/** Keeps what was made for a key, so that the rules of a file share what they say again and again. What it gives never changes. */
export class Shared<K, V> {
  readonly #made = new Map<K, V>();

  get(key: K): V | undefined {
    return this.#made.get(key);
  }

  /** Keeps `value`, and gives it. */
  keep(key: K, value: V): V {
    // A file may have more values than are worth keeping.
    if (this.#made.size >= MOST) this.#made.clear();
    this.#made.set(key, value);
    return value;
  }
}
