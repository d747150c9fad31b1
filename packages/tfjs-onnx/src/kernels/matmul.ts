import { backend_util, util } from '@tensorflow/tfjs-core';
import { elements, type Value } from '../graph/value.ts';
import { MICROSOFT } from '../lower/builder.ts';
import { cast, type Lowering, reshape, transpose } from '../lower/lowering.ts';
import { finishFused } from './convolution.ts';
import { composite, inFloat32, kernel, type KernelTable, listOf } from './kernel.ts';

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The result's shape; batch axes broadcast. */
function productShape(a: Value, b: Value, { transposeA, transposeB }: Transposes): readonly number[] {
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [innerA, innerB] = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  util.assert(innerA === innerB, () => `matMul: inner sizes of [${a.shape.join()}] and [${b.shape.join()}] with transposeA=${transposeA} and transposeB=${transposeB} must be equal, got ${innerA} and ${innerB}`);
  return [...batch, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
}

const isOneMatrix = ({ shape }: Value): boolean => shape.slice(0, -2).every((size) => size === 1);

function matMul(to: Lowering, a: Value, b: Value, { transposeA, transposeB }: Transposes): string {
  const float = (value: Value): string => cast(to, to.plain(value), value.dtype, 'float32');
  const images = flattenedImages(to, a, b, transposeA);
  if (images) return imagesTimesWeights(to, images, a.shape, b, transposeB);
  if (a.shape.length === 2 && b.shape.length === 2 && (transposeA || transposeB)) {
    return to.onnx.op('Gemm', [float(a), float(b)], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 });
  }
  if (to.options.microsoftOps && (transposeA || transposeB)) {
    return to.onnx.op('FusedMatMul', [float(a), float(b)], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }, MICROSOFT);
  }
  const swapped = (value: Value, swap: boolean): string => (swap ? transpose(to, float(value), lastTwoSwapped(value.shape.length)) : float(value));
  return to.onnx.op('MatMul', [swapped(a, transposeA), swapped(b, transposeB)]);
}

/** The NCHW images that `a` holds in NHWC order, one per row, where weights can be put into NCHW order instead. */
function flattenedImages(to: Lowering, a: Value, b: Value, transposeA: boolean): Value | null {
  const source = to.reshapedFrom(a);
  const isConstant = b.node === null && b.argument === null;
  const fits = source && to.onlyChannelsFirst(source) && a.shape.length === 2 && a.shape[0] === source.shape[0] && a.shape[1] === elements(source.shape.slice(1));
  return fits && isConstant && !transposeA && b.shape.length === 2 ? source : null;
}

/** Weights [H·W·C, M] as [C·H·W, M]; given [M, H·W·C], they stay the second operand's transpose. */
function imagesTimesWeights(to: Lowering, images: Value, rows: readonly number[], weights: Value, transposed: boolean): string {
  const pixel = images.shape.slice(1);
  const matrix = to.plain(weights);
  const turned = transposed
    ? transpose(to, reshape(to, matrix, [weights.shape[0]!, ...pixel]), [0, 3, 1, 2])
    : transpose(to, reshape(to, matrix, [...pixel, weights.shape[1]!]), [2, 0, 1, 3]);
  const operands = [reshape(to, to.channelsFirst(images), rows), reshape(to, turned, weights.shape)];
  return transposed ? to.onnx.op('Gemm', operands, { transB: 1 }) : to.onnx.op('MatMul', operands);
}

function lastTwoSwapped(rank: number): readonly number[] {
  const perm = Array.from({ length: rank }, (_, i) => i);
  return [...perm.slice(0, -2), rank - 1, rank - 2];
}

export const matmulKernels: KernelTable = {
  BatchMatMul: kernel<Transposes, Transposes>(
    ({ inputs: { a, b }, attrs: { transposeA, transposeB }, rec }) => {
      const attrs = { transposeA: transposeA, transposeB: transposeB };
      const shape = productShape(a!, b!, attrs);
      // A sum of nothing: ONNX Runtime refuses it, or leaves the result as it finds it.
      if (a!.shape.at(transposeA ? -2 : -1) === 0) return rec.constant(new Float32Array(elements(shape)), shape, a!.dtype);
      // TensorFlow.js gives every matrix of a fused product a batch axis of one.
      if (shape.length > 2 && isOneMatrix(a!) && isOneMatrix(b!)) {
        const matrix = (value: Value): Value => rec.view(value, value.shape.slice(-2));
        return rec.view(rec.call('BatchMatMul', { a: matrix(a!), b: matrix(b!) }, attrs), shape);
      }
      return { inputs: [a!, b!], attrs, outputs: [{ shape, dtype: a!.dtype }] };
    },
    ({ inputs: [a, b], outputs: [y], attrs }, to) => cast(to, matMul(to, a!, b!, attrs), 'float32', y!.dtype),
  ),
  _FusedMatMul: composite<Transposes & { activation?: string; leakyreluAlpha?: number }>(({ inputs, attrs, rec }) =>
    finishFused(rec, rec.call('BatchMatMul', { a: inputs['a']!, b: inputs['b']! }, attrs), inputs, attrs)),
  ...inFloat32({ Einsum: kernel<{ equation: string }, { equation: string }>(
    ({ inputs, attrs: { equation } }) => {
      const values = listOf(inputs);
      const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(equation, values.length);
      backend_util.checkEinsumDimSizes(allDims.length, idDims, values as never);
      const sizes = new Map(idDims.flatMap((ids, i) => ids.map((id, axis) => [id, values[i]!.shape[axis]!] as const)));
      const shape = allDims.map((_, id) => id).filter((id) => !summedDims.includes(id)).map((id) => sizes.get(id)!);
      return { inputs: values, attrs: { equation: equation.replaceAll(' ', '') }, outputs: [{ shape, dtype: 'float32' }] };
    },
    ({ inputs, attrs: { equation } }, to) => to.onnx.op('Einsum', inputs.map((value) => to.plain(value)), { equation }),
  ) }, ['Einsum']),
};
