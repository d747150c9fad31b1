import { permutation, type HostTensor, type Rng } from '@mixwell/tensor';

export interface SplitOptions {
  /** Labels of the n samples: every part gets its share of each class, as near as whole samples allow. Default: no regard to classes. */
  readonly stratify?: HostTensor<'int32'> | ArrayLike<number>;
}

/** An order whose every stretch holds the classes in proportion: a sample's place is its rank within its class, scaled to [0, 1). */
function interleaved(order: Int32Array, labels: ArrayLike<number>): Int32Array {
  const counts = new Map<number, number>();
  const ranks = Array.from(order, (index) => {
    const rank = counts.get(labels[index]!) ?? 0;
    counts.set(labels[index]!, rank + 1);
    return rank;
  });
  const places = Float64Array.from(order, (index, i) => (ranks[i]! + 0.5) / counts.get(labels[index]!)!);
  const positions = Int32Array.from(order, (_, i) => i).sort((a, b) => places[a]! - places[b]! || a - b);
  return positions.map((position) => order[position]!);
}

/**
 * Disjoint random parts of the indices 0 … n − 1, of the sizes asked for. What is left over when the sizes sum to less than n is in no part.
 * The same Rng state gives the same parts.
 *
 * @throws {RangeError} where the sizes are not whole numbers ≥ 0 or sum to more than n, or there are not n labels
 */
export function split<const S extends readonly number[]>(rng: Rng, n: number, sizes: S, { stratify }: SplitOptions = {}): { [K in keyof S]: Int32Array } {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`split: n must be a whole number >= 0, got ${n}`);
  const bad = sizes.find((size) => !Number.isInteger(size) || size < 0);
  if (bad !== undefined) throw new RangeError(`split: sizes must be whole numbers >= 0, got ${bad}`);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > n) throw new RangeError(`split: sizes must sum to at most n = ${n}, got ${sizes.join(' + ')} = ${total}`);
  const labels = stratify && 'data' in stratify ? stratify.data : stratify;
  if (labels && labels.length !== n) throw new RangeError(`split: stratify must hold n = ${n} labels, got ${labels.length}`);
  const drawn = permutation(rng, n);
  const order = labels ? interleaved(drawn, labels) : drawn;
  let start = 0;
  return sizes.map((size) => order.slice(start, (start += size))) as { [K in keyof S]: Int32Array };
}
