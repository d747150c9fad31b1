import { expect, it } from 'vitest';
import { runInPlainNode } from '../runtime/plain-node.ts';

it.each(['lazy', 'compiled'])('a %s loop of 3,000 steps leaves tensors, sessions and memory as they were', async (way) => {
  const { counts, after, grownMegabytes } = JSON.parse(await runInPlainNode('long-run.mjs', way, '3000', '2000'));
  expect(after).toEqual(counts);
  expect(grownMegabytes).toBeLessThan(16);
});
