import { backend_util, type DataType, util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/value.ts';
import { elements } from '../graph/value.ts';
import { type Lowering, reshape, transpose } from '../lower/lowering.ts';
import { axisOf, composite, isNumeric, type Kernel, kernel, type KernelTable } from './kernel.ts';

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

/** Where in a shape the new axis goes; negative places count from the end. */
function insertionAxis(dim: number, rank: number): number {
  util.assert(dim >= -(rank + 1) && dim <= rank, () => `Axis must be in the interval [${-(rank + 1)}, ${rank}], got ${dim}`);
  return axisOf(dim, rank + 1);
}

const expandDims: Kernel = {
  record: ({ inputs: { input }, attrs: { dim }, rec }: { inputs: Record<string, Value>; attrs: { dim: number }; rec: { view(v: Value, s: readonly number[]): Value } }) =>
    rec.view(input!, input!.shape.toSpliced(insertionAxis(dim, input!.shape.length), 0, 1)),
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

interface Blocks {
  readonly blockShape: number[];
  readonly crops: [number, number][];
  readonly paddings: [number, number][];
}

const batchToSpace: Kernel = composite<Blocks>(({ inputs: { x }, attrs: { blockShape, crops }, rec }) => {
  const count = elements(blockShape);
  const apart = rec.view(x!, backend_util.getReshaped([...x!.shape], blockShape, count));
  const turned = rec.call('Transpose', { x: apart }, { perm: backend_util.getPermuted(apart.shape.length, blockShape.length) });
  const joined = rec.view(turned, backend_util.getReshapedPermuted([...x!.shape], blockShape, count));
  const size = backend_util.getSliceSize([...joined.shape], crops, blockShape.length);
  return rec.call('Slice', { x: joined }, { begin: backend_util.getSliceBeginCoords(crops, blockShape.length), size });
});

const spaceToBatch: Kernel = composite<Blocks>(({ inputs: { x }, attrs: { blockShape, paddings }, rec }) => {
  const count = elements(blockShape);
  const rest = x!.shape.slice(1 + blockShape.length).map((): [number, number] => [0, 0]);
  const padded = rec.call('PadV2', { x: x! }, { paddings: [[0, 0], ...paddings, ...rest], constantValue: 0 });
  const apart = rec.view(padded, backend_util.getReshaped([...padded.shape], blockShape, count, false));
  const turned = rec.call('Transpose', { x: apart }, { perm: backend_util.getPermuted(apart.shape.length, blockShape.length, false) });
  return rec.view(turned, backend_util.getReshapedPermuted([...padded.shape], blockShape, count, false));
});

/** The elements on the diagonal of zeros: n zeros after each but the last, laid out in rows of n. */
const diag: Kernel = composite<object>(({ inputs: { x }, rec }) => {
  const n = elements(x!.shape);
  if (!isNumeric(x!)) return null;
  const apart = rec.call('PadV2', { x: rec.view(x!, [n, 1]) }, { paddings: [[0, 0], [0, n]], constantValue: 0 });
  const rows = rec.call('Slice', { x: rec.view(apart, [n * (n + 1)]) }, { begin: [0], size: [n * n] });
  return rec.view(rows, [...x!.shape, ...x!.shape]);
});

export const shapeKernels: KernelTable = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  Diag: diag,
  ExpandDims: expandDims,
  Fill: fill,
  Identity: identity,
  OnesLike: like(1),
  Reshape: reshapeKernel,
  SpaceToBatchND: spaceToBatch,
  Tile: tile,
  Transpose: transposeKernel,
  ZerosLike: like(0),
};
