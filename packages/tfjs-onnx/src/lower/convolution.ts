/**
 * Convolutions and their two gradients, each as the form that ONNX Runtime runs fastest (measured against PyTorch's kernels).
 * Images are NHWC or NCHW, whichever form exists; filters are HWIO.
 */
import type { Value } from '../graph/value.ts';
import type { Geometry } from '../kernels/geometry.ts';
import { windowAttributes } from '../kernels/geometry.ts';
import { blockedConvolution, blockedInputGradient, canBlock, fillsBlocks } from './blocked.ts';
import { MICROSOFT } from './builder.ts';
import { type Form, type Lowering, reduce, reshape, slice, transpose, zeroPad } from './lowering.ts';

/** Up to this many output pixels a matrix product over gathered patches beats Conv. */
const SMALL_PLANE = 16;
/** Patches of fewer channels are too short for a good matrix product. */
const PATCH_CHANNELS = 64;
/** Positions summed by one group of the filter gradient. */
const GROUP_POSITIONS = 4096;

const isPointwise = (g: Geometry): boolean => g.kernel[0] * g.kernel[1] === 1 && g.top === 0 && g.left === 0;
const isStrided = (g: Geometry): boolean => g.strides[0] > 1 || g.strides[1] > 1;
const isDilated = (g: Geometry): boolean => g.dilations[0] > 1 || g.dilations[1] > 1;

function usesPatches(g: Geometry, to: Lowering): boolean {
  return to.options.specialise && g.outHeight * g.outWidth <= SMALL_PLANE && !isStrided(g) && !isDilated(g) && g.channels >= PATCH_CHANNELS;
}

/** Forward convolution, with an optional bias per channel. */
export function convolution(to: Lowering, x: Value, filter: Value, g: Geometry, bias?: Value): Form {
  if (canBlock(to, g) && (!isPointwise(g) || to.hasBlocked(x))) return blockedConvolution(to, x, filter, g, bias);
  const biased = (image: string): string => (bias ? to.onnx.op('Add', [image, to.plain(bias)]) : image);
  if (isPointwise(g) && !to.onlyChannelsFirst(x)) return biased(pointwise(to, to.plain(x), to.plain(filter), g));
  if (usesPatches(g, to)) {
    const columns = patches(to, to.plain(x), g, { channels: g.channels, height: g.outHeight, width: g.outWidth, top: g.top, left: g.left, bottom: g.bottom, right: g.right });
    const weights = reshape(to, to.plain(filter), [g.kernel[0] * g.kernel[1] * g.channels, g.outChannels]);
    return biased(reshape(to, to.onnx.op('MatMul', [columns, weights]), [g.batch, g.outHeight, g.outWidth, g.outChannels]));
  }
  const inputs = [to.channelsFirst(x), outputMajor(to, to.plain(filter), g)];
  return { channelsFirst: to.onnx.op('Conv', bias ? [...inputs, to.plain(bias)] : inputs, windowAttributes(g)) };
}

