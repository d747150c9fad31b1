import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

/** Back ends of TensorFlow.js that run the same program; the first is ours. */
export const backEnds = ['onnxruntime', 'cpu', 'wasm', 'tensorflow'] as const;

export type BackEnd = (typeof backEnds)[number];

const load: { readonly [B in BackEnd]: () => Promise<string> } = {
  onnxruntime: async () => {
    const { runtimeInfo } = await import('@mixwell/tfjs-onnx');
    return `ONNX Runtime ${runtimeInfo().version}`;
  },
  cpu: async () => {
    const { version_cpu: version } = await import('@tensorflow/tfjs-backend-cpu');
    return `TensorFlow.js cpu ${version}`;
  },
  wasm: async () => {
    const { version_wasm: version } = await import('@tensorflow/tfjs-backend-wasm');
    return `TensorFlow.js wasm ${version}`;
  },
  tensorflow: async () => {
    const require = createRequire(import.meta.url);
    const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
    util.isNullOrUndefined ??= (value) => value == null; // tfjs-node uses it, Node 23 has dropped it
    // not a dependency: `node scripts/tfjs-node.mjs` makes it and prints its folder
    const folder = process.env['MIXWELL_TFJS_NODE'];
    const { version } = require(folder ? resolve(folder) : '@tensorflow/tfjs-node') as { version: Readonly<Record<string, string>> };
    return `tfjs-node ${version['tfjs-node'] ?? ''}`;
  },
};

/** Makes a back end active and gives its name and version. @throws {Error} where it is not installed or does not start */
export async function activate(backEnd: BackEnd): Promise<string> {
  const version = await load[backEnd]();
  if (!(await tf.setBackend(backEnd))) throw new Error(`TensorFlow.js cannot start its back end '${backEnd}'`);
  await tf.ready();
  return version;
}
