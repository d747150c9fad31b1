import { backend_util, type DataType, util } from '@tensorflow/tfjs-core';
import { elements, type Value } from '../graph/value.ts';
import { cast, type Lowering, reshape, slice } from '../lower/lowering.ts';
import { isNumeric, type Kernel, kernel, type KernelTable, type Recording } from './kernel.ts';

/** Rows (or slices along an axis) chosen by indices, which are an operand; with `batchDims`, per row of the leading axes. */
const gather: Kernel = kernel<{ axis: number; batchDims?: number }, { axis: number }>(
  ({ inputs, attrs, rec }) => {
    const x = inputs['x']!;
    const indices = inputs['indices']!;
    const axis = util.parseAxisParam(attrs.axis, [...x.shape])[0]!;
    checkIndices(indices, x.shape[axis]!);
    const info = backend_util.segment_util.collectGatherOpShapeInfo(withRank(x), withRank(indices), axis, attrs.batchDims ?? 0);
    if (!isNumeric(x)) return null;
    if ((attrs.batchDims ?? 0) !== 0) return gatherPerBatch(rec, x, indices, info);
    return { inputs: [x, indices], attrs: { axis }, outputs: [{ shape: info.outputShape, dtype: x.dtype }] };
  },
  ({ inputs: [x, indices], attrs: { axis } }, to) => to.onnx.op('Gather', [to.plain(x!), integers(to, indices!)], { axis }),
);

/** What TensorFlow.js's helpers for shapes take for a tensor. */
function withRank({ shape, dtype }: Value): never {
  return { shape: [...shape], rank: shape.length, dtype } as never;
}

/** Indices that are known are checked where the call is made, as on other back ends; others when they are read. */
function checkIndices(indices: Value, size: number): void {
  const known = (indices.base ?? indices).data as readonly number[] | null;
  const outside = known?.find((index) => !(index >= 0 && index < size));
  if (outside !== undefined) throw new RangeError(`GatherV2: the index value ${outside} is not in [0, ${size - 1}]`);
}

interface GatherShape {
  readonly batchSize: number;
  readonly outerSize: number;
  readonly dimSize: number;
  readonly sliceSize: number;
  readonly outputShape: number[];
}

/** The leading axes are merged with the gathered one, and the indices moved to their part of it. */
function gatherPerBatch(rec: Recording, x: Value, indices: Value, { batchSize, outerSize, dimSize, sliceSize, outputShape }: GatherShape): Value {
  const parts = batchSize * outerSize;
  const starts = rec.constant(Int32Array.from({ length: parts }, (_, i) => i * dimSize), [batchSize, outerSize, 1], 'int32');
  const flat = rec.call('Add', { a: rec.view(indices, [batchSize, 1, elements(indices.shape) / batchSize]), b: starts });
  const rows = rec.call('GatherV2', { x: rec.view(x, [parts * dimSize, sliceSize]), indices: flat }, { axis: 0 });
  return rec.view(rows, outputShape);
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

/** A vector of indices means indices of one number each. */
function asRows(rec: Recording, indices: Value): Value {
  return indices.shape.length === 1 ? rec.view(indices, [...indices.shape, 1]) : indices;
}

/** Sums updates into zeros. */
const scatterNd: Kernel = kernel<{ shape: number[] }, { shape: readonly number[] }>(
  ({ inputs: { indices, updates }, attrs: { shape }, rec }) => (updates!.dtype === 'bool' || !isNumeric(updates!) ? null
    : { inputs: [asRows(rec, indices!), updates!], attrs: { shape }, outputs: [{ shape, dtype: updates!.dtype }] }),
  ({ inputs: [indices, updates], attrs: { shape } }, to) => {
    const zeros = to.onnx.op('Expand', [to.onnx.constant(updates!.dtype as 'float32', 0), to.onnx.ints(shape)]);
    return to.onnx.op('ScatterND', [zeros, longIntegers(to, indices!), to.plain(updates!)], { reduction: 'add' });
  },
);

/** Sums rows of equal segment; what is in none of the segments is left out. */
const segmentSum: Kernel = kernel<{ numSegments: number }, { segments: number }>(
  ({ inputs: { x, segmentIds }, attrs: { numSegments } }) => (x!.dtype === 'bool' || !isNumeric(x!) ? null : {
    inputs: [x!, segmentIds!], attrs: { segments: numSegments }, outputs: [{ shape: [numSegments, ...x!.shape.slice(segmentIds!.shape.length)], dtype: x!.dtype }],
  }),
  ({ inputs: [x, ids], outputs: [y], attrs: { segments } }, to) => {
    // One more row takes what is left out: index −1 counts from the end.
    const inside = to.onnx.op('Clip', [longIntegers(to, ids!), ...[-1, segments].map((bound) => to.onnx.tensor('int64', BigInt64Array.of(BigInt(bound)), []))]);
    const rows = [segments + 1, ...y!.shape.slice(1)];
    const zeros = to.onnx.op('Expand', [to.onnx.constant(x!.dtype as 'float32', 0), to.onnx.ints(rows)]);
    const sums = to.onnx.op('ScatterND', [zeros, reshape(to, inside, [...ids!.shape, 1]), to.plain(x!)], { reduction: 'add' });
    return slice(to, sums, { begin: [0], end: [segments], axes: [0] });
  },
);

const tensorScatterUpdate: Kernel = kernel<object, object>(
  ({ inputs: { tensor, indices, updates }, rec }) => (isNumeric(tensor!) ? { inputs: [tensor!, asRows(rec, indices!), updates!], outputs: [{ shape: tensor!.shape, dtype: tensor!.dtype }] } : null),
  ({ inputs: [tensor, indices, updates] }, to) => to.onnx.op('ScatterND', [to.plain(tensor!), longIntegers(to, indices!), to.plain(updates!)]),
);

/** Writes values at their indices, one value at all of them or one each; a default elsewhere. */
const sparseToDense: Kernel = kernel<{ outputShape: number[] }, { shape: readonly number[] }>(
  ({ inputs: { sparseIndices, sparseValues, defaultValue }, attrs: { outputShape: shape }, rec }) => {
    const indices = sparseIndices!.shape.length === 0 ? rec.view(sparseIndices!, [1, 1]) : asRows(rec, sparseIndices!);
    if (!isNumeric(sparseValues!)) return null;
    return { inputs: [indices, sparseValues!, defaultValue!], attrs: { shape }, outputs: [{ shape, dtype: sparseValues!.dtype }] };
  },
  ({ inputs: [indices, values, otherwise], outputs: [y], attrs: { shape } }, to) => {
    const filled = to.onnx.op('Expand', [cast(to, to.plain(otherwise!), otherwise!.dtype, y!.dtype), to.onnx.ints(shape)]);
    const updates = to.onnx.op('Expand', [to.plain(values!), to.onnx.ints([indices!.shape[0]!])]);
    return to.onnx.op('ScatterND', [filled, longIntegers(to, indices!), updates]);
  },
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
  SparseToDense: sparseToDense,
  TensorScatterUpdate: tensorScatterUpdate,
  TopK: topK,
  UnsortedSegmentSum: segmentSum,
};
