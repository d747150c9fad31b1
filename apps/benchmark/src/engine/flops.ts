import type { Model } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { trace } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Mode } from './cases.ts';

/** Parts of a convolution's attributes in a traced graph. */
interface Convolution {
  readonly kernel: readonly [number, number];
  readonly channels: number;
}

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Floating-point operations of the convolutions and matrix products of a step. Backward passes count twice the forward pass. */
export function countFlops(model: Model, mode: Mode, batch: number): number {
  const vars = model.init(createRng(0));
  const graph = trace((x) => model.run(vars, x).y, [{ shape: [batch, ...model.inputShape], dtype: 'float32' }]);
  tf.dispose([vars.params, vars.buffers]);
  let forward = 0;
  for (const { kernel, attrs, inputs, outputs } of graph.nodes) {
    const results = size(outputs[0]!.shape);
    if (kernel === 'Conv2D') {
      const { kernel: window, channels } = attrs as unknown as Convolution;
      forward += 2 * results * size(window) * channels;
    } else if (kernel === 'BatchMatMul') {
      forward += 2 * results * inputs[0]!.shape.at(attrs['transposeA'] ? -2 : -1)!;
    }
  }
  return forward * (mode === 'train' ? 3 : 1);
}
