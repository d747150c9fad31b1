import { backend_util, type DataType, slice_util, util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/value.ts';
import { elements } from '../graph/value.ts';
import { type Lowering, reshape, slice, transpose } from '../lower/lowering.ts';
import { composite, isNumeric, type Kernel, kernel, type KernelTable, listOf } from './kernel.ts';

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The same elements under another shape: nothing is computed, the data is shared. */
const reshapeKernel: Kernel = {
  record: ({ inputs: { x }, attrs, rec }: { inputs: Record<string, Value>; attrs: { shape: number[] }; rec: { view(v: Value, s: readonly number[]): Value } }) =>
    rec.view(x!, util.inferFromImplicitShape(attrs.shape, elements(x!.shape))),
  lower: (node, to) => {
    const [x] = node.inputs as readonly [Value];
    // A product with constant weights takes the images as they are, its rows in another order: no transpose remains in an exported file.
    return !to.options.specialise && to.onlyChannelsFirst(x) ? { reshaped: x } : reshape(to, to.plain(x), node.outputs[0]!.shape);
  },
};

/** A constant broadcast to a shape; the constant is an operand, since it may be a learning rate. */
const fill: Kernel = kernel<{ shape: number[]; value: number; dtype?: DataType }, { shape: readonly number[] }>(
  ({ attrs: { shape, value, dtype = 'float32' }, rec }) => (isNumeric({ shape, dtype }) ? { inputs: [rec.scalar(value, dtype)], attrs: { shape }, outputs: [{ shape, dtype }] } : null),
  ({ inputs: [x], attrs: { shape } }, to) => to.onnx.op('Expand', [to.plain(x!), to.onnx.ints(shape)]),
);

function like(constant: 0 | 1): Kernel {
  return kernel<object, { shape: readonly number[]; dtype: DataType }>(
    ({ inputs: { x } }) => (isNumeric(x!) ? { inputs: [], attrs: { shape: x!.shape, dtype: x!.dtype }, outputs: [{ shape: x!.shape, dtype: x!.dtype }] } : null),
    ({ attrs: { shape, dtype } }, to) => to.onnx.op('Expand', [to.onnx.constant(dtype as 'float32', constant), to.onnx.ints(shape)]),
  );
}

const concat: Kernel = kernel<{ axis: number }, { axis: number }>(
  ({ inputs, attrs }) => {
    const all = listOf(inputs);
    const axis = axisOf(attrs.axis, all[0]!.shape.length);
    const size = all.reduce((sum, value) => sum + value.shape[axis]!, 0);
    const shape = all[0]!.shape.map((length, i) => (i === axis ? size : length));
    const values = all.filter((value) => elements(value.shape) > 0);
    if (values.length === 0 || !isNumeric(all[0]!)) return null;
    return { inputs: values, attrs: { axis }, outputs: [{ shape, dtype: all[0]!.dtype }] };
  },
  ({ inputs, attrs: { axis } }, to) => {
    if (inputs[0]!.shape.length === 4 && inputs.every((value) => to.onlyChannelsFirst(value))) {
      return { channelsFirst: to.onnx.op('Concat', inputs.map((value) => to.channelsFirst(value)), { axis: [0, 2, 3, 1][axis]! }) };
    }
    return to.onnx.op('Concat', inputs.map((value) => to.plain(value)), { axis });
  },
);

const pack: Kernel = composite<{ axis: number }>(({ inputs, attrs, rec }) => {
  const values = listOf(inputs);
  if (!isNumeric(values[0]!)) return null;
  const axis = axisOf(attrs.axis, values[0]!.shape.length + 1);
  const parts = values.map((value) => rec.view(value, value.shape.toSpliced(axis, 0, 1)));
  return rec.call('Concat', Object.fromEntries(parts.map((part, i) => [String(i), part])), { axis });
});

/** A part that begins anywhere: the begin is an operand, the size is not. */
const sliceKernel: Kernel = kernel<{ begin: number[]; size: number[] }, { size: readonly number[] }>(
  ({ inputs: { x }, attrs, rec }) => {
    if (!isNumeric(x!) || x!.shape.length === 0) return null;
    const info = { shape: [...x!.shape], rank: x!.shape.length } as never;
    const [begin, size] = slice_util.parseSliceParams(info, attrs.begin, attrs.size) as [number[], number[]];
    slice_util.assertParamsValid(info, begin, size);
    return { inputs: [x!, ...begin.map((start) => rec.scalar(start, 'int32'))], attrs: { size }, outputs: [{ shape: size, dtype: x!.dtype }] };
  },
  ({ inputs: [x, ...begin], attrs: { size } }, to) => {
    const axes = size.map((_, axis) => axis).filter((axis) => size[axis] !== x!.shape[axis]);
    if (axes.length === 0) return to.plain(x!);
    const starts = axes.map((axis) => reshape(to, to.plain(begin[axis]!), [1]));
    const start = starts.length === 1 ? starts[0]! : to.onnx.op('Concat', starts, { axis: 0 });
    const end = to.onnx.op('Add', [start, to.onnx.constant('int32', axes.map((axis) => size[axis]!), [axes.length])]);
    return to.onnx.op('Slice', [to.plain(x!), start, end, to.onnx.constant('int32', axes, [axes.length])]);
  },
);

/** Equal parts or given sizes along an axis. */
const split: Kernel = kernel<{ numOrSizeSplits: number[] | number; axis: number }, { sizes: readonly number[]; axis: number }>(
  ({ inputs: { x }, attrs }) => {
    if (!isNumeric(x!)) return null;
    const axis = util.parseAxisParam(attrs.axis, [...x!.shape])[0]!;
    const sizes = backend_util.prepareSplitSize({ shape: [...x!.shape] } as never, attrs.numOrSizeSplits, axis);
    return { inputs: [x!], attrs: { sizes, axis }, outputs: sizes.map((size) => ({ shape: x!.shape.with(axis, size), dtype: x!.dtype })) };
  },
  ({ inputs: [x], attrs: { sizes, axis } }, to) => to.onnx.ops(sizes.length, 'Split', [to.plain(x!), to.onnx.ints(sizes)], { axis }),
);

/** The slices along an axis, without it. */
const unpack: Kernel = kernel<{ axis: number }, { axis: number }>(
  ({ inputs: { value }, attrs }) => {
    if (!isNumeric(value!)) return null;
    const axis = axisOf(attrs.axis, value!.shape.length);
    const shape = value!.shape.toSpliced(axis, 1);
    return { inputs: [value!], attrs: { axis }, outputs: Array.from({ length: value!.shape[axis]! }, () => ({ shape, dtype: value!.dtype })) };
  },
  ({ inputs: [x], outputs, attrs: { axis } }, to) => {
    const parts = to.onnx.ops(outputs.length, 'Split', [to.plain(x!), to.onnx.ints(outputs.map(() => 1))], { axis });
    return parts.map((part) => reshape(to, part, outputs[0]!.shape));
  },
);

const pad: Kernel = kernel<{ paddings: [number, number][]; constantValue: number }, { paddings: readonly (readonly [number, number])[] }>(
  ({ inputs: { x }, attrs: { paddings, constantValue }, rec }) => (isNumeric(x!) && x!.shape.length > 0 ? {
    inputs: [x!, rec.scalar(constantValue, x!.dtype)],
    attrs: { paddings },
    outputs: [{ shape: x!.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]), dtype: x!.dtype }],
  } : null),
  ({ inputs: [x, constant], attrs: { paddings } }, to) => to.onnx.op('Pad', [
    to.plain(x!), to.onnx.ints([...paddings.map((p) => p[0]), ...paddings.map((p) => p[1])]), to.plain(constant!),
  ]),
);

