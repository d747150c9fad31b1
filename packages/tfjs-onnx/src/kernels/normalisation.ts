import type { Value } from '../graph/value.ts';
import { cast, inForm, reshape } from '../lower/lowering.ts';
import { batchNorm, type NormKind, normTrain, normTrainGradient } from '../lower/norm.ts';
import { axisOf, kernel, type KernelCall, type KernelTable } from './kernel.ts';

interface NormAttributes {
  readonly kind: NormKind;
  readonly epsilon: number;
}

/**
 * `NormTrain` and `NormTrainGrad` are not TensorFlow.js's: they are the fused norms that a library of gradients may use where
 * the back end has them. `x` is NHWC; statistics are [C] for 'batch' and [N, 1, 1, C] for 'instance'.
 */
export const normalisationKernels: KernelTable = {
  NormTrain: kernel<NormAttributes, { kind: NormKind }>(
    ({ inputs: { x, gamma, beta }, attrs: { kind, epsilon }, rec }) => {
      const [n, , , c] = x!.shape as [number, number, number, number];
      const shape = kind === 'batch' ? [c] : [n, 1, 1, c];
      return {
        inputs: [x!, gamma!, beta!, rec.scalar(epsilon, 'float32')],
        attrs: { kind },
        outputs: [{ shape: x!.shape, dtype: 'float32' }, { shape, dtype: 'float32' }, { shape, dtype: 'float32' }],
      };
    },
    ({ inputs, attrs }, to) => normTrain(to, inputs, attrs.kind),
  ),
  NormTrainGrad: kernel<NormAttributes, { kind: NormKind }>(
    ({ inputs: { dy, x, gamma, mean, variance }, attrs: { kind, epsilon }, rec }) => ({
      inputs: [dy!, x!, gamma!, mean!, variance!, rec.scalar(epsilon, 'float32')],
      attrs: { kind },
      outputs: [{ shape: x!.shape, dtype: 'float32' }, { shape: gamma!.shape, dtype: 'float32' }, { shape: gamma!.shape, dtype: 'float32' }],
    }),
    ({ inputs, attrs }, to) => normTrainGradient(to, inputs, attrs.kind),
  ),
  FusedBatchNorm: kernel<{ varianceEpsilon: number }, { epsilon: number }>(
    (call) => {
      const { inputs: { x, mean, variance, offset, scale }, attrs: { varianceEpsilon: epsilon }, rec } = call;
      if ([mean, variance, offset, scale].some((vector) => vector && vector.shape.length !== 1)) return batchNormOfImages(call);
      const [c] = mean!.shape as [number];
      const all = (value: number): Value => rec.constant(new Float32Array(c).fill(value), [c], 'float32');
      return { inputs: [x!, scale ?? all(1), offset ?? all(0), mean!, variance!], attrs: { epsilon }, outputs: [{ shape: x!.shape, dtype: 'float32' }] };
    },
    ({ inputs, attrs: { epsilon } }, to) => batchNorm(to, inputs, epsilon),
  ),
  Softmax: kernel<{ dim: number }, { axis: number }>(
    ({ inputs: { logits }, attrs: { dim } }) => ({ inputs: [logits!], attrs: { axis: axisOf(dim, logits!.shape.length) }, outputs: [{ shape: logits!.shape, dtype: 'float32' }] }),
    ({ inputs: [x], attrs, outputs: [y] }, to) => (x!.shape.length === 0
      ? reshape(to, to.onnx.constant('float32', 1), y!.shape)
      : inForm(to, x!, (name, place) => to.onnx.op('Softmax', [cast(to, name, x!.dtype, 'float32')], { axis: place(attrs.axis) }))),
  ),
  LogSoftmax: kernel<{ axis: number }, { axis: number }>(
    ({ inputs: { logits }, attrs: { axis } }) => ({ inputs: [logits!], attrs: { axis: axisOf(axis, logits!.shape.length) }, outputs: [{ shape: logits!.shape, dtype: 'float32' }] }),
    ({ inputs: [x], attrs }, to) => inForm(to, x!, (name, place) => to.onnx.op('LogSoftmax', [cast(to, name, x!.dtype, 'float32')], { axis: place(attrs.axis) })),
  ),
};

/** Batch norm whose numbers differ from pixel to pixel. */
function batchNormOfImages({ inputs: { x, mean, variance, offset, scale }, attrs: { varianceEpsilon }, rec }: KernelCall<{ varianceEpsilon: number }>): Value {
  const deviation = rec.call('Sqrt', { x: rec.call('Add', { a: variance!, b: rec.scalar(varianceEpsilon, 'float32') }) });
  const unit = rec.call('RealDiv', { a: rec.call('Sub', { a: x!, b: mean! }), b: deviation });
  const scaled = scale ? rec.call('Multiply', { a: unit, b: scale }) : unit;
  return offset ? rec.call('Add', { a: scaled, b: offset }) : scaled;
}
