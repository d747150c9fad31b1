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
  const columns = width / blockWidth;
  const means = new Float64Array((rows * height * columns * channels) / blockHeight);
  for (let line = 0, at = 0; line < rows * height; line++) {
    const start = Math.floor(line / blockHeight) * columns * channels;
    for (let x = 0; x < width; x++) {
      const to = start + Math.floor(x / blockWidth) * channels;
      for (let c = 0; c < channels; c++) means[to + c]! += data[at++]!;
    }
  }
  const pixels = blockHeight * blockWidth;
  return means.map((sum) => sum / pixels);
}

/** [rows, blocks]: the saliency of each block of an image as a share of the whole; equal shares where all of it is 0. */
export function blockShares(saliency: ArrayLike<number>, blocks: Blocks): Float64Array {
  const means = blockMeans(saliency, blocks);
  const size = means.length / blocks.rows;
  for (let start = 0; start < means.length; start += size) {
    const row = means.subarray(start, start + size);
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((mean, i) => { row[i] = sum > 0 ? mean / sum : 1 / size; });
  }
  return means;
}