const mirrorPad: Kernel = kernel<{ paddings: [number, number][]; mode: 'reflect' | 'symmetric' }, { paddings: readonly (readonly [number, number])[]; mode: string }>(
  ({ inputs: { x }, attrs: { paddings, mode } }) => (mode === 'reflect' && isNumeric(x!) && x!.shape.length > 0 ? {
    inputs: [x!], attrs: { paddings, mode }, outputs: [{ shape: x!.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]), dtype: x!.dtype }],
  } : null),
  ({ inputs: [x], attrs: { paddings, mode } }, to) => to.onnx.op('Pad', [to.plain(x!), to.onnx.ints([...paddings.map((p) => p[0]), ...paddings.map((p) => p[1])])], { mode }),
);

const reverse: Kernel = kernel<{ dims: number | number[] }, { axes: readonly number[] }>(
  ({ inputs: { x }, attrs: { dims } }) => (isNumeric(x!) && x!.shape.length > 0 ? { inputs: [x!], attrs: { axes: util.parseAxisParam(dims, [...x!.shape]) }, outputs: [{ shape: x!.shape, dtype: x!.dtype }] } : null),
  ({ inputs: [x], attrs: { axes } }, to) => slice(to, to.plain(x!), {
    begin: axes.map(() => -1), end: axes.map(() => -Number.MAX_SAFE_INTEGER), axes, steps: axes.map(() => -1),
  }),
);

