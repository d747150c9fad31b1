import type { Box } from '../plan/box.ts';
import { kernelOf } from './mix-buffers.ts';

/** Copies a box from one image to the same place of another; both have lines of `width` pixels. */
export function pasteBox(out: Float32Array, from: Float32Array, [row0, column0, row1, column1]: Box, width: number, channels: number): void {
  const stride = width * channels;
  const length = (column1 - column0) * channels;
  const start = row0 * stride + column0 * channels;
  const kernel = kernelOf(out, from);
  if (kernel) return kernel.paste(from.byteOffset + 4 * start, out.byteOffset + 4 * start, 4 * length, 4 * stride, row1 - row0);
  if (length === stride) out.set(from.subarray(start, start + (row1 - row0) * stride), start);
  else for (let y = row0, at = start; y < row1; y++, at += stride) out.set(from.subarray(at, at + length), at);
}
