/** Tensors joined, cut into parts, padded and reversed. */
import { backend_util, slice_util, type StridedSliceAttrs, util } from '@tensorflow/tfjs-core';
import { elements, type Value } from '../graph/value.ts';
import { inForm, type Lowering, reshape, slice } from '../lower/lowering.ts';
import { axisOf, composite, isNumeric, type Kernel, kernel, type KernelCall, type KernelTable, listOf, type Recording } from './kernel.ts';

const concat: Kernel = kernel<{ axis: number }, { axis: number }>(
  ({ inputs, attrs, rec }) => {
    const all = listOf(inputs);
    const axis = util.parseAxisParam(attrs.axis, [...all[0]!.shape])[0]!;
    const shapes = all.map((value) => [...value.shape]);
    backend_util.assertParamsConsistent(shapes, axis);
    const shape = backend_util.computeOutShape(shapes, axis);
    const values = all.filter((value) => elements(value.shape) > 0);
    if (!isNumeric(all[0]!)) return null;
    if (values.length === 0) return rec.constant(new Float32Array(0), shape, all[0]!.dtype);
    return { inputs: values, attrs: { axis }, outputs: [{ shape, dtype: all[0]!.dtype }] };
  },
  ({ inputs, attrs: { axis } }, to) => {
    if (inputs[0]!.shape.length === 4 && inputs.every((value) => to.onlyChannelsFirst(value))) {
      return inForm(to, inputs[0]!, (_, place) => to.onnx.op('Concat', inputs.map((value) => to.channelsFirst(value)), { axis: place(axis) }));
    }
    return to.onnx.op('Concat', inputs.map((value) => to.plain(value)), { axis });
  },
);

const pack: Kernel = composite<{ axis: number }>(({ inputs, attrs, rec }) => {
  const values = listOf(inputs);
  const { shape, dtype } = values[0]!;
  for (const value of values) {
    util.assertShapesMatch([...shape], [...value.shape], 'All tensors passed to stack must have matching shapes');
    util.assert(dtype === value.dtype, () => `All tensors passed to stack must have matching dtypes, got ${dtype} and ${value.dtype}`);
  }
  if (!isNumeric(values[0]!)) return null;
  const axis = axisOf(attrs.axis, shape.length + 1);
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
    if (axes.length === 0) return inForm(to, x!, (name) => name);
    const starts = axes.map((axis) => reshape(to, to.plain(begin[axis]!), [1]));
    const start = starts.length === 1 ? starts[0]! : to.onnx.op('Concat', starts, { axis: 0 });
    const end = to.onnx.op('Add', [start, to.onnx.constant('int32', axes.map((axis) => size[axis]!), [axes.length])]);
    return inForm(to, x!, (name, place) => to.onnx.op('Slice', [name, start, end, to.onnx.constant('int32', axes.map(place), [axes.length])]));
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

type Paddings = readonly (readonly [before: number, after: number])[];

/** All befores, then all afters. */
function padsOf(to: Lowering, paddings: Paddings, place: (axis: number) => number): string {
  const pads = Array.from({ length: paddings.length * 2 }, () => 0);
  paddings.forEach(([before, after], axis) => {
    pads[place(axis)] = before;
    pads[place(axis) + paddings.length] = after;
  });
  return to.onnx.ints(pads);
}

const padded = (x: Value, paddings: Paddings): readonly number[] => x.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]);

/** A scalar has no sides; strings have no ONNX form. */
const whole = (x: Value): Value | null => (isNumeric(x) ? x : null);

const pad: Kernel = kernel<{ paddings: [number, number][]; constantValue: number }, { paddings: Paddings }>(
  ({ inputs: { x }, attrs: { paddings, constantValue }, rec }) => {
    if (!isNumeric(x!) || x!.shape.length === 0) return whole(x!);
    return { inputs: [x!, rec.scalar(constantValue, x!.dtype)], attrs: { paddings }, outputs: [{ shape: padded(x!, paddings), dtype: x!.dtype }] };
  },
  ({ inputs: [x, constant], attrs: { paddings } }, to) => inForm(to, x!, (name, place) => to.onnx.op('Pad', [name, padsOf(to, paddings, place), to.plain(constant!)])),
);

