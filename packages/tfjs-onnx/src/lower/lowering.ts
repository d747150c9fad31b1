import type { GraphNode, Value } from '../graph/value.ts';
import { elements } from '../graph/value.ts';
import { BLOCKED_DOMAIN, type OnnxBuilder } from './builder.ts';

export interface LowerOptions {
  /** Operators of ONNX Runtime's own domain may be used. */
  readonly microsoftOps: boolean;
  /**
   * Forms that are fast for exactly these sizes may be chosen. Off for export: there the structure must not depend on the batch.
   */
  readonly specialise: boolean;
  /** Channels of a block of ONNX Runtime's own layout of images, which blocked.ts describes; 1: it is not used. */
  readonly channelBlock: number;
}

/**
 * A result in its own shape; or, for rank 4, with its channels moved to axis 1, or also in blocks (see blocked.ts); or, made on demand, as another
 * value under its shape.
 */
export type Form = string | { readonly channelsFirst: string } | { readonly blocked: string } | { readonly reshaped: Value };

/**
 * The state of one lowering. TensorFlow.js keeps images as NHWC, ONNX's image operators want NCHW: every value of rank 4
 * owns some of its forms; a missing one is made on demand, once.
 */
export interface Lowering {
  readonly onnx: OnnxBuilder;
  readonly options: LowerOptions;
  /** The name of the value in its own (NHWC) shape. */
  plain(value: Value): string;
  /** The name of the value of rank 4 as NCHW. */
  channelsFirst(value: Value): string;
  /** Whether the NCHW form exists already. */
  hasChannelsFirst(value: Value): boolean;
  /** Whether the NCHW form exists, and the value's own does not. */
  onlyChannelsFirst(value: Value): boolean;
  /** The name of the value of rank 4 in blocks of channels. */
  blocked(value: Value): string;
  /** Whether the blocked form exists already. */
  hasBlocked(value: Value): boolean;
  /** Whether no other form exists. */
  onlyBlocked(value: Value): boolean;
  /** The value that this one is under another shape, where that is known. */
  reshapedFrom(value: Value): Value | undefined;
  /** Whether one node reads the value, and it is no result. */
  isUsedOnce(value: Value): boolean;
  define(value: Value, form: Form): void;
}

/** What a kernel's row of the table does for execution and export. */
export type Lower = (node: GraphNode, to: Lowering) => Form | readonly Form[];

/** Where NCHW finds its axes in NHWC. */
export const TO_CHANNELS_FIRST: readonly number[] = [0, 3, 1, 2];
/** Where NHWC finds its axes in NCHW. */
const TO_CHANNELS_LAST: readonly number[] = [0, 2, 3, 1];

/** `uses`: how many nodes and results need a value. */
export function createLowering(onnx: OnnxBuilder, options: LowerOptions, uses: ReadonlyMap<Value, number>): Lowering {
  const plainNames = new Map<Value, string>();
  const channelsFirstNames = new Map<Value, string>();
  const blockedNames = new Map<Value, string>();
  const sources = new Map<Value, Value>();

  function made(value: Value): string {
    const source = sources.get(value);
    if (source) return reshaped(onnx, plain(source), value.shape);
    const other = channelsFirstNames.get(value);
    const blocks = blockedNames.get(value);
    if (other === undefined && blocks !== undefined) return reorderOutput(value, blocks, 1);
    if (other === undefined) throw new Error(`onnxruntime: value ${value.id} is used before it is computed`);
    return movesNothing(value.shape) ? onnx.op('Reshape', [other, onnx.ints(value.shape)]) : onnx.op('Transpose', [other], { perm: TO_CHANNELS_LAST });
  }

  function reorderOutput(value: Value, name: string, channelsLast: 0 | 1): string {
    return onnx.op('ReorderOutput', [name], { channels: value.shape[3]!, channels_last: channelsLast }, BLOCKED_DOMAIN);
  }

  function plain(value: Value): string {
    const known = plainNames.get(value);
    if (known !== undefined) return known;
    const name = made(value);
    plainNames.set(value, name);
    return name;
  }

  function channelsFirst(value: Value): string {
    const known = channelsFirstNames.get(value);
    if (known !== undefined) return known;
    const name = madeChannelsFirst(value);
    channelsFirstNames.set(value, name);
    return name;
  }

  function madeChannelsFirst(value: Value): string {
    const blocks = blockedNames.get(value);
    if (blocks !== undefined && !plainNames.has(value)) return reorderOutput(value, blocks, 0);
    const [n, h, w, c] = value.shape as [number, number, number, number];
    return movesNothing(value.shape)
      ? onnx.op('Reshape', [plain(value), onnx.ints([n, c, h, w])])
      : onnx.op('Transpose', [plain(value)], { perm: TO_CHANNELS_FIRST });
  }

  function blocked(value: Value): string {
    const known = blockedNames.get(value);
    if (known !== undefined) return known;
    const isPlain = !channelsFirstNames.has(value);
    const name = onnx.op('ReorderInput', [isPlain ? plain(value) : channelsFirst(value)], { channels_last: isPlain ? 1 : 0 }, BLOCKED_DOMAIN);
    blockedNames.set(value, name);
    return name;
  }

  return {
    onnx,
    options,
    plain,
    channelsFirst,
    hasChannelsFirst: (value) => channelsFirstNames.has(value),
    onlyChannelsFirst: (value) => channelsFirstNames.has(value) && !plainNames.has(value),
    blocked,
    hasBlocked: (value) => blockedNames.has(value),
    onlyBlocked: (value) => blockedNames.has(value) && !channelsFirstNames.has(value) && !plainNames.has(value),
    reshapedFrom: (value) => sources.get(value),
    isUsedOnce: (value) => uses.get(value) === 1,
    define: (value, form) => {
      if (typeof form === 'string') plainNames.set(value, form);
      else if ('reshaped' in form) sources.set(value, form.reshaped);
      else if ('blocked' in form) blockedNames.set(value, form.blocked);
      else channelsFirstNames.set(value, form.channelsFirst);
    },
  };
}

