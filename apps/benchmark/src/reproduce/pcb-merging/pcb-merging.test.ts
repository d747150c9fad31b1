import { createRng, hostTensor, normal } from '@mixwell/tensor';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { curveClaims, settingClaims, taskClaims } from './claims.ts';
import { mergeWays } from './merge-ways.ts';
import { createNetworks, type Networks, type Weights } from './networks.ts';
import { drawTask, noisy, pixels, type Samples, speckled, symmetries } from './tasks.ts';

const image = Float32Array.from({ length: pixels }, (_, p) => p / pixels);

describe('tasks', () => {
  it('are the eight symmetries of the square', () => {
    const all = symmetries.map((change) => change(image));
    expect(all[0]).toEqual(image);
    expect(new Set(all.map(String)).size).toBe(8);
    const turn = symmetries[1]!;
    expect(turn(turn(turn(turn(image))))).toEqual(image);
    expect(turn(image)[0]).toBe(image[7]);
    for (const changed of all) expect(Array.from(changed).sort((a, b) => a - b)).toEqual(Array.from(image));
  });

  it('have training and validation images apart, means of nine pixels', () => {
    const images = hostTensor('uint8', [1200, 28, 28, 1], Uint8Array.from({ length: 1200 * 784 }, (_, p) => (p % 784 === 2 * 28 + 2 ? 90 : Math.floor(p / 784) % 256)));
    const labels = hostTensor('int32', [1200], Int32Array.from({ length: 1200 }, (_, i) => i % 10));
    const data = { images, labels, classes: 10 };
    const { train, validation, test } = drawTask(createRng(0), { train: data, test: data });
    expect([train, validation, test].map(({ images: { shape } }) => shape)).toEqual([[1000, pixels], [100, pixels], [1000, pixels]]);
    for (const { images: { data: values } } of [train, validation]) expect(values[0]).toBeCloseTo((8 * values[1]! + 90 / 255) / 9, 5);
  });

  it('are noisy as said', () => {
    const noise = noisy(createRng(1))(new Float32Array(10_000).fill(0.5));
    expect(noise.filter((value) => value === 0 || value === 1).length / 1e4).toBeCloseTo(0.317, 1);
    const speckles = speckled(createRng(1))(new Float32Array(10_000).fill(0.5));
    expect(speckles.filter((value) => value !== 0.5).length / 1e4).toBeCloseTo(0.2, 1);
  });
});

/** Bright upper or lower half. */
function halves(seed: number, n: number): Samples {
  const rng = createRng(seed);
  const labels = Int32Array.from({ length: n }, (_, i) => i % 2);
  return { labels: hostTensor('int32', [n], labels), images: hostTensor('float32', [n, pixels], Float32Array.from({ length: n * pixels }, (_, p) => (Math.floor((p % pixels) / 32) === labels[Math.floor(p / pixels)] ? 1 : 0) + 0.3 * normal(rng))) };
}

describe('networks', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  it('learn, by themselves and by adapters of low rank that leave biases alone; the same again, without leaks', () => {
    const networks = createNetworks();
    const start = networks.first(createRng(0));
    const before = tf.memory().numTensors;
    const train = (adapters: boolean): readonly Weights[] => networks.train(start, { data: halves(1, 128), rng: createRng(2), keepAt: [5, 30], adapters });
    for (const adapters of [false, true]) {
      const kept = train(adapters);
      expect(kept).toHaveLength(2);
      expect(kept[0]).not.toEqual(kept[1]);
      expect(networks.accuracyOf(kept[1]!, halves(3, 200))).toBeGreaterThan(0.95);
      expect(train(adapters)).toEqual(kept);
      if (adapters) expect(kept[1]!['fc1.bias']).toEqual(start['fc1.bias']);
      else expect(kept[1]!['fc1.bias']).not.toEqual(start['fc1.bias']);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** Two tasks pull two weights each (PCB clips the largest alone); what else moves harms. Accuracy falls with the distance to the target. */
const weights = (values: (e: number) => number): Weights => ({ x: hostTensor('float32', [60], Float32Array.from({ length: 60 }, (_, e) => values(e))) });
const target = weights((e) => [1, 1, 0.8, 0.8][e] ?? 0);
const fake = { accuracyOf: ({ x }: Weights) => 1 / (1 + Math.hypot(...x!.data.map((value, e) => value - target['x']!.data[e]!))) } as unknown as Networks;

describe('ways of merging', () => {
  const nothing = halves(0, 2);
  const models = [0, 1].map((i) => weights((e) => (e < 4 ? Number(e >> 1 === i) * target['x']!.data[e]! : 0.05 * Math.sin(e + 2 * i))));
  const family = { base: weights(() => 0), models, validation: [nothing, nothing], test: [nothing, nothing], alone: [[0, 0], [1, 1]] as const, seed: 0 };

  it('have the numbers that they should, and gain by tuning where validation and test agree', async () => {
    const out = await mergeWays(fake, family, true);
    const accuracy = (given: Weights): number => fake.accuracyOf(given, nothing);
    expect(out['base']).toBeCloseTo(accuracy(family.base), 6);
    expect(out['average']).toBeCloseTo(accuracy(weights((e) => (models[0]!['x']!.data[e]! + models[1]!['x']!.data[e]!) / 2)), 5);
    expect(out['individual']).toBeCloseTo((accuracy(models[0]!) + accuracy(models[1]!)) / 2, 6);
    for (const way of ['task arithmetic', 'TIES', 'PCB']) expect(out[`${way}, tuned`]).toBeGreaterThan(out[`${way}, untuned`]! - 0.02);
    expect(out['TIES, tuned']).toBeGreaterThan(out['average']!);
    expect(out['PCB, tuned']).toBeGreaterThan(out['average']!);
    expect(out['PCB, tuned per task']).toBeGreaterThanOrEqual(out['PCB, tuned']!);
  });
});

describe('claims', () => {
  const results = (pcb: number): readonly Readonly<Record<string, number>>[] => [0, 1].map(() => ({
    'individual': 0.9, 'average': 0.5, 'task arithmetic, untuned': 0.4, 'TIES, untuned': 0.4, 'PCB, untuned': pcb - 0.05, 'TIES, tuned': 0.6, 'task arithmetic, tuned': 0.6, 'DARE, tuned': 0.6, 'PCB, tuned': pcb,
  }));

  it('hold and fail by their numbers', () => {
    const verdicts = (pcb: number) => [...taskClaims(results(pcb), [0, 1]), ...settingClaims('x', results(pcb), [0, 1]), ...curveClaims([results(pcb)], [0, 1]).claims].map(({ holds }) => holds);
    expect(verdicts(0.6)).toEqual([true, true, null, true, true, null, true]);
    expect(verdicts(0.4)).toEqual([false, false, null, false, false, null, false]);
    expect(verdicts(0.51)).toEqual([false, true, null, true, false, null, true]);
  });
});
