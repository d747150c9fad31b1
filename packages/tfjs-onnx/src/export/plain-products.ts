import { type Recorder, view } from '../graph/recorder.ts';
import type { Value } from '../graph/value.ts';

const isOneMatrix = ({ shape }: Value): boolean => shape.length > 2 && shape.slice(0, -2).every((size) => size === 1);

/**
 * A recorder that records a product of two matrices as that. TensorFlow.js gives every matrix of a fused product a batch axis of one, which hides from the
 * lowering that a flattened image is multiplied with weights.
 */
export function withPlainProducts(recorder: Recorder): Recorder {
  return {
    pending: recorder.pending,
    drop: (node) => recorder.drop(node),
    settle: () => recorder.settle(),
    record(kernel, inputs, attrs, outputs) {
      if (kernel !== 'BatchMatMul' || !inputs.every(isOneMatrix)) return recorder.record(kernel, inputs, attrs, outputs);
      const { shape, dtype } = outputs[0]!;
      const [product] = recorder.record(kernel, inputs.map((value) => view(value, value.shape.slice(-2))), attrs, [{ shape: shape.slice(-2), dtype }]);
      return [view(product!, shape)];
    },
  };
}
