import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';

const require = createRequire(import.meta.url);

const load: Readonly<Record<string, () => unknown>> = {
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  tensorflow: () => {
    const folder = process.env['MIXWELL_TFJS_NODE'];
    if (!folder) throw new Error('MIXWELL_TFJS_NODE must name the folder of @tensorflow/tfjs-node: run npm run test:tfjs-node');
    const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
    util.isNullOrUndefined ??= (value) => value == null; // tfjs-node uses it, Node 23 has dropped it
    return require(folder);
  },
};

/** Loads a back end of TensorFlow.js that a run of tests is about (cpu is there already), and makes it the active one. */
export async function activate(backEnd: string): Promise<void> {
  await load[backEnd]?.();
  if (!(await tf.setBackend(backEnd))) throw new Error(`TensorFlow.js cannot start its back end '${backEnd}'`);
}