/** Gradient with respect to the image; also the transposed convolution. */
export function inputGradient(to: Lowering, dy: Value, filter: Value, g: Geometry): Form {
  const window = flippedWindow(g);
  const pads = [window.top, window.left, window.bottom, window.right];
  const isShrinking = Math.min(...pads) < 0;
  if (!isStrided(g) && !isDilated(g) && !isShrinking && fillsBlocks(to, g.channels) && fillsBlocks(to, g.outChannels) && (!isPointwise(g) || to.hasBlocked(dy))) {
    return blockedInputGradient(to, dy, filter, g, pads);
  }
  if (isPointwise(g) && !isStrided(g) && !to.onlyChannelsFirst(dy)) {
    const weights = transpose(to, reshape(to, to.plain(filter), [g.channels, g.outChannels]), [1, 0]);
    const rows = reshape(to, to.plain(dy), [g.batch * g.outHeight * g.outWidth, g.outChannels]);
    return reshape(to, to.onnx.op('MatMul', [rows, weights]), [g.batch, g.height, g.width, g.channels]);
  }
  if (isStrided(g) || isDilated(g)) return transposedConvolution(to, dy, outputMajor(to, to.plain(filter), g), g);
  const flipped = isPointwise(g) ? to.plain(filter)
    : slice(to, to.plain(filter), { begin: [-1, -1], end: [-1000, -1000], axes: [0, 1], steps: [-1, -1] });
  const taps = g.kernel[0] * g.kernel[1];
  if (usesPatches(g, to) && g.outChannels >= PATCH_CHANNELS && g.height * g.width <= SMALL_PLANE) {
    const columns = patches(to, to.plain(dy), g, { ...window, channels: g.outChannels, height: g.height, width: g.width });
    const weights = reshape(to, transpose(to, reshape(to, flipped, [taps, g.channels, g.outChannels]), [0, 2, 1]), [taps * g.outChannels, g.channels]);
    return reshape(to, to.onnx.op('MatMul', [columns, weights]), [g.batch, g.height, g.width, g.channels]);
  }
  const turned = reshape(to, transpose(to, reshape(to, flipped, [taps, g.channels * g.outChannels]), [1, 0]), [g.channels, g.outChannels, ...g.kernel]);
  if (isShrinking) return transposedConvolution(to, dy, outputMajor(to, to.plain(filter), g), g);
  return { channelsFirst: to.onnx.op('Conv', [to.channelsFirst(dy), turned], { kernel_shape: g.kernel, pads }) };
}

/** Paddings of the full correlation with the flipped filter, stride 1. */
function flippedWindow(g: Geometry): { top: number; left: number; bottom: number; right: number } {
  const top = g.kernel[0] - 1 - g.top;
  const left = g.kernel[1] - 1 - g.left;
  return { top, left, bottom: g.height - g.outHeight + g.kernel[0] - 1 - top, right: g.width - g.outWidth + g.kernel[1] - 1 - left };
}

function transposedConvolution(to: Lowering, dy: Value, weights: string, g: Geometry, group = 1): Form {
  const size = (out: number, axis: 0 | 1, pads: number): number => (out - 1) * g.strides[axis] + (g.kernel[axis] - 1) * g.dilations[axis] + 1 - pads;
  const attrs = windowAttributes(g);
  const [top, left, bottom, right] = attrs['pads'] as readonly [number, number, number, number];
  const missing = [g.height - size(g.outHeight, 0, top + bottom), g.width - size(g.outWidth, 1, left + right)] as const;
  // An output padding must be smaller than the stride; what is beyond is padded with zeros afterwards.
  const extra = missing.map((rows, axis) => Math.min(rows, g.strides[axis as 0 | 1] - 1));
  const image = to.onnx.op('ConvTranspose', [to.channelsFirst(dy), weights], { ...attrs, group, output_padding: extra });
  return { channelsFirst: zeroPad(to, image, [0, 0, 0, 0], [0, 0, missing[0] - extra[0]!, missing[1] - extra[1]!]) };
}

/**
 * Gradient with respect to the filter by one convolution with "channels in width": the image is [1, N, H, W·C], a free view
 * of NHWC, and dy is the filter of K outputs, dilated by C along the width.
 */
