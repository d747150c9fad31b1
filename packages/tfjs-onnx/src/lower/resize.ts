/** Resizing as a product with one constant matrix per axis; its gradient is the product with their transposes. */
import type { Value } from '../graph/value.ts';
import { cast, type Lowering } from './lowering.ts';

export interface ResizeRule {
  readonly method: 'bilinear' | 'nearest';
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

type Size = readonly [height: number, width: number];

const sizeOf = ({ shape }: Value): Size => [shape[1]!, shape[2]!];

/** Images [N, H, W, C] resized by matrix products, slow for large images but of every rule: float32, as NCHW. */
export function resizeByProducts(to: Lowering, images: Value, size: Size, rule: ResizeRule): string {
  const [height, width] = sizeOf(images);
  const rows = to.onnx.constant('float32', shares(size[0], height, rule, false), [size[0], height]);
  const columns = to.onnx.constant('float32', shares(size[1], width, rule, true), [width, size[1]]);
  return products(to, rows, images, columns);
}

/** dy [N, H', W', C] summed into the pixels that each came from: [N, C, H, W]. */
export function resizeGradient(to: Lowering, dy: Value, size: Size, rule: ResizeRule): string {
  const [outHeight, outWidth] = sizeOf(dy);
  const rows = to.onnx.constant('float32', shares(outHeight, size[0], rule, true), [size[0], outHeight]);
  const columns = to.onnx.constant('float32', shares(outWidth, size[1], rule, false), [outWidth, size[1]]);
  return products(to, rows, dy, columns);
}

function products(to: Lowering, rows: string, images: Value, columns: string): string {
  const planes = cast(to, to.channelsFirst(images), images.dtype, 'float32');
  return to.onnx.op('MatMul', [rows, to.onnx.op('MatMul', [planes, columns])]);
}

/** What share every input place has in every output place: [out, size], or transposed. */
function shares(out: number, size: number, rule: ResizeRule, transposed: boolean): number[] {
  const matrix = Array.from({ length: out * size }, () => 0);
  const add = (to: number, from: number, share: number): void => {
    matrix[transposed ? from * out + to : to * size + from]! += share;
  };
  for (let i = 0; i < out; i++) {
    const place = sourceOf(i, out, size, rule);
    if (rule.method === 'nearest') {
      add(i, Math.min(size - 1, rule.alignCorners ? Math.round(place) : Math.floor(place)), 1);
    } else {
      const from = Math.max(0, Math.floor(place));
      const share = place - from;
      add(i, from, 1 - share);
      add(i, Math.min(size - 1, Math.ceil(place)), share);
    }
  }
  return matrix;
}

/** Where output `i` lies on the axis of the input, by TensorFlow.js's rules. */
function sourceOf(i: number, out: number, size: number, { method, alignCorners, halfPixelCenters }: ResizeRule): number {
  const scale = alignCorners && out > 1 ? (size - 1) / (out - 1) : size / out;
  if (!halfPixelCenters) return i * scale;
  return method === 'nearest' ? (i + 0.5) * scale : Math.max(0, Math.min(size - 1, (i + 0.5) * scale - 0.5));
}
