import { compile } from '@mixwell/autodiff';
import { classBalancedSampler, drawLambda, mixPairs, type MixPairs, retrievalMetrics, type RetrievalMetrics, utilization } from '@mixwell/metric-mix';
import { batchLoss, euclideanDistances, initProxies, lowerPairs, type LoweredPairs, type MetrixBatch, metrixObjective, type OtherAnchors, unitRows } from '@mixwell/metric-mix/tf';
import { convNetD, mlp, type Model, type Variables } from '@mixwell/models';
import { createRng, hostTensor, type HostTensor, stateDict, type Rng } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { adamW, createState, makeStep, type Objective, type Step, type TrainState } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { type LabelledImages, type MetricTask, type Parts, splitClasses, takeImages } from './tasks.ts';
import type { Way } from './ways.ts';

/** The recipe of every way. */
export const recipe = { perClass: 8, classes: 5, steps: 300, learningRate: 1e-3, dimensions: 16, hardNegatives: 3, weight: 0.4, alpha: 2 } as const;
const PROXIES = 'proxies';

/** What came of a run. */
export interface Outcome {
  readonly retrieval: RetrievalMetrics;
  /** Of test images in training images. */
  readonly utilization: number;
  /** [n, dimensions] of the test images. */
  readonly embeddings: HostTensor<'float32'>;
  readonly labels: Int32Array;
}

interface Network {
  readonly init: (rng: Rng) => Variables;
  readonly backbone: (params: Variables['params'], x: tf.Tensor) => tf.Tensor;
  readonly head: (params: Variables['params'], features: tf.Tensor) => tf.Tensor;
}

/** Features are what the last layer takes. */
function networkOf({ imageShape, network }: MetricTask): Network {
  const { dimensions: classes } = recipe;
  const inputShape = [...imageShape] as [number, number, number];
  const model: Model = network === 'mlp' ? mlp({ inputShape, classes, hidden: [128] }) : convNetD({ inputShape, classes, width: 32, depth: 3, norm: 'none', pooling: 'avg' });
  const last = model.stages.at(-1)!.name;
  const before = model.stages.at(-2)!.name;
  const vars = (params: Variables['params']): Variables => ({ params, buffers: stateDict([]) });
  return {
    init: (rng) => model.init(rng),
    backbone: (params, x) => model.run(vars(params), x, { to: before }).y,
    head: (params, features) => model.run(vars(params), features, { from: last }).y,
  };
}

function objectiveOf({ backbone, head }: Network, { spec, level, proxies, ofPairs }: Way, anchorLabels: tf.Tensor1D): Objective<MetrixBatch> {
  const reductions = ofPairs ? ({ over: 'pairs', reduction: 'avgNonZero' } as const) : {};
  const anchors = (params: Variables['params']): OtherAnchors => ({ embeddings: params[PROXIES] as tf.Tensor2D, labels: anchorLabels });
  if (level === null) {
    return ({ params }, { x, labels }) => {
      const embeddings = head(params, backbone(params, x)) as tf.Tensor2D;
      const { embeddings: rows, labels: own } = proxies ? anchors(params) : { embeddings, labels };
      return { loss: batchLoss(spec, rows, own, { ...reductions, ...(proxies && { others: { embeddings, labels } }) }).loss };
    };
  }
  const objective = metrixObjective<Variables['params']>(spec, { backbone, head, level, weight: recipe.weight, ...reductions, ...(proxies && { anchors }) });
  return ({ params }, batch) => ({ loss: objective(params, batch).loss });
}

/** One pair an anchor for nothing: a step without mixing takes none. */
const noPairs = (anchors: number): LoweredPairs => lowerPairs({ kind: 'positive-negative', anchor: new Int32Array(0), first: new Int32Array(0), second: new Int32Array(0) }, { anchors, perAnchor: 1 });

