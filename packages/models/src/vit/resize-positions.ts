import { hostTensor, toFloat32, type HostTensor } from '@mixwell/tensor';

/** Keys' cubic convolution kernel with a = −1/2. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** Weights [to][from] of bicubic resampling along one axis, widened where that shrinks (antialias), over what lies inside. */
function resampling(from: number, to: number): number[][] {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const weights = Array.from({ length: from }, (__, j) => cubic((j + 0.5 - centre) / stretch));
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  });
}

/** Side of the square grid that so many tokens make behind `before` others, or null. */
function sideOf(tokens: number, before: number): number | null {
  const side = Math.sqrt(tokens - before);
  return Number.isInteger(side) && side > 0 ? side : null;
}

/** Whether position embeddings [1, tokens, dim] of a file are those of a square grid, behind `before` further tokens. */
export const areSquarePositions = (shape: readonly number[], before: number, dim: number): boolean =>
  shape.length === 3 && shape[0] === 1 && shape[2] === dim && sideOf(shape[1]!, before) !== null;

/**
 * Position embeddings of a square grid for another grid, by antialiased bicubic interpolation, as timm does it. Those of the tokens before the
 * patches stay.
 *
 * @param file [1, before + side², dim]
 * @returns [1, before + rows · columns, dim]; the file's own where the number of tokens is the same
 */
export function resizePositions(file: HostTensor, [rows, columns]: readonly [number, number], before: number): HostTensor {
  const [, tokens, dim] = file.shape as [number, number, number];
  const side = sideOf(tokens, before);
  if (tokens === before + rows * columns || side === null) return file;
  const { data } = toFloat32(file);
  const [down, across] = [resampling(side, rows), resampling(side, columns)];
  const out = new Float32Array((before + rows * columns) * dim);
  out.set(data.subarray(0, before * dim));
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) for (let c = 0; c < dim; c++) {
    let sum = 0;
    for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) sum += down[i]![y]! * across[j]![x]! * data[(before + y * side + x) * dim + c]!;
    out[(before + i * columns + j) * dim + c] = sum;
  }
  return hostTensor('float32', [1, before + rows * columns, dim], out);
}