/** One channel, or one pixel: NHWC and NCHW lie in memory alike. */
function movesNothing(shape: readonly number[]): boolean {
  const [, h, w, c] = shape as [number, number, number, number];
  return c === 1 || h * w === 1;
}

/** An operator on the form of x that exists; `place` says where an axis of x is in that form. */
export function inForm(to: Lowering, x: Value, emit: (name: string, place: (axis: number) => number) => string): Form {
  if (x.shape.length !== 4 || !to.onlyChannelsFirst(x)) return emit(to.plain(x), (axis) => axis);
  return { channelsFirst: emit(to.channelsFirst(x), (axis) => TO_CHANNELS_LAST[axis]!) };
}

/** A constant factor or count as float32. */
export function float(to: Lowering, value: number): string {
  return to.onnx.constant('float32', value);
}

export function reshape(to: Lowering, name: string, shape: readonly number[]): string {
  return reshaped(to.onnx, name, shape);
}

/** A size of 0 would mean the size of the operand. */
function reshaped(onnx: OnnxBuilder, name: string, shape: readonly number[]): string {
  return onnx.op('Reshape', [name, onnx.ints(shape)], shape.includes(0) ? { allowzero: 1 } : {});
}

export function transpose(to: Lowering, name: string, perm: readonly number[]): string {
  return perm.every((axis, i) => axis === i) ? name : to.onnx.op('Transpose', [name], { perm });
}

/** Elements `begin` to `end` (exclusive) of some axes. */
export function slice(to: Lowering, name: string, part: { begin: readonly number[]; end: readonly number[]; axes: readonly number[]; steps?: readonly number[] }): string {
  const inputs = [name, to.onnx.ints(part.begin), to.onnx.ints(part.end), to.onnx.ints(part.axes)];
  if (part.steps) inputs.push(to.onnx.ints(part.steps));
  return to.onnx.op('Slice', inputs);
}

/** Zero padding: all befores, then all afters. */
export function zeroPad(to: Lowering, name: string, before: readonly number[], after: readonly number[]): string {
  return [...before, ...after].every((size) => size === 0) ? name : to.onnx.op('Pad', [name, to.onnx.ints([...before, ...after])]);
}

const ONNX_TYPES: Readonly<Record<string, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 };

/** A cast, unless the types are the same. */
export function cast(to: Lowering, name: string, from: string, dtype: string): string {
  return from === dtype ? name : to.onnx.op('Cast', [name], { to: ONNX_TYPES[dtype]! });
}

/** A sum or mean (`op`) over the axes. */
export function reduce(to: Lowering, op: 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceProd', name: string, axes: readonly number[], keepDims = false): string {
  const keepdims = keepDims ? 1 : 0;
  return op === 'ReduceSum' ? to.onnx.op(op, [name, to.onnx.ints(axes)], { keepdims }) : to.onnx.op(op, [name], { axes, keepdims });
}

/** `ReduceSum` or `ReduceMean` over axis 0 of [rows, columns], in two stages: one long column sum has no parallelism. */
export function reduceRows(to: Lowering, op: 'ReduceSum' | 'ReduceMean', name: string, rows: number, columns: number): string {
  let groups = 1;
  while (to.options.specialise && groups < 64 && rows % (groups * 2) === 0 && rows / groups > 64) groups *= 2;
  const partial = groups > 1 ? reduce(to, op, reshape(to, name, [groups, rows / groups, columns]), [1]) : name;
  return reduce(to, op, groups > 1 ? partial : reshape(to, name, [rows, columns]), [0]);
}

/** Number of elements along the axes. */
export function extent(shape: readonly number[], axes: readonly number[]): number {
  return elements(axes.map((axis) => shape[axis]!));
}
