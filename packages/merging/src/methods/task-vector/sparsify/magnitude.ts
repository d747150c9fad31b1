import { type BlockSource, type Largest, largest } from '../../../statistics/largest.ts';
import type { Sparsify } from './sparsify.ts';

/** What lies among `inner` and outside of `outer`, the largest that are dropped too. */
function between(inner: Largest, outer: Largest): Sparsify {
  return (delta, start) => {
    for (let e = 0; e < delta.length; e++) {
      const magnitude = Math.abs(delta[e]!);
      const kept = magnitude > inner.threshold || (magnitude === inner.threshold && start + e <= inner.lastTie);
      const outlier = magnitude > outer.threshold || (magnitude === outer.threshold && start + e <= outer.lastTie);
      if (!kept || outlier) delta[e] = 0;
    }
  };
}

/** Keeps the ⌊density · size⌋ largest magnitudes, ties by place. */
export function keepLargest(vector: BlockSource, density: number): Sparsify {
  const { threshold, lastTie } = largest(vector, density >= 1 ? vector.size : Math.floor(density * vector.size));
  return (delta, start) => {
    for (let e = 0; e < delta.length; e++) {
      const magnitude = Math.abs(delta[e]!);
      if (!(magnitude > threshold || (magnitude === threshold && start + e <= lastTie))) delta[e] = 0;
    }
  };
}

/** Drops the ⌊gamma · size⌋ largest magnitudes and as many of the smallest as leave ⌊density · size⌋; where that many are not left, fewer of the largest. */
export function keepBreadcrumbs(vector: BlockSource, density: number, gamma: number): Sparsify {
  const { size } = vector;
  const target = Math.floor(density * size);
  const top = Math.min(Math.floor(gamma * size), size - target);
  return between(largest(vector, top + target), largest(vector, top));
}
