import { describe, expect, it } from 'vitest';
import { losses } from './bench-losses.ts';

describe('the area losses', () => {
  it('has a case for everything that is a loss, each once', () => {
    expect(new Set(losses.cases).size).toBe(losses.cases.length);
    expect(losses.cases.length).toBeGreaterThan(20);
  });

  it.each(['cross-entropy', 'dm-ce', 'm-ndcg'])('does the work of %s, whose result it can tell', async (name) => {
    const { check, step } = await losses.prepare([name]);
    await step();
    expect(check).toBeGreaterThan(Math.log(1000)); // the loss of predictions that are nearly uniform over 1000 classes
    expect(check).toBeLessThan(20);
  });
});
