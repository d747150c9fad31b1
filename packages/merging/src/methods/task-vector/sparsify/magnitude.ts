import { keepAbove } from '../../../kernel/vectors.ts';
import { type BlockSource, type Largest, largest } from '../../../statistics/largest.ts';
import type { Values } from '../../../method.ts';
import type { Sparsify } from './sparsify.ts';

const isAmong = ({ threshold, lastTie }: Largest, value: number, place: number): boolean => {
  const magnitude = Math.abs(value);
  return magnitude > threshold || (magnitude === threshold && place <= lastTie);
};

/** Zeroes what is not among the largest. */
function keepAmong(kept: Largest, delta: Values, start: number): void {
  const straddles = start <= kept.lastTie && kept.lastTie < start + delta.length - 1;
  if (!straddles) keepAbove(delta, kept.threshold, start <= kept.lastTie);
  else for (let e = 0; e < delta.length; e++) if (!isAmong(kept, delta[e]!, start + e)) delta[e] = 0;
}

/** Keeps the ⌊density · size⌋ largest magnitudes, ties by place. */
export function keepLargest(vector: BlockSource, density: number): Sparsify {
  const kept = largest(vector, density >= 1 ? vector.size : Math.floor(density * vector.size));
  return (delta, start) => keepAmong(kept, delta, start);
}

/** Drops the ⌊gamma · size⌋ largest magnitudes and as many of the smallest as leave ⌊density · size⌋; where that many are not left, fewer of the largest. */
export function keepBreadcrumbs(vector: BlockSource, density: number, gamma: number): Sparsify {
  const { size } = vector;
  const target = Math.floor(density * size);
  const top = Math.min(Math.floor(gamma * size), size - target);
  const [kept, outliers] = [largest(vector, top + target), largest(vector, top)];
  return (delta, start) => {
    keepAmong(kept, delta, start);
    for (let e = 0; e < delta.length; e++) if (isAmong(outliers, delta[e]!, start + e)) delta[e] = 0;
  };
}
