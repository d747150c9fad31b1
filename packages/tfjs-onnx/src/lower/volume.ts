/** Convolutions and poolings of volumes, NDHWC; filters are DHWIO. */
import { elements, type Value } from '../graph/value.ts';
import type { BuilderAttribute } from './builder.ts';
import { float, type Lowering, reshape, slice, transpose, zeroPad } from './lowering.ts';

/** One number per axis: depth, height, width. */
export type Triple = readonly [number, number, number];

/** Sizes of a convolution or pooling, all of them structural. */
export interface VolumeGeometry {
  readonly batch: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly size: Triple;
  readonly out: Triple;
  readonly kernel: Triple;
  readonly strides: Triple;
  readonly dilations: Triple;
  /** Negative where the first window begins behind the border: 'same' with strides longer than the window. */
  readonly before: Triple;
  /** Just enough for the output; negative where input is left over. */
  readonly after: Triple;
}

const FIRST = [0, 4, 1, 2, 3];
const LAST = [0, 2, 3, 4, 1];
/** Depth, height and width in NCDHW. */
const AXES = [2, 3, 4];

const channelsLast = (to: Lowering, name: string): string => transpose(to, name, LAST);
const map = (triple: Triple, change: (n: number, i: number) => number): Triple => triple.map(change) as unknown as Triple;

/** The volume that windows see, as NCDHW: what lies before the first window is cut off. */
function seen(to: Lowering, x: Value, g: VolumeGeometry): string {
  const name = transpose(to, to.plain(x), FIRST);
  return g.before.every((pad) => pad >= 0) ? name : slice(to, name, { begin: map(g.before, (pad) => Math.max(0, -pad)), end: g.size, axes: AXES });
}

/** Sizes of the volume that windows see. */
function inside(g: VolumeGeometry): VolumeGeometry {
  return { ...g, size: map(g.size, (size, i) => size + Math.min(0, g.before[i]!)), before: map(g.before, (pad) => Math.max(0, pad)) };
}

/** A gradient of what windows see, as one of the whole volume, NDHWC. */
function whole(to: Lowering, gradient: string, g: VolumeGeometry): string {
  return channelsLast(to, zeroPad(to, gradient, [0, 0, ...map(g.before, (pad) => Math.max(0, -pad))], [0, 0, 0, 0, 0]));
}

function windowAttributes(g: VolumeGeometry): Record<string, BuilderAttribute> {
  return {
    kernel_shape: g.kernel, strides: g.strides, pads: [...map(g.before, (pad) => Math.max(0, pad)), ...map(g.after, (pad) => Math.max(0, pad))],
    ...(g.dilations.some((d) => d !== 1) ? { dilations: g.dilations } : {}),
  };
}

/** DHWIO to OIDHW. */
const outputMajor = (to: Lowering, filter: Value): string => transpose(to, to.plain(filter), [4, 3, 0, 1, 2]);

export function convolution3d(to: Lowering, x: Value, filter: Value, g: VolumeGeometry): string {
  return channelsLast(to, to.onnx.op('Conv', [seen(to, x, g), outputMajor(to, filter)], windowAttributes(g)));
}

/** Gradient with respect to the volume; also the transposed convolution. */
export function inputGradient3d(to: Lowering, dy: Value, filter: Value, g: VolumeGeometry): string {
  const { size, before } = inside(g);
  const missing = map(size, (length, i) => length + before[i]! + Math.max(0, g.after[i]!) - ((g.out[i]! - 1) * g.strides[i]! + (g.kernel[i]! - 1) * g.dilations[i]! + 1));
  // An output padding must be smaller than the stride; what is beyond is padded with zeros afterwards.
  const extra = map(missing, (rows, i) => Math.min(rows, g.strides[i]! - 1));
  const image = to.onnx.op('ConvTranspose', [transpose(to, to.plain(dy), FIRST), outputMajor(to, filter)], { ...windowAttributes(g), output_padding: extra });
  return whole(to, zeroPad(to, image, [0, 0, 0, 0, 0], [0, 0, ...map(missing, (rows, i) => rows - extra[i]!)]), g);
}

/** Gradient with respect to the filter: batch and channels change places. */
export function filterGradient3d(to: Lowering, x: Value, dy: Value, g: VolumeGeometry): string {
  const image = transpose(to, seen(to, x, g), [1, 0, 2, 3, 4]);
  const { pads } = windowAttributes(g);
  const raw = to.onnx.op('Conv', [image, transpose(to, to.plain(dy), [4, 0, 1, 2, 3])], { kernel_shape: g.out, pads: pads!, strides: g.dilations, dilations: g.strides });
  return transpose(to, slice(to, raw, { begin: [0, 0, 0], end: g.kernel, axes: AXES }), [2, 3, 4, 0, 1]);
}

/** The mean over the window, counting only what is in the volume. */
export function averagePool3d(to: Lowering, x: Value, g: VolumeGeometry): string {
  return channelsLast(to, to.onnx.op('AveragePool', [seen(to, x, g)], { ...windowAttributes(g), count_include_pad: 0 }));
}

/** Every place gets an equal share of dy of each window it lies in, as in TensorFlow.js (also where a window reaches into the padding). */
export function averagePoolGradient3d(to: Lowering, dy: Value, g: VolumeGeometry): string {
  const { size, before } = inside(g);
  const window = g.kernel[0] * g.kernel[1] * g.kernel[2];
  const share = to.onnx.op('Mul', [transpose(to, to.plain(dy), FIRST), float(to, 1 / window)]);
  const ones = to.onnx.constant('float32', Array.from({ length: window }, () => 1), [1, 1, ...g.kernel]);
  const full = to.onnx.op('ConvTranspose', [reshape(to, share, [g.batch * g.channels, 1, ...g.out]), ones], { kernel_shape: g.kernel, strides: g.strides });
  const lacking = map(g.out, (out, i) => Math.max(0, before[i]! + size[i]! - ((out - 1) * g.strides[i]! + g.kernel[i]!)));
  const planes = slice(to, zeroPad(to, full, [0, 0, 0, 0, 0], [0, 0, ...lacking]), { begin: before, end: map(size, (length, i) => before[i]! + length), axes: AXES });
  return whole(to, reshape(to, planes, [g.batch, g.channels, ...size]), g);
}

export function maxPool3d(to: Lowering, x: Value, g: VolumeGeometry): string {
  return channelsLast(to, maximum(to, x, g)[0]);
}

/** The maximum, and where it was: an index into what windows see, flattened as NCDHW. */
function maximum(to: Lowering, x: Value, g: VolumeGeometry): readonly [string, string] {
  return to.onnx.ops(2, 'MaxPool', [seen(to, x, g)], windowAttributes(g)) as readonly [string, string];
}

export function maxPoolGradient3d(to: Lowering, dy: Value, x: Value, g: VolumeGeometry): string {
  const flat = to.onnx.ints([-1]);
  const shape = [g.batch, g.channels, ...inside(g).size];
  const zeros = to.onnx.op('Expand', [float(to, 0), to.onnx.ints([elements(shape)])]);
  const [indices, updates] = [maximum(to, x, g)[1], transpose(to, to.plain(dy), FIRST)].map((name) => to.onnx.op('Reshape', [name, flat])) as [string, string];
  return whole(to, reshape(to, to.onnx.op('ScatterElements', [zeros, indices, updates], { axis: 0, reduction: 'add' }), shape), g);
}
