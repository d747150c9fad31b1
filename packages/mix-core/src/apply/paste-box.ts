import type { Box } from '../plan/box.ts';
import { kernelOf } from './mix-buffers.ts';

/** Copies a box from one image to the same place of another; both have lines of `width` pixels. */
export function pasteBox(out: Float32Array, from: Float32Array, [row0, column0, row1, column1]: Box, width: number, channels: number): void {
  for (let y = row0; y < row1; y++) {
    const at = y * width * channels;
    out.set(from.subarray(at + column0 * channels, at + column1 * channels), at + column0 * channels);
  }
}

/** out = image a with a box of image b. */
export function cutAndPaste(out: Float32Array, a: Float32Array, b: Float32Array, box: Box, width: number, channels: number): void {
  const kernel = kernelOf(out, a, b);
  if (kernel) {
    const [row0, column0, row1, column1] = box;
    const pixel = 4 * channels;
    const lines = column0 < column1 ? row1 - row0 : 0;
    kernel.paste(a.byteOffset, b.byteOffset, out.byteOffset, out.byteLength, (row0 * width + column0) * pixel, (column1 - column0) * pixel, width * pixel, lines);
  } else {
    out.set(a);
    pasteBox(out, b, box, width, channels);
  }
}
