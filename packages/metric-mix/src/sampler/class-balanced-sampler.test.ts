import { createRng, integer } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classBalancedSampler } from './class-balanced-sampler.ts';

describe('classBalancedSampler', () => {
  it('gives different classes, so many samples of each, none twice unless its class is short', () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 5 }), (seed, classes, perClass) => {
      const rng = createRng(seed);
      const labels = [0, 1, 2, 3, 4, 5, ...Array.from({ length: 20 }, () => integer(rng, 0, 6))];
      const batches = classBalancedSampler(labels, { classes, perClass, rng });
      for (let i = 0; i < 7; i++) {
        const batch = [...batches.next().value];
        expect(batch.length).toBe(classes * perClass);
        const groups = Array.from({ length: classes }, (_, k) => batch.slice(k * perClass, (k + 1) * perClass));
        expect(new Set(groups.map(([first]) => labels[first!])).size).toBe(classes);
        for (const group of groups) {
          const label = labels[group[0]!];
          expect(group.every((sample) => labels[sample] === label)).toBe(true);
          if (labels.filter((one) => one === label).length >= perClass) expect(new Set(group).size).toBe(perClass);
        }
      }
    }), { numRuns: 50, seed: 1 });
  });

  it('takes all classes equally often', () => {
    const batches = classBalancedSampler([0, 0, 1, 2, 3, 4, 4], { classes: 3, perClass: 1, rng: createRng(1) });
    const counts = new Map<number, number>();
    for (let i = 0; i < 50; i++) for (const sample of batches.next().value) counts.set([0, 0, 1, 2, 3, 4, 4][sample]!, (counts.get([0, 0, 1, 2, 3, 4, 4][sample]!) ?? 0) + 1);
    expect([...counts.values()]).toEqual([30, 30, 30, 30, 30]);
  });

  it('refuses fewer classes than a batch has', () => {
    expect(() => classBalancedSampler([0, 0, 1], { classes: 3, perClass: 1, rng: createRng(1) })).toThrow('classBalancedSampler: labels must have at least 3 classes, got 2');
  });
});
