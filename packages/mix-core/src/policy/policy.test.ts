import { createRng, hostTensor, type Rng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { type Batch, choosePolicy, cutmix, definePolicy, earlyStop, linearFade, mixup, mixupPlan, noMixing, oneOf, type Plan, planToJson, type Policy, schedule, withProbability } from '../index.ts';
import { readImages, readMaps, readTargets } from './evidence.ts';

const batch: Batch = { rows: 5, height: 4, width: 3 };
const saliency = hostTensor('float32', [5, 4, 3], new Float32Array(60));
const salient = definePolicy(['saliency'], (_, given) => {
  readMaps('salient', given, 'saliency');
  return mixupPlan({ partner: [1, 0, 2, 3, 4], lambda: 0.5 });
});
const partnerOf = (plan: Plan): number[] => Array.from(plan.sources.filter((_, i) => i % 2 === 1));
const weightsOf = (plan: Plan): number[] => Array.from(plan.labelWeights.filter((_, i) => i % 2 === 0));
const drawAt = (policy: Policy, step: number, rng = createRng(5)): Plan => policy(rng, { ...batch, step });
const json = (plan: Plan): unknown => planToJson(plan);

describe('partners', () => {
  it('in reverse and rolled draw nothing', () => {
    const rng = createRng(1);
    const before = JSON.stringify(rng.state());
    expect(partnerOf(mixup({ lambda: 0.5, partner: 'reverse' })(rng, batch))).toEqual([4, 3, 2, 1, 0]);
    expect(partnerOf(mixup({ lambda: 0.5, partner: 'roll' })(rng, batch))).toEqual([4, 0, 1, 2, 3]);
    expect(JSON.stringify(rng.state())).toBe(before);
  });

  it('drawn again leave images in place far less often', () => {
    const rng = createRng(2);
    const fixed = (policy: Policy): number => Array.from({ length: 500 }, () => Number(partnerOf(policy(rng, batch)).some((source, row) => source === row))).reduce((a, b) => a + b);
    expect(fixed(mixup())).toBeGreaterThan(250); // 1 − 44/120 of all permutations
    expect(fixed(mixup({ partner: 'redraw' }))).toBeLessThan(15); // (76/120)¹⁰ = 0.01
    expect(partnerOf(mixup({ partner: 'redraw' })(rng, { rows: 1 }))).toEqual([0]);
  });

  it('per pair an image and its partner share λ', () => {
    const lambdas = weightsOf(mixup({ per: 'pair', partner: 'reverse' })(createRng(3), batch));
    expect(lambdas).toEqual(lambdas.toReversed());
    expect(new Set(lambdas).size).toBe(3);
    expect(() => mixup({ per: 'pair' })).toThrow("mixup: per: 'pair' needs partner: 'reverse', got 'permutation'");
    expect(() => mixup({ partner: 'next' as 'roll' })).toThrow("mixup: partner must be one of permutation, reverse, roll, redraw, got 'next'");
  });
});

describe('schedules', () => {
  it('earlyStop mixes up to the step', () => {
    const policy = earlyStop(mixup({ lambda: 0.3 }), { stop: 2 });
    expect([0, 1, 2, 3].map((step) => weightsOf(drawAt(policy, step))[0])).toEqual([0.3, 0.3, 1, 1].map(Math.fround));
    expect(() => policy(createRng(0), batch)).toThrow(new RangeError('earlyStop: batch.step is missing, the policy goes by it'));
    expect(() => earlyStop(mixup(), { stop: -1 })).toThrow('earlyStop: stop must be a whole number >= 0, got -1');
  });

  it('earlyStop draws nothing once it has stopped, unless runs are to stay aligned', () => {
    const after = (alignRandom: boolean, stop: number): string => {
      const rng = createRng(4);
      drawAt(earlyStop(mixup(), { stop, alignRandom }), 7, rng);
      return JSON.stringify(rng.state());
    };
    expect(after(false, 0)).toBe(JSON.stringify(createRng(4).state()));
    expect(after(true, 0)).toBe(after(true, 100));
  });

  it('linearFade goes along a line', () => {
    const fade = linearFade({ start: 10, end: 20 });
    expect([0, 10, 15, 20, 99].map(fade)).toEqual([1, 1, 0.5, 0, 0]);
    expect(linearFade({ start: 3, end: 3, from: 2, to: 4 })(3)).toBe(4);
    expect(() => linearFade({ start: 2, end: 1 })).toThrow('linearFade: end must be a whole number >= 2, got 1');
    const policy = withProbability(fade, mixup({ lambda: 0.5 }));
    expect(weightsOf(drawAt(policy, 0))[0]).toBe(0.5);
    expect(weightsOf(drawAt(policy, 20))[0]).toBe(1);
    expect(() => drawAt(withProbability(() => 2, mixup()), 1)).toThrow('withProbability: probability must be in [0, 1], got 2');
  });

  it('schedule makes the policy of the step', () => {
    const policy = schedule((step) => mixup({ lambda: step / 10 }));
    expect([0, 5, 10].map((step) => weightsOf(drawAt(policy, step))[0])).toEqual([0, 0.5, 1]);
  });
});

describe('switches', () => {
  const nested = withProbability(0.7, oneOf([salient, earlyStop(cutmix(), { stop: 3 })]));

  it('need what their policies need', () => {
    expect(nested.needs).toEqual(['saliency', 'step']);
    expect(oneOf([mixup(), cutmix()]).needs).toEqual([]);
  });

  it('choosePolicy draws what a call draws, and tells what the chosen one needs', () => {
    const [one, other] = [createRng(6), createRng(6)];
    const seen = new Set<string>();
    for (let step = 0; step < 40; step++) {
      const given = { ...batch, saliency, step: step % 5 };
      const chosen = choosePolicy(nested, one, given.step);
      seen.add(chosen === noMixing ? 'none' : (chosen.needs ?? []).join());
      expect(json(chosen(one, given))).toEqual(json(nested(other, given)));
    }
    expect([...seen].sort()).toEqual(['', 'none', 'saliency']);
  });

  it('a plain function is a policy too', () => {
    const own = (_: Rng, { rows }: Batch): Plan => mixupPlan({ partner: Array.from({ length: rows }, () => 0), lambda: 0.5 });
    expect(partnerOf(oneOf([own])(createRng(0), batch))).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('evidence', () => {
  it('is refused where it is missing or wrong, by name and place', () => {
    const maps = (shape: number[], value = 1): Batch => ({ ...batch, saliency: hostTensor('float32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value)) });
    const read = (given: Batch) => () => readMaps('salient', given, 'saliency');
    expect(read(batch)).toThrow(new RangeError('salient: batch.saliency is missing, the policy needs it'));
    expect(read(maps([4, 4, 3]))).toThrow('salient: batch.saliency must have shape [5, height, width], got [4, 4, 3]');
    expect(read(maps([5, 2, 2], Number.NaN))).toThrow('salient: batch.saliency[0] must be >= 0 and finite, got NaN');
    expect(read(maps([5, 2, 2], -1))).toThrow('got -1');
    expect(() => readImages('salient', { ...batch, images: hostTensor('float32', [5, 4, 4, 1], new Float32Array(80)) })).toThrow('salient: batch.images must have shape [5, 4, 3, channels], got [5, 4, 4, 1]');
    expect(() => readTargets('near', { ...batch, targets: hostTensor('float32', [5], new Float32Array(5)) })).toThrow('near: batch.targets must have shape [5, dimensions], got [5]');
    expect(() => readTargets('near', { ...batch, targets: hostTensor('float32', [5, 1], Float32Array.of(0, 1, Infinity, 2, 3)) })).toThrow('near: batch.targets[2] must be finite, got Infinity');
    expect(() => cutmix()(createRng(0), { rows: 2 })).toThrow('cutmix: batch.height must be a whole number >= 1, got undefined');
  });
});