const reflectPad: Kernel = kernel<{ paddings: [number, number][]; mode: 'reflect' | 'symmetric' }, { paddings: Paddings; mode: string }>(
  ({ inputs: { x }, attrs: { paddings, mode } }) => (isNumeric(x!) && x!.shape.length > 0
    ? { inputs: [x!], attrs: { paddings, mode }, outputs: [{ shape: padded(x!, paddings), dtype: x!.dtype }] }
    : whole(x!)),
  ({ inputs: [x], attrs: { paddings, mode } }, to) => inForm(to, x!, (name, place) => to.onnx.op('Pad', [name, padsOf(to, paddings, place)], { mode })),
);

/** ONNX mirrors around the first and last element; mirrored with them, the border is made of reversed slices. */
const mirrorPad: Kernel = {
  record: (call: KernelCall<never>) => {
    const { inputs: { x }, attrs, rec } = call as KernelCall<{ paddings: Paddings; mode: 'reflect' | 'symmetric' }>;
    if (attrs.mode === 'reflect') return reflectPad.record(call);
    return isNumeric(x!) ? attrs.paddings.reduce((value, paddings, axis) => symmetric(rec, value, axis, paddings), x!) : null;
  },
  lower: reflectPad.lower,
};

function symmetric(rec: Recording, x: Value, axis: number, [before, after]: readonly [number, number]): Value {
  const border = (start: number, length: number): Value[] => (length === 0 ? [] : [
    rec.call('Reverse', { x: rec.call('Slice', { x }, { begin: x.shape.map((_, i) => (i === axis ? start : 0)), size: x.shape.with(axis, length) }) }, { dims: [axis] }),
  ]);
  const joined = [...border(0, before), x, ...border(x.shape[axis]! - after, after)];
  return joined.length === 1 ? x : rec.call('Concat', Object.fromEntries(joined.map((part, i) => [String(i), part])), { axis });
}

const reverse: Kernel = kernel<{ dims: number | number[] }, { axes: readonly number[] }>(
  ({ inputs: { x }, attrs: { dims } }) => (isNumeric(x!) && x!.shape.length > 0 ? { inputs: [x!], attrs: { axes: util.parseAxisParam(dims, [...x!.shape]) }, outputs: [{ shape: x!.shape, dtype: x!.dtype }] } : whole(x!)),
  ({ inputs: [x], attrs: { axes } }, to) => inForm(to, x!, (name, place) => slice(to, name, {
    begin: axes.map(() => -1), end: axes.map(() => -Number.MAX_SAFE_INTEGER), axes: axes.map(place), steps: axes.map(() => -1),
  })),
);

const stridedSlice: Kernel = kernel<StridedSliceAttrs, StridedPlan>(
  ({ inputs: { x }, attrs }) => {
    if (!isNumeric(x!)) return null;
    const info = slice_util.sliceInfo([...x!.shape], attrs.begin, attrs.end, attrs.strides, attrs.beginMask, attrs.endMask, attrs.ellipsisMask, attrs.newAxisMask, attrs.shrinkAxisMask);
    const plan = { begin: info.begin, end: info.end, strides: info.strides, identity: info.isIdentity };
    return { inputs: [x!], attrs: plan, outputs: [{ shape: info.finalShape, dtype: x!.dtype }] };
  },
  ({ inputs: [x], outputs: [y], attrs: { begin, end, strides, identity } }, to) => {
    if (identity) return reshape(to, to.plain(x!), y!.shape);
    // A negative stride that runs past the first element needs an end before it: minus one would mean the last element.
    const ends = end.map((stop, i) => (strides[i]! < 0 && stop < 0 ? -Number.MAX_SAFE_INTEGER : stop));
    return reshape(to, slice(to, to.plain(x!), { begin, end: ends, axes: begin.map((_, i) => i), steps: strides }), y!.shape);
  },
);

interface StridedPlan {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides: readonly number[];
  readonly identity: boolean;
}

const flipLeftRight: Kernel = composite<object>(({ inputs: { image }, rec }) => rec.call('Reverse', { x: image! }, { dims: [2] }));

export const partKernels: KernelTable = {
  Concat: concat,
  FlipLeftRight: flipLeftRight,
  MirrorPad: mirrorPad,
  Pack: pack,
  PadV2: pad,
  Reverse: reverse,
  Slice: sliceKernel,
  SplitV: split,
  StridedSlice: stridedSlice,
  Unpack: unpack,
};
