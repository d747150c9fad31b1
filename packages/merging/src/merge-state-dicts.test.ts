import { bfloat16ToFloat32, float32ToBfloat16, float32ToFloat16, type HostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { vector } from './fixtures.ts';
import { clampToInputs, greedySoup, mergeStateDicts, methods, preserveNorm } from './index.ts';

const matrix = (shape: number[], data: number[]): HostTensor => ({ dtype: 'float32', shape, data: Float32Array.from(data) });
const data = (tensor: HostTensor | undefined): number[] => Array.from(tensor!.data as Float32Array);

describe('mergeStateDicts', () => {
  it('takes and gives 16-bit floats, and any mixture', () => {
    const halves = { x: { dtype: 'bfloat16', shape: [2], data: float32ToBfloat16(Float32Array.of(1, 3)) } } as const;
    const float16 = { x: { dtype: 'float16', shape: [2], data: float32ToFloat16(Float32Array.of(2, -1)) } } as const;
    const { merged } = mergeStateDicts('linear', { models: [halves, float16] });
    expect(merged['x']!.dtype).toBe('bfloat16');
    expect(Array.from(bfloat16ToFloat32(merged['x']!.data as Uint16Array))).toEqual([1.5, 1]);
    expect(mergeStateDicts('linear', { models: [halves, float16], dtype: 'float32' }).merged['x']).toEqual(matrix([2], [1.5, 1]));
    expect(() => mergeStateDicts('linear', { models: [vector([1e6])], dtype: 'float16' })).toThrow('merge: x must fit float16, got 1000000 at element 0');
    expect(() => mergeStateDicts('linear', { models: [vector([1])], dtype: 'int32' })).toThrow('merge: dtype must be float64, float32, float16 or bfloat16, got int32');
  });

  it('computes in float64 where the tensors do', () => {
    const dict = (x: number) => ({ x: { dtype: 'float64', shape: [1], data: Float64Array.of(x) } }) as const;
    expect(mergeStateDicts('linear', { models: [dict(1), dict(1 + 2 ** -40)] }).merged['x']!.data[0]).toBe(1 + 2 ** -41);
    expect(mergeStateDicts('linear', { models: [dict(1), dict(1 + 2 ** -40)], arithmetic: 'float32' }).merged['x']!.data[0]).toBe(1);
  });

  it('names tensor, place and model of what is not finite', () => {
    expect(() => mergeStateDicts('linear', { models: [vector([1, 2]), vector([1, NaN])] })).toThrow('merge: x must be finite, got NaN at element 1 in model 1');
    expect(() => mergeStateDicts('pcb', { base: vector([0, -Infinity]), models: [vector([1, 2])] })).toThrow('merge: x must be finite, got -Infinity at element 1 in the base');
  });

  it('merges the common corner of shapes that differ', () => {
    const base = { x: matrix([2, 3], [1, 2, 3, 4, 5, 6]) };
    const models = [{ x: matrix([3, 2], [3, 4, 6, 7, 8, 9]) }];
    expect(mergeStateDicts('task_arithmetic', { base, models, shapes: 'crop' }).merged['x']).toEqual(matrix([2, 2], [3, 4, 6, 7]));
    expect(mergeStateDicts('task_arithmetic', { base, models, shapes: 'base' }).merged['x']).toEqual(matrix([2, 3], [3, 4, 3, 6, 7, 6]));
  });

  it('copies whole numbers that are equal and refuses others', () => {
    const count = (n: bigint) => ({ ...vector([1]), n: { dtype: 'int64', shape: [], data: BigInt64Array.of(n) } }) as const;
    expect(mergeStateDicts('linear', { models: [count(5n), count(5n)] }).merged['n']!.data[0]).toBe(5n);
    expect(() => mergeStateDicts('linear', { models: [count(5n), count(6n)] })).toThrow("mergeStateDicts: n holds int64, which is not merged, and differs in model 1; integers 'base' copies that of the base or first model");
    expect(mergeStateDicts('linear', { models: [count(5n), count(6n)], integers: 'base' }).merged['n']!.data[0]).toBe(5n);
  });

  it('keeps tied tensors tied and counts them once', () => {
    const tied = (values: number[]) => { const { x } = vector(values); return { x: x!, y: x! }; };
    const options = { base: tied([0, 0, 0, 0, 0]), models: [tied([0.4, -0.2, 0.1, 0.05, -0.3]), tied([0.2, 0.3, 0, -0.1, -0.1])], parameters: { ratio: 0.6 } };
    const { merged, tensors } = mergeStateDicts('pcb', options);
    expect(merged['y']).toBe(merged['x']);
    expect(tensors[1]).toMatchObject({ action: 'tie', of: 'x' });
    const alone = (dict: { x: HostTensor }) => ({ x: dict.x });
    expect(data(merged['x'])).toEqual(data(mergeStateDicts('pcb', { ...options, base: alone(options.base), models: options.models.map(alone) }).merged['x']));
    const apart = [options.models[0]!, { ...vector([1, 1, 1, 1, 1]), y: vector([2, 2, 2, 2, 2])['x']! }];
    expect(() => mergeStateDicts('pcb', { ...options, models: apart })).toThrow('y and x must be one tensor in every model');
    expect(mergeStateDicts('linear', { models: [...apart], tied: [] }).tensors.map(({ action }) => action)).toEqual(['merge', 'merge']);
  });

  it('averages running statistics apart from the method', () => {
    const dict = (x: number, mean: number) => ({ ...vector([x]), 'bn.running_mean': matrix([1], [mean]) });
    const { merged } = mergeStateDicts('task_arithmetic', { base: dict(0, 10), models: [dict(1, 2), dict(2, 4)], batchNorm: 'average' });
    expect([data(merged['x']), data(merged['bn.running_mean'])]).toEqual([[3], [3]]);
  });

  it('resolves parameters by tensor and by layer', () => {
    const dict = (v: number) => ({ 'layers.0.w': matrix([1], [v]), 'layers.1.w': matrix([1], [v]), 'layers.2.w': matrix([1], [v]), head: matrix([1], [v]) });
    const { merged } = mergeStateDicts('slerp', { models: [dict(1), dict(1)], parameters: { t: [0, 1] } });
    expect(Object.values(merged).flatMap(data)).toEqual([1, 1, 1, 1]);
    const arithmetic = mergeStateDicts('task_arithmetic', { base: dict(0), models: [dict(1)], perModel: [{ weight: { 'layers.*': [1, 3], '*': 7 } }] });
    expect(Object.values(arithmetic.merged).flatMap(data)).toEqual([1, 2, 3, 7]);
  });

  it('asks for base, models and parameters', () => {
    expect(() => mergeStateDicts('pcb', { models: [vector([1])] })).toThrow('pcb: base must be given, it merges differences from it');
    expect(() => mergeStateDicts('slerp', { models: [vector([1])], parameters: { t: 0 } })).toThrow('slerp: models must be 2, got 1');
    expect(() => mergeStateDicts('slerp', { models: [vector([1]), vector([1])] })).toThrow('slerp: t must be in [0, 1], got nothing for x');
    expect(() => mergeStateDicts('linear', { models: [] })).toThrow('linear: models must be at least 1, got 0');
    expect(() => mergeStateDicts('fisher', { models: [vector([1])] })).toThrow('fisher: companions must be diagonal Fisher information of each of 1 models, got none');
    expect(() => mergeStateDicts('fisher', { models: [vector([1])], companions: [vector([1, 2])] })).toThrow('fisher: diagonal Fisher information of x must have shape [1], got [2] for model 0');
    expect(() => mergeStateDicts('linear', { models: [vector([1])], companions: [vector([1])] })).toThrow('linear: companions must not be given, it takes weights only');
    expect(() => mergeStateDicts('lienar' as 'linear', { models: [vector([1])] })).toThrow('merge: method must be one of linear, slerp,');
    expect(() => mergeStateDicts('linear', { models: [vector([1]), vector([1])], perModel: [{ weight: 1 }, { weight: -1 }] })).toThrow('linear: weights must not add up to 0, got 1, -1 for x');
  });
});

describe('greedySoup', () => {
  const models = [vector([1]), vector([4]), vector([2]), vector([9])];
  const score = (dict: (typeof models)[number] | Readonly<Record<string, HostTensor>>): number => -Math.abs(data(dict['x'])[0]! - 2.4);

  it('adds what does not lower the score, the best first', async () => {
    const { merged, members, scores, score: best } = await greedySoup(models, score);
    expect(members).toEqual([2]); // 2 alone is best; with 1 or 4 it is further away
    expect([data(merged['x']), best]).toEqual([[2], score(vector([2]))]);
    expect(scores).toEqual(models.map(score));
    expect((await greedySoup([vector([2]), vector([3])], (dict) => Promise.resolve(score(dict)))).members).toEqual([0, 1]);
    expect((await greedySoup([vector([2]), vector([2])], score)).members).toEqual([0, 1]);
  });

  it('refuses no models and scores that are none', async () => {
    await expect(greedySoup([], score)).rejects.toThrow('greedySoup: models must be at least 1, got 0');
    await expect(greedySoup(models, () => NaN)).rejects.toThrow('greedySoup: score must be a number, got NaN');
  });
});

describe('steps after a merge', () => {
  const options = { base: vector([0, 0]), models: [vector([3, 4]), vector([0, 5])] };
  it('clamps to what the inputs span', () => {
    expect(data(mergeStateDicts(clampToInputs(methods.task_arithmetic), options).merged['x'])).toEqual([3, 5]);
  });
  it('keeps the mean norm', () => {
    const merged = data(mergeStateDicts(preserveNorm(methods.task_arithmetic), options).merged['x']);
    expect(Math.hypot(...merged)).toBeCloseTo(5, 6);
    expect(merged[1]! / merged[0]!).toBeCloseTo(3, 6);
    expect(data(mergeStateDicts(preserveNorm(methods.task_arithmetic), { ...options, models: [options.base] }).merged['x'])).toEqual([0, 0]);
  });
});
