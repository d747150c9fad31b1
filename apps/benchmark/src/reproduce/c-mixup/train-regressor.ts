import { compile } from '@mixwell/autodiff';
import { cMixup, cMixupPlan, type PartnerSampler, regressionMetrics, type RegressionMetrics, type ScalarPlan } from '@mixwell/mix-core';
import { applyMix, lower, type Mix, mixTargets } from '@mixwell/mix-core/tf';
import type { Variables } from '@mixwell/models';
import { createRng, type HostTensor, hostTensor, permutation, type Rng } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { adamW, createState, fit, makeStep } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import type { Network } from './networks.ts';

/** Inputs and labels, and which of them serve for what. */
export interface RegressionTask {
  /** [n, …] */
  readonly inputs: HostTensor<'float32'>;
  /** [n] */
  readonly labels: Float32Array;
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export interface Recipe {
  readonly network: Network;
  readonly batchSize: number;
  readonly epochs: number;
  /** Of Adam. */
  readonly learningRate: number;
  /** What is mixed. */
  readonly mixAt: 'input' | 'hidden';
}

/** What came of one training run: the test predictions of the epoch that was best on the validation part. */
export interface Outcome {
  /** [test] */
  readonly predictions: Float32Array;
  readonly test: RegressionMetrics;
  readonly validationRmse: number;
}

/** Trains with partners drawn by a sampler of the training part's examples; null: without mixing. */
export type TrainRegressor = (task: RegressionTask, sampler: PartnerSampler | null, seed: number) => Promise<Outcome>;

interface StepInput extends Mix {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor2D;
}

/** Rows of `fit`'s steps at which the network predicts. */
const CHUNK = 500;

function gather({ shape, data }: HostTensor<'float32'>, indices: ArrayLike<number>): HostTensor<'float32'> {
  const size = data.length / shape[0]!;
  const rows = new Float32Array(indices.length * size);
  for (let row = 0; row < indices.length; row++) rows.set(data.subarray(indices[row]! * size, (indices[row]! + 1) * size), row * size);
  return hostTensor('float32', [indices.length, ...shape.slice(1)], rows);
}

const unmixed = (rows: number): ScalarPlan => cMixupPlan({ partner: Int32Array.from({ length: rows }, (_, row) => row), batch: rows, lambda: 1 });

/** Batches of an epoch, as places in the training part; what is left over is dropped. */
function epochOrder(rng: Rng, count: number, batchSize: number): { readonly indices: Int32Array }[] {
  const order = permutation(rng, count);
  return Array.from({ length: Math.floor(count / batchSize) }, (_, b) => ({ indices: order.slice(b * batchSize, (b + 1) * batchSize) }));
}

/** A function that trains a recipe's network. Its runs share compiled steps; first weights and the order of samples depend on the seed alone. */
export function regressorTrainer({ network, batchSize, epochs, learningRate, mixAt }: Recipe): TrainRegressor {
  const optimizer = adamW({ learningRate });
  const step = makeStep((vars, { x, y, ...mix }: StepInput) => {
    const h = mixAt === 'input' ? network.lower(vars, applyMix(mix, x)) : applyMix(mix, network.lower(vars, x));
    return { loss: tf.mean(tf.squaredDifference(network.upper(vars, h), mixTargets(mix, y))) };
  }, optimizer);
  const forward = compile((vars: Variables, x: tf.Tensor) => network.upper(vars, network.lower(vars, x)));

  const predict = ({ params, buffers }: Variables, { inputs }: RegressionTask, indices: Int32Array): Float32Array => {
    const predictions = new Float32Array(indices.length);
    for (let at = 0; at < indices.length; at += CHUNK) {
      tf.tidy(() => predictions.set(forward({ params, buffers }, toTf(gather(inputs, indices.subarray(at, at + CHUNK)))).dataSync(), at));
    }
    return predictions;
  };
  const labelsOf = ({ labels }: RegressionTask, indices: Int32Array): Float32Array => Float32Array.from(indices, (i) => labels[i]!);

  return async (task, sampler, seed) => {
    const rng = createRng(seed).split('regression');
    const draw = sampler && cMixup(sampler);
    const vars = network.init(rng.split('weights'));
    const state = createState(vars, optimizer);
    tf.dispose(vars.params);
    const { state: end, best } = await fit({
      state, step, epochs, rng,
      batches: ({ epoch, start }) => epochOrder(rng.split('order').split(epoch), task.train.length, batchSize).slice(start),
      prepare: ({ indices: anchors }, context): StepInput => {
        const { indices, plan } = draw ? draw(context.rng, anchors) : { indices: anchors, plan: unmixed(anchors.length) };
        const samples = indices.map((i) => task.train[i]!);
        return { x: toTf(gather(task.inputs, samples)), y: tf.tensor2d(labelsOf(task, samples), [samples.length, 1]), ...lower(plan) };
      },
      evaluate: (at) => ({ rmse: regressionMetrics(predict(at, task, task.validation), labelsOf(task, task.validation)).rmse }),
      monitor: { metric: 'rmse', mode: 'min' },
    });
    const predictions = predict(best!.state, task, task.test);
    tf.dispose([end.params, end.optimizer, end.step, best!.state.params]);
    return { predictions, test: regressionMetrics(predictions, labelsOf(task, task.test)), validationRmse: best!.value };
  };
}
