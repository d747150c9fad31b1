// The same training, as a lazy and as a compiled loop, in the main thread and in worker threads at the same time, by both transports. Every
// place must come to the same numbers, and the process must end by itself. usage: node threads.mjs
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { configure, runtimeInfo } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';

/** Least squares by gradient descent; the gradient is written out, since TensorFlow.js registers none in Node. */
function step({ w }, x, y) {
  const error = tf.sub(tf.matMul(x, w), y);
  return { state: { w: tf.sub(w, tf.mul(tf.matMul(x, error, true), 0.02)) }, loss: tf.mean(tf.square(error)) };
}

function train(run) {
  const x = tf.tensor2d(Array.from({ length: 24 }, (_, i) => Math.sin(i)), [8, 3]);
  const y = tf.matMul(x, tf.tensor2d([1, -2, 0.5], [3, 1]));
  let state = { w: tf.zeros([3, 1]) };
  let loss = 0;
  for (let i = 0; i < 40; i++) {
    const result = run(state, x, y);
    loss = result.loss.dataSync()[0];
    state = result.state;
  }
  return [loss, ...state.w.dataSync()];
}

async function everyWay(transport) {
  configure({ transport, threads: 1 });
  await tf.setBackend('onnxruntime');
  const compiled = tf.backend().compile(step, { donate: [0] });
  return { transport: runtimeInfo().transport, ways: [train(step), train(compiled)] };
}

function inWorker(transport) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { transport } });
    let result = null;
    worker.once('message', (message) => {
      result = message;
      void worker.terminate();
    });
    worker.once('error', reject);
    worker.once('exit', () => (result ? resolve(result) : reject(new Error(`threads: the worker with transport ${transport} ended without a result`))));
  });
}

if (isMainThread) {
  const workers = ['direct', 'worker', 'direct', 'worker'];
  const here = [await everyWay('direct'), await everyWay('worker')];
  const results = [...here, ...(await Promise.all(workers.map(inWorker)))];
  const expected = JSON.stringify(results[0].ways[0]);
  const wrong = results.filter((result) => result.ways.some((way) => JSON.stringify(way) !== expected));
  const transports = results.map((result) => result.transport).join();
  if (wrong.length > 0 || transports !== ['direct', 'worker', ...workers].join() || !(results[0].ways[0][0] < 0.1)) throw new Error(`threads: ${JSON.stringify(results)}`);
  process.stdout.write(`threads: ${results.length} places agree on Node ${process.versions.node}\n`);
} else {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a port, not a window
  parentPort.postMessage(await everyWay(workerData.transport));
  // Alive, with its sessions, until it is ended.
  parentPort.on('message', () => {});
}
