import { backend_util, type DataType, util } from '@tensorflow/tfjs-core';
import { elements, type Value } from '../graph/value.ts';
import { cast, type Lowering, reshape, slice } from '../lower/lowering.ts';
import { isNumeric, type Kernel, kernel, type KernelCall, type KernelTable, type Recording } from './kernel.ts';

/** Rows (or slices along an axis) chosen by indices, which are an operand; with `batchDims`, per row of the leading axes. */
const gather: Kernel = {
  record: ({ inputs: { x, indices }, attrs, rec }: KernelCall<never>) => {
    const { axis: anyAxis, batchDims = 0 } = attrs as { axis: number; batchDims?: number };
    if (!isNumeric(x!)) return null;
    const axis = util.parseAxisParam(anyAxis, [...x!.shape])[0]!;
    if (batchDims > 0) return batchDims === axis ? gatherPerBatch(rec, x!, indices!, axis) : null;
    return { inputs: [x!, indices!], attrs: { axis }, outputs: [{ shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)], dtype: x!.dtype }] };
  },
  lower: ({ inputs: [x, indices], attrs }, to) => to.onnx.op('Gather', [to.plain(x!), integers(to, indices!)], { axis: attrs['axis'] as number }),
};

/** The batch axes are merged with the gathered one, and the indices moved to their part of it. */
function gatherPerBatch(rec: Recording, x: Value, indices: Value, axis: number): Value {
  const batch = x.shape.slice(0, axis);
  const inner = x.shape.slice(axis + 1);
  const count = elements(batch);
  const size = x.shape[axis]!;
  const starts = rec.constant(Int32Array.from({ length: count }, (_, i) => i * size), [count, 1], 'int32');
  const flat = rec.call('Add', { a: rec.view(indices, [count, elements(indices.shape) / count]), b: starts });
  const rows = rec.call('GatherV2', { x: rec.view(x, [count * size, ...inner]), indices: flat }, { axis: 0, batchDims: 0 });
  return rec.view(rows, [...indices.shape, ...inner]);
}

function integers(to: Lowering, value: Value): string {
  return cast(to, to.plain(value), value.dtype, 'int32');
}

function longIntegers(to: Lowering, value: Value): string {
  return cast(to, to.plain(value), value.dtype, 'int64');
}

const gatherNd: Kernel = kernel<object, object>(
  ({ inputs: { params, indices } }) => {
    if (!isNumeric(params!)) return null;
    const [shape] = backend_util.prepareAndValidate({ shape: [...params!.shape], rank: params!.shape.length } as never, { shape: [...indices!.shape], rank: indices!.shape.length, dtype: indices!.dtype } as never);
    return { inputs: [params!, indices!], outputs: [{ shape, dtype: params!.dtype }] };
  },
  ({ inputs: [params, indices], outputs: [y] }, to) => reshape(to, to.onnx.op('GatherND', [to.plain(params!), longIntegers(to, indices!)]), y!.shape),
);

/** Sums updates into zeros. */
const scatterNd: Kernel = kernel<{ shape: number[] }, { shape: readonly number[] }>(
  ({ inputs: { indices, updates }, attrs: { shape } }) => (updates!.dtype === 'bool' || !isNumeric(updates!) ? null
    : { inputs: [indices!, updates!], attrs: { shape }, outputs: [{ shape, dtype: updates!.dtype }] }),
  ({ inputs: [indices, updates], attrs: { shape } }, to) => {
    const zeros = to.onnx.op('Expand', [to.onnx.constant(updates!.dtype as 'float32', 0), to.onnx.ints(shape)]);
    return to.onnx.op('ScatterND', [zeros, longIntegers(to, indices!), to.plain(updates!)], { reduction: 'add' });
  },
);

/** Sums rows of equal segment; a segment of −1 is left out. */
const segmentSum: Kernel = kernel<{ numSegments: number }, { segments: number }>(
  ({ inputs: { x, segmentIds }, attrs: { numSegments } }) => (x!.dtype === 'bool' || !isNumeric(x!) ? null : {
    inputs: [x!, segmentIds!], attrs: { segments: numSegments }, outputs: [{ shape: [numSegments, ...x!.shape.slice(segmentIds!.shape.length)], dtype: x!.dtype }],
  }),
  ({ inputs: [x, ids], outputs: [y], attrs: { segments } }, to) => {
    // One more row takes what is left out: index −1 counts from the end.
    const rows = [segments + 1, ...y!.shape.slice(1)];
    const zeros = to.onnx.op('Expand', [to.onnx.constant(x!.dtype as 'float32', 0), to.onnx.ints(rows)]);
    const sums = to.onnx.op('ScatterND', [zeros, reshape(to, longIntegers(to, ids!), [...ids!.shape, 1]), to.plain(x!)], { reduction: 'add' });
    return slice(to, sums, { begin: [0], end: [segments], axes: [0] });
  },
);

const tensorScatterUpdate: Kernel = kernel<object, object>(
  ({ inputs: { tensor, indices, updates } }) => (isNumeric(tensor!) ? { inputs: [tensor!, indices!, updates!], outputs: [{ shape: tensor!.shape, dtype: tensor!.dtype }] } : null),
  ({ inputs: [tensor, indices, updates] }, to) => to.onnx.op('ScatterND', [to.plain(tensor!), longIntegers(to, indices!), to.plain(updates!)]),
);

/** Compares indices with a range: no index is out of bounds, no data-dependent shape. */
const oneHot: Kernel = kernel<{ depth: number; onValue: number; offValue: number; dtype: DataType }, { depth: number }>(
  ({ inputs: { indices }, attrs: { depth, onValue, offValue, dtype }, rec }) => ({
    inputs: [indices!, rec.scalar(onValue, dtype), rec.scalar(offValue, dtype)], attrs: { depth }, outputs: [{ shape: [...indices!.shape, depth], dtype }],
  }),
  ({ inputs: [indices, on, off], outputs: [y], attrs: { depth } }, to) => {
    const type = y!.dtype === 'bool' ? 'int32' : y!.dtype;
    const range = to.onnx.constant('int32', Array.from({ length: depth }, (_, i) => i), [depth]);
    const column = reshape(to, integers(to, indices!), [...indices!.shape, 1]);
    const chosen = to.onnx.op('Where', [to.onnx.op('Equal', [column, range]), cast(to, to.plain(on!), on!.dtype, type), cast(to, to.plain(off!), off!.dtype, type)]);
    return cast(to, chosen, type, y!.dtype);
  },
);

/** Largest elements of the last axis, in descending order, and where they were. */
const topK: Kernel = kernel<{ k: number; sorted: boolean }, { k: number }>(
  ({ inputs: { x }, attrs: { k } }) => {
    if (x!.dtype === 'bool' || !isNumeric(x!)) return null;
    const shape = [...x!.shape.slice(0, -1), k];
    return { inputs: [x!], attrs: { k }, outputs: [{ shape, dtype: x!.dtype }, { shape, dtype: 'int32' }] };
  },
  ({ inputs: [x], attrs: { k } }, to) => {
    const [values, indices] = to.onnx.ops(2, 'TopK', [to.plain(x!), to.onnx.ints([k])], { axis: -1, largest: 1, sorted: 1 });
    return [values!, cast(to, indices!, 'int64', 'int32')];
  },
);

export const indexingKernels: KernelTable = {
  GatherNd: gatherNd,
  GatherV2: gather,
  OneHot: oneHot,
  ScatterNd: scatterNd,
  TensorScatterUpdate: tensorScatterUpdate,
  TopK: topK,
  UnsortedSegmentSum: segmentSum,
};
