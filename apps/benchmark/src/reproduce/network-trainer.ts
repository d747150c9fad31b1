import { batches, type Dataset } from '@mixwell/data';
import type { Policy, ScalarPlan } from '@mixwell/mix-core';
import { lower, type Mix } from '@mixwell/mix-core/tf';
import type { Model } from '@mixwell/models';
import type { HostTensor, Rng } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { createState, fit, makePredict, makeStep, type Objective, type Optimizer } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';

/** A batch as it is, and how it is to be mixed. */
export interface MixedBatch {
  readonly images: tf.Tensor;
  /** int32 [batch] */
  readonly labels: tf.Tensor;
  /** Of whole images: weights [rows, k]. */
  readonly mix: Mix;
}

export interface NetworkRecipe {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly epochs: number;
  readonly objective: Objective<MixedBatch>;
}

export interface NetworkRun<Name extends string> {
  readonly train: Dataset;
  /** Of scalars. */
  readonly policy: Policy;
  /** First weights, the order of samples and the mixes depend on it alone. It is not advanced. */
  readonly rng: Rng;
  /** Whose logits are wanted after the last epoch. */
  readonly tests: Readonly<Record<Name, Dataset>>;
}

/** Trains anew, and gives the logits [n, classes] of the tests. */
export type TrainNetwork = <Name extends string>(run: NetworkRun<Name>) => Promise<Readonly<Record<Name, HostTensor<'float32'>>>>;

/** Labels of the sources number j of a mix, int32 [rows]. */
export function sourceLabels({ sources }: Mix, labels: tf.Tensor, j: number): tf.Tensor1D {
  return tf.gather(labels as tf.Tensor1D, tf.reshape(tf.slice(sources, [0, j], [-1, 1]), [-1]));
}

/** What the label of the first source counts, [rows]. */
export const firstShare = ({ labelWeights }: Mix): tf.Tensor1D => tf.reshape(tf.slice(labelWeights, [0, 0], [-1, 1]), [-1]);

/** A function that trains a recipe's network on samples that need no normalisation. All its runs share compiled steps. */
export function networkTrainer({ model, optimizer, batchSize, epochs, objective }: NetworkRecipe): TrainNetwork {
  const step = makeStep(objective, optimizer);
  const predict = makePredict((vars, x) => model.run(vars, x).y);
  return async ({ train, policy, rng, tests }) => {
    const vars = model.init(rng.split('weights'));
    const state = createState(vars, optimizer);
    tf.dispose([vars.params, vars.buffers]);
    const { state: end } = await fit({
      state, step, epochs, rng,
      batches: (at) => batches(train, { size: batchSize, rng: rng.split('order'), dropLast: true, ...at }),
      prepare: (batch, context): MixedBatch => {
        const plan = policy(context.rng, { rows: batchSize, step: context.step }) as ScalarPlan;
        return { images: toTf(batch.images), labels: toTf(batch.labels), mix: lower(plan, { shape: [plan.rows] }) };
      },
    });
    const logits: [string, HostTensor<'float32'>][] = [];
    for (const [name, test] of Object.entries<Dataset>(tests)) logits.push([name, (await predict(end, batches(test, { size: 500 }))).logits]);
    tf.dispose([end.params, end.buffers, end.optimizer, end.step]);
    return Object.fromEntries(logits) as Record<keyof typeof tests, HostTensor<'float32'>>;
  };
}
