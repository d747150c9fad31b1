// A small training loop of many steps, with a last smaller batch every ten steps and a snapshot of the best weights every hundred: the numbers of tensors
// and of compiled sessions must stay as they are, and so must the resident memory after a warm-up. usage: node long-run.mjs lazy|compiled <steps> <warm-up>
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runtimeInfo } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
// oxlint-disable-next-line import/no-unassigned-import -- it registers the gradients
import '@tensorflow/tfjs-core/dist/register_all_gradients';

const [way, steps, warmUp] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** One step of training with a running mean of the weights. */
function step({ w1, w2, mean }, x, y, rate) {
  const loss = (a, b) => tf.mean(tf.square(tf.sub(tf.matMul(tf.relu(tf.matMul(x, a)), b), y)));
  const { value, grads } = tf.valueAndGrads(loss)([w1, w2]);
  const [next1, next2] = [w1, w2].map((w, i) => tf.sub(w, tf.mul(grads[i], rate)));
  return { state: { w1: next1, w2: next2, mean: tf.add(tf.mul(mean, 0.99), tf.mul(next2, 0.01)) }, loss: value };
}

const numbers = (seed, shape) => tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(seed + i * 1.7)), shape);

function usage() {
  collect();
  const { numTensors, numDataBuffers } = tf.memory();
  return { tensors: numTensors, buffers: numDataBuffers, ids: tf.backend().numDataIds(), sessions: runtimeInfo().sessions, resident: process.memoryUsage.rss() };
}

await tf.setBackend('onnxruntime');
const run = way === 'compiled' ? tf.backend().compile(step, { donate: [0] }) : step;
let state = { w1: numbers(1, [20, 32]), w2: numbers(2, [32, 3]), mean: numbers(2, [32, 3]) };
let best = { weights: tf.clone(state.w2), loss: Infinity };
let early = null;
for (let i = 0; i < steps; i++) {
  // Garbage is no leak: V8 lets some lie as long as there is room.
  if (i % 500 === 0) collect();
  if (i === warmUp) early = usage();
  const rows = i % 10 === 9 ? 5 : 16;
  const before = state;
  const candidate = i % 100 === 0 ? tf.clone(before.w2) : null;
  let loss = 0;
  state = tf.tidy(() => {
    const result = run(before, numbers(i, [rows, 20]), numbers(i, [rows, 3]), tf.scalar(0.01 / (1 + i / 1000)));
    loss = result.loss.dataSync()[0];
    return result.state;
  });
  if (!Number.isFinite(loss)) throw new Error(`long-run: the loss of step ${i} is ${loss}`);
  if (candidate && loss < best.loss) {
    best.weights.dispose();
    best = { weights: candidate, loss };
  } else {
    candidate?.dispose();
  }
  if (way === 'lazy') tf.dispose(before);
}
const late = usage();
const { resident: from, ...counts } = early;
const { resident: to, ...after } = late;
process.stdout.write(JSON.stringify({ counts, after, grownMegabytes: Math.round((to - from) / 2 ** 20), megabytes: Math.round(to / 2 ** 20) }));