const stridedSlice: Kernel = kernel<StridedAttributes, StridedPlan>(
  ({ inputs: { x }, attrs }) => {
    if (!isNumeric(x!)) return null;
    const info = slice_util.sliceInfo([...x!.shape], attrs.begin, attrs.end, attrs.strides, attrs.beginMask, attrs.endMask, attrs.ellipsisMask, attrs.newAxisMask, attrs.shrinkAxisMask);
    const plan = { begin: info.begin, end: info.end, strides: info.strides, identity: info.isIdentity };
    if (elements(info.finalShape) === 0) return null;
    return { inputs: [x!], attrs: plan, outputs: [{ shape: info.finalShape, dtype: x!.dtype }] };
  },
  ({ inputs: [x], outputs: [y], attrs: { begin, end, strides, identity } }, to) => {
    if (identity) return reshape(to, to.plain(x!), y!.shape);
    // A negative stride that runs past the first element needs an end before it: minus one would mean the last element.
    const ends = end.map((stop, i) => (strides[i]! < 0 && stop < 0 ? -Number.MAX_SAFE_INTEGER : stop));
    return reshape(to, slice(to, to.plain(x!), { begin, end: ends, axes: begin.map((_, i) => i), steps: strides }), y!.shape);
  },
);

interface StridedAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

interface StridedPlan {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  readonly identity: boolean;
}

const tile: Kernel = kernel<{ reps: number[] }, { reps: readonly number[] }>(
  ({ inputs: { x }, attrs: { reps } }) => (isNumeric(x!) ? { inputs: [x!], attrs: { reps }, outputs: [{ shape: x!.shape.map((size, i) => size * reps[i]!), dtype: x!.dtype }] } : null),
  ({ inputs: [x], outputs: [y], attrs: { reps } }, to) => broadcastOrTile(to, x!, reps, y!.shape),
);

/** Repeating axes of length one is a broadcast, which is faster. */
function broadcastOrTile(to: Lowering, x: Value, reps: readonly number[], shape: readonly number[]): string {
  if (reps.every((count) => count === 1)) return to.plain(x);
  const broadcasts = x.shape.every((size, i) => size === 1 || reps[i] === 1);
  return to.onnx.op(broadcasts ? 'Expand' : 'Tile', [to.plain(x), to.onnx.ints(broadcasts ? shape : reps)]);
}

