import { describe, expect, it } from 'vitest';
import { metric } from './bench-metric.ts';
import { hashed } from './hashed.ts';

describe('the area metric', () => {
  it('draws numbers that python/metric.py draws too', () => {
    // what python/metric.py gives
    expect([0, 1, 12_345, 0x40000001].map(hashed)).toEqual([-0.5, -0.1824011376593262, -0.26454485300928354, -0.346345127094537]);
    const drawn = Array.from({ length: 10_000 }, (_, i) => hashed(i));
    expect(drawn.reduce((sum, value) => sum + value, 0) / 10_000).toBeCloseTo(0, 2);
    expect(drawn.reduce((sum, value) => sum + value * value, 0) / 10_000).toBeCloseTo(1 / 12, 2);
  });

  it.each(['multi-similarity', 'proxy-anchor', 'nt-xent', 'triplet'])('does the work of %s, whose result it can tell', async (name) => {
    const { check, step } = await metric.prepare([name]);
    await step();
    expect(check).toBeGreaterThan(0);
    expect(check).toBeLessThan(1e4);
  });
});
