/** [rows, height, width, channels], cut into blocks. */
export interface Blocks {
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Pixels of a block; must divide the height and the width. */
  readonly blockHeight: number;
  readonly blockWidth: number;
}

/** [rows, height / blockHeight, width / blockWidth, channels]: mean of each block. */
export function blockMeans(data: ArrayLike<number>, { rows, height, width, channels, blockHeight, blockWidth }: Blocks): Float64Array {
  const lineOut = (width / blockWidth) * channels;
  const means = new Float64Array((rows * height * lineOut) / blockHeight);
  const length = blockWidth * channels;
  for (let line = 0; line < rows * height; line++) {
    let to = Math.floor(line / blockHeight) * lineOut;
    for (let start = line * width * channels; start < (line + 1) * width * channels; start += length) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let at = start + c; at < start + length; at += channels) sum += data[at]!;
        means[to++]! += sum;
      }
    }
  }
  const pixels = blockHeight * blockWidth;
  for (let i = 0; i < means.length; i++) means[i]! /= pixels;
  return means;
}

/** [rows, blocks]: the saliency of each block of an image as a share of the whole; equal shares where all of it is 0. */
export function blockShares(saliency: ArrayLike<number>, blocks: Blocks): Float64Array {
  const means = blockMeans(saliency, blocks);
  const size = means.length / blocks.rows;
  for (let start = 0; start < means.length; start += size) {
    let sum = 0;
    for (let i = start; i < start + size; i++) sum += means[i]!;
    for (let i = start; i < start + size; i++) means[i] = sum > 0 ? means[i]! / sum : 1 / size;
  }
  return means;
}
