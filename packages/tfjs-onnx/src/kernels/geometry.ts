import { backend_util } from '@tensorflow/tfjs-core';
import type { BuilderAttribute } from '../lower/builder.ts';

/** Sizes of a two-dimensional convolution or pooling, all of them structural. Images are NHWC, filters HWIO. */
export interface Geometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly top: number;
  readonly left: number;
  /** Paddings below and to the right that are just enough for the output; negative where input rows are left over. */
  readonly bottom: number;
  readonly right: number;
}

/** TensorFlow.js's own rules for sizes and paddings. */
export function geometryOf(info: backend_util.Conv2DInfo): Geometry {
  const top = info.padInfo.top;
  const left = info.padInfo.left;
  const reach = (out: number, stride: number, size: number, dilation: number): number => (out - 1) * stride + (size - 1) * dilation + 1;
  return {
    batch: info.batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outChannels: info.outChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    top,
    left,
    bottom: reach(info.outHeight, info.strideHeight, info.filterHeight, info.dilationHeight) - info.inHeight - top,
    right: reach(info.outWidth, info.strideWidth, info.filterWidth, info.dilationWidth) - info.inWidth - left,
  };
}

/** The attributes that ONNX's Conv, ConvTranspose and pooling operators share. */
export function windowAttributes(g: Geometry): Record<string, BuilderAttribute> {
  return {
    kernel_shape: g.kernel,
    strides: g.strides,
    pads: [g.top, g.left, Math.max(0, g.bottom), Math.max(0, g.right)],
    ...(g.dilations.some((d) => d !== 1) ? { dilations: g.dilations } : {}),
  };
}

/** Whether a window may lie in the padding as a whole, which ONNX's pooling operators refuse. */
export function hasEmptyWindows(g: Geometry): boolean {
  return Math.max(g.top, g.bottom) >= g.kernel[0] || Math.max(g.left, g.right) >= g.kernel[1];
}

/** Whether there is room for more windows than outputs: for a padding by number TensorFlow.js takes both sizes from the height of the filter. */
export function leavesWindowsOut(g: Geometry): boolean {
  return g.bottom <= -g.strides[0] || g.right <= -g.strides[1];
}

/** Whether a pooling gives the image itself: TensorFlow.js says so of every window of one pixel that keeps the size, whatever the padding. */
export function isIdentity(g: Geometry): boolean {
  return g.kernel[0] === 1 && g.kernel[1] === 1 && g.outHeight === g.height && g.outWidth === g.width;
}

/** Whether the windows of a pooling tile the image exactly. */
export function tiles(g: Geometry): boolean {
  return g.kernel[0] === g.strides[0] && g.kernel[1] === g.strides[1] && g.top === 0 && g.left === 0
    && g.outHeight * g.kernel[0] === g.height && g.outWidth * g.kernel[1] === g.width && g.dilations.every((d) => d === 1);
}

/** Whether the window is the whole image. */
export function isGlobal(g: Geometry): boolean {
  return g.kernel[0] === g.height && g.kernel[1] === g.width && g.outHeight === 1 && g.outWidth === 1 && g.top === 0 && g.left === 0;
}
