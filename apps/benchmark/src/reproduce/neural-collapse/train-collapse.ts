import { compile } from '@mixwell/autodiff';
import { calibrationReport } from '@mixwell/calibration';
import { batches, type IdxDataset, normalize } from '@mixwell/data';
import { lower } from '@mixwell/mix-core/tf';
import type { Variables } from '@mixwell/models';
import { type CollapseMetrics, mixedFeatures, type MixedFeatures, neuralCollapse } from '@mixwell/neural-collapse';
import { createRng, hostTensor, type HostTensor } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { cosine, createState, fit, makePredict, type Optimizer, sgd } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { type ImageTask, sampleImages } from '../images/image-task.ts';
import { collapseSteps, type Way } from './collapse-step.ts';
import { classifierOf, type CollapseNetwork, frozenGroups, initialize } from './network.ts';

/** How networks of one architecture are trained. */
export interface CollapseBudget {
  readonly images: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak of half a cosine. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** μ of the penalty (μ / 2) ‖h‖². */
  readonly mu: number;
}

/** Of unmixed training images, in evaluation mode. */
export interface EpochMetrics {
  /** Epochs done. */
  readonly epoch: number;
  readonly error: number;
  readonly collapse: CollapseMetrics;
}

/** What came of one training run. */
export interface CollapseRun {
  readonly epochs: readonly EpochMetrics[];
  /** W [classes, features] */
  readonly classifier: HostTensor<'float32'>;
  /** Of training images, in evaluation mode, for every stage of the backbone; the last is `head`. */
  readonly mixed: MixedFeatures;
  readonly test: { readonly features: HostTensor<'float32'>; readonly logits: HostTensor<'float32'>; readonly labels: HostTensor<'int32'> };
}

export type TrainCollapse = (way: Way, seed: number, onEpoch: () => void) => Promise<CollapseRun>;

/** Spec of the pictures; twice each, so that there are enough pairs of any two classes. */
const LAMBDAS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** How often neural collapse is measured, besides after the first epoch. */
const MEASUREMENTS = 10;

/** Runs the backbone on images in the host's memory; gives what every stage gives. */
function extractorOf({ backbone }: CollapseNetwork): (vars: Variables, images: HostTensor<'float32'>) => Record<string, HostTensor<'float32'>> {
  const tap = backbone.stages.map(({ name }) => name);
  const compiled = compile((vars: Variables, x: tf.Tensor) => ({ ...backbone.run(vars, x, { tap }).taps }));
  return ({ params, buffers }, images) => {
    const x = toTf(images);
    const taps = compiled({ params, buffers }, x);
    const host = Object.fromEntries(Object.entries(taps).map(([name, value]) => [name, hostTensor('float32', value.shape, Float32Array.from(value.dataSync()))]));
    tf.dispose([x, taps]);
    return host;
  };
}

/** A function that trains a network; all its runs share compiled steps. Images, their order and first weights depend on the seed alone. */
export function collapseTrainer({ train: all, test, normalization }: ImageTask, network: CollapseNetwork, budget: CollapseBudget): TrainCollapse {
  const { backbone, head } = network;
  const [height, width] = backbone.inputShape as [number, number, number];
  const { batchSize, epochs, images, learningRate, weightDecay, mu } = budget;
  const optimizerOf = (isFixed: boolean): Optimizer => sgd({
    learningRate: cosine({ peak: learningRate, steps: (epochs * images) / batchSize }), momentum: 0.9, weightDecay, groups: frozenGroups(isFixed),
  });
  const stepOf = collapseSteps(network, mu, optimizerOf);
  const predict = makePredict((vars, x) => backbone.run(vars, x).y);
  const extract = extractorOf(network);
  const outputs = async (vars: Variables, dataset: IdxDataset): Promise<CollapseRun['test']> => {
    const { logits: features, labels } = await predict(vars, batches(dataset, { size: 500, ...normalization }));
    const logits = tf.tidy(() => Float32Array.from(head.run(vars, toTf(features)).y.dataSync()));
    return { features, logits: hostTensor('float32', [labels.data.length, head.classes], logits), labels };
  };
  const isMeasured = (epoch: number): boolean => epoch === 1 || epoch % Math.ceil(epochs / MEASUREMENTS) === 0 || epoch === epochs;

  async function measure(vars: Variables, train: IdxDataset, epoch: number): Promise<EpochMetrics> {
    const { features, logits, labels } = await outputs(vars, train);
    const { accuracy } = calibrationReport({ logits }, labels);
    return { epoch, error: 1 - accuracy, collapse: neuralCollapse({ features, labels, numClasses: head.classes, classifier: classifierOf(vars) }) };
  }

  return async (way, seed, onEpoch) => {
    const rng = createRng(seed).split('neural collapse');
    const train = sampleImages(rng.split('sample'), all, images);
    const vars = initialize(network, rng.split('weights'), way.isFixed);
    const state = createState(vars, optimizerOf(way.isFixed));
    tf.dispose([vars.params, vars.buffers]);
    const measured: EpochMetrics[] = [];
    const { state: end } = await fit({
      state, epochs, rng, step: stepOf(way),
      batches: (at) => batches(train, { size: batchSize, rng: rng.split('order'), dropLast: true, ...normalization, ...at }),
      prepare: (batch, { rng: draws, step }) => {
        const plan = way.policy(draws, { rows: batchSize, height, width, step });
        return { images: toTf(batch.images), labels: toTf(batch.labels), mix: lower(plan, { shape: [batchSize] }), plan };
      },
      evaluate: async (at, { epoch }) => {
        onEpoch();
        if (isMeasured(epoch + 1)) measured.push(await measure(at, train, epoch + 1));
        return {};
      },
    });
    const tested = await outputs(end, test);
    const mixed = await mixedFeatures({
      inputs: normalize(train.images, normalization), labels: train.labels, lambdas: LAMBDAS, rng: rng.split('pairs'), extract: (inputs) => extract(end, inputs),
    });
    const classifier = classifierOf(end);
    tf.dispose([end.params, end.buffers, end.optimizer, end.step]);
    return { epochs: measured, classifier, mixed, test: tested };
  };
}