export function filterGradient(to: Lowering, x: Value, dy: Value, g: Geometry): Form {
  if (isPointwise(g)) return pointwiseFilterGradient(to, x, dy, g);
  const groups = filterGroups(to, g);
  const perGroup = g.batch / groups;
  const image = reshape(to, to.plain(x), [1, g.batch, g.height, g.width * g.channels]);
  const pads = [g.top, g.left * g.channels, Math.max(0, g.bottom), Math.max(0, g.right) * g.channels];
  const weights = reshape(to, groupedGradient(to, dy, g, groups), [groups * g.outChannels, perGroup, g.outHeight, g.outWidth]);
  const raw = to.onnx.op('Conv', [image, weights], {
    kernel_shape: [g.outHeight, g.outWidth], pads, dilations: [g.strides[0], g.strides[1] * g.channels], group: groups,
  });
  const fits = g.bottom >= 0 && g.right >= 0;
  const cut = fits ? raw : slice(to, raw, { begin: [0, 0], end: [g.kernel[0], g.kernel[1] * g.channels], axes: [2, 3] });
  const count = g.outChannels * g.kernel[0] * g.kernel[1] * g.channels;
  const summed = groups > 1 ? reduce(to, 'ReduceSum', reshape(to, cut, [groups, count]), [0]) : cut;
  const rows = transpose(to, reshape(to, summed, [g.outChannels, count / g.outChannels]), [1, 0]);
  return reshape(to, rows, [...g.kernel, g.channels, g.outChannels]);
}

function filterGroups(to: Lowering, g: Geometry): number {
  let groups = 1;
  while (to.options.specialise && g.batch % (groups * 2) === 0 && (g.batch / groups) * g.outHeight * g.outWidth > GROUP_POSITIONS) groups *= 2;
  return groups;
}

/** dy as [G, K, N/G, OH·OW]. */
function groupedGradient(to: Lowering, dy: Value, g: Geometry, groups: number): string {
  const pixels = g.outHeight * g.outWidth;
  if (to.onlyChannelsFirst(dy) || to.hasBlocked(dy)) {
    return transpose(to, reshape(to, to.channelsFirst(dy), [groups, g.batch / groups, g.outChannels, pixels]), [0, 2, 1, 3]);
  }
  return transpose(to, reshape(to, to.plain(dy), [groups, (g.batch / groups) * pixels, g.outChannels]), [0, 2, 1]);
}

/** Every channel by itself, `outChannels / channels` outputs each. */
export function depthwiseConvolution(to: Lowering, x: Value, filter: Value, g: Geometry): Form {
  return { channelsFirst: to.onnx.op('Conv', [to.channelsFirst(x), depthwiseWeights(to, filter, g)], { ...windowAttributes(g), group: g.channels }) };
}

/** Gradient of the depthwise convolution with respect to the image. */
export function depthwiseInputGradient(to: Lowering, dy: Value, filter: Value, g: Geometry): Form {
  return transposedConvolution(to, dy, depthwiseWeights(to, filter, g), g, g.channels);
}

/** Gradient of the depthwise convolution with respect to the filter: the images are the channels of a grouped convolution. */
export function depthwiseFilterGradient(to: Lowering, x: Value, dy: Value, g: Geometry): Form {
  const image = reshape(to, transpose(to, to.channelsFirst(x), [1, 0, 2, 3]), [1, g.channels * g.batch, g.height, g.width]);
  const raw = to.onnx.op('Conv', [image, transpose(to, to.channelsFirst(dy), [1, 0, 2, 3])], {
    kernel_shape: [g.outHeight, g.outWidth], pads: [g.top, g.left, Math.max(0, g.bottom), Math.max(0, g.right)],
    dilations: g.strides, strides: g.dilations, group: g.channels,
  });
  const cut = slice(to, raw, { begin: [0, 0], end: g.kernel, axes: [2, 3] });
  return transpose(to, reshape(to, cut, [g.channels, g.outChannels / g.channels, ...g.kernel]), [2, 3, 0, 1]);
}

/** [kh, kw, C, multiplier] as [C·multiplier, 1, kh, kw]. */
function depthwiseWeights(to: Lowering, filter: Value, g: Geometry): string {
  return reshape(to, transpose(to, to.plain(filter), [2, 3, 0, 1]), [g.outChannels, 1, ...g.kernel]);
}

