import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { drawnImages } from '../fixtures.ts';
import { alignmix, alignmixPlan, applyPlan, manifoldmix, mixup, oneOf, planFromJson, planToJson, type ScalarPlan } from '../index.ts';

describe('alignmix', () => {
  it('is mixup at a stage, with a coin: both sides alike over 10⁵ draws', () => {
    const [policy, rng] = [alignmix({ stage: 'layer4' }), createRng(1)];
    let [heads, squares] = [0, 0];
    for (let i = 0; i < 1e5; i++) {
      const plan = policy(rng, { rows: 1 }) as ScalarPlan;
      heads += plan.aligned! * 1e-5;
      squares += (plan.labelWeights[0]! - 0.5) ** 2 * 1e-5;
      if (i === 0) expect(plan.stage).toBe('layer4');
    }
    expect(Math.abs(heads - 0.5)).toBeLessThan(0.0065);
    expect(Math.abs(squares / (1 / 20) - 1)).toBeLessThan(0.02); // Beta(2, 2)
  });

  it('goes to JSON and back with its direction', () => {
    for (const aligned of [0, 1] as const) {
      const plan = alignmixPlan({ partner: [1, 2, 0], lambda: [0.2, 0.5, 1], stage: 'layer4', aligned });
      expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
    }
  });

  it('pairs with mixup or manifold mixup through oneOf', () => {
    const policy = oneOf([alignmix({ stage: 'layer4' }), manifoldmix({ stages: ['input', 'layer1'] })]);
    const rng = createRng(2);
    const drawn = Array.from({ length: 4000 }, () => policy(rng, { rows: 2 }) as ScalarPlan);
    expect(Math.abs(drawn.filter(({ aligned }) => aligned !== undefined).length / 4000 - 0.5)).toBeLessThan(0.035);
    expect(new Set(drawn.map(({ aligned, stage }) => `${stage} ${aligned}`)).size).toBe(4);
  });

  it('refuses options that are none, and plans that contradict themselves', () => {
    expect(() => alignmix({ stage: 'a', alpha: -1 })).toThrow(new RangeError('alignmix: alpha must be > 0, got -1'));
    expect(() => alignmix({ stage: '' })).toThrow('alignmix: stage must be the name of a stage, got an empty one');
    expect(() => alignmix({ stage: 'a' })(createRng(1), { rows: 0 })).toThrow('alignmix: batch.rows must be a whole number >= 1, got 0');
    expect(() => alignmixPlan({ partner: [0], lambda: 1, stage: 'a', aligned: 2 as 1 })).toThrow('alignmixPlan: aligned must be 0 or 1, got 2');
    const plan = mixup()(createRng(1), { rows: 2 }) as ScalarPlan;
    expect(() => planToJson({ ...plan, aligned: 3 as 1 })).toThrow('planToJson: plan.aligned must be 0 or 1, got 3');
    expect(() => planToJson({ ...plan, k: 1, sources: Int32Array.of(0, 1), weights: Float32Array.of(1), labelWeights: Float32Array.of(1, 1), aligned: 1 })).toThrow('planToJson: plan.k must be 2 where plan.aligned is there, got 1');
  });

  it('is no mix of plain arrays: applyPlan says so', () => {
    const plan = alignmixPlan({ partner: [1, 0], lambda: 0.5, stage: 'a', aligned: 1 });
    expect(() => applyPlan(plan, drawnImages(1, [2, 2, 2, 1]))).toThrow(new RangeError('applyPlan: plan.aligned needs the features of a network: applyMix of @mixwell/mix-core/tf'));
  });
});
