import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binStatistics } from './bin-statistics.ts';
import { binIndex } from './bins.ts';
import { vectorOf } from '../fixtures.ts';

describe('binIndex', () => {
  it('finds the bin that a search over the edges i / bins finds', () => {
    const onOrBesideAnEdge = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.constantFrom(-1, 0, 1))
      .map(([i, b, ulps]) => Math.min(1, Math.max(0, Math.min(i, b) / b + ulps * Number.EPSILON * 0.5)));
    fc.assert(fc.property(fc.array(fc.oneof(onOrBesideAnEdge, fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1 }), fc.integer({ min: 1, max: 20 }), (confidence, bins) => {
      const edge = (i: number): number => i / bins;
      const right = confidence.map((c) => { for (let i = 0; ; i++) if (c <= edge(i + 1)) return i; });
      const left = confidence.map((c) => { for (let i = bins - 1; ; i--) if (c >= edge(i)) return i; });
      expect([...binIndex(confidence, bins, 'right')]).toEqual(right);
      expect([...binIndex(confidence, bins, 'left')]).toEqual(left);
    }), { seed: 1, numRuns: 500 });
  });

  it('puts 0 in the first bin and 1 in the last by both rules', () => {
    for (const bins of [1, 4, 5, 10, 15]) {
      for (const rule of ['right', 'left'] as const) expect([...binIndex([0, 1], bins, rule)]).toEqual([0, bins - 1]);
    }
  });
});

describe('binStatistics', () => {
  it('cuts groups of equal mass of which the first are one larger', () => {
    const confidence = [0.9, 0.1, 0.5, 0.5, 0.3, 0.7, 0.2];
    const { index, count, lo, hi } = binStatistics({ confidence: vectorOf(confidence) }, [1, 0, 1, 0, 0, 1, 0], { bins: 3, binning: 'mass' });
    // in order: .1 .2 .3 | .5 .5 | .7 .9
    expect([...index]).toEqual([2, 0, 1, 1, 0, 2, 0]);
    expect([...count]).toEqual([3, 2, 2]);
    expect([...lo, ...hi]).toEqual([0.1, 0.5, 0.7, 0.3, 0.5, 0.9]);
  });

  it('makes one group per sample when more are asked for', () => {
    expect(binStatistics({ confidence: vectorOf([0.2, 0.4]) }, [0, 1], { bins: 15, binning: 'mass' }).count).toEqual(Float64Array.of(1, 1));
  });

  it('reads a million confidences without losing precision', () => {
    const confidence = new Float64Array(1e6).fill(0.1);
    const { confidence: mean } = binStatistics({ confidence: vectorOf(confidence) }, new Int32Array(1e6), { bins: 1 });
    expect(mean[0]).toBe(0.1);
  });
});
