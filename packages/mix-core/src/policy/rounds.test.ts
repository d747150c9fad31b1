import { createRng, hostTensor, uniform } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { applyPlan, checkPlan, cutmix, fmix, manifoldmix, mixLabels, mixup, oneOf, type Plan, planToJson, type Policy, puzzlemix, resizemix, rounds, stackPlans } from '../index.ts';

const batch = { rows: 5, height: 6, width: 4 };
const images = hostTensor('float32', [5, 6, 4, 2], Float32Array.from({ length: 240 }, (_, i) => Math.sin(i)));
const labels = [0, 1, 2, 1, 0];
const policies: Readonly<Record<string, Policy>> = {
  'mixup': mixup(), 'mixup per sample': mixup({ per: 'sample' }), 'cutmix': cutmix(), 'cutmix per sample': cutmix({ per: 'sample' }), 'fmix': fmix(), 'resizemix': resizemix(),
};

describe('rounds', () => {
  it.each(Object.entries(policies))('of %s are its draws, one after the other', (_, policy) => {
    const plan = rounds(policy, 3)(createRng(1), batch);
    checkPlan(plan);
    const rng = createRng(1);
    const apart = Array.from({ length: 3 }, () => policy(rng, batch));
    expect(plan.rows).toBe(15);
    const joined = (data: (one: Plan) => Float32Array): number[] => apart.flatMap((one) => Array.from(data(one)));
    expect(Array.from(applyPlan(plan, images).data)).toEqual(joined((one) => applyPlan(one, images).data));
    expect(Array.from(mixLabels(plan, labels, 3).data)).toEqual(joined((one) => mixLabels(one, labels, 3).data));
  });

  it('have λ of their own, Beta(α, α), and partners of their own', () => {
    const rng = createRng(3);
    const lambdas: number[] = [];
    let sames = 0;
    for (let i = 0; i < 20_000; i++) {
      const { labelWeights, sources } = rounds(mixup({ alpha: 2 }), 3)(rng, { rows: 2 });
      for (const round of [0, 1, 2]) {
        expect(labelWeights[4 * round]).toBe(labelWeights[4 * round + 2]);
        lambdas.push(labelWeights[4 * round]!);
      }
      sames += Number(sources[1] === sources[5]);
    }
    const mean = lambdas.reduce((a, b) => a + b) / lambdas.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(lambdas.reduce((sum, x) => sum + (x - mean) ** 2, 0) / lambdas.length).toBeCloseTo(1 / 20, 2);
    expect(new Set(lambdas).size).toBeGreaterThan(59_000);
    expect(sames / 20_000).toBeCloseTo(0.5, 1);
  });

  it('of one are the policy', () => {
    const plain = planToJson(rounds(mixup({ per: 'sample' }), 1)(createRng(2), batch));
    expect(plain).toEqual(planToJson(mixup({ per: 'sample' })(createRng(2), batch)));
  });

  it('need what the policy needs, and refuse what cannot be one plan', () => {
    expect(rounds(puzzlemix(), 2).needs).toEqual(puzzlemix().needs);
    expect(() => rounds(mixup(), 0)).toThrow(new RangeError('rounds: count must be a whole number >= 1, got 0'));
    const both = rounds(oneOf([mixup(), cutmix()]), 8);
    expect(() => both(createRng(0), batch)).toThrow(/^rounds: plans must be of one form, got \((scalar|box), batch 5, k 2.*\) and \((scalar|box), batch 5, k 2.*\)$/);
    const stages = rounds(manifoldmix({ stages: ['input', 'layer1', 'layer2'] }), 8);
    expect(() => stages(createRng(0), batch)).toThrow('rounds: plans must be of one form');
    expect(() => stackPlans([])).toThrow('stackPlans: plans must be at least one, got none');
  });

  it('stacks plans of different numbers of rows', () => {
    const rng = createRng(9);
    const plans = [mixup()(rng, batch), rounds(mixup({ lambda: uniform(rng) }), 2)(rng, batch)];
    expect(stackPlans(plans).rows).toBe(15);
  });
});