/** A function that trains a way anew. Runs of a way share compiled steps; first weights, classes and batches depend on the seed alone. */
export function metricTrainer(task: MetricTask, { steps: count }: { readonly steps: number } = recipe): (name: string, way: Way, seed: number) => Outcome {
  const network = networkOf(task);
  const optimizers = {
    plain: adamW({ learningRate: recipe.learningRate }),
    proxies: adamW({ learningRate: recipe.learningRate, groups: [{ match: PROXIES, learningRateScale: 100 }] }),
  };
  const anchorLabels = (count: number): Int32Array => Int32Array.from({ length: count }, (_, label) => label);
  const steps = new Map<string, Step<MetrixBatch>>();
  const embed = compile((params: Variables['params'], x: tf.Tensor) => network.head(params, network.backbone(params, x)));
  /** [anchors · images], from proxies or from the images themselves. */
  const distances = compile((params: Variables['params'], x: tf.Tensor) => {
    const rows = unitRows(network.head(params, network.backbone(params, x)));
    return euclideanDistances(params[PROXIES] ? unitRows(params[PROXIES]) : rows, rows);
  });

  function embedAll(params: Variables['params'], { images }: LabelledImages): HostTensor<'float32'> {
    const n = images.shape[0]!;
    const all = new Float32Array(n * recipe.dimensions);
    for (let at = 0; at < n; at += 500) {
      const rows = Array.from({ length: Math.min(500, n - at) }, (_, i) => at + i);
      tf.tidy(() => { all.set(embed(params, toTf(takeImages(images, rows))).dataSync(), at * recipe.dimensions); });
    }
    return hostTensor('float32', [n, recipe.dimensions], all);
  }

  function drawPairs(rng: Rng, way: Way, { params }: TrainState, x: tf.Tensor, labels: Int32Array, proxies: Int32Array): MixPairs {
    const hard = way.level !== 'embedding';
    return mixPairs(labels, {
      mode: 'positive-negative', positives: 'randomPerAnchor', rng, ...(way.proxies && { anchorLabels: proxies }),
      ...(hard && { hardNegatives: recipe.hardNegatives, distances: tf.tidy(() => distances(params, x).dataSync() as Float32Array) }),
    });
  }

  return (name, way, seed) => {
    const rng = createRng(seed).split(`metric learning, ${task.name}`);
    const parts: Parts = splitClasses(rng, task);
    const classes = Math.min(recipe.classes, parts.trainClasses);
    const batchSize = recipe.perClass * classes;
    const own = anchorLabels(parts.trainClasses);
    const proxyLabels = tf.tensor1d(own, 'int32');
    const anchors = way.proxies ? parts.trainClasses : batchSize;
    const optimizer = way.proxies ? optimizers.proxies : optimizers.plain;
    const step = steps.get(name) ?? makeStep(objectiveOf(network, way, tf.keep(proxyLabels.clone())), optimizer, { clip: { value: 10 } });
    steps.set(name, step);

    const first = network.init(rng.split('weights'));
    const params = way.proxies ? stateDict<tf.Tensor>([...Object.entries(first.params), [PROXIES, initProxies(rng.split('proxies'), parts.trainClasses, recipe.dimensions)]]) : first.params;
    let state = createState({ params, buffers: stateDict<tf.Tensor>([]) }, optimizer);
    const sampler = classBalancedSampler(parts.train.labels, { classes, perClass: recipe.perClass, rng: rng.split('batches') });
    const mixing = rng.split('mixing');
    for (let at = 0; at < count; at++) {
      const rows = sampler.next().value;
      const labels = rows.map((row) => parts.train.labels[row]!);
      const x = toTf(takeImages(parts.train.images, rows));
      const draws = mixing.split(at);
      const pairs = way.level === null ? noPairs(anchors)
        : lowerPairs(drawPairs(draws, way, state, x, labels, own), { anchors, perAnchor: way.level === 'embedding' ? batchSize : recipe.hardNegatives });
      const batch: MetrixBatch = { x, labels: tf.tensor1d(labels, 'int32'), pairs, lambda: tf.scalar(drawLambda(draws, 1, { alpha: recipe.alpha })[0]!) };
      const result = step(state, batch, rng);
      tf.dispose([batch.x, batch.labels, batch.pairs, batch.lambda, result.metrics]);
      state = result.state;
    }

    const [embeddings, training] = [embedAll(state.params, parts.test), embedAll(state.params, parts.train)];
    tf.dispose([params, first.buffers, proxyLabels, state.params, state.optimizer, state.step]);
    return { retrieval: retrievalMetrics(embeddings, parts.test.labels, { recallAt: [1, 2, 4, 8] }), utilization: utilization(embeddings, training), embeddings, labels: parts.test.labels };
  };
}
