import { compile } from '@mixwell/autodiff';
import { softCrossEntropy } from '@mixwell/losses';
import type { Model } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { createState, makeStep, sgd } from '@mixwell/train';
import { randomNormal } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { Work } from '../harness/serve.ts';
import { activate, type BackEnd } from './back-ends.ts';
import { caseNamed, type Mode } from './cases.ts';

/** Batches that are used in turn. */
const BATCHES = 8;

interface Batch {
  /** [batch, …] */
  readonly x: tf.Tensor;
  /** [batch, classes] */
  readonly targets: tf.Tensor;
}

function makeBatches(model: Model, batch: number): readonly Batch[] {
  const rng = createRng(1);
  return Array.from({ length: BATCHES }, (_, i) => {
    const labels = tf.tensor1d(Int32Array.from({ length: batch }, (__, row) => (row * 7 + i) % model.classes), 'int32');
    return { x: randomNormal(rng.split(i), [batch, ...model.inputShape]), targets: tf.oneHot(labels, model.classes) };
  });
}

/** The step that every program does: a whole step of SGD with momentum, or one forward pass. Its result is read. */
export async function prepareWork(name: string, mode: Mode, batch: number, backEnd: BackEnd): Promise<Work> {
  const version = await activate(backEnd);
  const model = caseNamed(name).model();
  const rng = createRng(0);
  const vars = model.init(rng);
  const batches = makeBatches(model, batch);
  const check = Object.values(vars.params).reduce((sum, parameter) => sum + parameter.size, 0);
  let count = 0;
  const next = (): Batch => batches[count++ % BATCHES]!;
  if (mode === 'infer') {
    const forward = compile((x: tf.Tensor) => model.run(vars, x).y);
    const step = (): void => {
      const y = forward(next().x);
      y.dataSync();
      y.dispose();
    };
    return { version, check, step };
  }
  const optimizer = sgd({ learningRate: 0.001, momentum: 0.9 });
  const trainStep = makeStep(({ params, buffers }, { x, targets }: Batch) => {
    const { y, buffers: moved } = model.run({ params, buffers }, x, { mode: 'train' });
    return { loss: softCrossEntropy(y, targets) as tf.Scalar, buffers: moved };
  }, optimizer);
  let state = createState(vars, optimizer);
  tf.dispose([vars.params, vars.buffers]);
  const step = (): void => {
    const result = trainStep(state, next(), rng);
    state = result.state;
    const loss = result.metrics['loss']!.dataSync()[0]!;
    tf.dispose(result.metrics);
    if (!Number.isFinite(loss)) throw new Error(`the loss became ${loss}`);
  };
  return { version, check, step };
}
