import { describe, expect, it } from 'vitest';
import { type Described, planMerge } from './plan-merge.ts';

const f = (...shape: number[]): Described => ({ dtype: 'float32', shape });
const base = { a: f(2, 3), b: f(4) };

describe('planMerge', () => {
  it('merges what all have, in the order of the base', () => {
    expect(planMerge(base, [{ b: f(4), a: f(2, 3) }])).toEqual({
      tensors: [{ name: 'a', action: 'merge', dtype: 'float32', shape: [2, 3] }, { name: 'b', action: 'merge', dtype: 'float32', shape: [4] }], dropped: [],
    });
  });

  it('refuses missing and extra tensors unless told', () => {
    const models = [{ a: f(2, 3), c: f(1) }, base];
    expect(() => planMerge(base, models)).toThrow("merge: model 0 must have tensor b, which others have (so with 1 more); match 'intersection' leaves such tensors out, 'base' copies them");
    expect(planMerge(base, models, { match: 'intersection' })).toMatchObject({ tensors: [{ name: 'a' }], dropped: ['b', 'c'] });
    expect(planMerge(base, models, { match: 'base' })).toMatchObject({ tensors: [{ name: 'a' }, { name: 'b', action: 'copy', reason: 'not in every model' }], dropped: ['c'] });
  });

  it('copies what is not included, whether the models have it or not', () => {
    const plan = planMerge(base, [{ b: f(4) }], { include: ['b*'] });
    expect(plan.tensors.map(({ name, action }) => [name, action])).toEqual([['a', 'copy'], ['b', 'merge']]);
    expect(planMerge(base, [base], { include: (name, { shape }) => name !== 'a' && shape.length === 1 }).tensors.map(({ action }) => action)).toEqual(['copy', 'merge']);
  });

  it('has a policy for shapes that differ', () => {
    const models = [{ ...base, a: f(5, 2) }];
    expect(() => planMerge(base, models)).toThrow("merge: a must have one shape, got [2, 3] in the base and [5, 2] in model 0; shapes 'crop' merges the common corner, 'base' also keeps the rest of the base");
    expect(planMerge(base, models, { shapes: 'crop' }).tensors[0]).toMatchObject({ shape: [2, 2], corner: [2, 2] });
    expect(planMerge(base, models, { shapes: 'base' }).tensors[0]).toMatchObject({ shape: [2, 3], corner: [2, 2] });
    expect(() => planMerge(base, [{ ...base, a: f(6) }], { shapes: 'crop' })).toThrow('merge: a must have one shape, got [2, 3] in the base and [6] in model 0');
  });

  it('copies whole numbers', () => {
    const dict = { n: { dtype: 'int64', shape: [] } } as const;
    expect(planMerge(dict, [dict]).tensors[0]).toMatchObject({ action: 'copy', reason: 'whole numbers', equal: true });
    expect(planMerge(dict, [dict], { integers: 'base' }).tensors[0]).not.toHaveProperty('equal');
    expect(() => planMerge(dict, [{ n: f() }])).toThrow('merge: n must hold floats everywhere or nowhere, got int64 in the base and float32 in model 0');
  });

  it('asks what to do with running statistics', () => {
    const dict = { 'bn.running_mean': f(4) };
    expect(planMerge({ ...dict, 'bn.num_batches_tracked': { dtype: 'int64', shape: [] } }, [{ ...dict, 'bn.num_batches_tracked': { dtype: 'int64', shape: [] } }], { batchNorm: 'base' }).tensors.at(-1)).toEqual({ name: 'bn.num_batches_tracked', action: 'copy', dtype: 'int64', shape: [], reason: 'whole numbers' });
    expect(() => planMerge(dict, [dict])).toThrow("merge: bn.running_mean looks like a running statistic of BatchNorm, which no merge gets right: batchNorm must be 'average', 'base' or 'method'");
    expect(['average', 'base', 'method'].map((batchNorm) => planMerge(dict, [dict], { batchNorm: batchNorm as 'base' }).tensors[0]!.action)).toEqual(['average', 'copy', 'merge']);
  });

  it('merges tied tensors once', () => {
    expect(planMerge(base, [base], { tied: [['a', 'gone']] }).tensors.map(({ action }) => action)).toEqual(['merge', 'merge']);
    const dict = { a: f(4), b: f(4) };
    expect(planMerge(dict, [dict], { tied: [['a', 'b']] }).tensors[1]).toMatchObject({ action: 'tie', of: 'a' });
    expect(() => planMerge(base, [base], { tied: [['a', 'b']] })).toThrow('merge: tied tensors must be alike, got float32 [2, 3] a and float32 [4] b');
  });
});
