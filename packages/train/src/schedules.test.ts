import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cosine } from './cosine.ts';
import { constant, type Schedule } from './schedule.ts';
import { stepDecay } from './step-decay.ts';

const { rates } = JSON.parse(readFileSync(new URL('../fixtures/pytorch.json', import.meta.url), 'utf8')) as { rates: Record<'cosine' | 'multistep', number[]> };
const first = (schedule: Schedule, count: number): number[] => Array.from({ length: count }, (_, step) => schedule(step));

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
}

describe('cosine', () => {
  it('is CosineAnnealingLR of PyTorch', () => {
    expectClose(first(cosine({ peak: 0.4, steps: 12, final: 0.02 }), 12), rates.cosine);
  });

  it('begins at the peak, is half way in the middle, and stays at the end', () => {
    const schedule = cosine({ peak: 2, steps: 100, final: 1 });
    expectClose([0, 50, 100, 101, 1e9].map(schedule), [2, 1.5, 1, 1, 1]);
  });

  it('rises in equal steps, none of them 0, to the peak at the end of the warm-up', () => {
    const schedule = cosine({ peak: 1, steps: 10, warmup: 4 });
    expectClose(first(schedule, 5), [0.2, 0.4, 0.6, 0.8, 1]);
    expect(schedule(5)).toBeLessThan(1);
    expectClose([schedule(7), schedule(10)], [0.5, 0]);
  });

  it('refuses bad options', () => {
    expect(() => cosine({ peak: -1, steps: 3 })).toThrow('peak must be >= 0 and finite, got -1');
    expect(() => cosine({ peak: 1, steps: 0 })).toThrow('cosine: steps must be a whole number >= 1, got 0');
    expect(() => cosine({ peak: 1, steps: 5, warmup: 5 })).toThrow('cosine: steps must be > warmup = 5, got 5');
    expect(() => cosine({ peak: 1, steps: 5, warmup: 0.5 })).toThrow('cosine: warmup must be a whole number >= 0, got 0.5');
    expect(() => cosine({ peak: 1, steps: 5, final: Number.NaN })).toThrow('cosine: final must be >= 0 and finite, got NaN');
  });
});

describe('stepDecay', () => {
  it('is MultiStepLR of PyTorch', () => {
    expectClose(first(stepDecay({ peak: 0.4, milestones: [3, 7], gamma: 0.2 }), 12), rates.multistep);
  });

  it('drops to a tenth at each milestone, after a warm-up', () => {
    expectClose(first(stepDecay({ peak: 1, milestones: [3, 5], warmup: 1 }), 6), [0.5, 1, 1, 0.1, 0.1, 0.01]);
  });

  it('does not see later changes of the list', () => {
    const milestones = [1];
    const schedule = stepDecay({ peak: 1, milestones });
    milestones.push(2);
    expect(schedule(3)).toBeCloseTo(0.1, 12);
  });

  it('refuses bad options', () => {
    expect(() => stepDecay({ peak: 1, milestones: [3, 3] })).toThrow('stepDecay: milestones must rise, got 3, 3');
    expect(() => stepDecay({ peak: 1, milestones: [-1] })).toThrow('stepDecay: milestones[0] must be a whole number >= 0, got -1');
    expect(() => stepDecay({ peak: 1, milestones: [], gamma: -2 })).toThrow('stepDecay: gamma must be >= 0 and finite, got -2');
  });
});

describe('constant', () => {
  it('is constant, after a warm-up', () => {
    expectClose(first(constant(0.3), 3), [0.3, 0.3, 0.3]);
    expectClose(first(constant(0.3, { warmup: 2 }), 4), [0.1, 0.2, 0.3, 0.3]);
    expect(() => constant(Infinity)).toThrow('constant: peak must be >= 0 and finite, got Infinity');
  });
});
