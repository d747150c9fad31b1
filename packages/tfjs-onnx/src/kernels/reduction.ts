import { type DataType, util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/value.ts';
import { elements } from '../graph/value.ts';
import { cast, extent, float, type Form, type Lowering, reduce, reduceRows, reshape } from '../lower/lowering.ts';
import { composite, type Kernel, kernel, type KernelTable, type Recording } from './kernel.ts';

interface AxisAttributes {
  readonly axis?: number | number[];
  /** Max calls its axes so. */
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

function reduction(x: Value, { axis, reductionIndices, keepDims }: AxisAttributes): Reduction & { readonly shape: readonly number[] } {
  const axes = util.parseAxisParam(axis ?? reductionIndices ?? x.shape.map((_, i) => i), [...x.shape]).sort((a, b) => a - b);
  const shape = keepDims ? x.shape.map((size, i) => (axes.includes(i) ? 1 : size)) : x.shape.filter((_, i) => !axes.includes(i));
  return { axes, keepDims: keepDims ?? false, shape };
}

type ReduceOp = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd';

const EXTREMES: ReadonlySet<ReduceOp> = new Set(['ReduceMax', 'ReduceMin']);

/** One reduction. ONNX Runtime's maxima pass over NaN, but the sum of magnitudes is NaN exactly where an element is. */
function reduceOnce(to: Lowering, op: ReduceOp, name: string, axes: readonly number[], { keepDims = false, type }: { keepDims?: boolean; type: DataType }): string {
  const reduced = reduce(to, op, name, axes, keepDims);
  if (type !== 'float32' || !EXTREMES.has(op)) return reduced;
  const sum = to.onnx.op('ReduceL1', [name], { axes, keepdims: keepDims ? 1 : 0 });
  return to.onnx.op('Where', [to.onnx.op('IsNaN', [sum]), sum, reduced]);
}

/** Reduces the pixels of NCHW images, or images and pixels; null where the axes are others, or another form of x exists. */
function reducePixels(to: Lowering, op: ReduceOp, x: Value, { axes, keepDims }: Reduction, type: DataType): Form | null {
  const key = axes.join();
  if (x.shape.length !== 4 || x.dtype !== type || (key !== '0,1,2' && key !== '1,2')) return null;
  if (to.hasBlocked(x)) return reduceBlocked(to, op, x, { axes, keepDims }, type);
  if (!to.onlyChannelsFirst(x)) return null;
  const perImage = reduceOnce(to, op, to.channelsFirst(x), [2, 3], { keepDims, type });
  const reduced = key === '1,2' ? perImage : reduceOnce(to, op, perImage, [0], { keepDims, type });
  return keepDims ? { channelsFirst: reduced } : reduced;
}

/** The same over images in blocks of channels, [N, C/B, H·W, B]: the result has the order of NHWC. */
function reduceBlocked(to: Lowering, op: ReduceOp, x: Value, { axes, keepDims }: Reduction, type: DataType): string {
  const block = to.options.channelBlock;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const perImage = reduceOnce(to, op, reshape(to, to.blocked(x), [n, c / block, h * w, block]), [2], { type });
  const images = axes.includes(0) ? reduceOnce(to, op, perImage, [0], { type }) : perImage;
  const kept = keepDims ? [1, 1] : [];
  return reshape(to, images, axes.includes(0) ? [...(keepDims ? [1] : []), ...kept, c] : [n, ...kept, c]);
}

/** Reduces over any axes, in the number of stages that is fast for them. */
function reduceAxes(to: Lowering, op: ReduceOp, name: string, x: Value, { axes, keepDims, type }: Reduction & { type: DataType }, result: readonly number[]): string {
  const { shape } = x;
  const rank = shape.length;
  if (!to.options.specialise || elements(shape) === 0) return reduceOnce(to, op, name, axes, { keepDims, type });
  const count = extent(shape, axes);
  const others = elements(shape) / count;
  if (axes.every((axis, i) => axis === i)) {
    const inStages = (op === 'ReduceSum' || op === 'ReduceMean') && count >= 1024 && axes.length < rank;
    return reshape(to, inStages ? reduceRows(to, op, name, count, others) : reduceOnce(to, op, reshape(to, name, [count, others]), [0], { type }), result);
  }
  if (axes.every((axis, i) => axis === rank - axes.length + i)) return reshape(to, reduceOnce(to, op, reshape(to, name, [others, count]), [1], { type }), result);
  return reduceOnce(to, op, name, axes, { keepDims, type });
}

/** Of no elements TensorFlow.js has neither a maximum nor the place of one: NaN, which is 0 and false in other types. */
function ofNothing(rec: Recording, shape: readonly number[], dtype: DataType): Value {
  const count = elements(shape);
  return rec.constant(dtype === 'float32' ? new Float32Array(count).fill(Number.NaN) : new Int32Array(count), shape, dtype);
}

/** A row for a reduction; `type` is what it computes in (default: the type of x, bool as int32), `result` what it gives; counts of bool (`sums`) are int32. */
function reducing(op: ReduceOp, rule: { type?: DataType; result?: DataType; sums?: boolean } = {}): Kernel {
  return kernel<AxisAttributes, Reduction>(
    ({ inputs: { x }, attrs, rec }) => {
      const { axes, keepDims, shape } = reduction(x!, attrs);
      const dtype = rule.result ?? (rule.sums && x!.dtype === 'bool' ? 'int32' : x!.dtype);
      if (EXTREMES.has(op) && extent(x!.shape, axes) === 0) return ofNothing(rec, shape, dtype);
      return { inputs: [x!], attrs: { axes, keepDims }, outputs: [{ shape, dtype }] };
    },
    ({ inputs: [x], outputs: [y], attrs }, to) => {
      const type = rule.type ?? (x!.dtype === 'bool' ? 'int32' : x!.dtype);
      const pixels = reducePixels(to, op, x!, attrs, type);
      if (pixels !== null && type === y!.dtype) return pixels;
      const name = cast(to, to.plain(x!), x!.dtype, type);
      return cast(to, attrs.axes.length === 0 ? name : reduceAxes(to, op, name, x!, { ...attrs, type }, y!.shape), type, y!.dtype);
    },
  );
}

/** The first index of the largest or smallest element; NaN is neither. */
function arg(op: 'ArgMax' | 'ArgMin'): Kernel {
  return kernel<{ axis: number }, { axis: number }>(
    ({ inputs: { x }, attrs, rec }) => {
      const { axes, shape } = reduction(x!, { axis: attrs.axis ?? 0 });
      if (x!.shape.length === 0) return null;
      if (x!.shape[axes[0]!] === 0) return ofNothing(rec, shape, 'int32');
      return { inputs: [x!], attrs: { axis: axes[0]! }, outputs: [{ shape, dtype: 'int32' }] };
    },
    ({ inputs: [x], attrs }, to) => {
      const name = x!.dtype === 'bool' ? cast(to, to.plain(x!), 'bool', 'int32') : to.plain(x!);
      const worst = op === 'ArgMax' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      const numbers = x!.dtype === 'float32' ? to.onnx.op('Where', [to.onnx.op('IsNaN', [name]), float(to, worst), name]) : name;
      return cast(to, to.onnx.op(op, [numbers], { axis: attrs.axis, keepdims: 0 }), 'int64', 'int32');
    },
  );
}

/** Bools are counted as integers. */
const countable = (rec: Recording, x: Value): Value => (x.dtype === 'bool' ? rec.call('Cast', { x }, { dtype: 'int32' }) : x);

const cumulativeSum: Kernel = kernel<{ axis: number; exclusive: boolean; reverse: boolean }, { axis: number; exclusive: number; reverse: number }>(
  ({ inputs: { x }, attrs: { axis, exclusive, reverse }, rec }) => {
    const numbers = countable(rec, x!);
    return {
      inputs: [numbers],
      attrs: { axis: util.parseAxisParam(axis, [...x!.shape])[0]!, exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 },
      outputs: [{ shape: x!.shape, dtype: numbers.dtype }],
    };
  },
  ({ inputs: [x], attrs: { axis, exclusive, reverse } }, to) => to.onnx.op('CumSum', [to.plain(x!), to.onnx.constant('int32', axis)], { exclusive, reverse }),
);

/** In as many products as the length has binary digits: each takes in what lies twice as far back. */
const cumulativeProduct: Kernel = composite<{ axis: number; exclusive: boolean; reverse: boolean }>(({ inputs: { x }, attrs, rec }) => {
  const axis = util.parseAxisParam(attrs.axis, [...x!.shape])[0]!;
  const length = x!.shape[axis]!;
  const turn = (value: Value): Value => (attrs.reverse ? rec.call('Reverse', { x: value }, { dims: axis }) : value);
  const later = (value: Value, by: number): Value => {
    const padded = rec.call('PadV2', { x: value }, { paddings: x!.shape.map((_, i) => [i === axis ? by : 0, 0]), constantValue: 1 });
    return rec.call('Slice', { x: padded }, { begin: x!.shape.map(() => 0), size: x!.shape });
  };
  const numbers = turn(countable(rec, x!));
  let product = attrs.exclusive ? later(numbers, 1) : numbers;
  for (let by = 1; by < length; by *= 2) product = rec.call('Multiply', { a: product, b: later(product, by) });
  return turn(product);
});

export const reductionKernels: KernelTable = {
  All: reducing('ReduceMin', { type: 'int32', result: 'bool' }),
  Any: reducing('ReduceMax', { type: 'int32', result: 'bool' }),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Cumprod: cumulativeProduct,
  Cumsum: cumulativeSum,
  Max: reducing('ReduceMax'),
  Mean: reducing('ReduceMean', { type: 'float32', result: 'float32' }),
  Min: reducing('ReduceMin'),
  Prod: reducing('ReduceProd', { sums: true }),
  Sum: reducing('ReduceSum', { sums: true }),
};
