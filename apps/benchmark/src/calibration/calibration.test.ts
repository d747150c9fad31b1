import { describe, expect, it } from 'vitest';
import { calibration } from './bench-calibration.ts';

describe('the area calibration', () => {
  it('names every case once, each with a peer', () => {
    expect(new Set(calibration.cases).size).toBe(calibration.cases.length);
    expect(calibration.peers).toContain('torchmetrics');
  });

  it('takes the error of a million confidences in less than 100 ms', async () => {
    const { check, step } = await calibration.prepare(['ece-1000000']);
    expect(check).toBeCloseTo(1 / 6, 2); // c - c² on average
    const times = Array.from({ length: 7 }, () => {
      const begin = performance.now();
      void step();
      return performance.now() - begin;
    });
    expect(Math.min(...times)).toBeLessThan(100);
  });
});
