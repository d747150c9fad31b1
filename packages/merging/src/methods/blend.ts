import { eachRange, look, roomsLike } from '../kernel/rooms.ts';
import { addScaled, narrow } from '../kernel/vectors.ts';
import type { Values } from '../method.ts';

/** Sums stay in the nearest cache while one term after the other is added to them. */
const blockSize = 2048;

/** out = Σⱼ weights[j] · terms[j], added in float64 in this order and rounded once. A term of weight 0 is not read; one alone of weight 1 is copied. */
export function blend(out: Values, terms: readonly Values[], weights: readonly number[]): void {
  const used = terms.flatMap((term, j) => (weights[j] === 0 ? [] : [{ term, weight: weights[j]! }]));
  if (used.length === 1 && used[0]!.weight === 1) {
    out.set(used[0]!.term);
    return;
  }
  const { rooms: [room], doubles: [sum] } = roomsLike(out, 1, 1, blockSize);
  eachRange(out.length, blockSize, (start, length) => {
    sum!.fill(0);
    for (const { term, weight } of used) addScaled(look(room!, term, start, length), weight, sum!);
    const result = room!.subarray(0, length);
    narrow(sum!, result);
    out.set(result, start);
  });
}
