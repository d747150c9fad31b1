import { createRng, integer } from '@mixwell/tensor';
import { expect, it } from 'vitest';
import { createArena } from './arena.ts';

it('hands out pieces that do not overlap, and all of it once everything is given back', () => {
  const arena = createArena(10_000);
  const rng = createRng(1);
  const taken = new Map<number, number>();
  let refused = 0;
  for (let i = 0; i < 5000; i++) {
    if (taken.size > 0 && rng.next() % 2 === 0) {
      const offset = [...taken.keys()][integer(rng, 0, taken.size)]!;
      arena.give(offset);
      taken.delete(offset);
      continue;
    }
    const bytes = integer(rng, 1, 4000);
    const offset = arena.take(bytes);
    if (offset === undefined) {
      refused++;
      continue;
    }
    expect(offset % 64).toBe(0);
    expect(offset + bytes).toBeLessThanOrEqual(arena.buffer.byteLength);
    for (const [begin, length] of taken) expect(offset + bytes <= begin || begin + length <= offset).toBe(true);
    expect(taken.has(offset)).toBe(false);
    taken.set(offset, bytes);
  }
  expect(refused).toBeGreaterThan(0);
  for (const offset of taken.keys()) arena.give(offset);
  expect(arena.take(10_000)).toBe(0);
});
