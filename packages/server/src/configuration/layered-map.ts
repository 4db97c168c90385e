/** How much of a map may lie in the upper layer before both become one again. */
const MOST_CHANGED = 512;

/**
 * A map that never changes, of which a changed copy is cheap: what changed lies in a small layer over what did not, so a copy
 * costs the small layer and not the map. Entries of the lower layer come first.
 */
export class LayeredMap<K, V> implements ReadonlyMap<K, V> {
  readonly #base: ReadonlyMap<K, V>;
  /** `undefined` where the entry is gone. */
  readonly #changed: ReadonlyMap<K, V | undefined>;
  readonly size: number;

  private constructor(base: ReadonlyMap<K, V>, changed: ReadonlyMap<K, V | undefined>, size: number) {
    this.#base = base;
    this.#changed = changed;
    this.size = size;
  }

  static empty<K, V>(): LayeredMap<K, V> {
    return new LayeredMap<K, V>(new Map(), new Map(), 0);
  }

  /** @param changes `undefined` takes an entry away. */
  with(changes: ReadonlyMap<K, V | undefined>): LayeredMap<K, V> {
    if (changes.size === 0) return this;
    const changed = new Map(this.#changed);
    let { size } = this;
    for (const [key, value] of changes) {
      size += (value === undefined ? 0 : 1) - (this.has(key) ? 1 : 0);
      changed.set(key, value);
    }
    const layered = new LayeredMap(this.#base, changed, size);
    return changed.size > MOST_CHANGED ? new LayeredMap(new Map(layered), new Map(), size) : layered;
  }

  get(key: K): V | undefined {
    const value = this.#changed.get(key);
    return value !== undefined || this.#changed.has(key) ? value : this.#base.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  *entries(): MapIterator<[K, V]> {
    for (const [key, value] of this.#base) if (!this.#changed.has(key)) yield [key, value];
    for (const [key, value] of this.#changed) if (value !== undefined) yield [key, value];
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) call(value, key, this);
  }
}
