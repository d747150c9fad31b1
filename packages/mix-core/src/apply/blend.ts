import { addPair } from './add-pair.ts';

/** Image number `index` of images that lie one after the other. */
export function imageAt<T extends Float32Array | Int32Array>(images: T, index: number, size: number): T {
  return images.subarray(index * size, (index + 1) * size) as T;
}

/**
 * out = Σⱼ weights[j] · parts[j], added in this order. A part of weight 0 is not read: weight 1 on another gives that one bit for bit, whatever the first holds.
 *
 * @param parts as long as `out`
 */
export function blend(out: Float32Array, parts: readonly Float32Array[], weights: Float32Array): void {
  const [a, b, ...rest] = parts.flatMap((part, j) => (weights[j] === 0 ? [] : [{ part, weight: weights[j]! }]));
  if (!a) {
    out.fill(0);
  } else if (!b) {
    if (a.weight === 1) out.set(a.part);
    else for (let i = 0; i < out.length; i++) out[i] = a.weight * a.part[i]!;
  } else {
    addPair(out, a.part, b.part, a.weight, b.weight);
    for (const { part, weight } of rest) addPair(out, out, part, 1, weight);
  }
}
