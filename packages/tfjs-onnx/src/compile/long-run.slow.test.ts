import { expect, it } from 'vitest';
import { runInPlainNode } from '../runtime/plain-node.ts';

it.each(['lazy', 'compiled'])('a %s loop of 12,000 steps leaves tensors and sessions as they were, and the memory flat after 2,000', async (way) => {
  const { counts, after, grownMegabytes } = JSON.parse(await runInPlainNode('long-run.mjs', way, '12000', '2000'));
  expect(after).toEqual(counts);
  expect(grownMegabytes).toBeLessThan(8);
});