const transposeKernel: Kernel = kernel<{ perm: number[] }, { perm: readonly number[] }>(
  ({ inputs: { x }, attrs: { perm } }) => (isNumeric(x!) ? { inputs: [x!], attrs: { perm }, outputs: [{ shape: perm.map((axis) => x!.shape[axis]!), dtype: x!.dtype }] } : null),
  ({ inputs: [x], attrs: { perm } }, to) => transpose(to, to.plain(x!), perm),
);

const expandDims: Kernel = {
  record: ({ inputs: { input }, attrs: { dim }, rec }: { inputs: Record<string, Value>; attrs: { dim: number }; rec: { view(v: Value, s: readonly number[]): Value } }) =>
    rec.view(input!, input!.shape.toSpliced(axisOf(dim, input!.shape.length + 1), 0, 1)),
  lower: reshapeKernel.lower,
};

const identity: Kernel = composite<object>(({ inputs: { x } }) => x!);

const depthToSpace: Kernel = composite<{ blockSize: number; dataFormat: string }>(({ inputs: { x }, attrs: { blockSize: b, dataFormat }, rec }) => {
  if (dataFormat !== 'NHWC') return null;
  const [n, h, w, c] = x!.shape as [number, number, number, number];
  const depth = c / (b * b);
  const split6 = rec.view(x!, [n, h, w, b, b, depth]);
  return rec.view(rec.call('Transpose', { x: split6 }, { perm: [0, 1, 3, 2, 4, 5] }), [n, h * b, w * b, depth]);
});

const flipLeftRight: Kernel = composite<object>(({ inputs: { image }, rec }) => rec.call('Reverse', { x: image! }, { dims: [2] }));

interface Blocks {
  readonly blockShape: number[];
  readonly crops: [number, number][];
  readonly paddings: [number, number][];
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const batchToSpace: Kernel = composite<Blocks>(({ inputs: { x }, attrs: { blockShape, crops }, rec }) => {
  const count = product(blockShape);
  const apart = rec.view(x!, backend_util.getReshaped([...x!.shape], blockShape, count));
  const turned = rec.call('Transpose', { x: apart }, { perm: backend_util.getPermuted(apart.shape.length, blockShape.length) });
  const joined = rec.view(turned, backend_util.getReshapedPermuted([...x!.shape], blockShape, count));
  const size = backend_util.getSliceSize([...joined.shape], crops, blockShape.length);
  return rec.call('Slice', { x: joined }, { begin: backend_util.getSliceBeginCoords(crops, blockShape.length), size });
});

const spaceToBatch: Kernel = composite<Blocks>(({ inputs: { x }, attrs: { blockShape, paddings }, rec }) => {
  const count = product(blockShape);
  const rest = x!.shape.slice(1 + blockShape.length).map((): [number, number] => [0, 0]);
  const padded = rec.call('PadV2', { x: x! }, { paddings: [[0, 0], ...paddings, ...rest], constantValue: 0 });
  const apart = rec.view(padded, backend_util.getReshaped([...padded.shape], blockShape, count, false));
  const turned = rec.call('Transpose', { x: apart }, { perm: backend_util.getPermuted(apart.shape.length, blockShape.length, false) });
  return rec.view(turned, backend_util.getReshapedPermuted([...padded.shape], blockShape, count, false));
});

export const shapeKernels: KernelTable = {
  BatchToSpaceND: batchToSpace,
  Concat: concat,
  DepthToSpace: depthToSpace,
  ExpandDims: expandDims,
  Fill: fill,
  FlipLeftRight: flipLeftRight,
  Identity: identity,
  MirrorPad: mirrorPad,
  OnesLike: like(1),
  Pack: pack,
  PadV2: pad,
  Reshape: reshapeKernel,
  Reverse: reverse,
  Slice: sliceKernel,
  SpaceToBatchND: spaceToBatch,
  SplitV: split,
  StridedSlice: stridedSlice,
  Tile: tile,
  Transpose: transposeKernel,
  Unpack: unpack,
  ZerosLike: like(0),
};