/** A 1×1 convolution is a matrix product over pixels. */
function pointwise(to: Lowering, x: string, filter: string, g: Geometry): string {
  const rows = reshape(to, strided(to, x, g, [1, 2]), [g.batch * g.outHeight * g.outWidth, g.channels]);
  const product = to.onnx.op('MatMul', [rows, reshape(to, filter, [g.channels, g.outChannels])]);
  return reshape(to, product, [g.batch, g.outHeight, g.outWidth, g.outChannels]);
}

/** The pixels that a strided 1×1 convolution reads. */
function strided(to: Lowering, x: string, g: Geometry, axes: readonly [number, number]): string {
  const end = [(g.outHeight - 1) * g.strides[0] + 1, (g.outWidth - 1) * g.strides[1] + 1];
  if (!isStrided(g) && end[0] === g.height && end[1] === g.width) return x;
  return slice(to, x, { begin: [0, 0], end, axes, steps: g.strides });
}

function pointwiseFilterGradient(to: Lowering, x: Value, dy: Value, g: Geometry): string {
  const pixels = g.outHeight * g.outWidth;
  let product: string;
  if (to.hasChannelsFirst(x) && to.hasChannelsFirst(dy)) {
    const rows = reshape(to, strided(to, to.channelsFirst(x), g, [2, 3]), [g.batch, g.channels, pixels]);
    product = fusedMatMul(to, rows, reshape(to, to.channelsFirst(dy), [g.batch, g.outChannels, pixels]), { right: true });
  } else {
    let batch = g.batch;
    let rows = pixels;
    while (to.options.specialise && rows < 256 && batch % 2 === 0) {
      batch /= 2;
      rows *= 2;
    }
    const left = reshape(to, strided(to, to.plain(x), g, [1, 2]), [batch, rows, g.channels]);
    product = fusedMatMul(to, left, reshape(to, to.plain(dy), [batch, rows, g.outChannels]), { left: true });
  }
  return reshape(to, reduce(to, 'ReduceSum', product, [0]), [1, 1, g.channels, g.outChannels]);
}

/** A batched product [B, m, k]·[B, k, n] with transposed operands. */
export function fusedMatMul(to: Lowering, a: string, b: string, transposed: { left?: boolean; right?: boolean }): string {
  if (to.options.microsoftOps) {
    return to.onnx.op('FusedMatMul', [a, b], { transA: transposed.left ? 1 : 0, transB: transposed.right ? 1 : 0 }, MICROSOFT);
  }
  return to.onnx.op('MatMul', [transposed.left ? transpose(to, a, [0, 2, 1]) : a, transposed.right ? transpose(to, b, [0, 2, 1]) : b]);
}

interface PatchWindow {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** The window around every output pixel as a row: [N·OH·OW, kh·kw·C]. Stride 1. */
function patches(to: Lowering, x: string, g: Geometry, w: PatchWindow): string {
  const padded = zeroPad(to, x, [0, w.top, w.left, 0], [0, w.bottom, w.right, 0]);
  const parts: string[] = [];
  for (let i = 0; i < g.kernel[0]; i++) {
    for (let j = 0; j < g.kernel[1]; j++) parts.push(slice(to, padded, { begin: [i, j], end: [i + w.height, j + w.width], axes: [1, 2] }));
  }
  return reshape(to, to.onnx.op('Concat', parts, { axis: 3 }), [g.batch * w.height * w.width, g.kernel[0] * g.kernel[1] * w.channels]);
}

/** HWIO to OIHW. Two transposes of matrices are several times faster than one of four axes. */
function outputMajor(to: Lowering, filter: string, g: Geometry): string {
  const taps = g.kernel[0] * g.kernel[1];
  const rows = transpose(to, reshape(to, filter, [taps * g.channels, g.outChannels]), [1, 0]);
  const turned = taps === 1 ? rows : transpose(to, reshape(to, rows, [g.outChannels, taps, g.channels]), [0, 2, 1]);
  return reshape(to, turned, [g.outChannels, g.channels, ...g.kernel]);
}
