import { createRng } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { atStage, choosePolicy, cutmix, manifoldmix, mixup, noMixing, oneOf, planFromJson, planToJson, tokenmix } from '../index.ts';

const batch = { rows: 5, height: 4, width: 4 };

describe('atStage', () => {
  it('names the stage, and changes nothing else of the plan', () => {
    expect(atStage('layer1', mixup())(createRng(1), batch)).toEqual({ ...mixup()(createRng(1), batch), stage: 'layer1' });
    expect(atStage('layer1', tokenmix()).needs).toEqual(['attention']);
  });

  it('keeps a switch a switch', () => {
    const policy = atStage('layer1', oneOf([mixup(), noMixing]));
    for (let seed = 0; seed < 8; seed++) {
      const [plan, rng] = [policy(createRng(seed), batch), createRng(seed)];
      expect(choosePolicy(policy, rng)(rng, batch)).toEqual(plan);
      expect(plan.stage).toBe('layer1');
    }
  });

  it('refuses an empty name', () => {
    expect(() => atStage('', cutmix())).toThrow(new RangeError('atStage: stage must be the name of a stage, got an empty one'));
  });
});

describe('manifoldmix', () => {
  /** Share of each stage over 10⁵ draws. */
  const shares = (policy: ReturnType<typeof manifoldmix>): Record<string, number> => {
    const rng = createRng(4);
    const counts: Record<string, number> = {};
    for (let i = 0; i < 1e5; i++) {
      const { stage = 'input' } = policy(rng, { rows: 1 });
      counts[stage] = (counts[stage] ?? 0) + 1e-5;
    }
    return counts;
  };

  it('draws every stage alike, over 10⁵ draws, or by its probabilities', () => {
    const alike = shares(manifoldmix({ stages: ['input', 'layer1', 'layer2'] }));
    expect(Object.keys(alike).sort()).toEqual(['input', 'layer1', 'layer2']);
    for (const share of Object.values(alike)) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.006);
    const drawn = shares(manifoldmix({ stages: ['a', 'b', 'c'], probabilities: [0.7, 0, 0.3] }));
    expect(Object.keys(drawn).sort()).toEqual(['a', 'c']);
    expect(Math.abs(drawn['a']! - 0.7)).toBeLessThan(0.006);
  });

  it('draws λ from Beta(2, 2) unless told otherwise, and keeps the plan through JSON', () => {
    const rng = createRng(5);
    const variance = (policy: ReturnType<typeof manifoldmix>): number => {
      const lambdas = Array.from({ length: 20_000 }, () => policy(rng, { rows: 1 }).labelWeights[0]!);
      return lambdas.reduce((sum, lambda) => sum + (lambda - 0.5) ** 2, 0) / lambdas.length;
    };
    expect(Math.abs(variance(manifoldmix({ stages: ['a'] })) / (1 / 20) - 1)).toBeLessThan(0.05);
    expect(Math.abs(variance(manifoldmix({ stages: ['a'], alpha: 1 })) / (1 / 12) - 1)).toBeLessThan(0.05);
    const plan = manifoldmix({ stages: ['a'], lambda: 0.25 })(rng, batch);
    expect(plan.labelWeights[0]).toBe(0.25);
    expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
  });

  it('refuses stages, probabilities and alpha that do not fit', () => {
    expect(() => manifoldmix({ stages: [] })).toThrow(new RangeError('manifoldmix: stages must be at least one, got none'));
    expect(() => manifoldmix({ stages: ['a', 'b'], probabilities: [1] })).toThrow('oneOf: probabilities must be one for each of 2 policies, got 1');
    expect(() => manifoldmix({ stages: ['a'], alpha: 0 })).toThrow('mixup: alpha must be > 0, got 0');
  });
});
