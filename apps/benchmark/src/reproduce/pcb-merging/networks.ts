import { compile } from '@mixwell/autodiff';
import { accuracy, crossEntropy } from '@mixwell/losses';
import { mlp } from '@mixwell/models';
import { type HostTensor, hostTensor, integer, type Rng, type StateDict, stateDict, toHost } from '@mixwell/tensor';
import { randomNormal, toTf } from '@mixwell/tensor/tf';
import { adamW, createState, makeStep, type Step } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { pixels, type Samples, takeSamples } from './tasks.ts';

/** Weights of a network, on the host. */
export type Weights = StateDict<HostTensor<'float32'>>;

const model = mlp({ inputShape: [pixels], classes: 10, hidden: [256, 128] });
const BATCH = 64;
/** Rank of the adapters, and the factor of their product. */
const [RANK, SCALE] = [4, 2];
const adapted = model.variables.filter(({ shape }) => shape.length === 2);

type Tensors = StateDict<tf.Tensor>;
const buffers: Tensors = stateDict([]);

const toTensors = (weights: Weights): Tensors => stateDict(Object.entries(weights).map(([name, value]): [string, tf.Tensor] => [name, toTf(value)]));
const toWeights = (tensors: Tensors): Weights => stateDict(Object.entries(tensors).map(([name, value]): [string, HostTensor<'float32'>] => {
  const { shape, data } = toHost(value);
  return [name, hostTensor('float32', shape, Float32Array.from(data as Float32Array))];
}));

/** W + 2 A B of every matrix. */
const withAdapter = (base: Tensors, adapter: Tensors): Tensors => stateDict(Object.entries(base).map(([name, value]): [string, tf.Tensor] => {
  const [a, b] = [adapter[`${name}.lora_A`] as tf.Tensor2D | undefined, adapter[`${name}.lora_B`] as tf.Tensor2D | undefined];
  return [name, a && b ? tf.add(value, tf.mul(SCALE, tf.matMul(a, b))) : value];
}));

interface Batch {
  readonly x: tf.Tensor;
  readonly labels: tf.Tensor;
  /** What an adapter adds to; empty where the network itself is trained. */
  readonly base: Tensors;
}

export interface Training {
  readonly data: Samples;
  readonly rng: Rng;
  /** Steps after which the weights are kept, rising; training ends with the last. */
  readonly keepAt: readonly number[];
  /** Whether low-rank adapters are trained and the network stays. Default false. */
  readonly adapters?: boolean;
}

export interface Networks {
  /** Untrained. */
  readonly first: (rng: Rng) => Weights;
  /** Weights after each of `keepAt` steps; those of an adapted network are the base with the products added. */
  readonly train: (start: Weights, training: Training) => readonly Weights[];
  /** Share of samples that are classified right. */
  readonly accuracyOf: (weights: Weights, samples: Samples) => number;
}

/** An adapter that adds nothing yet. */
const firstAdapter = (rng: Rng): Tensors => stateDict(adapted.flatMap(({ name, shape: [inputs, outputs] }): [string, tf.Tensor][] => [
  [`${name}.lora_A`, randomNormal(rng.split(name), [inputs!, RANK], 0, 1 / Math.sqrt(inputs!))],
  [`${name}.lora_B`, tf.zeros([RANK, outputs!])],
]));

/** An MLP with two hidden layers, trained by Adam with rate 1e-3 (adapters: 5e-3). All training shares compiled steps. */
export function createNetworks(): Networks {
  const logits = (params: Tensors, x: tf.Tensor): tf.Tensor2D => model.run({ params, buffers }, x).y as tf.Tensor2D;
  const optimizers = { full: adamW({ learningRate: 1e-3 }), adapter: adamW({ learningRate: 5e-3 }) };
  const steps: Readonly<Record<'full' | 'adapter', Step<Batch>>> = {
    full: makeStep(({ params }, { x, labels }: Batch) => ({ loss: crossEntropy(logits(params, x), labels as tf.Tensor1D) }), optimizers.full),
    adapter: makeStep(({ params }, { x, labels, base }: Batch) => ({ loss: crossEntropy(logits(withAdapter(base, params), x), labels as tf.Tensor1D) }), optimizers.adapter),
  };
  const score = compile((params: Tensors, x: tf.Tensor, labels: tf.Tensor) => accuracy(logits(params, x), labels as tf.Tensor1D));

  return {
    first(rng) {
      const { params } = model.init(rng);
      const weights = toWeights(params);
      tf.dispose(params);
      return weights;
    },
    train(start, { data, rng, keepAt, adapters = false }) {
      const kind = adapters ? 'adapter' : 'full';
      const base = toTensors(start);
      const first = adapters ? firstAdapter(rng.split('adapter')) : base;
      let state = createState({ params: first, buffers }, optimizers[kind]);
      const kept: Weights[] = [];
      const draws = rng.split('batches');
      for (let at = 1; at <= keepAt.at(-1)!; at++) {
        const batch = takeSamples(data, Array.from({ length: BATCH }, () => integer(draws, 0, data.labels.data.length)));
        const [x, labels] = [toTf(batch.images), toTf(batch.labels)];
        const result = steps[kind](state, { x, labels, base: adapters ? base : stateDict([]) }, rng);
        tf.dispose([x, labels, result.metrics]);
        state = result.state;
        if (keepAt.includes(at)) tf.tidy(() => { kept.push(toWeights(adapters ? withAdapter(base, state.params) : state.params)); });
      }
      tf.dispose([base, first, state.params, state.optimizer, state.step]);
      return kept;
    },
    accuracyOf: (weights, { images, labels }) => tf.tidy(() => score(toTensors(weights), toTf(images), toTf(labels)).dataSync()[0]!),
  };
}
