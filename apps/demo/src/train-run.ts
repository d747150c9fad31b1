import { batches } from '@mixwell/data';
import { accuracy, softCrossEntropy } from '@mixwell/losses';
import { applyMix, lower, type Mix, mixTargets } from '@mixwell/mix-core/tf';
import { negativeLogLikelihood } from '@mixwell/calibration';
import type { Model, Variables } from '@mixwell/models';
import type { Rng } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { cosine, createState, fit, type FitEvent, type Listener, makePredict, makeStep, type Predictions, sgd } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import type { Images } from './load-images.ts';
import type { MixingRun } from './policies.ts';
import type { CurvePoint } from './results.ts';

/** What goes into a step: tensors of one shape for every policy, so that one compiled step serves them all. */
interface StepInput extends Mix {
  /** [batch, height, width, channels], normalised */
  readonly images: tf.Tensor;
  /** int32 [batch] */
  readonly labels: tf.Tensor;
}

export interface TrainRunOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly rng: Rng;
  readonly on: readonly Listener[];
}

/** A trained network, and how it got there. */
export interface TrainedRun {
  readonly vars: Variables;
  /** What it says of the validation images. */
  readonly validation: Predictions;
  readonly steps: number;
  readonly trainLoss: readonly CurvePoint[];
  readonly validationNll: readonly CurvePoint[];
  readonly validationAccuracy: readonly CurvePoint[];
  readonly seconds: number;
  readonly imagesPerSecond: number;
}

/** Points of the loss curve per epoch. */
const CURVE_POINTS = 20;

/** Collects the loss, averaged over stretches of an epoch. */
function lossCurve(points: CurvePoint[]): Listener {
  let sum = 0;
  let count = 0;
  return (event: FitEvent) => {
    if (event.type !== 'step' || event.batches === undefined) return;
    sum += event.metrics['loss']!;
    count += 1;
    const stretch = Math.max(1, Math.floor(event.batches / CURVE_POINTS));
    if (event.batch % stretch !== 0) return;
    points.push({ epoch: event.epoch + event.batch / event.batches, value: sum / count });
    [sum, count] = [0, 0];
  };
}

/** Logits of some images of a data set; compiled once. */
export type Predict = (vars: Variables, part: 'train' | 'test', indices?: Int32Array) => Promise<Predictions>;

/** Predicts in batches of one size, whatever the part. */
export function predictor(model: Model, images: Images): Predict {
  const predict = makePredict((vars, x) => model.run(vars, x).y);
  return (vars, part, indices) => predict(vars, batches(images[part], { size: 500, ...(indices && { indices }), ...images.normalization }));
}

/** Trains one network with one way of mixing. The first weights depend on the seed alone, so that all networks begin alike. */
export async function trainRun(model: Model, images: Images, { policy }: MixingRun, predict: Predict, options: TrainRunOptions): Promise<TrainedRun> {
  const { epochs, batchSize, learningRate, rng } = options;
  const [height, width] = model.inputShape as [number, number, number];
  const schedule = cosine({ peak: learningRate, steps: epochs * Math.floor(images.trainIndices.length / batchSize), warmup: 50 });
  const optimizer = sgd({ learningRate: schedule, momentum: 0.9, nesterov: true, weightDecay: 2e-4 });
  const step = makeStep(({ params, buffers }, { images: x, labels, ...mix }: StepInput) => {
    const targets = mixTargets(mix, tf.oneHot(labels as tf.Tensor1D, model.classes, 1, 0, 'float32'));
    const { y, buffers: moved } = model.run({ params, buffers }, applyMix(mix, x), { mode: 'train' });
    return { loss: softCrossEntropy(y as tf.Tensor2D, targets as tf.Tensor2D), buffers: moved, metrics: { accuracy: accuracy(y as tf.Tensor2D, tf.argMax(targets, -1)) } };
  }, optimizer);

  const vars = model.init(rng.split('weights'));
  const state = createState(vars, optimizer);
  tf.dispose([vars.params, vars.buffers]);
  const [trainLoss, validationNll, validationAccuracy]: [CurvePoint[], CurvePoint[], CurvePoint[]] = [[], [], []];
  let validation!: Predictions; // fit evaluates after each epoch, and there is one at least
  const { state: end, history } = await fit({
    state, step, epochs, rng,
    batches: (at) => batches(images.train, { size: batchSize, indices: images.trainIndices, rng: rng.split('order'), dropLast: true, ...images.normalization, ...at }),
    prepare: (batch, context): StepInput => {
      const plan = policy(context.rng, { rows: batchSize, height, width });
      return { images: toTf(batch.images), labels: toTf(batch.labels), ...lower(plan, { shape: [1, height, width] }) };
    },
    evaluate: async (at) => {
      validation = await predict(at, 'train', images.validationIndices);
      return { nll: negativeLogLikelihood({ logits: validation.logits }, validation.labels), accuracy: validation.accuracy };
    },
    on: [lossCurve(trainLoss), ...options.on],
  });
  for (const { epoch, evaluation } of history) {
    validationNll.push({ epoch: epoch + 1, value: evaluation['nll']! });
    validationAccuracy.push({ epoch: epoch + 1, value: evaluation['accuracy']! });
  }
  const seconds = history.reduce((sum, record) => sum + record.seconds, 0);
  const rows = history.reduce((sum, record) => sum + record.seconds * record.imagesPerSecond, 0);
  tf.dispose([end.optimizer, end.step]);
  return { vars: { params: end.params, buffers: end.buffers }, validation, steps: history.at(-1)!.step, trainLoss, validationNll, validationAccuracy, seconds, imagesPerSecond: rows / seconds };
}
