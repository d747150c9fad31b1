import * as tf from '@tensorflow/tfjs-core';
// oxlint-disable-next-line import/no-unassigned-import -- it registers itself
import '@tensorflow/tfjs-backend-cpu';
import { kernelTable } from '../kernels/table.ts';
import { type KernelInputs, OnnxRuntimeBackend } from './backend.ts';

/** The name under which TensorFlow.js knows the back end. */
export const BACKEND_NAME = 'onnxruntime';

/** Registers the back end and a kernel for every row of the table and every kernel of the CPU back end. */
export function registerBackend(): void {
  if (tf.engine().registryFactory[BACKEND_NAME]) return;
  tf.registerBackend(BACKEND_NAME, () => new OnnxRuntimeBackend(), 3);
  const names = new Set([...Object.keys(kernelTable), ...tf.getKernelsForBackend('cpu').map((config) => config.kernelName)]);
  for (const kernelName of names) {
    tf.registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: ({ inputs, attrs, backend }) => (backend as OnnxRuntimeBackend).run(kernelName, inputs as KernelInputs, attrs ?? {}),
    });
  }
}
