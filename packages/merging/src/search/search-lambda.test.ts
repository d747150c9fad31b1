import { describe, expect, it } from 'vitest';
import { searchLambda, type SearchMethod } from './search-lambda.ts';

/** A bowl that is longer than wide and lies aslant, its top at 1 + 0.05 i. */
const bowl = (lambda: readonly number[]): number => {
  const x = lambda.map((value, i) => value - (1 + 0.05 * i));
  return -x.reduce((sum, value, i) => sum + (1 + 9 * i) * value * value, 0) - x.reduce((a, b) => a + b, 0) ** 2;
};

describe('searchLambda', () => {
  it.each(['coordinate', 'cmaes'] as const)('%s finds the top of a slanted bowl', async (method) => {
    const { lambda, score, history } = await searchLambda({ n: 4, score: bowl, method, budget: 600 });
    expect(score).toBeGreaterThan(-1e-4);
    lambda.forEach((value, i) => expect(value).toBeCloseTo(1 + 0.05 * i, 1));
    expect(score).toBe(Math.max(...history.map((scored) => scored.score)));
    expect(score).toBe(bowl(lambda));
  });

  it('cmaes gets to the bottom of a curved valley, and ahead in thirty dimensions', async () => {
    const valley = ([x, y]: readonly number[]): number => -(100 * (y! - x! * x!) ** 2 + (1 - x!) ** 2);
    const found = await searchLambda({ n: 2, score: valley, bounds: [-2, 2], start: [-1, 1], budget: 1500 });
    expect(found.score).toBeGreaterThan(-1e-6);
    const sphere = (lambda: readonly number[]): number => -lambda.reduce((sum, value) => sum + (value - 1.1) ** 2, 0);
    const wide = await searchLambda({ n: 30, score: sphere, budget: 700 });
    expect(wide.score).toBeGreaterThan(0.2 * sphere(wide.history[0]!.lambda));
  });

  it('cmaes finds a top at the border, and beyond it the border', async () => {
    const { lambda } = await searchLambda({ n: 3, score: (at) => at.reduce((a, b) => a + b), budget: 300 });
    lambda.forEach((value) => expect(value).toBeGreaterThan(1.29));
  });

  it.each(['grid', 'coordinate', 'cmaes'] as const)('%s keeps to box and budget, is the same for the same seed, and waits for scores', async (method: SearchMethod) => {
    let running = 0;
    const score = async (lambda: readonly number[]): Promise<number> => {
      expect(++running).toBe(1);
      await Promise.resolve();
      running -= 1;
      return bowl(lambda);
    };
    for (const budget of [1, 8, 37, 100].slice(method === 'grid' ? 1 : 0)) {
      const once = await searchLambda({ n: 3, score, method, budget, bounds: [0.9, 1.2], seed: 5 });
      expect(once.history.length).toBeLessThanOrEqual(budget);
      expect(once.history.length).toBeGreaterThan(0);
      expect(once.history.flatMap(({ lambda }) => lambda).every((value) => value >= 0.9 && value <= 1.2)).toBe(true);
      expect(await searchLambda({ n: 3, score, method, budget, bounds: [0.9, 1.2], seed: 5 })).toEqual(once);
    }
  });

  it('a grid of one coefficient takes evenly spaced values with both ends, the first of equals', async () => {
    const { lambda, history } = await searchLambda({ n: 1, score: ([x]) => Math.min(x!, 1.4), method: 'grid', bounds: [0.8, 2.2], budget: 15 });
    history.forEach((scored, i) => expect(scored.lambda[0]).toBeCloseTo(0.8 + 0.1 * i, 12));
    expect(history).toHaveLength(15);
    expect(lambda[0]).toBeCloseTo(1.4, 6);
  });

  it('never ends below its start, whatever the score', async () => {
    const peak = (lambda: readonly number[]): number => (lambda.every((value) => value === 1) ? 1 : 0);
    for (const method of ['coordinate', 'cmaes'] as const) expect((await searchLambda({ n: 5, score: peak, method, budget: 50 })).score).toBe(1);
  });

  it('another seed draws otherwise', async () => {
    const [a, b] = await Promise.all([0, 1].map((seed) => searchLambda({ n: 2, score: bowl, seed, budget: 20 })));
    expect(a!.history).not.toEqual(b!.history);
  });

  it('says what is wrong', async () => {
    const score = (): number => 0;
    await expect(searchLambda({ n: 0, score })).rejects.toThrow('searchLambda: n must be a whole number in 1 … 100, got 0');
    await expect(searchLambda({ n: 1, score, bounds: [1, 1] })).rejects.toThrow('searchLambda: bounds must be finite and rise, got [1, 1]');
    await expect(searchLambda({ n: 1, score, budget: 1.5 })).rejects.toThrow('searchLambda: budget must be a whole number >= 1, got 1.5');
    await expect(searchLambda({ n: 7, score, method: 'grid' })).rejects.toThrow('searchLambda: budget of a grid must be at least 2 ** n, got 100 for n = 7');
    await expect(searchLambda({ n: 2, score, start: [1] })).rejects.toThrow('searchLambda: start must have n = 2 values, got 1');
    await expect(searchLambda({ n: 1, score, start: [2] })).rejects.toThrow('searchLambda: start must lie in [0.8, 1.3], got 2');
    await expect(searchLambda({ n: 1, score, method: 'nevergrad' as SearchMethod })).rejects.toThrow('searchLambda: method must be one of grid, coordinate, cmaes, got nevergrad');
    await expect(searchLambda({ n: 1, score: () => NaN })).rejects.toThrow('searchLambda: score must be a number, got NaN for [1]');
  });
});
