/** A map that keeps the `capacity` entries used last. */
export interface Lru<V> {
  get(key: string, make: () => V): V;
  readonly size: number;
  clear(): void;
}

/**
 * Sessions hold threads and memory, so the one not used for longest is released when a new one would be too many.
 * @param capacity at least 1
 */
export function createLru<V>(capacity: number, release: (value: V) => void): Lru<V> {
  const entries = new Map<string, V>();
  return {
    get: (key, make) => {
      const known = entries.get(key);
      if (known !== undefined) {
        entries.delete(key);
        entries.set(key, known);
        return known;
      }
      const made = make();
      entries.set(key, made);
      if (entries.size > capacity) {
        const [oldest, value] = entries.entries().next().value!;
        entries.delete(oldest);
        release(value);
      }
      return made;
    },
    get size() {
      return entries.size;
    },
    clear: () => {
      for (const value of entries.values()) release(value);
      entries.clear();
    },
  };
}
