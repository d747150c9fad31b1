import { backend_util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/value.ts';
import { MICROSOFT } from '../lower/builder.ts';
import { cast, type Lowering, reshape, transpose } from '../lower/lowering.ts';
import { finishFused } from './convolution.ts';
import { composite, kernel, type KernelTable, listOf } from './kernel.ts';

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The result's shape; batch axes broadcast. */
function productShape(a: Value, b: Value, { transposeA, transposeB }: Transposes): readonly number[] {
  const batch = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...batch, a.shape.at(transposeA ? -1 : -2)!, b.shape.at(transposeB ? -2 : -1)!];
}

const isOneMatrix = (shape: readonly number[]): boolean => shape.slice(0, -2).every((size) => size === 1);

function matMul(to: Lowering, a: Value, b: Value, { transposeA, transposeB }: Transposes, shape: readonly number[]): string {
  const float = (value: Value): string => cast(to, to.plain(value), value.dtype, 'float32');
  if (isOneMatrix(a.shape) && isOneMatrix(b.shape)) {
    const matrix = (value: Value): string => (value.shape.length > 2 ? reshape(to, float(value), value.shape.slice(-2)) : float(value));
    const product = transposeA || transposeB
      ? to.onnx.op('Gemm', [matrix(a), matrix(b)], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 })
      : to.onnx.op('MatMul', [matrix(a), matrix(b)]);
    return shape.length > 2 ? reshape(to, product, shape) : product;
  }
  if (to.options.microsoftOps && (transposeA || transposeB)) {
    return to.onnx.op('FusedMatMul', [float(a), float(b)], { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 }, MICROSOFT);
  }
  const swapped = (value: Value, swap: boolean): string => (swap ? transpose(to, float(value), lastTwoSwapped(value.shape.length)) : float(value));
  return to.onnx.op('MatMul', [swapped(a, transposeA), swapped(b, transposeB)]);
}

function lastTwoSwapped(rank: number): readonly number[] {
  const perm = Array.from({ length: rank }, (_, i) => i);
  return [...perm.slice(0, -2), rank - 1, rank - 2];
}

export const matmulKernels: KernelTable = {
  BatchMatMul: kernel<Transposes, Transposes>(
    ({ inputs: { a, b }, attrs: { transposeA, transposeB } }) => {
      const attrs = { transposeA: transposeA, transposeB: transposeB };
      return { inputs: [a!, b!], attrs, outputs: [{ shape: productShape(a!, b!, attrs), dtype: a!.dtype }] };
    },
    ({ inputs: [a, b], outputs: [y], attrs }, to) => cast(to, matMul(to, a!, b!, attrs, y!.shape), 'float32', y!.dtype),
  ),
  _FusedMatMul: composite<Transposes & { activation?: string; leakyreluAlpha?: number }>(({ inputs, attrs, rec }) =>
    finishFused(rec, rec.call('BatchMatMul', { a: inputs['a']!, b: inputs['b']! }, attrs), inputs, attrs)),
  Einsum: kernel<{ equation: string }, { equation: string }>(
    ({ inputs, attrs: { equation } }) => {
      const values = listOf(inputs);
      const { allDims, summedDims, idDims } = backend_util.decodeEinsumEquation(equation, values.length);
      if (values.some((value) => value.dtype !== 'float32') || equation.includes('...')) return null;
      const sizes = new Map(idDims.flatMap((ids, i) => ids.map((id, axis) => [id, values[i]!.shape[axis]!] as const)));
      const shape = allDims.map((_, id) => id).filter((id) => !summedDims.includes(id)).map((id) => sizes.get(id)!);
      return { inputs: values, attrs: { equation: equation.replaceAll(' ', '') }, outputs: [{ shape, dtype: 'float32' }] };
    },
    ({ inputs, attrs: { equation } }, to) => to.onnx.op('Einsum', inputs.map((value) => to.plain(value)), { equation }),
  ),
};
