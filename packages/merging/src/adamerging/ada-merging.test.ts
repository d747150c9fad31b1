import { createRng, type HostTensor } from '@mixwell/tensor';
import { describe, expect, it } from 'vitest';
import { draw, family, vector } from '../fixtures.ts';
import { adaMerging, coefficientGradient, type LossGradient } from './ada-merging.ts';
import { addScaled, taskVectorOf } from './add-scaled.ts';
import { entropyGradient } from './fixtures.ts';

const rng = createRng(3);
const tensor = (key: string, shape: readonly number[]): HostTensor<'float64'> => ({ dtype: 'float64', shape, data: draw(rng.split(key), shape.reduce((a, b) => a * b), 0.7) });
const [x, base] = [tensor('x', [20, 5]), { w: tensor('base', [5, 3]), v: tensor('v', [5, 3]) }];
const taskVectors = [0, 1].map((i) => ({ w: tensor(`w${i}`, [5, 3]), v: tensor(`v${i}`, [5, 3]) }));

/** Entropy of a network whose weights are the sum of both tensors. */
function lossGradient({ w, v }: Readonly<Record<string, HostTensor>>): LossGradient {
  const sum = { ...w!, data: Float64Array.from(w!.data as Float64Array, (value, e) => value + Number(v!.data[e])) } as HostTensor;
  const { loss, gradient } = entropyGradient(x, sum);
  return { loss, gradient: { w: { ...w!, data: gradient } as HostTensor, v: { ...v!, data: gradient } as HostTensor } };
}

describe('adaMerging', () => {
  it('has the gradient by coefficients that finite differences give', () => {
    const lambda = { w: [0.3, -0.2], v: [0.5, 0.1] };
    const gradient = coefficientGradient(lossGradient(addScaled(base, taskVectors, lambda)).gradient, taskVectors);
    for (const name of ['w', 'v'] as const) {
      for (const i of [0, 1]) {
        const at = (value: number): number => lossGradient(addScaled(base, taskVectors, { ...lambda, [name]: lambda[name].with(i, value) })).loss;
        expect(gradient[name]![i]).toBeCloseTo((at(lambda[name][i]! + 1e-5) - at(lambda[name][i]! - 1e-5)) / 2e-5, 6);
      }
    }
  });

  it.each(['task', 'tensor'] as const)('lowers the loss, with coefficients per %s', async (per) => {
    const { merged, lambda, losses } = await adaMerging({ base, taskVectors, lossGradient, per, steps: 60, learningRate: 0.05 });
    expect(lossGradient(merged).loss).toBeLessThan(0.8 * losses[0]!);
    expect(losses).toHaveLength(60);
    expect(merged).toEqual(addScaled(base, taskVectors, lambda));
    if (per === 'task') expect(lambda).toHaveLength(2);
    else expect(Object.keys(lambda)).toEqual(['w', 'v']);
  });

  it('goes one learning rate against the sign of the gradient at first, as Adam does, and keeps to its bounds', async () => {
    const gradient = coefficientGradient(lossGradient(addScaled(base, taskVectors, [0.3, 0.3])).gradient, taskVectors);
    const { lambda } = await adaMerging({ base, taskVectors, lossGradient, per: 'task', steps: 1, learningRate: 0.01 });
    (lambda as number[]).forEach((value, i) => expect(value).toBeCloseTo(0.3 - 0.01 * Math.sign(gradient['w']![i]! + gradient['v']![i]!), 6));
    const bounded = await adaMerging({ base, taskVectors, lossGradient, steps: 30, learningRate: 0.1, bounds: [0.2, 0.4] });
    for (const value of Object.values(bounded.lambda).flat() as number[]) expect(value >= 0.2 && value <= 0.4).toBe(true);
  });

  it('says what is wrong', async () => {
    await expect(adaMerging({ base, taskVectors: [], lossGradient })).rejects.toThrow('adaMerging: taskVectors must hold at least 1, got 0');
    await expect(adaMerging({ base, taskVectors, lossGradient, steps: 0 })).rejects.toThrow('adaMerging: steps must be a whole number >= 1, got 0');
    await expect(adaMerging({ base, taskVectors, lossGradient, learningRate: 0 })).rejects.toThrow('adaMerging: learningRate must be > 0, got 0');
    await expect(adaMerging({ base, taskVectors, lossGradient: () => ({ loss: NaN, gradient: { w: { ...base.w, data: base.w.data.map(() => NaN) } } }) })).rejects.toThrow('adaMerging: gradient must be finite, got other in step 0');
    await expect(adaMerging({ base, taskVectors, lossGradient: () => ({ loss: 0, gradient: vector([1]) as never }), steps: 1 })).resolves.toBeDefined();
    await expect(adaMerging({ base, taskVectors, lossGradient: () => ({ loss: 0, gradient: { w: vector([1])['x']! } }) })).rejects.toThrow('adaMerging: gradient of w must have 15 elements, got 1');
  });
});

describe('task vectors', () => {
  it('lead from the base to the model, and leave what is no float alone', () => {
    const { base: from, models } = family(1, 2, 'float64');
    const counted = (dict: typeof from) => ({ ...dict, count: { dtype: 'int32', shape: [1], data: Int32Array.of(7) } as HostTensor });
    const vectors = models.map((model) => taskVectorOf(counted(from), counted(model)));
    const back = addScaled(counted(from), vectors, [1, 0]);
    for (const [name, { data }] of Object.entries(models[0]!)) data.forEach((value: number | bigint, e: number) => expect(back[name]!.data[e]).toBeCloseTo(Number(value), 12));
    expect(back['count']!.data).toEqual(Int32Array.of(7));
    expect(() => taskVectorOf(from, {})).toThrow(/^taskVectorOf: .* must have shape \[.*\], got none$/);
  });
});
